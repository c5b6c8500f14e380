"""Numbers as people write them, in figures and in words, in both languages."""

from datetime import date
from typing import Any

import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.load import load_flows
from flows.numbers_said import with_digits
from flows.numbers_typed import number
from flows.understand import understand
from flows.understood import Misunderstood, Understood
from flows.wording import read_value

FLOWS = load_flows()


def typed(text: str, about: str = "", decimals: bool = False, language: str = "fr") -> Any:
    """The number read, or the reason with its params."""
    read = number(text, about, decimals, language)
    return (read.reason, *read.params.values()) if isinstance(read, Misunderstood) else read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("3 ans", 3),
        ("3ans", 3),
        ("trois ans", 3),
        ("un an", 1),
        ("un", 1),
        ("zéro", 0),
        ("Quinze.", 15),
        ("vingt et un", 21),
        ("vingt-et-un ans", 21),
        ("soixante et onze", 71),
        ("soixante-dix-sept", 77),
        ("quatre-vingts", 80),
        ("quatre vingt dix neuf", 99),
        ("septante-trois", 73),
        ("nonante", 90),
        ("deux cents", 200),
        ("mille neuf cent quatre-vingt-quatre", 1984),
        ("deux mille vingt-six", 2026),
        ("trois cent mille", 300_000),
        ("1 500", 1500),
        ("1\u00a0500", 1500),
        ("1\u202f500 €", 1500),
        ("1.500", 1500),
        ("1'500", 1500),
        ("1 500 000", 1_500_000),
        ("1.500.000", 1_500_000),
        ("2k", 2000),
        ("2 k€", 2000),
        ("2 mille", 2000),
        ("2,5k", 2500),
        ("une dizaine", 10),
        ("une dizaine d'années", 10),
        ("une quinzaine", 15),
        ("deux douzaines", 24),
        ("environ 12", 12),
        ("12 environ", 12),
        ("~12", 12),
        ("à peu près 12 ans", 12),
        ("plus ou moins 12", 12),
        ("j'ai 2 enfants", 2),
        ("ça fait 3 ans que je travaille dans une usine", 3),
        ("-3", -3),
        ("two years", 2),
        ("twenty-one", 21),
        ("a hundred and five", 105),
        ("a dozen", 12),
        ("about 12", 12),
        ("3,0", 3),
        ("moins d'un an", 0),
        ("moins d’1 an", 0),
        ("less than a year", 0),
    ],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert typed(text) == value
    assert type(typed(text)) is int


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,5", "fr", 1.5),
        ("1.5", "fr", 1.5),
        ("1,5", "en", 1.5),
        ("un an et demi", "fr", 1.5),
        ("3 ans et demi", "fr", 3.5),
        ("two and a half", "en", 2.5),
        ("1.234,56", "fr", 1234.56),
        ("1 234,56 €", "fr", 1234.56),
        ("1,234.56", "en", 1234.56),
        ("1,500", "fr", 1.5),  # the decimal mark of French, where decimals are taken
        ("1,500", "en", 1500),
        ("1.500", "fr", 1500),
        ("1.500", "en", 1.5),
        ("0,250", "en", 0.25),  # no thousands begin with 0
    ],
)
def test_decimals(text: str, language: str, value: float) -> None:
    assert typed(text, decimals=True, language=language) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("1,5", ("whole_number", 1.5)),
        ("un an et demi", ("whole_number", 1.5)),
        ("plus de 10 ans", ("roughly", 10)),
        ("10+", ("roughly", 10)),
        ("au moins 3", ("roughly", 3)),
        ("less than 5", ("roughly", 5)),
        ("2 ou 3", ("ambiguous", [2, 3])),
        ("un ou deux", ("ambiguous", [1, 2])),
        ("entre 10 et 12", ("ambiguous", [10, 12])),
        ("2-3 ans", ("ambiguous", [2, 3])),
        ("7h30", ("ambiguous", [7, 30])),
        ("1/2", ("ambiguous", [1, 2])),
        ("un deux trois", ("ambiguous", [1, 2, 3])),
        ("un peu", ("unclear",)),
        ("dans une usine", ("unclear",)),
        ("pas 3", ("unclear",)),
        ("bac+2", ("unclear",)),
        ("Bac + 5", ("unclear",)),
        ("trois quarts", ("unclear",)),
        ("beaucoup", ("unclear",)),
        ("", ("unclear",)),
        ("9" * 400, ("unclear",)),
        ("en 2019 je suis parti vivre ailleurs et puis tout a changé pour nous", ("unclear",)),
    ],
)
def test_what_is_no_single_whole_number(text: str, refusal: Any) -> None:
    assert typed(text) == refusal


@pytest.mark.parametrize(
    ("text", "about", "answer"),
    [
        ("3 ans", "ans", 3),
        ("3 mois", "ans", ("other_unit", "mois")),
        ("two months", "years", ("other_unit", "months")),
        ("3", "ans", 3),
        ("3 ans", "Depuis combien d'années travaillez-vous ?", 3),
        ("18 mois", "Depuis combien d'années travaillez-vous ?", ("other_unit", "mois")),
        ("35 h", "heures par semaine", 35),
        ("35 heures par semaine", "heures par semaine", 35),
        ("140 h par mois", "heures par semaine", ("other_unit", "mois")),
        ("1 500 € par mois", "€", 1500),
        ("2000 euros net", "€ net par mois", 2000),
        ("30 000 € par an", "€ par mois", ("other_unit", "an")),
        ("80 %", "%", 80),
        ("80 %", "heures", ("other_unit", "%")),
        ("20 km", "kilomètres", 20),
        ("3 enfants", "enfants", 3),
    ],
)
def test_units(text: str, about: str, answer: Any) -> None:
    assert typed(text, about) == answer


def test_the_words_around_numbers_stay() -> None:
    assert with_digits("dans quatre-vingt-dix jours") == "dans 90 jours"
    assert with_digits("entre dix et douze") == "entre 10 et 12"
    assert with_digits("quatre vingt deux trois") == "82 3"
    assert with_digits("rien du tout") == "rien du tout"


FRENCH = {
    n: w
    for n, w in enumerate(
        [
            "zéro",
            "un",
            "deux",
            "trois",
            "quatre",
            "cinq",
            "six",
            "sept",
            "huit",
            "neuf",
            "dix",
            "onze",
            "douze",
            "treize",
            "quatorze",
            "quinze",
            "seize",
        ]
    )
}
TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def in_french(n: int) -> str:
    """A number up to 999 999 as it is spelt in French."""
    if n >= 1000:
        thousands = "" if n < 2000 else in_french(n // 1000) + " "
        return f"{thousands}mille {in_french(n % 1000) if n % 1000 else ''}".strip()
    if n >= 100:
        hundreds = "" if n < 200 else FRENCH[n // 100] + " "
        return f"{hundreds}cent {in_french(n % 100) if n % 100 else ''}".strip()
    if n <= 16:
        return FRENCH[n]
    if n < 20:
        return f"dix-{FRENCH[n - 10]}"
    ten = max(t for t in TENS if t <= n)
    if n == ten:
        return TENS[ten]
    joint = " et " if (n - ten) in (1, 11) and ten != 80 else "-"
    return TENS[ten] + joint + in_french(n - ten)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 999_999))
def test_any_number_spelt_in_french(n: int) -> None:
    assert typed(in_french(n)) == n
    assert typed(in_french(n).replace("-", " ").upper() + " ans") == n


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**12), 10**12), st.sampled_from(["fr", "en", "de_CH"]))
def test_any_whole_number_in_figures(n: int, habit: str) -> None:
    assert typed(str(n)) == n
    assert typed(format_decimal(n, locale=habit)) == n


@settings(max_examples=300, deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from(["fr", "en"]))
def test_any_decimal_in_the_figures_of_its_language(n: Any, language: str) -> None:
    assert typed(format_decimal(n, locale=language), decimals=True, language=language) == float(n)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_any_text_is_a_number_or_a_reason(text: str, decimals: bool) -> None:
    read = number(text, "ans", decimals, "fr")
    assert isinstance(read, Misunderstood) or abs(read) <= 1e15
    assert decimals or not isinstance(read, float)


@pytest.mark.parametrize(
    ("value", "language", "read"),
    [
        (0, "fr", "0 an"),
        (1, "fr", "1 an"),
        (3, "fr", "3 ans"),
        (0, "en", "0 years"),
        (1, "en", "1 year"),
        (3, "en", "3 years"),
    ],
)
def test_a_number_is_read_with_the_form_of_its_unit(value: int, language: str, read: str) -> None:
    years = FLOWS["preliminary.needs"].nodes["years"]
    assert read_value(years, value, language) == read
    assert understand(years.step, read, language, date(2027, 3, 1)) == Understood(value)
