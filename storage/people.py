"""Dossiers, and which chat speaks for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy import Row, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from storage.tables import Beneficiary, ChatLink, Counsellor, table
from storage.unit import UNREAD, foresee, foreseen, forget, gather

# What the next words are for, when not for the open question: a message to the counsellor (`begun`: something is
# written), the question whether to stop, a pause that was just taken or offered.
WordsFor = Literal["letter", "letter_begun", "stop", "pause", "helped"]
_people = table(Beneficiary)
_counsellors = table(Counsellor)
_links = table(ChatLink)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the conversation needs to know of a person."""

    id: UUID
    name: str | None
    language: str
    zone: str
    counsellor_id: UUID | None
    journey_id: str
    journey_at: str
    active_run_id: UUID | None
    words_for: WordsFor | None
    created_at: datetime
    last_active_at: datetime | None
    unreachable_since: datetime | None
    unreachable_reason: str | None
    stopped_at: datetime | None


class Changes(TypedDict, total=False):
    """The columns of a dossier that change as it is lived."""

    name: str | None
    language: str
    zone: str
    counsellor_id: UUID | None
    journey_id: str
    journey_at: str
    active_run_id: UUID | None
    words_for: WordsFor | None
    last_active_at: datetime
    unreachable_since: datetime | None
    unreachable_reason: str | None
    stopped_at: datetime | None


# ---------------------------------------------------------------------------------------------------------- dossiers
def create_beneficiary(
    session: Session,
    *,
    journey_id: str,
    journey_at: str,
    language: str,
    now: datetime,
    name: str | None = None,
    zone: str = "Europe/Paris",
    counsellor_id: UUID | None = None,
) -> UUID:
    """Opens a dossier; it has no content yet."""
    id = uuid4()
    place = {"journey_id": journey_id, "journey_at": journey_at, "counsellor_id": counsellor_id}
    person = {"name": name, "language": language, "zone": zone, "created_at": now}
    session.execute(insert(_people), {"id": id, **place, **person})
    return id


_DOSSIER = select(*(_people.c[name] for name in Dossier.__slots__))
_BY_ID = _DOSSIER.where(_people.c.id == bindparam("person"))
_LINKED = _DOSSIER.join(_links, _links.c.beneficiary_id == _people.c.id).where(
    _links.c.bot_id == bindparam("bot"), _links.c.ended_at.is_(None)
)
_BY_CHAT = _LINKED.where(_links.c.chat_id == bindparam("chat"))
_BY_CHATS = _LINKED.add_columns(_links.c.chat_id).where(_links.c.chat_id.in_(bindparam("chats", expanding=True)))


def dossier(session: Session, beneficiary_id: UUID) -> Dossier | None:
    return _dossier(session.connection().execute(_BY_ID, {"person": beneficiary_id}).one_or_none())


def beneficiary_of_chat(session: Session, bot_id: int, chat_id: int) -> Dossier | None:
    """Who speaks in this chat, or None: a stranger, or somebody whose link has ended."""
    read = foreseen(session, "chat", bot_id, chat_id)
    if read is UNREAD:
        read = session.connection().execute(_BY_CHAT, {"bot": bot_id, "chat": chat_id}).one_or_none()
    return _dossier(read)


def foresee_chats(session: Session, bot_id: int, chats: Collection[int]) -> set[UUID]:
    """Reads ahead who speaks in these chats, all at once; gives back the runs they are in."""
    rows = {row.chat_id: row for row in session.connection().execute(_BY_CHATS, {"bot": bot_id, "chats": list(chats)})}
    foresee(session, {("chat", bot_id, chat): rows.get(chat) for chat in chats})
    return {row.active_run_id for row in rows.values() if row.active_run_id}


def chat_of(session: Session, beneficiary_id: UUID, bot_id: int) -> int | None:
    """The chat where a person can be written to, or None."""
    open_link = (_links.c.beneficiary_id == beneficiary_id, _links.c.bot_id == bot_id, _links.c.ended_at.is_(None))
    return session.execute(select(_links.c.chat_id).where(*open_link)).scalar_one_or_none()


def counsellor_name(session: Session, counsellor_id: UUID) -> str | None:
    """What the counsellor of a dossier is called."""
    named = select(_counsellors.c.name).where(_counsellors.c.id == counsellor_id)
    return session.execute(named).scalar_one_or_none()


def change_beneficiary(session: Session, beneficiary_id: UUID, **changes: Unpack[Changes]) -> None:
    """Writes the named columns of a dossier."""
    new = {f"new_{name}": value for name, value in changes.items()}
    gather(session, _change(tuple(changes)), [{"person": beneficiary_id, **new}], row=("person", beneficiary_id))


@cache
def _change(names: tuple[str, ...]) -> Update:
    values = {name: bindparam(f"new_{name}", type_=_people.c[name].type) for name in names}
    return update(_people).where(_people.c.id == bindparam("person")).values(values)


def mark_unreachable(
    session: Session, beneficiary_id: UUID, bot_id: int, chat_id: int, reason: str, now: datetime
) -> None:
    """The person cannot be written to since now, because of `reason` ("blocked", …). The first moment stays.

    What happens in a chat that does not speak for the person any more says nothing about them.
    """
    if chat_of(session, beneficiary_id, bot_id) != chat_id:
        return
    still_reachable = (_people.c.id == beneficiary_id, _people.c.unreachable_since.is_(None))
    values = {"unreachable_since": now, "unreachable_reason": reason}
    session.connection().execute(update(_people).where(*still_reachable).values(values))


def mark_reachable(session: Session, beneficiary_id: UUID) -> None:
    change_beneficiary(session, beneficiary_id, unreachable_since=None, unreachable_reason=None)


def _dossier(row: Row[Any] | None) -> Dossier | None:
    return None if row is None else Dossier(*row[: len(Dossier.__slots__)])


# ------------------------------------------------------------------------------------------------------- chats
def end_links(session: Session, beneficiary_id: UUID, reason: str, now: datetime, bot_id: int | None = None) -> int:
    """Ends the open links of a dossier (with one bot, or all): the former chats are strangers from now on."""
    forget(session)
    which = [_links.c.beneficiary_id == beneficiary_id, _links.c.ended_at.is_(None)]
    which += [_links.c.bot_id == bot_id] if bot_id is not None else []
    statement = update(_links).where(*which).values(ended_at=now, ended_reason=reason)
    return session.connection().execute(statement).rowcount


def link_chat(session: Session, owner: UUID, bot_id: int, chat_id: int, user_id: int, now: datetime) -> None:
    """This chat speaks for the dossier from now on."""
    forget(session)
    chat = {"bot_id": bot_id, "chat_id": chat_id, "user_id": user_id}
    session.execute(insert(_links), {"id": uuid4(), "beneficiary_id": owner, "linked_at": now, **chat})
