"""The cards of incidents: in each chat a list of the cases that are shown there, in place of their cards."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Row, RowMapping, and_, exists, func, select, type_coerce, update

from alerts.cases.events import CardWithheld, Fact, kind_of
from alerts.cases.telling import NoticeDraft, NoticeKind, Priority
from alerts.incidents.group import Group
from alerts.incidents.incident import Incident, Place, step_of
from listener.store import digest_rows, incident_events
from listener.store.codecs import NOTICE_VERSION, notice_payload, read_event
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.tables import (
    MICROSECOND,
    card_views,
    case_events,
    case_mentions,
    cases,
    digest_cases,
    digests,
    incident_cases,
    incidents,
    is_living,
    mentions,
    notices,
)

MOST_PAGES: Final = 8
UNANSWERED: Final = ("new", "claimed")
"""Stages of a case whose customer has heard nothing yet."""
WITHHELD: Final = kind_of(CardWithheld(reason="daily_limit"))
_CHAT: Final = ("messenger", "chat", "topic")


async def add(
    connection: Connection, incident: int, joining: Sequence[int], now: datetime, lists: Collection[str]
) -> None:
    """Put the cases on the incident's lists, one in each chat that shows one of them, urgent ones first.

    A card that is urgent, or on its way, or was seen, stays what it is beside the list; the others are the list's.
    A list is due when the first of its cases is: at night nobody is woken who would not be by a card.
    """
    await _tell_beyond_the_limit(connection, incident, joining, now, lists)
    views = await _views(connection, joining, lists)
    known = await _lists(connection, incident)
    gives_way: list[int] = []
    for chat, rows in views.items():
        waiting = [row for row in rows if _waits(row)]
        gives_way += [row.id for row in waiting]
        due_at = min((row.due_at for row in waiting), default=now)
        number = known.get(chat)
        if number is None:
            number = await _make(connection, incident, chat, rows[0].receiver, due_at, now)
        else:
            await _not_later(connection, number, due_at)
        await _append(connection, number, rows)
    if gives_way:
        await connection.execute(
            update(card_views).where(card_views.c.id.in_(gives_way)).values(state="digest", tries=0)
        )
    await digest_rows.touch_incident(connection, incident, now, by_person=False)


async def load(connection: Connection, number: int, now: datetime) -> Incident | None:
    """The incident as its card shows it."""
    row = (await connection.execute(select(incidents).where(incidents.c.id == number))).first()
    if row is None:
        return None
    until = row.over_at or now
    step = step_of(row.since, until)
    group = Group(brand=row.brand, what=row.what)
    total, waiting = await totals(connection, number)
    unanswered = await _unanswered(connection, number)
    return Incident(
        id=row.id,
        brand_title=row.brand_title,
        group=group,
        usual=row.usual,
        since=row.since,
        opened_at=row.opened_at,
        owner=row.owner,
        calm_at=row.calm_at,
        over_at=row.over_at,
        total=total,
        waiting=waiting,
        unanswered=unanswered,
        step=step,
        counts=await _counts(connection, row, step, until),
        places=await _places(connection, number),
        words=await _words(connection, group.words_of),
        events=(await incident_events.of(connection, [number]))[number],
    )


async def say_began(connection: Connection, number: int, now: datetime, lists: Collection[str]) -> None:
    """Where no list can be shown, and cards come one by one, a word says that they are one trouble."""
    chats = await _without_list(connection, number, lists)
    await _say(connection, number, "incident_began", f"incident:{number}:began", chats, now)


async def say_grew(connection: Connection, number: int, total: int, now: datetime, lists: Collection[str]) -> None:
    """The list counts by itself; where there is none a word does."""
    chats = await _without_list(connection, number, lists)
    await _say(connection, number, "incident_grew", f"incident:{number}:grew:{total}", chats, now)


async def say_over(connection: Connection, number: int, now: datetime, lists: Collection[str]) -> None:
    """Once in each chat that has the incident's card, under it, and in those that cannot have one."""
    found = await connection.execute(
        select(digests.c.receiver, *(digests.c[name] for name in _CHAT)).where(
            digests.c.incident_id == number, digests.c.state != "failed"
        )
    )
    chats = [dict(row) for row in found.mappings()] + await _without_list(connection, number, lists)
    await _say(connection, number, "incident_over", f"incident:{number}:over", chats, now)


async def _without_list(connection: Connection, number: int, lists: Collection[str]) -> list[dict[str, Any]]:
    """The chats that show a case of the incident in messengers that show no lists."""
    found = await connection.execute(
        select(func.min(card_views.c.receiver).label("receiver"), *(card_views.c[name] for name in _CHAT))
        .join(incident_cases, incident_cases.c.case_id == card_views.c.case_id)
        .where(
            incident_cases.c.incident_id == number,
            card_views.c.messenger.not_in(sorted(lists)),
            is_living(card_views),
        )
        .group_by(*(card_views.c[name] for name in _CHAT))
    )
    return [dict(row) for row in found.mappings()]


async def _say(
    connection: Connection,
    number: int,
    kind: NoticeKind,
    dedup_key: str,
    chats: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Once in each of the chats."""
    draft = NoticeDraft(kind=kind, event=0, to=(), priority=Priority.NEW)
    rows = [
        chat
        | {
            "priority": int(draft.priority),
            "state": "due",
            "due_at": now,
            "created_at": now,
            "dedup_key": dedup_key,
            "version": NOTICE_VERSION,
            "payload": notice_payload(draft, incident=number),
        }
        for chat in chats
    ]
    if rows:
        await connection.execute(insert(connection.dialect.name, notices).on_conflict_do_nothing(), rows)


async def refs(connection: Connection, numbers: Collection[int]) -> dict[tuple[Any, ...], str]:
    """The messages of the incidents' cards, by incident and chat: under them they are spoken of."""
    if not numbers:
        return {}
    found = await connection.execute(
        select(digests.c.incident_id, *(digests.c[name] for name in _CHAT), digests.c.ref).where(
            digests.c.incident_id.in_(sorted(numbers)), digests.c.ref.is_not(None)
        )
    )
    return {(row.incident_id, row.messenger, row.chat, row.topic): row.ref for row in found}


async def _tell_beyond_the_limit(
    connection: Connection, incident: int, joining: Sequence[int], now: datetime, lists: Collection[str]
) -> None:
    """What the brand's cards of the day left no card for is told by the list, which costs none of them: in the
    chats of the incident, where it has none yet in those of the brand's latest case.
    """
    told = exists().where(card_views.c.case_id == cases.c.id)
    found = await connection.execute(
        select(cases.c.id, cases.c.revision, cases.c.brand).where(cases.c.id.in_(joining), ~told)
    )
    untold = {row.id: row for row in found}
    withheld: dict[int, Fact] = {}
    for row in await connection.execute(
        select(case_events)
        .where(case_events.c.case_id.in_(sorted(untold)), case_events.c.kind == WITHHELD)
        .order_by(case_events.c.number)
    ):
        withheld[row.case_id] = read_event(row).fact
    limited = [
        case for case, fact in withheld.items() if isinstance(fact, CardWithheld) and fact.reason == "daily_limit"
    ]
    if not limited:
        return
    chats = await _its_chats(connection, incident, untold[limited[0]].brand, lists)
    rows = [
        dict(chat)
        | {
            "case_id": case,
            "priority": int(Priority.NEW),
            "state": "due",
            "wanted": untold[case].revision,
            "due_at": now,
            "created_at": now,
        }
        for case in limited
        for chat in chats
    ]
    if rows:
        await connection.execute(insert(connection.dialect.name, card_views).on_conflict_do_nothing(), rows)


async def _its_chats(
    connection: Connection, incident: int, brand: str, lists: Collection[str]
) -> Sequence[RowMapping]:
    """The receiver and address of each chat that shows the incident, or else the brand's latest case."""
    columns = [card_views.c.receiver, *(card_views.c[name] for name in _CHAT)]
    shown = and_(card_views.c.messenger.in_(sorted(lists)), is_living(card_views))
    its = select(incident_cases.c.case_id).where(incident_cases.c.incident_id == incident)
    for which in (card_views.c.case_id.in_(its), cases.c.brand == brand):
        latest = select(func.max(card_views.c.case_id)).join(cases, cases.c.id == card_views.c.case_id)
        case = latest.where(shown, which).scalar_subquery()
        found = (await connection.execute(select(*columns).where(shown, card_views.c.case_id == case))).mappings()
        if chats := found.all():
            return chats
    return ()


async def _views(
    connection: Connection, joining: Sequence[int], lists: Collection[str]
) -> dict[tuple[Any, ...], list[Row[Any]]]:
    owned = exists().where(cases.c.id == card_views.c.case_id, cases.c.owner.is_not(None))
    found = await connection.execute(
        select(card_views, owned.label("is_owned"))
        .where(card_views.c.case_id.in_(joining), card_views.c.messenger.in_(sorted(lists)), is_living(card_views))
        .order_by(card_views.c.id)
        .with_for_update()
    )
    place = {case: number for number, case in enumerate(joining)}
    views: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    for row in found:
        views[row.messenger, row.chat, row.topic].append(row)
    for rows in views.values():
        rows.sort(key=lambda row: (row.priority > Priority.URGENT, place[row.case_id]))
    return views


def _waits(row: Row[Any]) -> bool:
    """Whether nobody has seen the card, nor may have, nobody needs its buttons, and it can wait in a list."""
    is_unseen = row.state == "due" and row.ref is None and not row.unknown
    return is_unseen and not row.is_owned and row.priority > Priority.URGENT


async def _lists(connection: Connection, incident: int) -> dict[tuple[Any, ...], int]:
    found = await connection.execute(
        select(digests.c.id, *(digests.c[name] for name in _CHAT))
        .where(digests.c.incident_id == incident, digests.c.state != "failed")
        .with_for_update()
    )
    return {(row.messenger, row.chat, row.topic): row.id for row in found}


async def _make(
    connection: Connection,
    incident: int,
    chat: tuple[Any, ...],
    receiver: str,
    due_at: datetime,
    now: datetime,
) -> int:
    made = {
        "receiver": receiver,
        **dict(zip(_CHAT, chat, strict=True)),
        "priority": int(Priority.URGENT),
        "state": "due",
        "why": "incident",
        "wanted": 1,
        "due_at": due_at,
        "created_at": now,
        "incident_id": incident,
    }
    added = await connection.execute(insert(connection.dialect.name, digests).values(made).returning(digests.c.id))
    number: int = added.scalar_one()
    return number


async def _not_later(connection: Connection, digest: int, due_at: datetime) -> None:
    """A list that nobody has seen and that waits for the morning goes out with the first case that does not."""
    await connection.execute(
        update(digests)
        .where(digests.c.id == digest, digests.c.state == "due", digests.c.ref.is_(None), digests.c.tries == 0)
        .where(digests.c.due_at > due_at)
        .values(due_at=due_at)
    )


async def _append(connection: Connection, digest: int, rows: Sequence[Row[Any]]) -> None:
    last = select(func.coalesce(func.max(digest_cases.c.place), -1)).where(digest_cases.c.digest_id == digest)
    first = (await connection.execute(last)).scalar_one() + 1
    await connection.execute(
        insert(connection.dialect.name, digest_cases),
        [
            {"digest_id": digest, "place": place, "case_id": row.case_id}
            for place, row in enumerate(rows, start=first)
        ],
    )


async def totals(connection: Connection, number: int) -> tuple[int, int]:
    """All its cases, and those that nobody has."""
    found = await connection.execute(
        select(func.count(), func.count().filter(cases.c.stage != "closed", cases.c.owner.is_(None)))
        .select_from(incident_cases)
        .join(cases, cases.c.id == incident_cases.c.case_id)
        .where(incident_cases.c.incident_id == number)
    )
    total, waiting = found.one()
    return total, waiting


async def _unanswered(connection: Connection, number: int) -> int:
    found = await connection.execute(
        select(func.count())
        .select_from(incident_cases)
        .join(cases, cases.c.id == incident_cases.c.case_id)
        .where(incident_cases.c.incident_id == number, cases.c.stage.in_(UNANSWERED))
    )
    return found.scalar_one()


async def _counts(connection: Connection, row: Row[Any], step: timedelta, until: datetime) -> tuple[int, ...]:
    since = type_coerce(row.since, incident_cases.c.at.type)
    passed = type_coerce(incident_cases.c.at, BigInteger) - type_coerce(since, BigInteger)
    number = (passed // (step // MICROSECOND)).label("number")
    found = await connection.execute(
        select(number, func.count().label("said")).where(incident_cases.c.incident_id == row.id).group_by(number)
    )
    counted = {each.number: each.said for each in found}
    return tuple(counted.get(place, 0) for place in range(1 + (until - row.since) // step))


async def _places(connection: Connection, number: int) -> tuple[Place, ...]:
    """By the networks, the largest first, and the pages on which most was said."""
    first = (
        select(func.min(case_mentions.c.mention_id))
        .where(case_mentions.c.case_id == incident_cases.c.case_id)
        .correlate(incident_cases)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(mentions.c.network, mentions.c.place, func.count().label("said"))
        .select_from(incident_cases)
        .join(mentions, mentions.c.id == first)
        .where(incident_cases.c.incident_id == number)
        .group_by(mentions.c.network, mentions.c.place)
    )
    networks: dict[str, int] = defaultdict(int)
    pages: list[Place] = []
    for row in found:
        networks[row.network] += row.said
        if row.place is not None:
            pages.append(Place(network=row.network, count=row.said, page=row.place))
    whole = [Place(network=network, count=count) for network, count in networks.items()]
    pages.sort(key=lambda page: (-page.count, page.page or ""))
    return (*sorted(whole, key=lambda each: (-each.count, each.network)), *pages[:MOST_PAGES])


async def _words(connection: Connection, first: int | None) -> str:
    """What was said in this case first."""
    if first is None:
        return ""
    found = await connection.execute(
        select(mentions.c.text)
        .join(case_mentions, case_mentions.c.mention_id == mentions.c.id)
        .where(case_mentions.c.case_id == first)
        .order_by(mentions.c.id)
        .limit(1)
    )
    return found.scalar_one_or_none() or ""
