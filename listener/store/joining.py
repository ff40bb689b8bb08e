"""Joining: a told mention opens a case, joins the one its author has there, or reopens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

from alerts.case import Said, State
from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.candidate import Candidate
from listener.judged import Stored, Told
from listener.store import outbox_rows
from listener.store.engine import insert
from listener.store.tables import case_mentions, cases

Place = tuple[str, str, str, str]
"""Brand, network, author, thread: where one customer's trouble is."""
How = Literal["new", "joined", "reopened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    new: int = 0
    joined: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The part of a case that a joining mention may change. Revision 0: just inserted, not yet seen by anybody."""

    id: int
    revision: int
    state: State
    owner: str | None
    warn_at: datetime | None
    due_at: datetime | None
    breach_at: datetime | None
    snoozed_until: datetime | None


async def join(connection: AsyncConnection, told: Sequence[tuple[Stored, Told]], now: datetime) -> Joined:
    """Write cases, their mentions and the deliveries that must show them."""
    if not told:
        return Joined()
    standing = await _standing(connection, told, now)
    known = {case.id for case in standing.values() if case.revision > 0}
    ways: list[How] = []
    anew: list[tuple[int, datetime]] = []
    for _, one in told:
        place = place_of(one.candidate)
        standing[place], how = joined_by(standing[place], one)
        ways.append(how)
        # Without chats it is to be told to nobody, and the old card only follows the case.
        if how == "reopened" and one.chats:
            anew.append((standing[place].id, max(now, one.not_before) if one.not_before else now))
    await connection.execute(_UPDATE, [_changed(one) for one in standing.values()])
    await _write_mentions(connection, told, standing)
    revisions = [(one.id, one.revision) for one in standing.values() if one.id in known]
    await outbox_rows.renew(connection, anew)
    await outbox_rows.raise_wanted(connection, revisions, now)
    await outbox_rows.add(connection, [(standing[place_of(one.candidate)], one) for _, one in told], now)
    return Joined(new=ways.count("new"), joined=ways.count("joined"), reopened=ways.count("reopened"))


def joined_by(case: Standing, told: Told) -> tuple[Standing, How]:
    """The case after one more mention, and what that mention did to it.

    What operators called «не жалоба» stays so, however much its author adds; a closed case is opened anew.
    """
    revision = case.revision + 1
    if case.revision == 0:
        return replace(case, revision=revision), "new"
    if case.state != "closed":
        return replace(case, revision=revision), "joined"
    reopened = replace(
        case,
        revision=revision,
        state="new",
        owner=None,
        snoozed_until=None,
        warn_at=told.warn_at,
        due_at=told.due_at,
        breach_at=told.breach_at,
    )
    return reopened, "reopened"


def place_of(candidate: Candidate) -> Place:
    return candidate.brand, candidate.network, candidate.author_id, candidate.thread


def said_by(candidate: Candidate) -> Said:
    return Said(
        mention=candidate.mention,
        kind=candidate.kind,
        url=candidate.url,
        text=candidate.text,
        published_at=candidate.published_at,
        reach=candidate.reach,
        complaint=candidate.complaint,
        intent=candidate.intent,
        topics=candidate.topics,
        urgency=candidate.urgency,
        because=candidate.because,
        named=candidate.named,
    )


_PLACE = (cases.c.brand, cases.c.network, cases.c.author_id, cases.c.thread)
_CHANGING = ("revision", "state", "owner", "warn_at", "due_at", "breach_at", "snoozed_until")
_UPDATE = (
    update(cases)
    .where(cases.c.id == bindparam("case_id"))
    .values({name: bindparam(f"new_{name}", type_=cases.c[name].type) for name in _CHANGING})
)


@cache
def _insert_cases(dialect: str) -> Any:
    return insert(dialect, cases).on_conflict_do_nothing(index_elements=_PLACE)


@cache
def _upsert_said(dialect: str) -> Any:
    rows = insert(dialect, case_mentions)
    return rows.on_conflict_do_update(
        index_elements=[case_mentions.c.case_id, case_mentions.c.mention_id],
        set_={"said": rows.excluded.said, "published_at": rows.excluded.published_at},
    )


async def _standing(
    connection: AsyncConnection, told: Iterable[tuple[Stored, Told]], now: datetime
) -> dict[Place, Standing]:
    """The cases at these places, made where there were none, and locked against other writers."""
    first: dict[Place, Told] = {}
    for _, one in told:
        first.setdefault(place_of(one.candidate), one)
    # In a fixed order, so that two judges cannot wait for each other.
    rows = [_new(first[place], now) for place in sorted(first)]
    await connection.execute(_insert_cases(connection.dialect.name), rows)
    found = await connection.execute(
        select(cases.c.id, *_PLACE, *(cases.c[name] for name in _CHANGING))
        .where(tuple_(*_PLACE).in_(sorted(first)))
        .order_by(cases.c.id)
        .with_for_update()
    )
    return {
        (row.brand, row.network, row.author_id, row.thread): Standing(
            id=row.id,
            **{name: row._mapping[name] for name in _CHANGING},  # noqa: SLF001  # SQLAlchemy's public name
        )
        for row in found
    }


def _new(told: Told, now: datetime) -> dict[str, Any]:
    candidate = told.candidate
    return {
        "revision": 0,
        "brand": candidate.brand,
        "brand_title": candidate.brand_title,
        "network": candidate.network,
        "author_id": candidate.author_id,
        "thread": candidate.thread,
        "author_name": candidate.author_name,
        "author_handle": candidate.author_handle,
        "followers": candidate.followers,
        "state": "new",
        "opened_at": now,
        "warn_at": told.warn_at,
        "due_at": told.due_at,
        "breach_at": told.breach_at,
    }


def _changed(case: Standing) -> dict[str, Any]:
    return {"case_id": case.id} | {f"new_{name}": getattr(case, name) for name in _CHANGING}


async def _write_mentions(
    connection: AsyncConnection, told: Iterable[tuple[Stored, Told]], standing: dict[Place, Standing]
) -> None:
    """An edited mention replaces what it said before."""
    await connection.execute(
        _upsert_said(connection.dialect.name),
        [
            {
                "case_id": standing[place_of(one.candidate)].id,
                "mention_id": stored.row,
                "published_at": one.candidate.published_at,
                "said": said_by(one.candidate),
            }
            for stored, one in told
        ],
    )
