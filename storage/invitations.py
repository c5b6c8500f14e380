"""Invitations: a code, shown once, by which an account comes to speak for a dossier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from storage.outbox import drop_queued
from storage.people import chat_of, end_links, link_chat
from storage.sql import hold_locks, lock_number
from storage.tables import ChatLink, Invitation, table

CODE_BYTES = 16  # 128 random bits: 22 characters of [A-Za-z0-9_-], as the payload of a start link asks (at most 64)
VALID = timedelta(days=30)

Reason = Literal["unknown", "used", "expired", "revoked", "taken"]
_links = table(ChatLink)
_invitations = table(Invitation)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The chat speaks for this dossier. `again`: it already did, the same link was pressed once more."""

    beneficiary_id: UUID
    kind: Literal["enrol", "relink"]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason


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


def _hash(code: str) -> str:
    return sha256(code.encode(errors="surrogatepass")).hexdigest()
