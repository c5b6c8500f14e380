"""A turn: a batch of updates in one transaction. Once it returns, all is committed and Telegram may forget them.

A batch is first taken together, with the reads and the writes of all made at once. If an update makes the code fail, it is
taken again one by one: each has a savepoint of its own, and the one at fault is parked with the place of its error. It
neither blocks the others nor is lost.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversing import converse
from bot.house import House
from bot.incoming import RawUpdate, chats_of, read
from bot.parking import OUTAGE, put_aside
from storage.inbox import note_update, note_updates, where
from storage.people import foresee_chats
from storage.runs import foresee_runs
from storage.showings import foresee_showings
from storage.sql import lock_chats
from storage.unit import Unit

log = logging.getLogger(__name__)


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
        put_aside(house, session, raw, error, now)


def _once(house: House, session: Session, raw: RawUpdate, now: datetime) -> None:
    incoming = read(raw)
    if note_update(session, house.bot_id, incoming.update_id, now, kind=incoming.kind, chat_id=incoming.chat_id):
        converse(house, session, incoming, now)
