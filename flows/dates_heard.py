"""The readings of a typed day: patterns over folded words, each with what it hears. `flows.dates_typed` chooses.

Number words are figures by then, and what introduces a day ("le", "à partir du", "on") is gone.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows.dates_words import (
    FRENCH_DAYS,
    FRENCH_MONTHS,
    NEAR,
    PART,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    month_called,
    names,
    spelled,
)
from flows.understood import Misunderstood


def shifted(today: date, amount: int, unit: str) -> date:
    """`today` moved by days (d), weeks (w), months (m) or years (y); the 31st becomes the last day of a shorter month.

    Raises OverflowError or ValueError outside the years 1 to 9999.
    """
    if unit in "dw":
        return today + timedelta(days=amount * (7 if unit == "w" else 1))
    year, month0 = divmod(today.year * 12 + today.month - 1 + amount * (12 if unit == "y" else 1), 12)
    return date(year, month0 + 1, min(today.day, monthrange(year, month0 + 1)[1]))


@dataclass(frozen=True)
class Span:
    """The days an expression may mean, and the one it means when nothing else decides."""

    first: date
    last: date
    day: date

    def within(self, earliest: date, latest: date) -> date | None:
        """The day meant, moved as little as needed to lie between two days; None when it cannot."""
        first, last = max(self.first, earliest), min(self.last, latest)
        return min(max(self.day, first), last) if first <= last else None


@dataclass(frozen=True)
class Heard:
    """What was recognised: the spans of the years it may be, preferred first; `yearless` when no year was typed."""

    spans: tuple[Span, ...]
    yearless: bool = False
    other: "Heard | None" = None  # an equally good reading: only the range can choose between the two


Found = Heard | Misunderstood


def _one(day: date) -> Span:
    return Span(day, day, day)


def _no_such_day(day: int, month: int, year: int | None) -> Misunderstood:
    return Misunderstood("no_such_day", {"day": day, "month": month, "year": year})


def _exists(day: int, month: int, year: int) -> bool:
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _years(typed: str, today: date) -> list[int]:
    """The years a typed one may be, the nearest to today first."""
    if len(typed) > 2:
        return [int(typed)]
    century = today.year // 100 * 100
    return sorted((century + c + int(typed) for c in (-100, 0, 100)), key=lambda year: abs(year - today.year))


def _near_years(today: date) -> list[int]:
    """Years of yearless days, from the next on, then backwards; wide enough to meet a 29th of February."""
    ahead = list(range(today.year, min(today.year + 9, 10_000)))
    return [*ahead, *range(today.year - 1, max(today.year - 100, 0), -1)]


def _dated(day: int, month: int, year: str | None, today: date) -> Found:
    years = _years(year, today) if year else _near_years(today)
    spans = [_one(date(y, month, day)) for y in years if _exists(day, month, y)]
    if not spans:
        return _no_such_day(day, month, years[0] if year else None)
    return Heard(tuple(spans), yearless=year is None)


def _month_span(month: int, year: int, part: str) -> Span:
    length = monthrange(year, month)[1]
    first, last, day = {
        "": (1, length, 1),
        "start": (1, 10, 1),
        "middle": (11, 20, 15),
        "end": (21, length, length),
    }[part]
    return Span(date(year, month, first), date(year, month, last), date(year, month, day))


def _month(month: int, part: str, year: str | None, today: date) -> Found:
    years = _years(year, today) if year else _near_years(today)
    spans = [_month_span(month, y, part) for y in years if _exists(1, month, y)]
    return Heard(tuple(spans), yearless=year is None) if spans else _no_such_day(1, month, years[0])


def _either(one: Found, other: Found) -> Found:
    """Two readings of the same words; the one that exists when the other does not."""
    heard = [h for h in (one, other) if isinstance(h, Heard)]
    return replace(heard[0], other=heard[1]) if len(heard) == 2 else heard[0] if heard else one


# --------------------------------------------------------------------------------------------------------- the readings
def _figures(m: re.Match[str], language: str, today: date) -> Found:
    """Day first; in English either way, unless the year comes first (ISO)."""
    first, second = int(m["day"]), int(m["month"])
    day_first = _dated(first, second, m["year"], today)
    if language != "en" or m.start("year") == 0:
        return day_first
    return _either(day_first, _dated(second, first, m["year"], today))


def _day_and_month(m: re.Match[str], language: str, today: date) -> Found | None:
    month = month_called(m["month"])
    return _dated(int(m["day"]), month, m["year"], today) if month else None


def _month_and_day(m: re.Match[str], language: str, today: date) -> Found | None:
    """ "March 27" is a day in English; in French "mars 27" may be a month of 2027."""
    month = month_called(m["month"])
    if month is None:
        return None
    day = _dated(int(m["day"]), month, m["year"], today)
    if language == "en" or m["month"] not in FRENCH_MONTHS or m["year"] or len(m["day"]) < 2:
        return day
    return _either(_month(month, "", m["day"], today), day)


def _month_and_year(m: re.Match[str], language: str, today: date) -> Found | None:
    month = int(m["month"]) if m["month"].isdecimal() else month_called(m["month"])
    if not month or month > 12:
        return None
    return _month(month, PART.get(m["part"] or "", ""), m["year"], today)


def _part_of_year(m: re.Match[str], language: str, today: date) -> Found | None:
    part = PART[m["part"]]
    if part == "middle":
        return Misunderstood("incomplete", {"missing": "month"})
    return _month(1 if part == "start" else 12, part, m["year"], today)


def _in_a_while(m: re.Match[str], language: str, today: date) -> Found | None:
    amount, unit = int(m["amount"].replace("an", "1").replace("a", "1")), UNIT[m["unit"]]
    if unit == "d" and m["unit"].startswith("jour"):
        amount = FRENCH_DAYS.get(amount, amount)
    return Heard((_one(shifted(today, -amount if m["ago"] else amount, unit)),))


def _near(m: re.Match[str], language: str, today: date) -> Found | None:
    return Heard((_one(today + timedelta(days=NEAR[m[0]])),))


def _weekday(m: re.Match[str], language: str, today: date) -> Found | None:
    ahead = (WEEKDAYS[m["weekday"]] - today.weekday() - 1) % 7 + 1  # 1 to 7: never today itself
    behind = ahead - 7 or -7
    return Heard((_one(today + timedelta(days=behind if m["past"] or m["before"] else ahead)),))


def _next_period(m: re.Match[str], language: str, today: date) -> Found | None:
    unit = UNIT[m["unit"] or m["english"]]
    if unit == "w":
        monday = today + timedelta(days=7 - today.weekday())
        return Heard((Span(monday, monday + timedelta(days=6), monday),))
    first = shifted(today.replace(day=1), 1, "m") if unit == "m" else date(today.year + 1, 1, 1)
    return Heard((_month_span(first.month, first.year, ""),))


def _missing(what: str) -> Callable[[re.Match[str], str, date], Found]:
    return lambda m, language, today: Misunderstood("incomplete", {"missing": what})


_DAY = r"(?P<day>\d{1,2}) ?(?:er|e|st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, date], Found | None]], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (r"(?P<year>\d{4}) (?P<month>\d{1,2}) (?P<day>\d{1,2})", _figures),
        (rf"(?P<day>\d{{1,2}}) (?P<month>\d{{1,2}})(?: {_YEAR})?", _figures),
        (rf"{_DAY} (?:of )?(?P<month>[a-z]+)(?: (?:de )?(?:l annee )?{_YEAR})?", _day_and_month),
        (rf"(?P<month>[a-z]+) {_DAY}(?: {_YEAR})?", _month_and_day),
        (
            rf"(?:(?P<part>{names(PART)}) (?:of |de |du |d |mois de |mois d )*)?(?:mois (?:de |d ))?(?:the )?"
            r"(?P<month>[a-z]{3,})(?: (?:prochaine? )?(?P<year>\d{4}|\d{2})?| prochain| next)?",
            _month_and_year,
        ),
        (r"(?P<part>)(?P<month>\d{1,2}) (?P<year>\d{4})", _month_and_year),
        (rf"(?P<part>{names(PART)}) (?:of |de |d |l )*(?:annee )?(?P<year>\d{{4}})", _part_of_year),
        (
            rf"(?:dans|d ici|sous|in|(?P<ago>il y a)) (?:environ |a peu pres |about )?(?P<amount>\d{{1,5}}|an?(?= ))"
            rf" (?P<unit>{names(UNIT)})(?: environ)?",
            _in_a_while,
        ),
        (rf"(?P<amount>\d{{1,5}}) (?P<unit>{names(UNIT)}) (?P<ago>ago)", _in_a_while),
        (rf"{names(NEAR)}", _near),
        (
            rf"(?P<before>last )?(?:next |this )?(?P<weekday>{WEEKDAY})(?: prochain| qui vient|(?P<past> dernier))?",
            _weekday,
        ),
        (
            rf"(?:(?:l|la) )?(?P<unit>{names(UNIT)}) (?:prochaine?|qui vient)|next (?P<english>week|month|year)",
            _next_period,
        ),
        (r"(?:l annee |annee )?\d{4}", _missing("month")),
        (r"(?:(?:le |the )*)\d{1,2} ?(?:er|st|nd|rd|th)?", _missing("month")),
        (
            r"(?:(?:l|le|cet|cette|a l|au|this|next|the|in|a la|en) )*(?:ete|hiver|printemps|automne|rentree|summer"
            r"|winter|spring|autumn|fall)(?: prochaine?| \d{4})?",
            _missing("month"),
        ),
    )
)


def hear(text: str, language: str, today: date) -> tuple[Found | None, int | None]:
    """What a text says of a day, and the weekday (Monday is 0) it names with it; None when it says nothing of a day.

    A day that no calendar holds ("dans 99999 ans") is nothing of a day.
    """
    words, named = spelled(text)
    weekday = WEEKDAYS[named] if named else None
    for pattern, reading in _READINGS:
        match = pattern.fullmatch(words)
        try:
            heard = reading(match, language, today) if match else None
        except (OverflowError, ValueError):
            return None, weekday
        if heard is not None:
            return heard, weekday
    return None, weekday
