"""The bot whose people a database holds."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import time, words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        words("username", null=True),
        time("since"),
        sa.PrimaryKeyConstraint("id", name="pk_bot"),
    )
