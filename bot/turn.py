"""A turn: a batch of updates in one transaction. Once it returns, all is committed and Telegram may forget them.

Each update has a savepoint of its own. One that makes the code fail is rolled back to it and parked with the
place of its error: it neither blocks the others nor is lost.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from bot.commands import commanded, privacy
from bot.corrections import edited
from bot.enrolment import Enrolment, stranger
from bot.incoming import Incoming, RawUpdate, chats_of, read
from bot.library import Library
from bot.presses import pressed
from bot.support import support
from bot.talk import Talk
from bot.typed import not_in_words, typed
from bot.words import spoken
from storage.database import Database
from storage.inbox import note_update, park, where
from storage.people import beneficiary_of_chat, mark_reachable, mark_unreachable
from storage.sql import lock_chats
from storage.vault import Vault

log = logging.getLogger(__name__)

BLOCKED = "blocked"
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
    chats = {(house.bot_id, chat) for raw in updates for chat in chats_of(raw)}
    with house.database.write() as session:
        lock_chats(session, chats)
        now = house.database.now()
        for raw in updates:
            _handle(house, session, raw, now)


def _handle(house: House, session: Session, raw: RawUpdate, now: datetime) -> None:
    try:
        with session.begin_nested():
            _once(house, session, raw, now)
    except (OperationalError, InterfaceError):  # the database is away or full: the whole turn comes again
        raise
    except Exception as error:
        log.error("update %s is parked: %s", raw["update_id"], where(error))
        _park(house, session, raw, error, now)


def _once(house: House, session: Session, raw: RawUpdate, now: datetime) -> None:
    incoming = read(raw)
    if note_update(session, house.bot_id, incoming.update_id, now, kind=incoming.kind, chat_id=incoming.chat_id):
        converse(house, session, incoming, now)


def _park(house: House, session: Session, raw: RawUpdate, error: Exception, now: datetime) -> None:
    chat = next(iter(chats_of(raw)), None)
    person = None if chat is None else beneficiary_of_chat(session, house.bot_id, chat)
    park(
        session,
        house.vault,
        house.bot_id,
        raw["update_id"],
        now,
        raw=json.dumps(raw, ensure_ascii=False),
        error=error,
        kind=next((name for name in raw if name != "update_id"), "nothing"),
        chat_id=chat,
        beneficiary_id=person.id if person else None,
    )


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
    talk.flush()


def _leave_group(talk: Talk) -> None:
    talk.person = None
    talk.say("group")
    talk.leave()


def _stranger(talk: Talk, enrolment: Enrolment, zone: str) -> None:
    if talk.incoming.kind in WRITTEN:
        support(talk)
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
