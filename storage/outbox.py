"""The outbox: what is to be sent, in order within each chat, and what became of it.

    queued ──claim──► leased ──► sent        Telegram said so
      ▲                 │  ├───► refused     Telegram said why
      │                 │  └───► unknown     the answer never came
      └──── later ──────┘
    queued ──expired──► dropped              a notice nobody needs any more

Where the answer never came, be it that the line broke or that the worker died, whose lease runs out, the kind decides
(`WHEN_LOST`): Telegram has no key against doing a thing twice, so a question may be shown again, a few times
(`MOST_UNHEARD`), while the answer to a press is not repeated but said to be unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.messages import OutboxRow, open_rows
from storage.tables import table
from storage.unit import gather
from storage.vault import HOUSE, Vault

Kind = Literal["send", "edit", "notice", "leave", "typing"]
State = Literal["queued", "leased", "sent", "refused", "unknown", "dropped"]
Settled = Literal["queued", "sent", "refused", "unknown", "dropped"]

OPEN_STATES: Final[tuple[State, ...]] = ("queued", "leased")
WHEN_LOST: Final[dict[Kind, State]] = {
    "send": "queued",  # seeing a question twice is harmless
    "edit": "queued",  # the same edit again changes nothing
    "leave": "queued",  # so does leaving again
    "notice": "unknown",  # the answer to a press: not worth repeating, the person has long seen what it did
    "typing": "dropped",  # "is typing…" has no meaning later
}
LEASE = timedelta(seconds=90)  # longer than the transport's longest time-out, so that a slow answer is not a lost one
KEEP_STRANGERS = timedelta(days=1)  # what was said to people without a dossier is nobody's record
UNASKED: Final = 5  # the priority of what nobody waits for at this moment
MOST_UNHEARD = 5  # answers to one message that never came, be its worker dead or the line; then it is left as *unknown*

_outbox = table(OutboxRow)


@dataclass(frozen=True, slots=True)
class Message:
    """Something to send. `payload`: JSON for the transport; `edits`: the id of the outbox row whose message it changes.

    Lower `priority` numbers leave first among chats; within a chat the order of queueing decides.
    `owner`: whose content it is; None for a person not known yet.
    """

    bot_id: int
    chat_id: int
    owner: UUID | None
    kind: Kind
    payload: dict[str, Any]
    priority: int = UNASKED
    run_id: UUID | None = None
    step: str | None = None
    visit: int | None = None
    edits: UUID | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None


_QUEUE = insert(_outbox)


def enqueue(session: Session, vault: Vault, messages: Iterable[Message], now: datetime) -> list[UUID]:
    """Queues messages in this order; gives back their ids, which the transcript refers to.

    What is due in the same chat before them gets their priority, if that is higher: a reply does not wait behind a
    mass message that waits behind everybody else's.
    """
    rows = [_row(session, vault, message, now) for message in messages]
    gather(session, _QUEUE, rows)
    first = {(row["bot_id"], row["chat_id"], row["priority"], now) for row in rows}
    gather(session, _HURRY, [dict(zip(("bot", "chat", "new", "now"), one, strict=True)) for one in first])
    return [row["id"] for row in rows]


def _row(session: Session, vault: Vault, message: Message, now: datetime) -> dict[str, Any]:
    id, owner = uuid4(), message.owner
    return {
        "id": id,
        "bot_id": message.bot_id,
        "chat_id": message.chat_id,
        "beneficiary_id": owner,
        "kind": message.kind,
        "content": vault.seal_json(session, owner or HOUSE, "outbox", id, "content", message.payload),
        "priority": message.priority,
        "run_id": message.run_id,
        "step": message.step,
        "visit": message.visit,
        "edits": message.edits,
        "created_at": now,
        "not_before": message.not_before or now,
        "expires_at": message.expires_at,
        "state": "queued",
        "attempts": 0,
    }


_HURRY = (
    update(_outbox)
    .where(_outbox.c.bot_id == bindparam("bot"), _outbox.c.chat_id == bindparam("chat"), open_rows())
    .where(_outbox.c.priority > bindparam("new"), or_(_outbox.c.not_before <= bindparam("now"), _outbox.c.attempts > 0))
    .values(priority=bindparam("new"))
)


# ------------------------------------------------------------------------------------------------------------ outcomes
@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a claimed row.

    `state`: "queued" to try it again, keeping its place in its chat, whose later rows wait behind it; "unknown" where no
    answer came: then its kind and `MOST_UNHEARD` decide whether it is tried again. `at`: when it was settled, or when it
    may be tried again. `error`: Telegram's reason or ours, without content.
    """

    row: UUID
    state: Settled
    at: datetime
    message_id: int | None = None
    error: str | None = None


def settle(session: Session, worker: str, ended: Iterable[Ended]) -> int:
    """Ends the leases of these rows; says how many.

    A worker whose lease ran out may still tell the truth, unless somebody else took the row since, or it is settled: then
    nothing changes.
    """
    rows = list(ended)
    known = [_settled(one, worker) for one in rows if one.state != "unknown"]
    unheard = [
        {"row": one.row, "worker": worker, "at": one.at, "why": one.error} for one in rows if one.state == "unknown"
    ]
    line = session.connection()
    return sum(
        line.execute(statement, values).rowcount
        for statement, values in ((_SETTLED, known), (_UNHEARD, unheard))
        if values
    )


def _settled(one: Ended, worker: str) -> dict[str, Any]:
    return {
        "row": one.row,
        "worker": worker,
        "new_state": one.state,
        "sent": one.at if one.state == "sent" else None,
        "message": one.message_id,
        "again": one.at if one.state == "queued" else None,
        "why": one.error,
    }


def unheard(at: Any, why: Any) -> dict[str, Any]:
    """What an UPDATE sets where no answer came: the kind decides, and a question is not shown for ever."""
    enough = _outbox.c.unheard + 1 >= MOST_UNHEARD
    by_kind = ((_outbox.c.kind == kind, state) for kind, state in WHEN_LOST.items())
    state = case((enough, "unknown"), *by_kind)
    return {"state": state, "unheard": _outbox.c.unheard + 1, "not_before": at, "error": why, "lease_until": None}


_held = (
    _outbox.c.id == bindparam("row"),
    _outbox.c.leased_by == bindparam("worker"),
    or_(*(_outbox.c.state == state for state in ("leased", "queued", "unknown"))),  # IN is not for many at once
)
_SETTLED = (
    update(_outbox)
    .where(*_held)
    .values(
        state=bindparam("new_state"),
        sent_at=bindparam("sent"),
        message_id=bindparam("message"),
        not_before=func.coalesce(bindparam("again", type_=_outbox.c.not_before.type), _outbox.c.not_before),
        error=bindparam("why"),
        lease_until=None,
    )
)
_UNHEARD = update(_outbox).where(*_held).values(unheard(bindparam("at"), bindparam("why")))


def drop_queued(session: Session, beneficiary_id: UUID, reason: str, chat: tuple[int, int] | None = None) -> int:
    """Drops what is still queued for a person (they have stopped), or only in one of their chats (bot, chat).

    What a worker holds goes on. Says how many.
    """
    mine = [_outbox.c.beneficiary_id == beneficiary_id, _outbox.c.state == "queued"]
    if chat is not None:
        mine += [_outbox.c.bot_id == chat[0], _outbox.c.chat_id == chat[1]]
    return session.connection().execute(update(_outbox).where(*mine).values(state="dropped", error=reason)).rowcount


def open_in_chat(session: Session, bot_id: int, chat_id: int) -> int:
    """How many rows of a chat are still to be sent."""
    chat = (_outbox.c.bot_id == bot_id, _outbox.c.chat_id == chat_id, _outbox.c.state.in_(OPEN_STATES))
    return session.connection().execute(select(func.count()).select_from(_outbox).where(*chat)).scalar_one()


def prune_strangers(session: Session, now: datetime, keep: timedelta = KEEP_STRANGERS) -> int:
    """Forgets what was sent, longer than `keep` ago, to people without a dossier; says how many rows."""
    old = (_outbox.c.beneficiary_id.is_(None), _outbox.c.created_at < now - keep)
    settled = delete(_outbox).where(*old, _outbox.c.state.not_in(OPEN_STATES))
    return session.connection().execute(settled).rowcount


def states(session: Session, rows: Iterable[UUID]) -> dict[UUID, State]:
    """What became of these rows."""
    which = select(_outbox.c.id, _outbox.c.state).where(_outbox.c.id.in_(list(rows)))
    return {row.id: row.state for row in session.connection().execute(which)}
