"""A turn: a batch of updates in one transaction. Once it returns, all is committed and Telegram may forget them.

A batch is first taken together, with the reads and the writes of all made at once. If an update makes the code fail, it is
taken again one by one: each has a savepoint of its own, and the one at fault is parked with the place of its error. It
neither blocks the others nor is lost.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from bot.commands import commanded, privacy
from bot.corrections import edited
from bot.enrolment import Enrolment, stranger
from bot.incoming import ALLOWED, Incoming, RawUpdate, chats_of, read
from bot.library import Library
from bot.presses import pressed
from bot.support import after_support, support
from bot.talk import REPLY, Talk
from bot.typed import not_in_words, typed
from bot.words import say, spoken
from flows.distress import distressed
from storage.database import Database
from storage.errors import Unreadable
from storage.inbox import Parked, note_update, note_updates, park, parked_pages, settle, where
from storage.outbox import Message, enqueue, open_in_chat
from storage.people import Dossier, beneficiary_of_chat, foresee_chats, mark_reachable, mark_unreachable
from storage.runs import foresee_runs
from storage.showings import foresee_showings
from storage.sql import lock_chats
from storage.unit import Unit
from storage.vault import Vault

log = logging.getLogger(__name__)

OUTAGE = (OperationalError, InterfaceError)  # the database is away or full: the whole turn comes again
BLOCKED = "blocked"
TOLD = {"message", "edited_message", "callback_query"}  # who did one of these waits for an answer
WRITTEN = {"text", "edited", "command", "other"}  # a command and a picture may carry words too
OPEN_TO_STRANGERS = {"privacy", "confidentialite"}


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs. One per process."""

    database: Database
    vault: Vault
    library: Library
    bot_id: int
    enrolment: Enrolment
    zone: str


def take_turn(house: House, updates: Sequence[RawUpdate]) -> None:
    """Handles a batch; returns once it is committed. Raises only where nothing was committed (the database is away)."""
    try:
        _together(house, updates)
    except OUTAGE:
        raise
    except Exception as error:
        log.info("a batch is taken one by one: %s", where(error))
        _one_by_one(house, updates)


def _together(house: House, updates: Sequence[RawUpdate]) -> None:
    """All of them or none, with the reads and the writes of all made at once."""
    with house.database.write() as unit:
        lock_chats(unit, _chats(house, updates))
        now = house.database.now()
        incoming = [read(raw) for raw in updates]
        new = note_updates(unit, house.bot_id, [(one.update_id, one.kind, one.chat_id) for one in incoming], now)
        _read_ahead(house, unit, {one.chat_id for one in incoming if one.update_id in new and one.chat_id is not None})
        for one in incoming:
            if one.update_id in new:
                new.discard(one.update_id)  # the same once more in this batch is a repetition
                converse(house, unit, one, now)


def _read_ahead(house: House, unit: Unit, chats: set[int]) -> None:
    runs = foresee_chats(unit, house.bot_id, chats)
    foresee_runs(unit, house.vault, runs)
    foresee_showings(unit, runs)


def _chats(house: House, updates: Sequence[RawUpdate]) -> set[tuple[int, int]]:
    return {(house.bot_id, chat) for raw in updates for chat in chats_of(raw)}


def _one_by_one(house: House, updates: Sequence[RawUpdate]) -> None:
    """Each by itself, so that one which makes the code fail is parked and the others are handled."""
    with house.database.write() as unit:
        lock_chats(unit, _chats(house, updates))
        now = house.database.now()
        for raw in updates:
            _handle(house, unit, raw, now)


def _handle(house: House, session: Unit, raw: RawUpdate, now: datetime) -> None:
    try:
        with session.savepoint():
            _once(house, session, raw, now)
    except OUTAGE:
        raise
    except Exception as error:
        log.error("update %s is parked: %s", raw["update_id"], where(error))
        _put_aside(house, session, raw, error, now)


def _put_aside(house: House, session: Unit, raw: RawUpdate, error: Exception, now: datetime) -> None:
    """Parks an update. One that no row can hold is noted, so that it stops nobody: Telegram makes none such."""
    try:
        with session.savepoint():
            person = _park(house, session, raw, error, now)
    except OUTAGE:
        raise
    except Exception as again:
        log.error("update %s cannot be kept: %s", raw["update_id"], where(again))
        note_update(session, house.bot_id, raw["update_id"], now, kind="unreadable")
        return
    if person is not None and TOLD & raw.keys():
        _tell_parked(house, session, next(chats_of(raw)), person, now)


def _once(house: House, session: Session, raw: RawUpdate, now: datetime) -> None:
    incoming = read(raw)
    if note_update(session, house.bot_id, incoming.update_id, now, kind=incoming.kind, chat_id=incoming.chat_id):
        converse(house, session, incoming, now)


def _park(house: House, session: Unit, raw: RawUpdate, error: Exception, now: datetime) -> Dossier | None:
    """Puts an update aside; gives back whose it is."""
    chat = next(iter(chats_of(raw)), None)
    person = None if chat is None else beneficiary_of_chat(session, house.bot_id, chat)
    kept = park(
        session,
        house.vault,
        house.bot_id,
        raw["update_id"],
        now,
        raw=_as_json(raw),
        error=error,
        kind=next((name for name in ALLOWED if name in raw), "nothing"),
        chat_id=chat,
        beneficiary_id=person.id if person else None,
    )
    if not kept:
        log.error("update %s is parked without its content: no key could seal it", raw["update_id"])
    return person


def _as_json(raw: RawUpdate) -> str | None:
    """None for what is nested too deeply to be written down."""
    try:
        return json.dumps(raw, ensure_ascii=False)
    except RecursionError:
        return None


def _tell_parked(house: House, session: Unit, chat_id: int, person: Dossier, now: datetime) -> None:
    """The words hold nothing of the person's: sealed for the house, they leave even where the person's key is damaged."""
    payload: dict[str, Any] = {
        "text": say("parked", person.language),
        "rows": [],
        "message_id": None,
        "fallback": False,
    }
    with suppress(Unreadable), session.savepoint():
        enqueue(session, house.vault, [Message(house.bot_id, chat_id, None, "send", payload, REPLY)], now)


# ------------------------------------------------------------------------------------------------------- once more
def retry_parked(house: House, *, unasked: bool = False) -> tuple[int, int]:
    """Puts parked updates through again; says how many were handled, and how many stay parked.

    `unasked` (at a start, nobody watching): not those whose sender has spoken since. Their words would answer a question
    they were not meant for; a person decides about these.
    """
    handled = seen = 0
    for page in parked_pages(house.database, house.vault, house.bot_id):
        late = _overtaken(house, page) if unasked else set()
        handled += sum(_again(house, update) for update in page if update.update_id not in late)
        seen += len(page)
    return handled, seen - handled


def _overtaken(house: House, updates: list[Parked]) -> set[int]:
    with house.database.read() as session:
        return {update.update_id for update in updates if _spoken_since(house, session, update)}


def _spoken_since(house: House, session: Session, update: Parked) -> bool:
    chat = next(chats_of(json.loads(update.raw or "{}")), None)
    person = None if chat is None else beneficiary_of_chat(session, house.bot_id, chat)
    return person is not None and person.last_active_at is not None and person.last_active_at > update.received_at


def _again(house: House, update: Parked) -> bool:
    """Whether it is dealt with now."""
    if update.raw is None:
        return False
    raw: RawUpdate = json.loads(update.raw)
    with house.database.write() as session:
        lock_chats(session, {(house.bot_id, chat) for chat in chats_of(raw)})
        now = house.database.now()
        try:
            with session.savepoint():
                if settle(session, house.bot_id, update.update_id):  # else another process was first
                    converse(house, session, read(raw), now)
        except OUTAGE:
            raise
        except Exception as error:
            log.error("update %s stays parked: %s", update.update_id, where(error))
            _park(house, session, raw, error, now)
            return False
    return True


# ---------------------------------------------------------------------------------------------------------- conversing
def converse(house: House, session: Session, incoming: Incoming, now: datetime) -> None:
    """What one update means: who speaks, what they did, and everything said in return."""
    if incoming.chat_id is None or incoming.kind == "nothing":
        return
    person = beneficiary_of_chat(session, house.bot_id, incoming.chat_id)
    talk = Talk(
        session=session,
        vault=house.vault,
        library=house.library,
        now=now,
        bot_id=house.bot_id,
        chat_id=incoming.chat_id,
        user_id=incoming.user_id or 0,
        person=person,
        language=person.language if person else spoken(incoming.language),
        incoming=incoming,
        last_seen=person.last_active_at if person else None,
    )
    if incoming.kind == "group":
        _leave_group(talk)
    elif person is None:
        _stranger(talk, house.enrolment, house.zone)
    else:
        _known(talk)
    if talk.person is not None or not _has_enough(talk):
        talk.flush()


def _has_enough(talk: Talk) -> bool:
    """Somebody without a dossier gets one answer at a time, so that no crowd keeps others waiting; help always comes."""
    most = 2 if distressed(talk.incoming.text) else 1  # the numbers, behind an earlier answer
    return open_in_chat(talk.session, talk.bot_id, talk.chat_id) >= most


def _leave_group(talk: Talk) -> None:
    talk.person = None
    talk.say("group")
    talk.leave()


def _stranger(talk: Talk, enrolment: Enrolment, zone: str) -> None:
    if talk.incoming.kind in WRITTEN:
        support(talk)
    if talk.hushed:
        return
    if talk.incoming.command in OPEN_TO_STRANGERS:
        privacy(talk)
    elif talk.incoming.kind not in ("blocked", "unblocked"):
        stranger(talk, enrolment, zone)


def _known(talk: Talk) -> None:
    if talk.incoming.kind != "blocked":
        talk.change(last_active_at=talk.now)
        if talk.who.unreachable_since is not None:
            mark_reachable(talk.session, talk.who.id)
    if talk.incoming.kind in WRITTEN:
        support(talk)
    HANDLERS[talk.incoming.kind](talk)
    after_support(talk)


def _blocked(talk: Talk) -> None:
    mark_unreachable(talk.session, talk.who.id, talk.bot_id, talk.chat_id, BLOCKED, talk.now)


HANDLERS: dict[str, Callable[[Talk], None]] = {
    "text": typed,
    "command": commanded,
    "edited": edited,
    "press": lambda talk: pressed(talk, talk.incoming),
    "other": not_in_words,
    "blocked": _blocked,
    "unblocked": lambda talk: None,
}
