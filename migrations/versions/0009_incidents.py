"""Cases know each other by their words and topics, and what comes faster than usual is an incident.

What a brand's usual is, is learned from the hours before: of cases that are here already, those of the last weeks
are counted.
"""

import json
import time
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
HOUR = 3600 * 1_000_000
WEEKS = 8


def upgrade() -> None:
    op.add_column("cases", sa.Column("signature", sa.Text()))
    op.add_column("cases", sa.Column("also_in", sa.Text()))
    op.create_table(
        "text_keys",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", KEY, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("brand", "key", name="pk_text_keys"),
    )
    op.create_index("ix_text_keys_case_id", "text_keys", ["case_id"])
    op.create_table(
        "case_groups",
        sa.Column("case_id", KEY, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "what", name="pk_case_groups"),
    )
    op.create_index("ix_case_groups_what", "case_groups", ["brand", "what", "at"])
    op.create_table(
        "case_hours",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("hour", TIME, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "what", "hour", name="pk_case_hours"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("brand_title", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("calm_at", TIME),
        sa.Column("over_at", TIME),
        sa.Column("next_look_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    going_on = sa.text("over_at IS NULL")
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["brand", "what"],
        unique=True,
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
    looked_at = sa.text("next_look_at IS NOT NULL")
    op.create_index(
        "ix_incidents_looked_at",
        "incidents",
        ["next_look_at"],
        sqlite_where=looked_at,
        postgresql_where=looked_at,
    )
    op.create_table(
        "incident_cases",
        sa.Column("incident_id", KEY, sa.ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("case_id", KEY, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "case_id", name="pk_incident_cases"),
    )
    op.create_index("ix_incident_cases_case_id", "incident_cases", ["case_id"])
    op.add_column("digests", sa.Column("incident_id", KEY))
    op.create_index("ix_digests_incident_id", "digests", ["incident_id"])
    count_hours(op.get_bind(), time.time_ns() // 1000)


def downgrade() -> None:
    op.drop_index("ix_digests_incident_id", "digests")
    op.drop_column("digests", "incident_id")
    for table in ("incident_cases", "incidents", "case_hours", "case_groups", "text_keys"):
        op.drop_table(table)
    op.drop_column("cases", "also_in")
    op.drop_column("cases", "signature")


# up


def count_hours(connection: sa.Connection, now: int) -> None:
    """The cases of the last weeks by brand, topic and hour; «*» are all, «» those without a topic."""
    counts = Counter[tuple[str, str, int]]()
    for brand, opened_at, topics in connection.execute(sa.text(OPENED), {"since": now - WEEKS * 7 * 24 * HOUR}):
        hour = opened_at - opened_at % HOUR
        for what in ("*", *(json.loads(topics or "[]") or ("",))):
            counts[brand, what, hour] += 1
    if counts:
        rows = [{"brand": b, "what": w, "hour": h, "count": n} for (b, w, h), n in counts.items()]
        connection.execute(
            sa.text('INSERT INTO case_hours (brand, what, hour, "count") VALUES (:brand, :what, :hour, :count)'),
            rows,
        )


OPENED = (
    "SELECT c.brand, m.published_at, v.topics FROM cases c"
    " JOIN case_mentions m ON m.case_id = c.id AND m.mention_id ="
    " (SELECT min(f.mention_id) FROM case_mentions f WHERE f.case_id = c.id)"
    " LEFT JOIN verdicts v ON v.mention_id = m.mention_id AND v.brand = c.brand"
    " WHERE c.opened_at >= :since"
)
