"""How fast each chat may be spoken to, and what Telegram has asked for."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import big, time

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace",
        big("bot_id"),
        big("chat_id"),
        time("arrival"),
        time("paused_until", null=True),
        time("paused_at", null=True),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", name="pk_pace"),
    )
    op.drop_index("sent_lately", "outbox")
