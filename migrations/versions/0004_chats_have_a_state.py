"""Chats have a state, and many waiting cases share a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
OPEN = sa.text("state IN ('due', 'sending')")


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", KEY, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("messenger", sa.Text(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
    )
    op.create_index(
        "ix_digests_queue",
        "digests",
        ["messenger", "chat", "topic", "priority", "due_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "digest_cases",
        sa.Column("digest_id", KEY, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name="fk_digest_cases_digest_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_digest_cases_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest_id", "place", name="pk_digest_cases"),
    )
    op.create_index("ix_digest_cases_case", "digest_cases", ["case_id"])
    op.create_table(
        "chats",
        sa.Column("messenger", sa.Text(), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("messenger", "chat", "topic", name="pk_chats"),
    )


def downgrade() -> None:
    """What stands in a digest becomes a card of its own again."""
    op.execute("UPDATE card_views SET state = 'due' WHERE state = 'digest'")
    op.drop_table("chats")
    op.drop_table("digest_cases")
    op.drop_table("digests")
