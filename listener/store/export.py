"""Export: everything stored, a page at a time, as the rows that `listener export` prints."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Row, Select, select

from alerts.cases.case import standing
from alerts.incidents.group import Group
from alerts.incidents.incident import state_of
from listener.mention_format import mention_row
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.history import read_state
from listener.store.labels import Label, labels_after
from listener.store.mentions import mention
from listener.store.tables import (
    EPOCH,
    LEFT,
    actions,
    card_views,
    case_events,
    case_mentions,
    cases,
    digest_cases,
    digests,
    incident_cases,
    incident_events,
    incidents,
    mentions,
    verdicts,
)

PAGE: Final = 1000
"""Rows read in one transaction: a long one would keep SQLite's WAL from being checkpointed."""


async def export(database: Database, noun: str, since: datetime | None) -> AsyncIterator[dict[str, Any]]:
    """The noun's rows in the order they came about, from `since` on."""
    read_page = PAGES[noun]
    last: tuple[Any, ...] = (0, "")
    while True:
        rows = await database.read(partial(read_page, last=last, since=since or EPOCH))
        for key, row in rows:
            last = key
            yield row
        if len(rows) < PAGE:
            return


Page = Sequence[tuple[tuple[Any, ...], dict[str, Any]]]


async def _mentions(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    query = select(mentions).where(mentions.c.id > last[0], mentions.c.heard_at >= since).order_by(mentions.c.id)
    return [
        ((row.id,), mention_row(mention(row)) | {"heard_at": row.heard_at})
        for row in await _page(connection, query)
    ]


async def _verdicts(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    mention_id, brand = verdicts.c.mention_id, verdicts.c.brand
    query = (
        select(verdicts, mentions.c.network, mentions.c.external_id)
        .join(mentions, mentions.c.id == mention_id)
        .where(
            (mention_id > last[0]) | ((mention_id == last[0]) & (brand > last[-1])), verdicts.c.judged_at >= since
        )
        .order_by(mention_id, brand)
    )
    return [((row.mention_id, row.brand), _verdict(row)) for row in await _page(connection, query)]


async def _cases(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    query = select(cases).where(cases.c.id > last[0], cases.c.opened_at >= since).order_by(cases.c.id)
    rows = await _page(connection, query)
    mentions_of = await _mentions_of(connection, [row.id for row in rows])
    return [((row.id,), _case(row) | {"mentions": mentions_of[row.id]}) for row in rows]


async def _deliveries(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    query = (
        select(card_views)
        .where(card_views.c.id > last[0], card_views.c.created_at >= since)
        .order_by(card_views.c.id)
    )
    rows = await _page(connection, query)
    lists = await _lists_of(connection, [row for row in rows if row.state == "digest"])
    return [((row.id,), _delivery(row) | {"held_back": _held_back(row, lists)}) for row in rows]


async def _lists_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[Any, ...], str]:
    """Why there is a list in place of the cards, by case and chat; the latest list counts."""
    found = await connection.execute(
        select(digest_cases.c.case_id, digests.c.messenger, digests.c.chat, digests.c.topic, digests.c.why)
        .join(digests, digests.c.id == digest_cases.c.digest_id)
        .where(digest_cases.c.case_id.in_(sorted({row.case_id for row in rows})))
        .order_by(digests.c.id)
    )
    return {(row.case_id, row.messenger, row.chat, row.topic): row.why for row in found}


def _held_back(row: Row[Any], lists: dict[tuple[Any, ...], str]) -> str | None:
    """Why no card of its own stands in the chat: it is in a list («flood», «late», «incident»), or nobody works
    there yet («hours»). What was sent to no chat at all has no delivery, and an event `card_withheld`.
    """
    if row.state == "digest":
        return lists.get((row.case_id, row.messenger, row.chat, row.topic))
    is_untried = row.state == "due" and row.ref is None and row.tries == 0 and not row.unknown
    return "hours" if is_untried and row.due_at > row.created_at else None


async def _actions(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    """What operators did; presses that were refused did nothing and are left out."""
    query = (
        select(actions)
        .where(actions.c.id > last[0], actions.c.applied, actions.c.at >= since)
        .order_by(actions.c.id)
    )
    return [((row.id,), _action(row)) for row in await _page(connection, query)]


async def _events(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    of_case, number = case_events.c.case_id, case_events.c.number
    after = (of_case > last[0]) | ((of_case == last[0]) & (number > (last[-1] or 0)))
    query = select(case_events).where(after, case_events.c.at >= since).order_by(of_case, number)
    return [((row.case_id, row.number), _event(row)) for row in await _page(connection, query)]


async def _incidents(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    """Each with its cases and its history; `since` goes by when it was noticed."""
    query = (
        select(incidents).where(incidents.c.id > last[0], incidents.c.opened_at >= since).order_by(incidents.c.id)
    )
    rows = await _page(connection, query)
    numbers = [row.id for row in rows]
    cases_of: dict[int, list[int]] = defaultdict(list)
    for member in await connection.execute(
        select(incident_cases.c.incident_id, incident_cases.c.case_id)
        .where(incident_cases.c.incident_id.in_(numbers))
        .order_by(incident_cases.c.incident_id, incident_cases.c.at, incident_cases.c.case_id)
    ):
        cases_of[member.incident_id].append(member.case_id)
    history: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for event in await connection.execute(
        select(incident_events)
        .where(incident_events.c.incident_id.in_(numbers))
        .order_by(incident_events.c.incident_id, incident_events.c.number)
    ):
        history[event.incident_id].append(_happened(event))
    return [((row.id,), _incident(row, cases_of[row.id], history[row.id])) for row in rows]


async def _labels(connection: Connection, last: tuple[Any, ...], since: datetime) -> Page:
    """What people's taps say of texts, a row a label (`alerts.cases.labels`)."""
    found: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    case: int | None = last[0]
    while case is not None and len(found) < PAGE:
        # Whole cases: a page ends with the last label of one.
        case, labels = await labels_after(connection, case, since)
        found += [((label.case,), _label(label)) for label in labels]
    return found


PAGES: Final = {
    "actions": _actions,
    "cases": _cases,
    "deliveries": _deliveries,
    "events": _events,
    "incidents": _incidents,
    "labels": _labels,
    "mentions": _mentions,
    "verdicts": _verdicts,
}


async def _page(connection: Connection, query: Select[Any]) -> list[Row[Any]]:
    return list(await connection.execute(query.limit(PAGE)))


async def _mentions_of(connection: Connection, ids: Collection[int]) -> dict[int, list[str]]:
    rows = await connection.execute(
        select(case_mentions.c.case_id, mentions.c.external_id)
        .join(mentions, mentions.c.id == case_mentions.c.mention_id)
        .where(case_mentions.c.case_id.in_(ids))
        .order_by(case_mentions.c.case_id, case_mentions.c.mention_id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row.external_id)
    return found


def _verdict(row: Row[Any]) -> dict[str, Any]:
    return {
        "mention": row.external_id,
        "network": row.network,
        "brand": row.brand,
        "words": row.words,
        "reason": row.reason,
        "sentiment": {"negative": row.negative, "neutral": row.neutral, "positive": row.positive},
        "label": row.label,
        "complaint": row.complaint,
        "intent": row.intent,
        "topics": row.topics,
        "urgency": row.urgency,
        "evidence": [{"start": start, "end": end, "weight": weight} for start, end, weight in row.evidence],
        "model": row.model,
        "outcome": row.outcome,
        "judged_at": row.judged_at,
    }


def _case(row: Row[Any]) -> dict[str, Any]:
    """`state` is the stage in one word, as it has always been exported; `owner` is the person's id."""
    # SQLAlchemy's own names are a kind of string that JSON writers refuse.
    whole = {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001  # public, to avoid name clashes
    shown = {name: value for name, value in whole.items() if name != "next_timer_at"}
    return shown | {"state": standing(read_state(row))}


def _event(row: Row[Any]) -> dict[str, Any]:
    return {"case": row.case_id} | _happened(row)


def _incident(row: Row[Any], of_cases: list[int], history: list[dict[str, Any]]) -> dict[str, Any]:
    """`group` is what it is about: «topic», «no_topic» or «words»; `topic` its name, where it has one."""
    group = Group(brand=row.brand, what=row.what)
    return {
        "id": row.id,
        "brand": row.brand,
        "brand_title": row.brand_title,
        "group": group.kind,
        "topic": row.what if group.kind == "topic" else None,
        "state": state_of(row.owner, row.over_at),
        "owner": row.owner,
        "usual_per_hour": row.usual,
        "since": row.since,
        "opened_at": row.opened_at,
        "calm_at": row.calm_at,
        "over_at": row.over_at,
        "cases": of_cases,
        "events": history,
    }


def _happened(row: Row[Any]) -> dict[str, Any]:
    """An event of a case or of an incident."""
    return {
        "number": row.number,
        "kind": row.kind,
        "actor": row.actor,
        "person": row.actor_id,
        "name": row.actor_name,
        "at": row.at,
        "payload": row.payload,
    }


def _label(label: Label) -> dict[str, Any]:
    """As `listener train --labels` reads it; `words` are the spans that name the brand."""
    return {
        "case": label.case,
        "brand": label.brand,
        "mention": label.mention,
        "text": label.text,
        "words": label.words,
        "complaint": label.tap.complaint,
        "weight": label.tap.weight,
        "ground": label.tap.ground,
        "cause": label.tap.cause,
        "person": label.tap.by,
        "at": label.tap.at,
    }


def _delivery(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "case": row.case_id,
        "receiver": row.receiver,
        "messenger": row.messenger,
        "chat": row.chat,
        "topic": row.topic or None,
        "state": _delivery_state(row),
        "up_to_date": row.state == "shown",
        "in_digest": row.state == "digest",
        "ref": row.ref,
        "shown": row.shown,
        "wanted": row.wanted,
        "tries": row.tries,
        "unknown": row.unknown,
        "error": row.error,
        "due_at": row.due_at,
        "created_at": row.created_at,
        "delivered_at": row.delivered_at,
    }


def _delivery_state(row: Row[Any]) -> str:
    """`pending`, `sending`, `delivered`, `failed` or `left` (another receiver has the case); a shown card stays
    delivered while an edit is due.
    """
    if row.state in ("failed", LEFT) or row.delivered_at is None:
        return {"due": "pending", "digest": "pending"}.get(row.state, str(row.state))
    return "delivered"


def _action(row: Row[Any]) -> dict[str, Any]:
    return {
        "case": row.case_id,
        "who": row.who,
        "what": row.action,
        "at": row.at,
        "messenger": row.messenger,
        "user": row.user,
    }
