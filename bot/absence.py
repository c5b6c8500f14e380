"""After an absence: who may have pressed a button that Telegram has forgotten since is shown the open question again."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.answering import ask_again_after
from bot.consent import may_ask
from bot.house import House
from bot.incoming import Incoming
from bot.parking import OUTAGE
from bot.stopping import ask_to_stop_after
from bot.talk import Talk
from bot.travel import open_run
from storage.absence import Waiting, pass_on, receiving, waiting
from storage.inbox import where
from storage.outbox import UNASKED
from storage.people import beneficiary_of_chat
from storage.sql import hold_locks, lock_chats, lock_number
from storage.unit import savepoint

log = logging.getLogger(__name__)

WORDS = "absent"


def note_receiving(
    session: Session, bot_id: int, now: datetime, *, unbroken: bool = False, wait: timedelta = timedelta()
) -> None:
    """A sign of life, as `storage.absence.receiving` has it."""
    gap = receiving(session, bot_id, now, unbroken=unbroken, wait=wait)
    if gap is not None:
        log.warning("no update was received for %d s: open questions are shown again", gap.total_seconds())


def ask_again(house: House, session: Session, now: datetime) -> None:
    """A page of those who wait since an absence. To be called now and then: nothing happens where there was none."""
    if waiting(session, house.bot_id, now) is None:
        return
    hold_locks(session, [lock_number("absence", house.bot_id)])
    page = waiting(session, house.bot_id, now) or []
    lock_chats(session, [(house.bot_id, each.chat_id) for each in page])
    silent = waiting(session, house.bot_id, now) or []  # somebody may have spoken until their chat was locked
    for each in page:
        if each in silent:
            _show(house, session, each, now)
    pass_on(session, house.bot_id, page)
    log.info("open questions shown again: %d", len(silent))


def _show(house: House, session: Session, each: Waiting, now: datetime) -> None:
    """One whose dossier cannot be read must not keep the others waiting."""
    try:
        with savepoint(session):
            _ask(_talk(house, session, each.chat_id, now))
    except OUTAGE:
        raise
    except Exception as error:
        log.error("the question of %s is not shown again: %s", each.id, where(error))


def _talk(house: House, session: Session, chat_id: int, now: datetime) -> Talk:
    person = beneficiary_of_chat(session, house.bot_id, chat_id)
    return Talk(
        session=session,
        vault=house.vault,
        library=house.library,
        now=now,
        bot_id=house.bot_id,
        chat_id=chat_id,
        user_id=0,
        person=person,
        language=person.language if person else "",
        incoming=Incoming(0, "nothing", chat_id),
        last_seen=person.last_active_at if person else None,
        priority=UNASKED,
    )


def _ask(talk: Talk) -> None:
    run = open_run(talk)
    if run is None or not may_ask(talk, run):
        return
    if talk.who.words_for is not None:
        ask_to_stop_after(talk, WORDS)
    else:
        ask_again_after(talk, run, WORDS)
    talk.flush()
