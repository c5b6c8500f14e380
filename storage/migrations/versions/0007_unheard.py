"""How often the answer to a message never came: apart from the attempts, which an outage makes many of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("unheard", sa.Integer(), nullable=False, server_default=sa.text("0")))
