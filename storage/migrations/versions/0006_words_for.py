"""What the next words are for is one notion: a message to the counsellor, the question whether to stop, a pause."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.words import words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Whoever was writing to their counsellor still is; whether something was written is told by the transcript.
CARRY_OVER = """
    UPDATE beneficiary SET words_for = CASE WHEN EXISTS (
        SELECT 1 FROM transcript
        WHERE transcript.beneficiary_id = beneficiary.id
          AND transcript.kind = 'to_counsellor' AND transcript.at >= beneficiary.writing_since
    ) THEN 'letter_begun' ELSE 'letter' END
    WHERE writing_since IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("beneficiary", words("words_for", null=True))
    op.execute(sa.text(CARRY_OVER))
    with op.batch_alter_table("beneficiary") as table:
        table.drop_column("writing_since")
        table.create_check_constraint("words_for", "words_for IN ('letter', 'letter_begun', 'stop', 'pause')")
