"""Dossiers as the terminal shows them: a table without content, and the record of one as JSON or as a page."""

import getpass
import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.journey import load_journey
from flows.phrases import LANGUAGES
from jalon.settings import Settings
from jalon.wiring import NotReady, Stores
from storage.export import export
from storage.export_schema import Export
from storage.listing import Listed, dossiers, find, short
from storage.records import mark_seen

FORMATS = ("json", "html")
HEADS = ("Number", "Urgent", "Name", "Counsellor", "Phase", "Last activity", "Flags", "Telegram")


def listing(settings: Settings, stores: Stores, language: str) -> Iterator[str]:
    """A line for each dossier, the urgent ones first: never what was written."""
    with stores.database.read() as session:
        found = dossiers(session)
    if not found:
        yield "There is no dossier yet."
        return
    digits = short([each.id for each in found])
    rows = [HEADS, *(_row(settings, each, digits, language) for each in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(settings: Settings, each: Listed, digits: int, language: str) -> tuple[str, ...]:
    state = load_journey().pack.states.get(each.journey_at)
    active, urgent = each.last_active_at, each.urgent_at
    return (
        each.id.hex[:digits],
        f"URGENT {_moment(settings, urgent)}" if urgent else "",
        each.name or "-",
        each.counsellor or "-",
        state.title[language] if state else each.journey_at,
        _moment(settings, active) if active else "-",
        str(each.flags or "-"),
        "stopped" if each.stopped_at else "not reachable" if each.unreachable_since else "ok" if active else "-",
    )


def _moment(settings: Settings, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(settings.time_zone)):%d/%m/%Y %H:%M}"


def seen(settings: Settings, stores: Stores, number: str, by: str) -> Iterator[str]:
    """Marks the flags of a dossier as read, and says which: one that was not there at the reading is noticed."""
    reader = _reader(by)
    with stores.database.write() as session:
        marked = mark_seen(session, find(session, number), reader, stores.database.now())
    if not marked:
        yield "Nothing in this dossier waits to be read."
        return
    yield f"Read by {reader}:"
    for level, raised_at in marked:
        yield f"  {level} {_moment(settings, raised_at)}"
    yield f"Is one of them not on the page you read? Read it anew: jalon export {number} --format html > dossier.html"


def _reader(by: str) -> str:
    """Who reads: the name given, else that of the computer's user."""
    try:
        return by.strip() or getpass.getuser()
    except (KeyError, OSError):
        raise NotReady('who has read it? jalon dossiers --seen NUMBER --by "Claire"') from None


def record(stores: Stores, number: str, format: str, language: str) -> str:
    """The record of the dossier whose number begins so; the headings of a page are in `language`."""
    if language not in LANGUAGES:
        raise NotReady(f"--language is one of {', '.join(LANGUAGES)}")
    if format not in FORMATS:
        raise NotReady("the format {format} is not known; use json or html", format=format)
    with stores.database.read() as session:
        made = export(session, stores.vault, find(session, number), {}, stores.database.now())
    if format == "json":
        return json.dumps(made, ensure_ascii=False, indent=2)
    from dashboard.record import record_page  # loading the templates takes a while: who wants a page pays for it

    return record_page(Export.model_validate(made), language)
