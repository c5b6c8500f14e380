"""What was received, what is to be sent, what was said."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import arrival, big, check, column, partial, refers, time, unique, uuid, words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _inbox()
    _outbox()
    _transcript()


def _inbox() -> None:
    op.create_table(
        "inbox",
        arrival("arrival"),
        big("bot_id"),
        big("update_id"),
        big("chat_id", null=True),
        words("kind"),
        uuid("beneficiary_id", null=True),
        column("content", sa.LargeBinary(), null=True),
        time("received_at"),
        words("state"),
        words("error", null=True),
        column("attempts", sa.Integer()),
        check("inbox", "state", "state IN ('done', 'parked')"),
        sa.PrimaryKeyConstraint("arrival", name="pk_inbox"),
        unique("inbox", "bot_id", "update_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_beneficiary_id", "inbox", ["beneficiary_id"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    partial("parked_updates", "inbox", ["bot_id", "arrival"], "state = 'parked'")


def _outbox() -> None:
    op.create_table(
        "outbox",
        arrival("seq"),
        uuid("id"),
        big("bot_id"),
        big("chat_id"),
        uuid("beneficiary_id", null=True),
        words("kind"),
        column("content", sa.LargeBinary()),
        column("priority", sa.Integer()),
        uuid("run_id", null=True),
        words("step", null=True),
        column("visit", sa.Integer(), null=True),
        uuid("edits", null=True),
        time("created_at"),
        time("not_before"),
        time("expires_at", null=True),
        words("state"),
        column("attempts", sa.Integer()),
        time("lease_until", null=True),
        words("leased_by", null=True),
        time("sent_at", null=True),
        big("message_id", null=True),
        words("error", null=True),
        check("outbox", "kind", "kind IN ('send', 'edit', 'notice', 'leave', 'typing')"),
        check("outbox", "state", "state IN ('queued', 'leased') OR state IN ('sent', 'refused', 'unknown', 'dropped')"),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        unique("outbox", "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_beneficiary_id", "outbox", ["beneficiary_id"])
    partial("open_by_chat", "outbox", ["bot_id", "chat_id", "seq"], "state IN ('queued', 'leased')")
    partial("open_in_order", "outbox", ["bot_id", "priority", "seq"], "state IN ('queued', 'leased')")
    partial("sent_lately", "outbox", ["bot_id", "sent_at"], "sent_at IS NOT NULL")
    op.create_index("showings", "outbox", ["run_id", "visit"])


def _transcript() -> None:
    op.create_table(
        "transcript",
        arrival("seq"),
        uuid("id"),
        uuid("beneficiary_id"),
        words("direction"),
        words("kind"),
        column("content", sa.LargeBinary()),
        time("at"),
        uuid("run_id", null=True),
        words("step", null=True),
        big("message_id", null=True),
        uuid("outbox_id", null=True),
        uuid("edited_of", null=True),
        check("transcript", "direction", "direction IN ('in', 'out')"),
        refers("transcript", "beneficiary_id", "beneficiary.id"),
        sa.PrimaryKeyConstraint("seq", name="pk_transcript"),
        unique("transcript", "id"),
        sqlite_autoincrement=True,
    )
    partial("one_line_per_sending", "transcript", ["outbox_id"], "outbox_id IS NOT NULL", unique=True)
    op.create_index("transcript_message", "transcript", ["beneficiary_id", "message_id"])
    op.create_index("transcript_of", "transcript", ["beneficiary_id", "seq"])
