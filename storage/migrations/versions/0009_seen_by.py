"""A flag says who has read it, beside when."""

from alembic import op

from storage.migrations.words import words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flag", words("seen_by", null=True))
