"""People as the store knows them: under which ids the users of a messenger were written down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from domain.person import Person
from listener.mention_format import storable
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import people as table


class PeopleStore:
    """Remembers who is who over changes of people.yaml."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recognise(self, people: Sequence[Person], now: datetime) -> tuple[Person, ...]:
        """The people with the ids that each had before, by their numbers in the messengers; all are remembered."""
        known = await self._database.read(_known)
        if any((*user, person.id) not in known for person in people for user in person.users.items()):
            await self._database.write(lambda c: _remember(c, people, now))
        before: dict[tuple[str, str], set[str]] = defaultdict(set)
        for messenger, user, number in known:
            before[messenger, user].add(number)
        taken = {person.id for person in people}
        return tuple(
            replace(
                person,
                former_ids=tuple(
                    sorted({number for user in person.users.items() for number in before[user]} - taken)
                ),
            )
            for person in people
        )


async def _known(connection: Connection) -> set[tuple[str, str, str]]:
    return {
        tuple(row) for row in await connection.execute(select(table.c.messenger, table.c.user, table.c.person))
    }


async def _remember(connection: Connection, people: Sequence[Person], now: datetime) -> None:
    rows = [
        {"messenger": messenger, "user": storable(user), "person": person.id, "name": person.name, "seen_at": now}
        for person in people
        for messenger, user in person.users.items()
    ]
    await connection.execute(insert(connection.dialect.name, table).on_conflict_do_nothing(), rows)
