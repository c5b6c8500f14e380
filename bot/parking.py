"""An update that makes the code fail is put aside with the place of its error: it blocks nobody, and is tried again."""

import json
import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from bot.conversing import converse
from bot.house import House
from bot.incoming import ALLOWED, RawUpdate, chats_of, read
from bot.talk import REPLY
from bot.words import say
from storage.errors import Unreadable
from storage.inbox import Parked, note_update, park, parked_pages, settle, where
from storage.outbox import Message, enqueue
from storage.people import Dossier, beneficiary_of_chat
from storage.sql import lock_chats
from storage.unit import Unit

log = logging.getLogger(__name__)

OUTAGE = (OperationalError, InterfaceError)  # the database is away or full: the whole turn comes again
TOLD = {"message", "edited_message", "callback_query"}  # who did one of these waits for an answer


def put_aside(house: House, session: Unit, raw: RawUpdate, error: Exception, now: datetime) -> None:
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
