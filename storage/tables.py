"""The tables about people and what they said.

Ids are UUIDs made here, so that encryption can bind a value to its row before it is inserted. *Sealed* columns hold
what `storage.vault` makes; all times are UTC.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.columns import (
    Base,
    arrival,
    identifier,
    maybe_moment,
    maybe_telegram_id,
    moment,
    one_where,
    telegram_id,
)
from storage.columns import table as table


# ------------------------------------------------------------------------------------------------------------ people
class DataKey(Base, table=True):
    """The key of one person's content, itself wrapped by the master key. Destroying it destroys the content."""

    __tablename__ = "data_key"

    owner_id: UUID = Field(primary_key=True)
    wrapped: bytes
    master_id: str
    created_at: datetime = moment()


class Counsellor(Base, table=True):
    id: UUID = identifier()
    name: str
    email: str | None = Field(default=None, unique=True)
    created_at: datetime = moment()


class Beneficiary(Base, table=True):
    """A dossier. It outlives its content: name and state can be emptied while the facts keep pointing here."""

    __table_args__ = (
        CheckConstraint("words_for IN ('letter', 'letter_begun', 'stop', 'pause', 'helped')", "words_for"),
    )

    id: UUID = identifier()
    name: str | None = None
    language: str
    zone: str = "Europe/Paris"
    counsellor_id: UUID | None = Field(default=None, foreign_key="counsellor.id", index=True)
    journey_id: str
    journey_at: str
    words_for: str | None = None  # what the next words are for, when it is not the open question (bot.listening)
    active_run_id: UUID | None = None  # no foreign key: run points back here, and a circle helps nobody
    created_at: datetime = moment()
    last_active_at: datetime | None = maybe_moment()
    unreachable_since: datetime | None = maybe_moment()
    unreachable_reason: str | None = None
    stopped_at: datetime | None = maybe_moment()


class ChatLink(Base, table=True):
    """Which dossier a chat speaks for. At most one open link a chat, and one a dossier, for each bot."""

    __tablename__ = "chat_link"
    __table_args__ = (
        one_where("one_link_per_chat", "bot_id", "chat_id", where="ended_at IS NULL"),
        one_where("one_link_per_dossier", "bot_id", "beneficiary_id", where="ended_at IS NULL"),
    )

    id: UUID = identifier()
    bot_id: int = telegram_id()
    chat_id: int = telegram_id()
    user_id: int = telegram_id()
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    linked_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
    ended_reason: str | None = None


class Invitation(Base, table=True):
    """A link given to a person once. Only the hash of its code is kept: who reads the database cannot use it."""

    __table_args__ = (CheckConstraint("kind IN ('enrol', 'relink')", "kind"),)

    id: UUID = identifier()
    code_hash: str = Field(unique=True)
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    kind: str
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()
    used_by_user: int | None = maybe_telegram_id()
    revoked_at: datetime | None = maybe_moment()


class FlowVersion(Base, table=True):
    """A pack, or a journey, as it was when somebody began with it. A run stays on its version."""

    __tablename__ = "flow_version"

    version: str = Field(primary_key=True)
    flow_id: str = Field(index=True)
    source: str
    stored_at: datetime = moment()


# ------------------------------------------------------------------------------------------------- runs and answers
class RunRow(Base, table=True):
    """`content` (sealed): what is being answered right now, and the path."""

    __tablename__ = "run"

    id: UUID = identifier()
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    flow_id: str
    flow_version: str = Field(foreign_key="flow_version.version")
    language: str
    at_node: str
    visit: int
    outcome: str | None = None
    paused: bool
    answers_given: int = 0  # how many answers the history holds: the last `seq`
    content: bytes
    started_at: datetime = moment()
    updated_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()


class AnswerRow(Base, table=True):
    """The history of answers: rows are added, never rewritten, save for `aside` and `current`."""

    __tablename__ = "answer"
    __table_args__ = (
        one_where("one_current_answer", "run_id", "step", where="current", sqlite="current = 1"),
        UniqueConstraint("run_id", "seq"),
        CheckConstraint("how IN ('given', 'skipped', 'deferred')", "how"),
    )

    id: UUID = identifier()
    run_id: UUID = Field(foreign_key="run.id")
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    step: str
    seq: int
    how: str
    content: bytes  # sealed: value, question as shown, parts
    language: str
    visit: int
    given_at: datetime = moment()
    aside: bool
    current: bool


class FlagRow(Base, table=True):
    """Something a counsellor should know; `reason` is sealed, for it may quote the answer."""

    __tablename__ = "flag"
    __table_args__ = (one_where("one_open_flag", "run_id", "rule", where="lifted_at IS NULL"),)

    id: UUID = identifier()
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    run_id: UUID | None = Field(default=None, foreign_key="run.id")
    step: str
    rule: str
    level: str
    reason: bytes
    raised_at: datetime = moment()
    lifted_at: datetime | None = maybe_moment()
    seen_at: datetime | None = maybe_moment()
    seen_by: str | None = None  # the name of who read it, as they gave it


# ---------------------------------------------------------------------------------------- facts, kept without content
class Fact(Base, table=True):
    """Something happened on a date. Proof of service: stays when the content is destroyed (no foreign key to it)."""

    id: UUID = identifier()
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id", index=True)
    name: str
    at: datetime = moment()
    run_id: UUID | None = None


class Consent(Base, table=True):
    """An act of the person, with the exact words shown. Added, never changed: a withdrawal is one more row."""

    __table_args__ = (Index("consents_of", "beneficiary_id", "purpose", "seq"), {"sqlite_autoincrement": True})

    seq: int | None = arrival()  # two acts of one batch have the same time: the order decides which is in force
    id: UUID = Field(default_factory=uuid4, unique=True)
    beneficiary_id: UUID = Field(foreign_key="beneficiary.id")
    purpose: str
    granted: bool
    text: str
    choice_label: str
    language: str
    flow_version: str
    step: str
    channel: str
    at: datetime = moment()


# ---------------------------------------------------------------------------------------------------------- the house
class BotRow(Base, table=True):
    """The bot that the dossiers belong to: one row. `username`: what Telegram calls it, once it has said so."""

    __tablename__ = "bot"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    username: str | None = None
    since: datetime = moment()


class Heartbeat(Base, table=True):
    """When each part of the house last said that it lives."""

    name: str = Field(primary_key=True)
    at: datetime = moment()


class Absence(Base, table=True):
    """No update was received for long. A row while somebody is still to be shown their question again (`storage.absence`).

    `since`: the last sign of life before. `due`: when what was sent meanwhile has been brought. `passed`: whose turn it was
    last, in the order of their ids.
    """

    bot_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    since: datetime = moment()
    due: datetime = moment()
    passed: UUID | None = None
