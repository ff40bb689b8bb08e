"""Who does nothing with a case loses it, and whoever waits for a day is named.

The histories say since when: a case is what its events make of it, also in the columns that are new.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from alerts.cases.events import Event
from alerts.cases.state import fold, next_timer
from listener.store.codecs import read_event
from listener.store.tables import Json, Time

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.BigInteger()
EVENTS = sa.table(
    "case_events",
    *(sa.column(name) for name in ("case_id", "number", "kind", "version", "actor", "actor_id", "actor_name")),
    sa.column("payload", Json()),
    sa.column("at", Time()),
)
COLUMNS = ("idle_warn_at", "idle_return_at", "touched_at")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("cases", sa.Column(name, TIME))
    since_when(op.get_bind())


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("cases", name)


# up


def since_when(connection: sa.Connection) -> None:
    """Of open cases only: the others wait for nobody."""
    cases = sa.table("cases", *(sa.column(name, Time()) for name in (*COLUMNS, "next_timer_at")), sa.column("id"))
    values: list[dict[str, Any]] = []
    for number, history in _histories(connection):
        state = fold(history)
        values.append(
            {
                "of_case": number,
                "idle_warn_at": state.idle.warn_at,
                "idle_return_at": state.idle.return_at,
                "touched_at": state.touched_at,
                "next_timer_at": next_timer(state),
            }
        )
    if values:
        connection.execute(sa.update(cases).where(cases.c.id == sa.bindparam("of_case")), values)


def _histories(connection: sa.Connection) -> Iterator[tuple[int, list[Event]]]:
    is_open = sa.text("case_id IN (SELECT id FROM cases WHERE stage <> 'closed')")
    rows = connection.execute(sa.select(EVENTS).where(is_open).order_by(EVENTS.c.case_id, EVENTS.c.number)).all()
    histories: dict[int, list[Event]] = {}
    for row in rows:
        histories.setdefault(row.case_id, []).append(read_event(row))
    yield from histories.items()
