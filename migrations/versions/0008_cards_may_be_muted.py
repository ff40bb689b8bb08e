"""Cards may be muted: an author's or a topic's new ones are not sent until a time that a person has chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "mutes",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("brand", "kind", "what", name="pk_mutes"),
    )


def downgrade() -> None:
    op.drop_table("mutes")
