"""After words of distress, what comes next is read as said to the help."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("beneficiary") as table:
        table.drop_constraint("words_for", type_="check")
        table.create_check_constraint("words_for", "words_for IN ('letter', 'letter_begun', 'stop', 'pause', 'helped')")
