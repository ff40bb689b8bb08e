"""Cases as cards show them: their mentions as they read now, their events, their author's past, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Row, Select, Subquery, bindparam, exists, func, or_, select, true

from alerts.cards.reaching import answers_past_us, spoken_to
from alerts.cases.case import Case, CaseMention, CaseMessage, EarlierCase, Neighbour, standing
from alerts.cases.events import Event
from alerts.outreach.contact import Contact, PastUs
from alerts.outreach.solved import Solved
from domain.mention import Quote
from domain.span import Span
from listener.networks.registry import as_shown
from listener.ports import money_key
from listener.store import contacts, elsewhere, solutions, usage
from listener.store.among import given
from listener.store.codecs import read_event, read_extra
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.history import read_standing, read_state
from listener.store.tables import card_views, case_events, case_mentions, cases, mentions, messages, verdicts

MOST_MENTIONS: Final = 100
"""The latest mentions of a case that are loaded: a quarrel of thousands must not stall the outbox."""
MOST_EVENTS: Final = 100
MOST_MESSAGES: Final = 100
MOST_EARLIER: Final = 3
MOST_NEIGHBOURS: Final = 11
"""Beyond the ten that are counted, one that says that there are more: a post may have thousands."""
MOST_CLOSELY: Final = 21
"""Of both, for who asks for all."""
# Statements with subqueries are built once: building them again took as long as running them.


class CaseStore:
    """Looks at cases; they change only by what customers write, people press and the clock brings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def case(self, number: int) -> Case | None:
        return (await self._database.read(lambda c: load(c, [number]))).get(number)

    async def of_author(self, network: str, author_id: str) -> list[int]:
        """The author's cases with every brand, oldest first."""
        return await self._database.read(lambda c: of_author(c, network, author_id))

    async def cards_today(self, brand: str, now: datetime) -> int:
        """The brand's cases of this UTC day that have a card in some chat."""
        return await self._database.read(lambda c: cards_today(c, brand, now))


async def load(connection: Connection, ids: Collection[int], *, closely: bool = False) -> dict[int, Case]:
    """The cases by id, without those that do not exist.

    `closely`: with more of their authors' past and of the others in their threads than a card shows.
    """
    most = (MOST_CLOSELY, MOST_CLOSELY) if closely else (MOST_EARLIER, MOST_NEIGHBOURS)
    rows: dict[int, Row[Any]] = {}
    past: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in await connection.execute(
        _with_past(connection.dialect.name), {"ids": list(ids), "most": 1 + most[0]}
    ):
        if row.id == row.of_case:
            rows[row.id] = row
        else:
            past[row.of_case].append(row)
    mentioned = await _mentions(connection, {*rows, *(row.id for before in past.values() for row in before)})
    events = await _events(connection, rows)
    keys = {number: _keys(row, mentioned[number]) for number, row in rows.items()}
    reached = await contacts.of_cases(connection, list(rows.values()), keys)
    talked = await _messages(connection, rows)
    beside = await _neighbours(connection, rows, most[1])
    return {
        number: _case(
            row,
            mentioned[number],
            events[number],
            [_earlier(before, mentioned[before.id]) for before in past[number]],
            beside[number],
            reached[number],
            talked[number],
        )
        for number, row in rows.items()
    }


def _keys(row: Row[Any], mentioned: Iterable[CaseMention]) -> set[str]:
    """What an earlier try may have taught about: the author, the posts, and the walls on which they stand."""
    keys = {row.author_id, row.thread}
    for mention in mentioned:
        keys.add(mention.id)
        if mention.place:
            keys |= {mention.place, mention.place.partition(":")[2]}
        # The owner of a wall stands before the number of what is on it.
        owner, _, number = mention.id.partition("_")
        if number:
            keys.add(owner)
    return keys


async def load_closely(
    connection: Connection,
    number: int,
    now: datetime,
    *,
    solved: bool = False,
    past: bool = False,
    listed: int | None = None,
    silenced: bool = False,
) -> Case | None:
    """One case with everything that a decision to write to its author may look at, `solved`: what is alike too,
    `past`: more of what was.

    `listed` is the list of an incident (a digest's number) whose words for all are wanted; `silenced`: what is
    muted is wanted too.
    """
    case = (await load(connection, [number], closely=past)).get(number)
    if case is None:
        return None
    row = (await connection.execute(select(cases).where(cases.c.id == number))).one()
    known = replace(
        case.contact,
        approached=await contacts.approaches(connection, row),
        receivers=await contacts.receivers(connection, number),
        nearby=await contacts.nearby(connection, row),
        solved=await _alike(connection, case) if solved else (),
        for_all=await contacts.for_all(connection, row, listed) if listed is not None else None,
        silenced=await contacts.silenced(connection, row, now) if silenced else None,
        spent=await usage.used(connection, money_key(case.network, case.brand), now) / 1000,
        past_us=tuple(
            PastUs(at=at, target=spoken_to(other))
            for other in (await load(connection, await elsewhere.other_cases(connection, row))).values()
            for at in answers_past_us(other)
            if not other.messages
        ),
    )
    return replace(case, contact=known)


async def _alike(connection: Connection, case: Case) -> tuple[Solved, ...]:
    return await solutions.alike(connection, case.brand, case.latest_complaint.text, but=case.id)


async def of_author(connection: Connection, network: str, author_id: str) -> list[int]:
    found = await connection.execute(
        select(cases.c.id).where(cases.c.network == network, cases.c.author_id == author_id).order_by(cases.c.id)
    )
    return list(found.scalars())


async def cards_today(connection: Connection, brand: str, now: datetime) -> int:
    day = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    carded = exists().where(card_views.c.case_id == cases.c.id)
    found = await connection.execute(
        select(func.count()).where(cases.c.brand == brand, cases.c.opened_at >= day, carded)
    )
    return int(found.scalar_one())


@cache
def _with_past(dialect: str) -> Select[Any]:
    """The cases, and the latest few that each author had with the brand before, oldest first."""
    before = cases.alias("before")
    place = func.row_number().over(partition_by=cases.c.id, order_by=before.c.id.desc()).label("place")
    ranked = (
        select(cases.c.id.label("of_case"), before, place)
        .join(
            before,
            (before.c.brand == cases.c.brand)
            & (before.c.network == cases.c.network)
            & (before.c.author_id == cases.c.author_id)
            & (before.c.id <= cases.c.id),
        )
        .where(given(cases.c.id, "ids", dialect))
        .subquery()
    )
    return select(ranked).where(ranked.c.place <= bindparam("most")).order_by(ranked.c.id)


async def _neighbours(connection: Connection, ids: Collection[int], most: int) -> dict[int, list[Neighbour]]:
    found = await connection.execute(_with_neighbours(connection.dialect.name), {"ids": list(ids), "most": most})
    of_case: dict[int, list[Neighbour]] = defaultdict(list)
    for row in found:
        stands, outcome = read_standing(row)
        of_case[row.of_case].append(
            Neighbour(case=row.id, author_name=row.author_name, standing=stands, outcome=outcome)
        )
    return of_case


@cache
def _with_neighbours(dialect: str) -> Select[Any]:
    """The latest other cases of each case's thread that nobody has called no complaint.

    Each engine gets the words by which it goes down the index and stops: of a crisis under one post it would else
    read all for each.
    """
    asked, beside, inner = cases.alias("asked"), cases.alias("beside"), cases.alias("inner_beside")
    latest = (
        select(inner.c.id)
        .where(
            inner.c.brand == asked.c.brand,
            inner.c.network == asked.c.network,
            inner.c.thread == asked.c.thread,
            inner.c.author_id != asked.c.author_id,
            or_(inner.c.outcome.is_(None), inner.c.outcome != "not_complaint"),
        )
        .order_by(inner.c.id.desc())
        .limit(bindparam("most"))
        .correlate(asked)
    )
    which: Any
    if dialect == "sqlite":
        which = asked.join(beside, beside.c.id.in_(latest.scalar_subquery()))
    else:
        each = latest.lateral("latest")
        which = asked.join(each, true()).join(beside, beside.c.id == each.c.id)
    columns = [beside.c[name] for name in ("id", "author_name", "stage", "outcome", "snoozed_until")]
    return (
        select(asked.c.id.label("of_case"), *columns)
        .select_from(which)
        .where(given(asked.c.id, "ids", dialect))
        .order_by(beside.c.id.desc())
    )


async def _mentions(connection: Connection, ids: Collection[int]) -> dict[int, list[CaseMention]]:
    rows = (await connection.execute(_latest_mentions(connection.dialect.name), {"ids": list(ids)})).all()
    parents, own = await _parents(connection, rows)
    of_case: dict[int, list[CaseMention]] = defaultdict(list)
    for row in rows:
        of_case[row.case_id].append(_mention(row, parents, own))
    return of_case


async def _parents(
    connection: Connection, rows: Sequence[Row[Any]]
) -> tuple[dict[tuple[str, str], Quote], set[tuple[str, str]]]:
    """What the mentions answer, as far as it was heard, for those whose network told nothing of it; and which of
    it the brands' own accounts said.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.thread and row.thread != row.external_id:
            wanted[row.network].add(_parent_of(row).id)
    heard: dict[tuple[str, str], Quote] = {}
    own: set[tuple[str, str]] = set()
    for network in sorted(wanted):
        asked = {"of_network": network, "ids": sorted(wanted[network])}
        for post in await connection.execute(_posts(connection.dialect.name), asked):
            text, _ = as_shown(network, post.text)
            heard[network, post.external_id] = Quote(
                id=post.external_id, author=post.author_name, text=text, url=post.url
            )
            if post.is_own:
                own.add((network, post.external_id))
    return heard, own


@cache
def _posts(dialect: str) -> Select[Any]:
    columns = [mentions.c[name] for name in ("external_id", "author_name", "text", "url", "is_own")]
    return select(*columns).where(
        mentions.c.network == bindparam("of_network"), given(mentions.c.external_id, "ids", dialect)
    )


def _parent_of(row: Row[Any]) -> Quote:
    """What the mention answers as its network told it; at least the post on which its conversation hangs."""
    return read_extra(row.extra).parent or Quote(id=row.thread)


@cache
def _latest_mentions(dialect: str) -> Select[Any]:
    ranked = _latest(dialect)
    return (
        select(
            ranked.c.case_id,
            ranked.c.strength,
            *(mentions.c[name] for name in ("id", "network", "external_id", "thread", "kind", "url", "text")),
            *(mentions.c[name] for name in ("place", "reach", "extra", "published_at", "edited_at", "deleted_at")),
            *(verdicts.c[name] for name in ("complaint", "intent", "topics", "urgency", "evidence")),
            *(verdicts.c[name] for name in ("words", "dangers", "reasons")),
        )
        .join(cases, cases.c.id == ranked.c.case_id)
        .join(mentions, mentions.c.id == ranked.c.mention_id)
        .outerjoin(verdicts, (verdicts.c.mention_id == mentions.c.id) & (verdicts.c.brand == cases.c.brand))
        .where(ranked.c.place <= MOST_MENTIONS)
        .order_by(ranked.c.place.desc())
    )


def _latest(dialect: str) -> Subquery:
    """The mentions of the cases with their places from the end."""
    place = (
        func.row_number()
        .over(
            partition_by=case_mentions.c.case_id,
            order_by=(case_mentions.c.published_at.desc(), case_mentions.c.mention_id.desc()),
        )
        .label("place")
    )
    return (
        select(case_mentions.c.case_id, case_mentions.c.mention_id, case_mentions.c.strength, place)
        .where(given(case_mentions.c.case_id, "ids", dialect))
        .subquery()
    )


async def _messages(connection: Connection, ids: Collection[int]) -> dict[int, list[CaseMessage]]:
    rows = await connection.execute(_latest_messages(connection.dialect.name), {"ids": list(ids)})
    of_case: dict[int, list[CaseMessage]] = defaultdict(list)
    for row in rows:
        message = CaseMessage(
            row=row.id,
            incoming=row.incoming,
            text=row.text,
            at=row.at,
            attached=tuple(row.attached),
            edited_at=row.edited_at,
            deleted_at=row.deleted_at,
            page=row.page,
        )
        of_case[row.case_id].append(message)
    return of_case


@cache
def _latest_messages(dialect: str) -> Select[Any]:
    place = (
        func.row_number()
        .over(partition_by=messages.c.case_id, order_by=(messages.c.at.desc(), messages.c.id.desc()))
        .label("place")
    )
    ranked = select(messages, place).where(given(messages.c.case_id, "ids", dialect)).subquery()
    return select(ranked).where(ranked.c.place <= MOST_MESSAGES).order_by(ranked.c.place.desc())


async def _events(connection: Connection, ids: Collection[int]) -> dict[int, list[Event]]:
    rows = await connection.execute(_latest_events(connection.dialect.name), {"ids": list(ids)})
    events: dict[int, list[Event]] = defaultdict(list)
    for row in rows:
        events[row.case_id].append(read_event(row))
    return events


@cache
def _latest_events(dialect: str) -> Select[Any]:
    place = (
        func.row_number()
        .over(partition_by=case_events.c.case_id, order_by=case_events.c.number.desc())
        .label("place")
    )
    ranked = select(case_events, place).where(given(case_events.c.case_id, "ids", dialect)).subquery()
    return select(ranked).where(ranked.c.place <= MOST_EVENTS).order_by(ranked.c.number)


def _mention(
    row: Row[Any], parents: Mapping[tuple[str, str], Quote], own: Collection[tuple[str, str]]
) -> CaseMention:
    extra, parent = read_extra(row.extra), _parent(row, parents)
    has_verdict = row.complaint is not None
    brand, speaking = _within(row.words or (), row.text), _within(_speaking(row.evidence or ()), row.text)
    text, (brand_spans, evidence_spans) = as_shown(row.network, row.text, brand, speaking)
    return CaseMention(
        row=row.id,
        id=row.external_id,
        kind=row.kind,
        url=row.url,
        text=text,
        published_at=row.published_at,
        place=row.place,
        reach=row.reach,
        strength="remark" if row.strength == "remark" else "complaint",
        complaint=row.complaint if has_verdict else 0.0,
        intent=row.intent if has_verdict else "other",
        topics=tuple(row.topics or ()),
        urgency=row.urgency if has_verdict else 0.0,
        evidence_spans=evidence_spans,
        brand_spans=brand_spans,
        dangers=tuple(row.dangers or ()),
        reasons=tuple(row.reasons or ()),
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        parent=parent,
        under_own_post=parent is not None and parent.id == row.thread and (row.network, parent.id) in own,
        quoted=extra.quoted,
        attached=extra.attached,
        city=extra.city,
    )


def _parent(row: Row[Any], parents: Mapping[tuple[str, str], Quote]) -> Quote | None:
    """What a person reads above the mention: as the network told it, else as it was heard."""
    if not row.thread or row.thread == row.external_id:
        return None
    parent = _parent_of(row)
    return parent if parent.text else parents.get((row.network, parent.id))


def _within(spans: Iterable[Sequence[int]], text: str) -> tuple[Span, ...]:
    """The spans of the author's own words; those of what he shows again belong to somebody else."""
    last = len(text)
    return tuple([(start, end) for start, end in spans if end <= last])


def _speaking(evidence: Iterable[tuple[int, int, float]]) -> tuple[Span, ...]:
    """The spans that speak for a complaint, strongest first."""
    strongest = sorted([piece for piece in evidence if piece[2] > 0], key=_WEIGHT, reverse=True)
    return tuple([(start, end) for start, end, _ in strongest])


_WEIGHT: Final = itemgetter(2)


def _earlier(row: Row[Any], mentioned: Sequence[CaseMention]) -> EarlierCase:
    text = next((mention.text for mention in mentioned if mention.deleted_at is None), "")
    state = read_state(row)
    complaints = [mention.complaint for mention in mentioned if mention.strength == "complaint"]
    return EarlierCase(
        case=row.id,
        standing=standing(state),
        opened_at=row.opened_at,
        text=text,
        outcome=state.outcome,
        complaint=max(complaints, default=None),
        cause=state.cause,
    )


def _case(  # all that a case is made of
    row: Row[Any],
    case_mentions: list[CaseMention],
    events: list[Event],
    earlier: list[EarlierCase],
    neighbours: list[Neighbour],
    contact: Contact,
    talked: list[CaseMessage],
) -> Case:
    return Case(
        id=row.id,
        brand=row.brand,
        brand_title=row.brand_title,
        network=row.network,
        thread=row.thread,
        author_id=row.author_id,
        author_name=row.author_name,
        author_handle=row.author_handle,
        followers=row.followers,
        opened_at=row.opened_at,
        state=read_state(row),
        mentions=tuple(case_mentions),
        events=tuple(events),
        earlier=tuple(earlier),
        neighbours=tuple(neighbours),
        contact=contact,
        messages=tuple(talked),
    )
