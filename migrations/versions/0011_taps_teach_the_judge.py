"""Taps teach the judge: corrections and their states, what candidates said in the shadow, what changed and why."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
JSON = sa.Text()


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("trained_at", TIME, nullable=False),
        sa.Column("promoted_at", TIME),
        sa.Column("instead_of", sa.Text()),
        sa.PrimaryKeyConstraint("version", name="pk_corrections"),
    )
    op.create_table(
        "shadow_verdicts",
        sa.Column("mention_id", KEY, nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("complaint", sa.Double(), nullable=False),
        sa.Column("judged_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mention_id", "brand", name="pk_shadow_verdicts"),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name="fk_shadow_verdicts_mention_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_shadow_verdicts_judged_at", "shadow_verdicts", ["judged_at"])
    op.create_table(
        "lessons",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text()),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
    )
    op.create_index("ix_lessons_at", "lessons", ["at"])


def downgrade() -> None:
    for table in ("lessons", "shadow_verdicts", "corrections"):
        op.drop_table(table)
