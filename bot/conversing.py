"""What one update means: who speaks, what they did, and everything said in return."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.commands import commanded, privacy
from bot.corrections import edited
from bot.enrolment import Enrolment, stranger
from bot.house import House
from bot.incoming import Incoming
from bot.presses import pressed
from bot.support import after_support, support
from bot.talk import Talk
from bot.typed import not_in_words, typed
from bot.words import spoken
from flows.distress import distressed
from storage.outbox import open_in_chat
from storage.people import beneficiary_of_chat, mark_reachable, mark_unreachable

BLOCKED = "blocked"
WRITTEN = {"text", "edited", "command", "other"}  # a command and a picture may carry words too
OPEN_TO_STRANGERS = {"privacy", "confidentialite"}


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
