"""What sources heard.

Gaps say how much of them was read again, and whether the rest can still be had. A source's last good look is
kept with its cursor, so that a daemon that starts anew knows how long it was deaf. Pulses are what a daemon writes
every few seconds to find out whether the store still takes anything.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()


def upgrade() -> None:
    op.add_column("gaps", sa.Column("read_again", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("gaps", sa.Column("lost", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.execute(sa.text("UPDATE gaps SET lost = true WHERE closed_at IS NULL"))
    op.create_table(
        "listening",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("heard_at", TIME, nullable=False),
        sa.Column("every_seconds", sa.Integer()),
        sa.PrimaryKeyConstraint("source", name="pk_listening"),
    )
    op.create_table(
        "pulses",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_pulses"),
    )


def downgrade() -> None:
    op.drop_table("pulses")
    op.drop_table("listening")
    op.drop_column("gaps", "lost")
    op.drop_column("gaps", "read_again")
