"""Versions of packs, runs, answers with their history, flags; facts, consents, signs of life."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import arrival, check, column, partial, refers, time, unique, uuid, words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _flow_version()
    _run()
    _answer()
    _flag()
    _fact()
    _consent()
    _heartbeat()


def _flow_version() -> None:
    op.create_table(
        "flow_version",
        words("version"),
        words("flow_id"),
        words("source"),
        time("stored_at"),
        sa.PrimaryKeyConstraint("version", name="pk_flow_version"),
    )
    op.create_index("ix_flow_version_flow_id", "flow_version", ["flow_id"])


def _run() -> None:
    op.create_table(
        "run",
        uuid("id"),
        uuid("beneficiary_id"),
        words("flow_id"),
        words("flow_version"),
        words("language"),
        words("at_node"),
        column("visit", sa.Integer()),
        words("outcome", null=True),
        column("paused", sa.Boolean()),
        column("answers_given", sa.Integer()),
        column("content", sa.LargeBinary()),
        time("started_at"),
        time("updated_at"),
        time("finished_at", null=True),
        refers("run", "beneficiary_id", "beneficiary.id"),
        refers("run", "flow_version", "flow_version.version"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_beneficiary_id", "run", ["beneficiary_id"])


def _answer() -> None:
    op.create_table(
        "answer",
        uuid("id"),
        uuid("run_id"),
        uuid("beneficiary_id"),
        words("step"),
        column("seq", sa.Integer()),
        words("how"),
        column("content", sa.LargeBinary()),
        words("language"),
        column("visit", sa.Integer()),
        time("given_at"),
        column("aside", sa.Boolean()),
        column("current", sa.Boolean()),
        check("answer", "how", "how IN ('given', 'skipped', 'deferred')"),
        refers("answer", "beneficiary_id", "beneficiary.id"),
        refers("answer", "run_id", "run.id"),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        unique("answer", "run_id", "seq"),
    )
    op.create_index("ix_answer_beneficiary_id", "answer", ["beneficiary_id"])
    partial("one_current_answer", "answer", ["run_id", "step"], "current", unique=True, sqlite="current = 1")


def _flag() -> None:
    op.create_table(
        "flag",
        uuid("id"),
        uuid("beneficiary_id"),
        uuid("run_id", null=True),
        words("step"),
        words("rule"),
        words("level"),
        column("reason", sa.LargeBinary()),
        time("raised_at"),
        time("lifted_at", null=True),
        time("seen_at", null=True),
        refers("flag", "beneficiary_id", "beneficiary.id"),
        refers("flag", "run_id", "run.id"),
        sa.PrimaryKeyConstraint("id", name="pk_flag"),
    )
    op.create_index("ix_flag_beneficiary_id", "flag", ["beneficiary_id"])
    partial("one_open_flag", "flag", ["run_id", "rule"], "lifted_at IS NULL", unique=True)


def _fact() -> None:
    op.create_table(
        "fact",
        uuid("id"),
        uuid("beneficiary_id"),
        words("name"),
        time("at"),
        uuid("run_id", null=True),
        refers("fact", "beneficiary_id", "beneficiary.id"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
    )
    op.create_index("ix_fact_beneficiary_id", "fact", ["beneficiary_id"])


def _consent() -> None:
    op.create_table(
        "consent",
        arrival("seq"),
        uuid("id"),
        uuid("beneficiary_id"),
        words("purpose"),
        column("granted", sa.Boolean()),
        words("text"),
        words("choice_label"),
        words("language"),
        words("flow_version"),
        words("step"),
        words("channel"),
        time("at"),
        refers("consent", "beneficiary_id", "beneficiary.id"),
        sa.PrimaryKeyConstraint("seq", name="pk_consent"),
        unique("consent", "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("consents_of", "consent", ["beneficiary_id", "purpose", "seq"])


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        words("name"),
        time("at"),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )
