"""Incidents have a history: who did what with them and when, in order.

Of those that are here already it is known when they began and ended; who took one is, but not when.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.BigInteger()
JSON = sa.Text()


def upgrade() -> None:
    op.create_table(
        "incident_events",
        sa.Column("incident_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text()),
        sa.Column("actor_name", sa.Text()),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "number", name="pk_incident_events"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_events_incident_id", ondelete="CASCADE"
        ),
    )
    tell_of_earlier(op.get_bind())


def downgrade() -> None:
    op.drop_table("incident_events")


# up


def tell_of_earlier(connection: sa.Connection) -> None:
    """Each began, may have been taken, may have ended: what its row says, in the order of a history."""
    rows = [row for incident in connection.execute(sa.text(INCIDENTS)) for row in events_of(incident)]
    if rows:
        connection.execute(sa.text(ADD), rows)


def events_of(incident: Any) -> Iterator[dict[str, Any]]:
    happened = [("began", "program", None, {"total": None}, incident.opened_at)]
    if incident.owner is not None:
        happened.append(("taken", "person", incident.owner, {"is_dated": False}, incident.opened_at))
    if incident.over_at is not None:
        calm_at = incident.over_at if incident.calm_at is None else incident.calm_at
        ended = {"calm_at": moment(calm_at), "total": None, "waiting": None}
        happened.append(("ended", "clock", None, ended, incident.over_at))
    for number, (kind, actor, person, payload, at) in enumerate(happened, 1):
        yield {
            "incident_id": incident.id,
            "number": number,
            "kind": kind,
            "actor": actor,
            "actor_id": person,
            "payload": json.dumps(payload),
            "at": at,
        }


def moment(at: int) -> str:
    """Microseconds since 1970 as ISO 8601 in UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()


INCIDENTS = "SELECT id, owner, opened_at, calm_at, over_at FROM incidents ORDER BY id"
ADD = (
    "INSERT INTO incident_events (incident_id, number, kind, version, actor, actor_id, payload, at)"
    " VALUES (:incident_id, :number, :kind, 1, :actor, :actor_id, :payload, :at)"
)
