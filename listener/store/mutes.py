"""Mutes: what a brand's cards are not wanted about for a while, as the last press on it left it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from alerts.cases.commands import Unmute
from alerts.cases.events import PROGRAM, Event, Muted, Unmuted
from alerts.cases.transitions import Asker
from alerts.suppression import MuteInForce
from listener.store import history
from listener.store.connection import Connection
from listener.store.engine import Database, insert
from listener.store.tables import cases, mutes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMute:
    """A mute with its origin: the case on whose card it was pressed, by whom (Person.id) and when; `name` is the
    case's author's.
    """

    mute: MuteInForce
    case: int
    person: str
    at: datetime
    name: str = ""


class MuteStore:
    """Reads mutes; presses write them (`listener.store.presses`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_force(self, brands: Collection[str], now: datetime) -> list[KeptMute]:
        """The mutes of these brands that have not ended, those that end first come first."""
        return await self._database.read(lambda connection: _in_force(connection, brands, now))

    async def lift(self, kept: KeptMute, now: datetime) -> None:
        """End the mute; the history of its case says so."""
        await self._database.write(lambda connection: _lift(connection, kept, now))


async def note(connection: Connection, case: int, brand: str, author: str, events: Iterable[Event]) -> None:
    """Write down what these events of the case have muted, or made heard again. `author` is «vk:77»."""
    for event in events:
        match event.fact:
            case Muted(topic=topic, until=until):
                rows = insert(connection.dialect.name, mutes).values(
                    brand=brand,
                    kind=_kind(topic),
                    what=topic or author,
                    until=until,
                    case_id=case,
                    person=event.actor.id or event.actor.kind,
                    at=event.at,
                )
                keys = [mutes.c.brand, mutes.c.kind, mutes.c.what]
                renewed = {name: rows.excluded[name] for name in ("until", "case_id", "person", "at")}
                await connection.execute(rows.on_conflict_do_update(index_elements=keys, set_=renewed))
            case Unmuted(topic=topic):
                await _remove(connection, brand, topic, author)
            case _:
                pass


def _kind(topic: str | None) -> str:
    return "author" if topic is None else "topic"


async def _remove(connection: Connection, brand: str, topic: str | None, author: str) -> None:
    await connection.execute(
        delete(mutes).where(
            mutes.c.brand == brand, mutes.c.kind == _kind(topic), mutes.c.what == (topic or author)
        )
    )


async def _in_force(connection: Connection, brands: Collection[str], now: datetime) -> list[KeptMute]:
    found = await connection.execute(
        select(mutes, cases.c.author_name)
        .outerjoin(cases, cases.c.id == mutes.c.case_id)
        .where(mutes.c.brand.in_(sorted(brands)), mutes.c.until > now, mutes.c.kind.in_(("author", "topic")))
        .order_by(mutes.c.until, mutes.c.brand, mutes.c.what)
    )
    return [
        KeptMute(
            mute=MuteInForce(
                brand=row.brand,
                until=row.until,
                author=row.what if row.kind == "author" else None,
                topic=row.what if row.kind == "topic" else None,
            ),
            case=row.case_id,
            person=row.person,
            at=row.at,
            name=row.author_name or "",
        )
        for row in found
    ]


async def _lift(connection: Connection, kept: KeptMute, now: datetime) -> None:
    changing = (await history.lock(connection, [kept.case])).get(kept.case)
    lifted = await connection.execute(
        delete(mutes).where(
            mutes.c.brand == kept.mute.brand,
            mutes.c.kind == _kind(kept.mute.topic),
            mutes.c.what == (kept.mute.topic or kept.mute.author),
            # A press that has renewed it meanwhile counts.
            mutes.c.case_id == kept.case,
            mutes.c.at == kept.at,
        )
    )
    if changing is not None and lifted.rowcount:
        changing.obey(Unmute(topic=kept.mute.topic), Asker(actor=PROGRAM), now)
        await history.write(connection, [changing], now)
