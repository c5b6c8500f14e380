"""Days as people write them, French or English: "15 mars", "15/3/27", "mi-mars", "lundi prochain", "in 3 months".

An expression is read as the spans of days it may mean; the step's range decides between them.

- A month means its first day, "début" too, "mi-" its 15th, "fin" its last; the day moves inside the month to meet the
  range.
- Without a year: the next such day, or the last one when only that is in range. When the year cannot be told from the
  range (a day of birth), it is asked for.
- Two figures of a year: the year in the range, else the nearest to today.
- "Dans huit jours" is a week and "dans quinze jours" two, as French has it.
- 03/04/2027 is the 3rd of April in French; in English it may be either, unless the range tells.
- A season, a year alone or a day alone is not a day: what is missing is asked for.
"""

from datetime import date

from flows.dates_heard import Heard, Span, hear, shifted
from flows.grammar import Bound
from flows.pack import DateRange
from flows.understood import Misunderstood


def bound(text: Bound, today: date) -> date:
    """The day a bound of a `DateRange` means, seen from `today`."""
    if text == "today":
        return today
    return shifted(today, int(text[:-1]), text[-1]) if text[0] in "+-" else date.fromisoformat(text)


def day(text: str, between: DateRange, language: str, today: date) -> date | Misunderstood:
    """The day typed as answer to a question with this range, or why it is none."""
    heard, weekday = hear(text, language, today)
    if heard is None or isinstance(heard, Misunderstood):
        return heard or Misunderstood("unclear")
    earliest = bound(between.earliest, today) if between.earliest else date.min
    latest = bound(between.latest, today) if between.latest else date.max
    readings = [h for h in (heard, heard.other) if h]
    meant = [_meant(reading, earliest, latest, today) for reading in readings]
    days = sorted({m for m in meant if isinstance(m, date)})
    if len(days) > 1:
        return Misunderstood("ambiguous", {"candidates": [d.isoformat() for d in days]})
    if days and weekday is not None and days[0].weekday() != weekday:
        return Misunderstood("other_weekday", {"day": days[0].isoformat()})
    return days[0] if days else meant[0]


def _meant(heard: Heard, earliest: date, latest: date, today: date) -> date | Misunderstood:
    if heard.yearless:
        return _yearless(heard, earliest, latest, today)
    inside = [d for span in heard.spans if (d := span.within(earliest, latest))]
    return inside[0] if inside else _outside(heard.spans[0], earliest, latest)


def _yearless(heard: Heard, earliest: date, latest: date, today: date) -> date | Misunderstood:
    """The next such day, else the last one; a day that only a farther year brings into the range lacks its year."""
    ahead = [span for span in heard.spans if span.last >= today]
    behind = [span for span in heard.spans if span.last < today]
    coming = [span.within(max(earliest, today), latest) for span in ahead[:1]]
    near = [d for d in (*coming, *(s.within(earliest, latest) for s in ahead[:1] + behind[:1])) if d]
    if near:
        return near[0]
    if any(span.within(earliest, latest) for span in heard.spans):
        return Misunderstood("incomplete", {"missing": "year"})
    return _outside((ahead or behind)[0], earliest, latest)


def _outside(span: Span, earliest: date, latest: date) -> Misunderstood:
    if span.day < earliest:
        return Misunderstood("too_early", {"day": span.day.isoformat(), "earliest": earliest.isoformat()})
    return Misunderstood("too_late", {"day": span.day.isoformat(), "latest": latest.isoformat()})
