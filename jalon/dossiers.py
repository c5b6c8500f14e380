"""Dossiers as the terminal shows them: a table without content, and the record of one as JSON or as a page."""

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.journey import load_journey
from flows.phrases import LANGUAGES
from jalon.columns import columns
from jalon.settings import Settings
from jalon.wiring import Stores
from jalon.words import NotReady, say
from storage.export import export
from storage.export_schema import Export
from storage.listing import Listed, dossiers, find, short
from storage.records import mark_seen

FORMATS = ("json", "html")
HEADS = ("number", "urgent", "name", "counsellor", "phase", "active", "flags", "telegram")


def listing(settings: Settings, stores: Stores) -> Iterator[str]:
    """A line for each dossier, the urgent ones first: never what was written."""
    with stores.database.read() as session:
        found = dossiers(session)
    if not found:
        yield say("no_dossiers", settings.language)
        return
    digits = short([each.id for each in found])
    heads = tuple(say(f"head_{head}", settings.language) for head in HEADS)
    rows = [heads, *(_row(settings, each, digits) for each in found)]
    yield from columns(rows)


def _row(settings: Settings, each: Listed, digits: int) -> tuple[str, ...]:
    state = load_journey().pack.states.get(each.journey_at)
    active, urgent = each.last_active_at, each.urgent_at
    return (
        each.id.hex[:digits],
        say("urgent_since", settings.language, at=_moment(settings, urgent)) if urgent else "",
        each.name or "-",
        each.counsellor or "-",
        state.title[settings.language] if state else each.journey_at,
        _moment(settings, active) if active else "-",
        str(each.flags or "-"),
        _reach(each, settings.language),
    )


def _reach(each: Listed, language: str) -> str:
    if each.stopped_at:
        return say("reach_stopped", language)
    if each.unreachable_since:
        return say("reach_not", language)
    return say("reach_ok", language) if each.last_active_at else "-"


def _moment(settings: Settings, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(settings.time_zone)):%d/%m/%Y %H:%M}"


def seen(settings: Settings, stores: Stores, number: str, by: str) -> Iterator[str]:
    """Marks the flags of a dossier as read, and says which: one that was not there at the reading is noticed."""
    reader = by.strip()
    if not (number and reader):  # who has read it is for the record: the user of this computer may be anybody
        raise NotReady("seen_by_nobody")
    with stores.database.write() as session:
        marked = mark_seen(session, find(session, number), reader, stores.database.now())
    if not marked:
        yield say("seen_nothing", settings.language)
        return
    yield say("seen_by", settings.language, reader=reader)
    for level, raised_at in marked:
        yield f"  {say(f'level_{level}', settings.language)} {_moment(settings, raised_at)}"
    yield say("seen_another", settings.language, number=number)


def record(stores: Stores, number: str, format: str, language: str) -> str:
    """The record of the dossier whose number begins so; the headings of a page are in `language`."""
    if language not in LANGUAGES:
        raise NotReady("language_unknown", languages=", ".join(LANGUAGES))
    if format not in FORMATS:
        raise NotReady("format_unknown", format=format)
    with stores.database.read() as session:
        made = export(session, stores.vault, find(session, number), {}, stores.database.now())
    if format == "json":
        return json.dumps(made, ensure_ascii=False, indent=2)
    from dashboard.record import record_page  # loading the templates takes a while: who wants a page pays for it

    return record_page(Export.model_validate(made), language)
