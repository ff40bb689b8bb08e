"""Incidents of a database that kept no history of them get what their rows tell of it, and go on."""

from typing import Any

from alembic import command
from sqlalchemy import update

from alerts.incidents.history import Standing, standing
from listener.store import incident_events
from listener.store.stores import Stores, open_stores
from listener.store.tables import incidents
from tests.contract.store_samples import NOW, later
from tests.contract.test_store_incidents import open_desk
from tests.integration.test_migrations_store import by_alembic, on_database


async def write(store: Stores, **values: Any) -> None:
    await store.database.write(lambda c: c.execute(update(incidents).values(**values)))


async def test_an_earlier_incident_has_a_history_that_comes_to_its_row(own_database_url: str) -> None:
    store = await open_stores(own_database_url)
    desk = open_desk(store)
    assert await desk.burst(30) == 1
    await write(store, owner="anna", calm_at=later(600), over_at=later(2400), next_look_at=None)
    assert await desk.burst(30, 10800) == 1
    await store.close()
    await on_database(own_database_url, by_alembic(command.downgrade, "0011"))

    store = await open_stores(own_database_url)
    histories = await store.database.read(lambda c: incident_events.of(c, (1, 2)))
    assert [(event.number, event.at) for event in histories[1]] == [(1, NOW), (2, NOW), (3, later(2400))]
    assert standing(histories[1]) == Standing(owner="anna", calm_at=later(600), over_at=later(2400))
    assert [event.number for event in histories[2]] == [1]

    again = open_desk(store)
    again.number = 100
    assert await again.burst(90, 10860) == 0
    histories = await store.database.read(lambda c: incident_events.of(c, (2,)))
    assert len(histories[2]) == 1, "how many they were when it began is not known, so none is said to be news"
    await store.close()
