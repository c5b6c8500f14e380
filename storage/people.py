"""Dossiers, invitations, and which chat speaks for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Literal, TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy import Row, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from storage.outbox import drop_queued
from storage.sql import hold_locks, lock_number
from storage.tables import Beneficiary, ChatLink, Counsellor, Invitation, table
from storage.unit import UNREAD, foresee, foreseen, forget, gather

CODE_BYTES = 16  # 128 random bits: 22 characters of [A-Za-z0-9_-], as the payload of a start link asks (at most 64)
VALID = timedelta(days=30)

# What the next words are for, when not for the open question: a message to the counsellor (`begun`: something is
# written), the question whether to stop, a pause that was just taken or offered.
WordsFor = Literal["letter", "letter_begun", "stop", "pause", "helped"]
Reason = Literal["unknown", "used", "expired", "revoked", "taken"]
_people = table(Beneficiary)
_counsellors = table(Counsellor)
_links = table(ChatLink)
_invitations = table(Invitation)


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


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The chat speaks for this dossier. `again`: it already did, the same link was pressed once more."""

    beneficiary_id: UUID
    kind: Literal["enrol", "relink"]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason


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


# ------------------------------------------------------------------------------------------------------- invitations
def invite(
    session: Session,
    beneficiary_id: UUID,
    now: datetime,
    kind: Literal["enrol", "relink"] = "enrol",
    valid: timedelta = VALID,
) -> str:
    """The code of a new invitation. It is not kept and cannot be shown again: only its hash is stored."""
    code = token_urlsafe(CODE_BYTES)
    row = {"id": uuid4(), "code_hash": _hash(code), "beneficiary_id": beneficiary_id, "kind": kind}
    session.execute(insert(_invitations), {**row, "created_at": now, "expires_at": now + valid})
    return code


def revoke_invitations(session: Session, beneficiary_id: UUID, now: datetime) -> int:
    """Revokes the invitations of a dossier that have not been used; says how many."""
    unused = (_invitations.c.beneficiary_id == beneficiary_id, _invitations.c.used_at.is_(None))
    statement = update(_invitations).where(*unused, _invitations.c.revoked_at.is_(None)).values(revoked_at=now)
    return session.connection().execute(statement).rowcount


def redeem(session: Session, code: str, bot_id: int, chat_id: int, user_id: int, now: datetime) -> Redeemed | Refused:
    """Uses an invitation for this chat, or says why not.

    A code that does not exist costs the same queries as one that does. A *relink* ends the former chat's link at once,
    and nothing more that is queued goes there. An account that presses its own used link again is welcomed back.
    """
    hashed = _hash(code)
    hold_locks(session, [lock_number("invitation", hashed)])
    invitation = session.execute(select(_invitations).where(_invitations.c.code_hash == hashed)).one_or_none()
    here = (_links.c.bot_id == bot_id, _links.c.chat_id == chat_id, _links.c.ended_at.is_(None))
    spoken_for = session.execute(select(_links.c.beneficiary_id).where(*here)).scalar_one_or_none()
    owner: UUID = invitation.beneficiary_id if invitation else uuid4()
    elsewhere = chat_of(session, owner, bot_id)
    if invitation is None:
        return Refused("unknown")
    if invitation.used_by_user == user_id and spoken_for == owner:
        return Redeemed(owner, invitation.kind, again=True)
    if reason := _refusal(invitation, spoken_for, elsewhere, now):
        return Refused(reason)
    session.execute(
        update(_invitations).where(_invitations.c.id == invitation.id).values(used_at=now, used_by_user=user_id)
    )
    if spoken_for is None:
        end_links(session, owner, "relinked", now, bot_id)
        if elsewhere is not None:
            drop_queued(session, owner, "no longer linked", (bot_id, elsewhere))
        link_chat(session, owner, bot_id, chat_id, user_id, now)
    return Redeemed(owner, invitation.kind)


def _refusal(invitation: Row[Any], spoken_for: UUID | None, elsewhere: int | None, now: datetime) -> Reason | None:
    taken_dossier = invitation.kind == "enrol" and elsewhere is not None and spoken_for != invitation.beneficiary_id
    rules: tuple[tuple[bool, Reason], ...] = (
        (invitation.revoked_at is not None, "revoked"),
        (invitation.used_at is not None or taken_dossier, "used"),
        (invitation.expires_at <= now, "expired"),
        (spoken_for not in (None, invitation.beneficiary_id), "taken"),
    )
    return next((reason for holds, reason in rules if holds), None)


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


def _hash(code: str) -> str:
    return sha256(code.encode(errors="surrogatepass")).hexdigest()
