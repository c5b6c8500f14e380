"""Dead letters are found without reading all that was ever sent."""

from storage.migrations.words import partial

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    partial("undelivered", "outbox", ["seq"], "state IN ('refused', 'unknown')")
