"""A receiver answers for each case, and its people are given cases in turn.

Cases from before have none: the terms of all hold for them. Where the schema was here before and went back, the
histories still say whose each case is.
"""

import json
from typing import Any

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
    homes(op.get_bind())


def downgrade() -> None:
    op.drop_table("turns")
    op.drop_column("cases", "receiver")


# up


def homes(connection: sa.Connection) -> None:
    """The first way leads home, and from there a person."""
    found: dict[int, str] = {}
    for case, kind, payload in connection.execute(sa.text(EVENTS)):
        fact: dict[str, Any] = json.loads(payload)
        if kind == "moved":
            found[case] = fact["to"]
        elif receivers := (fact.get("path") or {}).get("receivers"):
            found.setdefault(case, receivers[0])
    if found:
        values = [{"of_case": case, "receiver": receiver} for case, receiver in found.items()]
        connection.execute(sa.text("UPDATE cases SET receiver = :receiver WHERE id = :of_case"), values)


EVENTS = (
    "SELECT case_id, kind, payload FROM case_events e"
    " WHERE (kind = 'moved' OR kind IN ('opened', 'joined') AND payload LIKE '%\"receivers\"%')"
    " AND number > (SELECT coalesce(max(number), 0) FROM case_events i"
    " WHERE i.case_id = e.case_id AND i.kind = 'imported')"
    " ORDER BY case_id, number"
)
