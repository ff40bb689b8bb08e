"""Customers are answered.

What is said to customers (`outbound`), what they write in private (`messages`), what earlier tries taught about
them (`learned`), and who asked not to be written to (`do_not_contact`).

Histories that hold the new events stay as they are on the way down: the earlier version keeps what it does not
know.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
JSON = sa.Text()
TO_SEND = sa.text("state IN ('confirmed', 'sending')")


def upgrade() -> None:
    op.add_column("mentions", sa.Column("deleter", sa.Text()))
    op.add_column("cases", sa.Column("engineers_due_at", TIME))
    op.create_index("ix_notices_ref", "notices", ["messenger", "chat", "ref"])
    outbound()
    messages()
    op.create_table(
        "learned",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("network", "page", "scope", "key")),
        sa.Column("reason", sa.Text()),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("network", "page", "scope", "key", name="pk_learned"),
    )
    op.create_table(
        "do_not_contact",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("brand", "network", "author_id")),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("brand", "network", "author_id", name="pk_do_not_contact"),
    )


def downgrade() -> None:
    for table in ("do_not_contact", "learned", "messages", "outbound"):
        op.drop_table(table)
    op.drop_index("ix_notices_ref", "notices")
    op.drop_column("cases", "engineers_due_at")
    op.drop_column("mentions", "deleter")


def outbound() -> None:
    op.create_table(
        "outbound",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        *texts("kind", "state", "brand", "network", "author_id"),
        sa.Column("page", sa.Text()),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("target", JSON, nullable=False),
        *texts("text", "author"),
        *(sa.Column(name, sa.Text()) for name in ("confirmed_by", "approved_by")),
        sa.Column("unsolicited", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        *(sa.Column(name, sa.Text()) for name in ("link", "token")),
        sa.Column("of_id", sa.BigInteger()),
        *(
            sa.Column(name, sa.Text())
            for name in ("messenger", "press", "sent_ref", "sent_url", "reason", "error")
        ),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("unknown", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        *(sa.Column(name, TIME) for name in ("confirmed_at", "sent_at", "look_at", "gone_at")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outbound_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbound"),
        sa.UniqueConstraint("messenger", "press", name="uq_outbound"),
    )
    where = {"sqlite_where": TO_SEND, "postgresql_where": TO_SEND}
    op.create_index("ix_outbound_queue", "outbound", ["network", "due_at"], **where)
    op.create_index("ix_outbound_case", "outbound", ["case_id"])
    op.create_index("ix_outbound_author", "outbound", ["brand", "network", "author_id"])
    op.create_index("ix_outbound_sent", "outbound", ["network", "sent_ref"])
    op.create_index("ix_outbound_token", "outbound", ["token"], unique=True)


def messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", KEY, nullable=False),
        *texts("network", "external_id", "page", "customer_id", "customer_name"),
        sa.Column("customer_handle", sa.Text()),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        *texts("text"),
        sa.Column("text_version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("attached", JSON, nullable=False, server_default="[]"),
        sa.Column("ref", sa.Text()),
        sa.Column("at", TIME, nullable=False),
        *(sa.Column(name, TIME) for name in ("edited_at", "deleted_at")),
        sa.Column("heard_at", TIME, nullable=False),
        sa.Column("case_id", KEY),
        sa.Column("outbound_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_messages_case_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("network", "external_id", name="uq_messages"),
    )
    op.create_index("ix_messages_case", "messages", ["case_id"])
    op.create_index("ix_messages_customer", "messages", ["network", "customer_id", "at"])


def texts(*names: str) -> list[Any]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
