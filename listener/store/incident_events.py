"""The histories of incidents: written with what happens to them, read whole."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from alerts.incidents.history import ActorKind, Began, Fact, Grew, Happened, has_grown
from domain.person import Person
from listener.store.codecs import incident_event_row, read_incident_event
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import incident_cases, incident_events


async def add(
    connection: Connection,
    incident: int,
    fact: Fact,
    at: datetime,
    *,
    actor: ActorKind = "program",
    person: Person | None = None,
) -> None:
    """Write down what happened; the caller has locked the incident. A person is the actor where one is given."""
    last = select(func.coalesce(func.max(incident_events.c.number), 0)).where(
        incident_events.c.incident_id == incident
    )
    number = (await connection.execute(last)).scalar_one() + 1
    event = Happened(
        number=number,
        fact=fact,
        at=at,
        actor="person" if person is not None else actor,
        person=person.id if person is not None else None,
        name=person.name if person is not None else None,
    )
    row = incident_event_row(incident, event)
    await connection.execute(insert(connection.dialect.name, incident_events).values(row))


async def of(connection: Connection, incidents: Collection[int]) -> dict[int, tuple[Happened, ...]]:
    """The history of each, oldest first, without what only a later version can tell."""
    found = await connection.execute(
        select(incident_events)
        .where(incident_events.c.incident_id.in_(sorted(incidents)))
        .order_by(incident_events.c.incident_id, incident_events.c.number)
    )
    events: dict[int, list[Happened]] = defaultdict(list)
    for row in found:
        if (event := read_incident_event(row)) is not None:
            events[row.incident_id].append(event)
    return {number: tuple(events[number]) for number in incidents}


async def note_growth(connection: Connection, incident: int, now: datetime) -> Grew | None:
    """Write down that it has grown, where it has by so much that people should read it."""
    total = await count(connection, incident)
    sizes = [event.fact for event in (await of(connection, [incident]))[incident]]
    known = max((fact.total or 0 for fact in sizes if isinstance(fact, Began | Grew)), default=0)
    if not known or not has_grown(known, total):
        return None
    grew = Grew(total=total)
    await add(connection, incident, grew, now)
    return grew


async def count(connection: Connection, incident: int) -> int:
    found = await connection.execute(
        select(func.count()).select_from(incident_cases).where(incident_cases.c.incident_id == incident)
    )
    return found.scalar_one()
