"""Days as people write them, chosen by the range of the question."""

from datetime import date, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.dates_typed import bound, day
from flows.pack import DateRange
from flows.understood import Misunderstood

TODAY = date(2026, 10, 20)  # a Tuesday
ANY = DateRange()
AHEAD = DateRange(earliest="today", latest="+18m")
PAST = DateRange(earliest="-60y", latest="today")
BIRTH = DateRange(earliest="-70y", latest="-16y")


def typed(text: str, between: DateRange = ANY, language: str = "fr", today: date = TODAY) -> Any:
    """The day read as ISO, or the reason with its params."""
    read = day(text, between, language, today)
    return (read.reason, *read.params.values()) if isinstance(read, Misunderstood) else read.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        *[
            "15 mars 2027",
            "15 mars",
            "le 15 mars",
            "Lundi 15 mars",
            "lundi 15 mars 2027",
            "le lundi 15 mars",
            "quinze mars",
        ],
        *["15/03/2027", "15/3", "15-03-27", "15.03.2027", "15 03 2027", "15/3/27", "2027-03-15", "2027/03/15"],
        *["mi-mars", "mi mars 2027", "à partir du 15 mars", "vers le 15 mars, merci", "15 mars 27"],
        *["March 15", "March 15th, 2027", "15th of March", "on the 15th of March", "15 March 2027", "mid-March"],
    ],
)
def test_the_same_day_in_many_ways(text: str) -> None:
    assert typed(text) == "2027-03-15"
    assert typed(text, AHEAD) == "2027-03-15"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1er avril", "2027-04-01"),
        ("premier avril", "2027-04-01"),
        ("mars 2027", "2027-03-01"),
        ("03/2027", "2027-03-01"),
        ("en septembre", "2027-09-01"),
        ("fin mars", "2027-03-31"),
        ("fin février", "2027-02-28"),
        ("fin du mois de mars", "2027-03-31"),
        ("début avril", "2027-04-01"),
        ("fin 2027", "2027-12-31"),
        ("début 2027", "2027-01-01"),
        ("demain", "2026-10-21"),
        ("après-demain", "2026-10-22"),
        ("hier", "2026-10-19"),
        ("aujourd'hui", "2026-10-20"),
        ("lundi prochain", "2026-10-26"),
        ("mardi", "2026-10-27"),  # never today itself
        ("mardi dernier", "2026-10-13"),
        ("lundi dernier", "2026-10-19"),
        ("la semaine prochaine", "2026-10-26"),
        ("le mois prochain", "2026-11-01"),
        ("l'année prochaine", "2027-01-01"),
        ("dans 3 mois", "2027-01-20"),
        ("dans trois semaines environ", "2026-11-10"),
        ("dans un an", "2027-10-20"),
        ("dans huit jours", "2026-10-27"),  # a week, in French
        ("dans quinze jours", "2026-11-03"),  # two
        ("dans 10 jours", "2026-10-30"),
        ("il y a 3 ans", "2023-10-20"),
        ("29 février", "2028-02-29"),  # the next one
        ("le 7 sept. 2027", "2027-09-07"),  # the month
        ("le sept mars", "2027-03-07"),  # the number
        ("dans sept jours", "2026-10-27"),
        ("15 fevirer", "2027-02-15"),
        ("août", "2027-08-01"),
    ],
)
def test_french_days(text: str, iso: str) -> None:
    assert typed(text) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("next Monday", "2026-10-26"),
        ("in 3 months", "2027-01-20"),
        ("in two weeks", "2026-11-03"),
        ("in a year", "2027-10-20"),
        ("3 years ago", "2023-10-20"),
        ("tomorrow", "2026-10-21"),
        ("next month", "2026-11-01"),
        ("end of March", "2027-03-31"),
        ("the 3rd of May", "2027-05-03"),
        ("May 5", "2027-05-05"),
        ("in May 2027", "2027-05-01"),
        ("03/15/2027", "2027-03-15"),  # only the American reading exists
        ("in 15 days", "2026-11-04"),
    ],
)
def test_english_days(text: str, iso: str) -> None:
    assert typed(text, language="en") == iso


@pytest.mark.parametrize(
    ("text", "between", "answer"),
    [
        ("15 mars", PAST, "2026-03-15"),
        ("15 mars", BIRTH, ("incomplete", "year")),
        ("15/03/85", ANY, "1985-03-15"),
        ("15/03/85", BIRTH, "1985-03-15"),
        ("15/03/60", BIRTH, "1960-03-15"),  # the nearest 60 is 2060: out of the range
        ("15/03/27", AHEAD, "2027-03-15"),
        ("octobre", AHEAD, "2026-10-20"),  # this month: what remains of it
        ("octobre 2026", AHEAD, "2026-10-20"),
        ("octobre", PAST, "2026-10-20"),
        ("fin octobre", AHEAD, "2026-10-31"),
        ("début octobre", AHEAD, "2027-10-01"),
        ("hier", AHEAD, ("too_early", "2026-10-19", "2026-10-20")),
        ("15 mars 2026", AHEAD, ("too_early", "2026-03-15", "2026-10-20")),
        ("15 mars 2029", AHEAD, ("too_late", "2029-03-15", "2028-04-20")),
        ("demain", PAST, ("too_late", "2026-10-21", "2026-10-20")),
        ("15 mars", DateRange(earliest="2026-10-20", latest="2026-12-31"), ("too_late", "2027-03-15", "2026-12-31")),
    ],
)
def test_the_range_chooses(text: str, between: DateRange, answer: Any) -> None:
    assert typed(text, between) == answer


def test_figures_in_english_may_be_read_twice() -> None:
    assert typed("03/04/2027", language="fr") == "2027-04-03"
    assert typed("03/04/2027", language="en") == ("ambiguous", ["2027-03-04", "2027-04-03"])
    assert typed("10/11/2026", AHEAD, "en") == "2026-11-10"  # 11 October is over
    assert typed("mars 27") == ("ambiguous", ["2027-03-01", "2027-03-27"])
    assert typed("March 27", language="en") == "2027-03-27"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("31 février", ("no_such_day", 31, 2, None)),
        ("29 février 2027", ("no_such_day", 29, 2, 2027)),
        ("32/01/2027", ("no_such_day", 32, 1, 2027)),
        ("15/13/2027", ("no_such_day", 15, 13, 2027)),
        ("31 avril", ("no_such_day", 31, 4, None)),
        ("0/0/0000", ("no_such_day", 0, 0, 0)),
        ("mardi 15 mars 2027", ("other_weekday", "2027-03-15")),
        ("2027", ("incomplete", "month")),
        ("le 15", ("incomplete", "month")),
        ("l'été prochain", ("incomplete", "month")),
        ("à la rentrée", ("incomplete", "month")),
        ("avant mars", ("unclear",)),
        ("pas le 15 mars", ("unclear",)),
        ("bientôt", ("unclear",)),
        ("dans 99999 ans", ("unclear",)),
        ("dans 99999 mois", ("unclear",)),
    ],
)
def test_what_is_no_day_says_why(text: str, answer: Any) -> None:
    assert typed(text) == answer


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("today", "2024-01-31"),
        ("+1m", "2024-02-29"),
        ("-1y", "2023-01-31"),
        ("+2w", "2024-02-14"),
        ("-31d", "2023-12-31"),
        ("2027-03-15", "2027-03-15"),
    ],
)
def test_bounds(text: str, iso: str) -> None:
    assert bound(text, date(2024, 1, 31)).isoformat() == iso


# ----------------------------------------------------------------------------------------------------------- properties
DAYS = st.dates(date(1930, 1, 1), date(2120, 12, 31))


@settings(max_examples=300, deadline=None)
@given(
    DAYS,
    st.sampled_from(["short", "medium", "long", "full", "d/M/y", "dd.MM.yyyy", "d MMM y", "yyyy-MM-dd", "d MMMM y"]),
)
def test_any_day_formatted_in_french_comes_back(meant: date, form: str) -> None:
    assert typed(format_date(meant, form, locale="fr")) == meant.isoformat()


@settings(max_examples=300, deadline=None)
@given(DAYS, st.sampled_from(["medium", "long", "full", "d MMMM y", "yyyy-MM-dd"]))
def test_any_day_formatted_in_english_comes_back(meant: date, form: str) -> None:
    assert typed(format_date(meant, form, locale="en"), language="en") == meant.isoformat()


@settings(max_examples=300, deadline=None)
@given(DAYS, st.integers(0, 364))
def test_a_day_without_its_year_is_the_next_one(today: date, ahead: int) -> None:
    meant = today + timedelta(days=ahead)
    if (meant.month, meant.day) != (2, 29):
        assert (
            typed(format_date(meant, "d MMMM", locale="fr"), DateRange(earliest="today"), today=today)
            == meant.isoformat()
        )


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), DAYS, st.sampled_from([ANY, AHEAD, PAST, BIRTH]), st.sampled_from(["fr", "en"]))
def test_any_text_is_a_day_in_range_or_a_reason(text: str, today: date, between: DateRange, language: str) -> None:
    _in_range(text, today, between, language)


PIECES = [
    "0",
    "1",
    "15",
    "31",
    "99",
    "2027",
    "9999",
    "0000",
    "/",
    "-",
    "mars",
    "mai",
    "fin",
    "mi",
    "dans",
    "in",
    "jours",
    "ans",
    "last",
    "lundi",
    "prochain",
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join),
    st.sampled_from([TODAY, date.min, date.max, date(2028, 2, 29)]),
    st.sampled_from(["fr", "en"]),
)
def test_pieces_of_dates_never_raise(text: str, today: date, language: str) -> None:
    _in_range(text, today, ANY, language)


def _in_range(text: str, today: date, between: DateRange, language: str) -> None:
    read = day(text, between, language, today)
    if isinstance(read, date):
        assert between.earliest is None or read >= bound(between.earliest, today)
        assert between.latest is None or read <= bound(between.latest, today)
