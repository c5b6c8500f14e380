"""Who people are, their keys, and which chat speaks for whom."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import big, check, column, partial, refers, time, unique, uuid, words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _counsellor()
    _beneficiary()
    _data_key()
    _chat_link()
    _invitation()


def _counsellor() -> None:
    op.create_table(
        "counsellor",
        uuid("id"),
        words("name"),
        words("email", null=True),
        time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_counsellor"),
        unique("counsellor", "email"),
    )


def _beneficiary() -> None:
    op.create_table(
        "beneficiary",
        uuid("id"),
        words("name", null=True),
        words("language"),
        words("zone"),
        uuid("counsellor_id", null=True),
        words("journey_id"),
        words("journey_at"),
        time("writing_since", null=True),
        uuid("active_run_id", null=True),
        time("created_at"),
        time("last_active_at", null=True),
        time("unreachable_since", null=True),
        words("unreachable_reason", null=True),
        time("stopped_at", null=True),
        refers("beneficiary", "counsellor_id", "counsellor.id"),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiary"),
    )
    op.create_index("ix_beneficiary_counsellor_id", "beneficiary", ["counsellor_id"])


def _data_key() -> None:
    op.create_table(
        "data_key",
        uuid("owner_id"),
        column("wrapped", sa.LargeBinary()),
        words("master_id"),
        time("created_at"),
        sa.PrimaryKeyConstraint("owner_id", name="pk_data_key"),
    )


def _chat_link() -> None:
    op.create_table(
        "chat_link",
        uuid("id"),
        big("bot_id"),
        big("chat_id"),
        big("user_id"),
        uuid("beneficiary_id"),
        time("linked_at"),
        time("ended_at", null=True),
        words("ended_reason", null=True),
        refers("chat_link", "beneficiary_id", "beneficiary.id"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_link"),
    )
    op.create_index("ix_chat_link_beneficiary_id", "chat_link", ["beneficiary_id"])
    partial("one_link_per_chat", "chat_link", ["bot_id", "chat_id"], "ended_at IS NULL", unique=True)
    partial("one_link_per_dossier", "chat_link", ["bot_id", "beneficiary_id"], "ended_at IS NULL", unique=True)


def _invitation() -> None:
    op.create_table(
        "invitation",
        uuid("id"),
        words("code_hash"),
        uuid("beneficiary_id"),
        words("kind"),
        time("created_at"),
        time("expires_at"),
        time("used_at", null=True),
        big("used_by_user", null=True),
        time("revoked_at", null=True),
        check("invitation", "kind", "kind IN ('enrol', 'relink')"),
        refers("invitation", "beneficiary_id", "beneficiary.id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        unique("invitation", "code_hash"),
    )
    op.create_index("ix_invitation_beneficiary_id", "invitation", ["beneficiary_id"])
