"""The tables of what travels: updates received, messages to send, and the transcript of both."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, TextClause, UniqueConstraint, text
from sqlmodel import Field

from storage.columns import Base, arrival, maybe_moment, maybe_telegram_id, moment, one_where, partial, telegram_id

OPEN = "state IN ('queued', 'leased')"
DEAD = "state IN ('refused', 'unknown')"


def open_rows(alias: str = "outbox") -> TextClause:
    """Spelt as in the partial indexes, without parameters: that is how both planners recognise that they apply."""
    return text(f"{alias}.{OPEN}")


class InboxRow(Base, table=True):
    """An update noted once. `content` (sealed) is the raw update; it is needed while the update is parked."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        CheckConstraint("state IN ('done', 'parked')", "state"),
        partial("parked_updates", "bot_id", "arrival", where="state = 'parked'"),
        {"sqlite_autoincrement": True},
    )

    arrival: int | None = arrival()
    bot_id: int = telegram_id()
    update_id: int = telegram_id()
    chat_id: int | None = maybe_telegram_id()
    kind: str
    beneficiary_id: UUID | None = Field(default=None, index=True)
    content: bytes | None = None
    received_at: datetime = moment(index=True)
    state: str
    error: str | None = None
    attempts: int = 0


class OutboxRow(Base, table=True):
    """A message to send, in order of `seq` within its chat. See `storage.outbox` for the life of a row."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("kind IN ('send', 'edit', 'notice', 'leave', 'typing')", "kind"),
        CheckConstraint(f"{OPEN} OR state IN ('sent', 'refused', 'unknown', 'dropped')", "state"),
        partial("open_in_order", "bot_id", "priority", "seq", where=OPEN),
        partial("open_by_chat", "bot_id", "chat_id", "seq", where=OPEN),
        partial("undelivered", "seq", where=DEAD),
        Index("showings", "run_id", "visit"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = arrival()
    id: UUID = Field(default_factory=uuid4, unique=True)
    bot_id: int = telegram_id()
    chat_id: int = telegram_id()
    beneficiary_id: UUID | None = Field(default=None, index=True)
    kind: str
    content: bytes
    priority: int
    run_id: UUID | None = None
    step: str | None = None
    visit: int | None = None
    edits: UUID | None = None
    created_at: datetime = moment()
    not_before: datetime = moment()
    expires_at: datetime | None = maybe_moment()
    state: str
    attempts: int = 0
    unheard: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    lease_until: datetime | None = maybe_moment()
    leased_by: str | None = None
    sent_at: datetime | None = maybe_moment()
    message_id: int | None = maybe_telegram_id()
    error: str | None = None


class Pace(Base, table=True):
    """When a chat, or the bot as a whole, may speak again. See `storage.pace`."""

    bot_id: int = Field(primary_key=True, sa_type=BigInteger)
    chat_id: int = Field(primary_key=True, sa_type=BigInteger)
    arrival: datetime = moment()
    paused_until: datetime | None = maybe_moment()
    paused_at: datetime | None = maybe_moment()


class TranscriptRow(Base, table=True):
    """What was said, in order; `content` is sealed."""

    __tablename__ = "transcript"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", "direction"),
        Index("transcript_of", "beneficiary_id", "seq"),
        Index("transcript_message", "beneficiary_id", "message_id"),
        one_where("one_line_per_sending", "outbox_id", where="outbox_id IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = arrival()
    id: UUID = Field(default_factory=uuid4, unique=True)
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id")
    direction: str
    kind: str
    content: bytes
    at: datetime = moment()
    run_id: UUID | None = None
    step: str | None = None
    message_id: int | None = maybe_telegram_id()
    outbox_id: UUID | None = None
    edited_of: UUID | None = None
