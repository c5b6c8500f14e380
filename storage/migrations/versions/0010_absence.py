"""When no update was received for long, and who is still to be shown their question again."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import time, uuid

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("bot_id", sa.BigInteger(), nullable=False, autoincrement=False),
        time("since"),
        time("due"),
        uuid("passed", null=True),
        sa.PrimaryKeyConstraint("bot_id", name="pk_absence"),
    )
