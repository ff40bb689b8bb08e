"""Contacts: what is known of reaching the authors of cases, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, Select, and_, exists, func, select

from alerts.cases.case import Case
from alerts.cases.events import Actor
from alerts.incidents.history import Drafted, latest_draft
from alerts.outreach.abilities import Learned
from alerts.outreach.contact import IN_HAND, Contact, ForAll, Said, Silenced
from alerts.outreach.outbound import Outbound
from listener.store import incident_events, outbound_rows
from listener.store.among import given
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import LEFT, card_views, cases, digests, do_not_contact, incident_cases, mutes, outbound

MOST_APPROACHES: Final = 20
_COUNTS: Final = ("approval", "confirmed", "sending", "sent", "unknown")
"""States of an approach that was made, or will be."""
SPEAKS: Final = ("reply", "invite", "message")
"""Kinds of outbounds that say something new to the customer."""


async def of_cases(
    connection: Connection, rows: Sequence[Row[Any]], keys: Mapping[int, Collection[str]]
) -> dict[int, Contact]:
    """What a card needs. `keys` are the network's numbers of the author, the walls and the posts of each case."""
    ids = [row.id for row in rows]
    outbounds = await _outbounds(connection, ids)
    unwanted = await _unwanted(connection, ids)
    lessons = await _lessons(connection, rows, keys)
    return {
        row.id: Contact(
            outbounds=tuple(outbounds[row.id]),
            learned=tuple(lessons[row.id]),
            unwanted_at=unwanted.get(row.id),
        )
        for row in rows
    }


async def approaches(connection: Connection, case: Row[Any]) -> tuple[Any, ...]:
    """When the brand went up to the author unasked in his other cases, latest first."""
    found = await connection.execute(
        select(outbound.c.confirmed_at)
        .where(
            outbound.c.brand == case.brand,
            outbound.c.network == case.network,
            outbound.c.author_id == case.author_id,
            outbound.c.case_id != case.id,
            outbound.c.unsolicited,
            outbound.c.state.in_(_COUNTS),
            outbound.c.confirmed_at.is_not(None),
        )
        .order_by(outbound.c.confirmed_at.desc())
        .limit(MOST_APPROACHES)
    )
    return tuple(found.scalars())


async def receivers(connection: Connection, case: int) -> tuple[str, ...]:
    found = await connection.execute(
        select(card_views.c.receiver)
        .where(card_views.c.case_id == case, card_views.c.state != LEFT)
        .distinct()
        .order_by(card_views.c.receiver)
    )
    return tuple(found.scalars())


async def nearby(connection: Connection, case: Row[Any]) -> Said | None:
    """The latest answer to another customer of the same thread; where there is none, of the same incident."""
    for beside in (_same_thread(case), _same_incident(case)):
        found = await connection.execute(
            select(outbound.c.case_id, outbound.c.text)
            .join(cases, cases.c.id == outbound.c.case_id)
            .where(beside, outbound.c.kind == "reply", outbound.c.state == "sent")
            .where(outbound.c.gone_at.is_(None))
            .order_by(outbound.c.sent_at.desc())
            .limit(1)
        )
        row = found.first()
        if row is not None:
            return Said(case=row.case_id, text=row.text)
    return None


async def waiting_nearby(connection: Connection, case: Row[Any], most: int) -> tuple[int, ...]:
    """The open cases of the same thread, and of the same incident, that nobody has answered."""
    waiting: dict[int, None] = {}
    for beside in (_same_thread(case), _same_incident(case)):
        found = await connection.execute(
            select(cases.c.id)
            .where(beside, cases.c.stage.in_(("new", "claimed")))
            .order_by(cases.c.id)
            .limit(most - len(waiting))
        )
        waiting |= dict.fromkeys(found.scalars())
    return tuple(waiting)


async def for_all(connection: Connection, case: Row[Any], listed: int) -> ForAll | None:
    """What was last written for all of the incident that this list shows, if the case is one of them."""
    found = await connection.execute(
        select(digests.c.incident_id)
        .join(incident_cases, incident_cases.c.incident_id == digests.c.incident_id)
        .where(digests.c.id == listed, incident_cases.c.case_id == case.id)
    )
    incident = found.scalar_one_or_none()
    if incident is None:
        return None
    written = latest_draft((await incident_events.of(connection, [incident]))[incident])
    if written is None or not isinstance(written.fact, Drafted):
        return None
    answered = await connection.execute(
        select(func.min(outbound.c.case_id))
        .join(incident_cases, incident_cases.c.case_id == outbound.c.case_id)
        .where(
            incident_cases.c.incident_id == incident,
            outbound.c.brand == case.brand,
            outbound.c.network == case.network,
            outbound.c.author_id == case.author_id,
            outbound.c.case_id != case.id,
            outbound.c.kind.in_(SPEAKS),
            outbound.c.state.in_(_COUNTS),
        )
    )
    return ForAll(
        text=written.fact.text, is_template=written.fact.is_template, answered_in=answered.scalar_one_or_none()
    )


async def silenced(connection: Connection, case: Row[Any], now: datetime) -> tuple[Silenced, ...]:
    """What of the case's brand is muted now, what ends first before the others."""
    found = await connection.execute(
        select(mutes, cases.c.author_name)
        .outerjoin(cases, cases.c.id == mutes.c.case_id)
        .where(mutes.c.brand == case.brand, mutes.c.until > now)
        .order_by(mutes.c.until, mutes.c.what)
    )
    return tuple(
        Silenced(
            until=row.until,
            by=row.person,
            case=row.case_id,
            author=row.what if row.kind == "author" else None,
            name=row.author_name or "",
            topic=row.what if row.kind == "topic" else None,
        )
        for row in found
        if row.kind in ("author", "topic")
    )


def is_spoken_to() -> Any:
    """Whether something was said to the author in the case, or will be."""
    return exists().where(
        outbound.c.case_id == cases.c.id, outbound.c.kind.in_(SPEAKS), outbound.c.state.in_(_COUNTS)
    )


def is_in_hand(mine: Collection[str], now: datetime) -> Any:
    """Whether somebody else (`mine` are the asker's ids) has a draft for the case before his eyes."""
    return exists().where(
        outbound.c.case_id == cases.c.id,
        outbound.c.state == "draft",
        outbound.c.author.not_in(mine),
        outbound.c.created_at > now - IN_HAND,
    )


async def forbid(connection: Connection, case: Case, who: Actor, now: datetime) -> None:
    """The author wants no word of the brand from now on, as this person noted; a later note renews the wish."""
    rows = insert(connection.dialect.name, do_not_contact).values(
        brand=case.brand,
        network=case.network,
        author_id=case.author_id,
        case_id=case.id,
        person=who.id or who.kind,
        at=now,
    )
    keys = [do_not_contact.c.brand, do_not_contact.c.network, do_not_contact.c.author_id]
    renewed = {name: rows.excluded[name] for name in ("case_id", "person", "at")}
    await connection.execute(rows.on_conflict_do_update(index_elements=keys, set_=renewed))


def _same_thread(case: Row[Any]) -> Any:
    return and_(
        cases.c.brand == case.brand,
        cases.c.network == case.network,
        cases.c.thread == case.thread,
        cases.c.id != case.id,
    )


def _same_incident(case: Row[Any]) -> Any:
    """An incident that is over stays what its customers have in common."""
    its = select(incident_cases.c.incident_id).where(incident_cases.c.case_id == case.id)
    theirs = select(incident_cases.c.case_id).where(incident_cases.c.incident_id.in_(its))
    return and_(cases.c.id.in_(theirs), cases.c.id != case.id)


async def _outbounds(connection: Connection, ids: Collection[int]) -> dict[int, list[Outbound]]:
    found = await connection.execute(_sent_in(connection.dialect.name), {"ids": list(ids)})
    of_case: dict[int, list[Outbound]] = defaultdict(list)
    for each in await outbound_rows.read(connection, found.all()):
        of_case[each.case].append(each)
    return of_case


async def _unwanted(connection: Connection, ids: Collection[int]) -> dict[int, Any]:
    found = await connection.execute(_left_alone(connection.dialect.name), {"ids": list(ids)})
    return {row.id: row.at for row in found}


@cache
def _sent_in(dialect: str) -> Select[Any]:
    return (
        select(outbound)
        .where(given(outbound.c.case_id, "ids", dialect), outbound.c.state != "cancelled")
        .order_by(outbound.c.id)
    )


@cache
def _left_alone(dialect: str) -> Select[Any]:
    return (
        select(cases.c.id, do_not_contact.c.at)
        .join(
            do_not_contact,
            and_(
                do_not_contact.c.brand == cases.c.brand,
                do_not_contact.c.network == cases.c.network,
                do_not_contact.c.author_id == cases.c.author_id,
            ),
        )
        .where(given(cases.c.id, "ids", dialect))
    )


async def _lessons(
    connection: Connection, rows: Sequence[Row[Any]], keys: Mapping[int, Collection[str]]
) -> dict[int, list[Learned]]:
    of_case: dict[int, list[Learned]] = defaultdict(list)
    for network in sorted({row.network for row in rows}):
        here = [row.id for row in rows if row.network == network]
        wanted = {key for case in here for key in keys[case]}
        for lesson in await outbound_rows.lessons_on(connection, network, wanted):
            for case in here:
                if lesson.key in keys[case]:
                    of_case[case].append(lesson)
    return of_case
