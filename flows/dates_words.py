"""The words of typed days, French and English: months, weekdays, "demain", "mi-mars", what introduces a day."""

import re
from collections.abc import Iterable

from flows.numbers_said import NUMBER_WORDS, plain, with_digits
from flows.spoken import core, fold, one_typo

_MONTHS = (  # French, English, shortened
    "janvier january janv jan",
    "fevrier february fevr fev feb",
    "mars march mar",
    "avril april avr apr",
    "mai may",
    "juin june jun",
    "juillet july juil jul",
    "aout august aou aug",
    "septembre september sept sep",
    "octobre october oct",
    "novembre november nov",
    "decembre december dec",
)
MONTHS = {name: month for month, names in enumerate(_MONTHS, start=1) for name in names.split()}
FRENCH_MONTHS = frozenset(names.split()[0] for names in _MONTHS)
WEEKDAYS = {
    name: weekday
    for weekday, names in enumerate(
        (
            "lundi monday mon",
            "mardi tuesday tue",
            "mercredi wednesday wed",
            "jeudi thursday thu",
            "vendredi friday fri",
            "samedi saturday sat",
            "dimanche sunday sun",
        )
    )
    for name in names.split()
}
NEAR = {
    **dict.fromkeys(["aujourd hui", "today", "ce jour", "maintenant", "now"], 0),
    **dict.fromkeys(["demain", "tomorrow"], 1),
    **dict.fromkeys(["apres demain", "day after tomorrow", "the day after tomorrow"], 2),
    **dict.fromkeys(["hier", "yesterday"], -1),
    **dict.fromkeys(["avant hier", "day before yesterday", "the day before yesterday"], -2),
}
UNIT = {
    **dict.fromkeys(["jour", "jours", "day", "days", "j"], "d"),
    **dict.fromkeys(["semaine", "semaines", "week", "weeks"], "w"),
    **dict.fromkeys(["mois", "month", "months"], "m"),
    **dict.fromkeys(["an", "ans", "annee", "annees", "year", "years"], "y"),
}
PART = {"debut": "start", "early": "start", "courant": "", "mi": "middle", "mid": "middle", "milieu": "middle"}
PART |= {"fin": "end", "late": "end", "end": "end", "beginning": "start", "start": "start", "middle": "middle"}
FRENCH_DAYS = {8: 7, 15: 14}  # "huit jours" and "quinze jours" count both ends


def names(words: Iterable[str]) -> str:
    """The words as a choice of a pattern, longest first."""
    return "|".join(sorted(words, key=lambda w: (-len(w), w)))


_ON = (
    r"(?:(?:le|la|du|au|des|en|vers|pour|a partir|a partir du|a partir de|on|the|in(?! (?:\d|an? ))|from|around|about"
    r"|of|for|by the) )*"
)
WEEKDAY = rf"(?:{names(WEEKDAYS)})"


def month_called(word: str) -> int | None:
    """A month by its name, one slip allowed ("fevirer")."""
    exact = MONTHS.get(word)
    near = {month for name, month in MONTHS.items() if word not in NUMBER_WORDS and one_typo(word, name)}
    return exact or (near.pop() if len(near) == 1 else None)


def spelled(text: str) -> tuple[str, str | None]:
    """The words of a date in one form, and the weekday named before it."""
    words = core(fold(re.sub(r"(?<=\d)t\d\d:?\d\d.*$", "", plain(text))))
    words = re.sub(r"\bsept\b(?= ?(?:\d{2,4})?$)", "septembre", words)
    words = re.sub(r"\bpremier\b|\bfirst\b", "1", with_digits(words))
    words = re.sub(rf"^{_ON}", "", words)
    named = re.fullmatch(rf"({WEEKDAY}) {_ON}(.*\d.*)", words)
    return (named[2], named[1]) if named else (words, None)
