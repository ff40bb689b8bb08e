"""A receiver answers for each case, and its people are given cases in turn.

Cases from before have none: the terms of all hold for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()


def upgrade() -> None:
    op.add_column("cases", sa.Column("receiver", sa.Text()))
    op.create_table(
        "turns",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person", "receiver", name="pk_turns"),
    )


def downgrade() -> None:
    op.drop_table("turns")
    op.drop_column("cases", "receiver")
