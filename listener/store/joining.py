"""Joining: a customer's words open a case, join or reopen the one in their place, or change what it holds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import bindparam, select

from alerts.candidate import Place
from alerts.cases.commands import Delete, Edit, Write
from alerts.cases.events import CUSTOMER, NO_DEADLINES, PROGRAM, Deadlines, Strength
from alerts.cases.state import FRESH
from alerts.cases.telling import NoticeDraft, Priority, Telling
from alerts.cases.transitions import Asker
from alerts.incidents.group import Group
from alerts.likeness import signature_of
from alerts.routing import Chat
from listener.decided import Decided, Routed
from listener.store import elsewhere, grouping, history, outbox_rows, reposts
from listener.store.among import given, given_rows
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.history import Changing
from listener.store.many import execute_many
from listener.store.tables import case_mentions, cases, mentions, outbound

THE_CUSTOMER: Final = Asker(actor=CUSTOMER)
THE_PROGRAM: Final = Asker(actor=PROGRAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """`groups` are those in which cases opened."""

    new: int = 0
    joined: int = 0
    reopened: int = 0
    groups: frozenset[Group] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Cases:
    """The cases that a batch may touch, by id and by place, and what is known of their mentions.

    `linked` are the cases of a mention with its strength there, `complaints` the mentions of a case that still
    are complaints, `removed` the cases in which people have had words taken off the page; all are read only where
    a batch has edits or deletions. `also_in` are further threads in which a case's author said the same.
    """

    by_id: dict[int, Changing] = field(default_factory=dict)
    by_author: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    by_place: dict[Place, int] = field(default_factory=dict)
    linked: dict[int, dict[int, Strength]] = field(default_factory=lambda: defaultdict(dict))
    complaints: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    removed: set[int] = field(default_factory=set)
    also_in: dict[int, Sequence[str]] = field(default_factory=dict)

    def know_new(self, case: int, place: Place) -> None:
        self.by_id.setdefault(case, Changing.of(case, FRESH))
        self.also_in[case] = ()
        self.stands_in(place, case)

    def know(self, row: Any) -> None:
        self.by_id.setdefault(row.id, Changing.of(row.id, history.read_state(row)))
        self.also_in[row.id] = row.also_in or ()
        for thread in (row.thread, *self.also_in[row.id]):
            self.stands_in((row.brand, row.network, row.author_id, thread), row.id)

    def stands_in(self, place: Place, case: int) -> None:
        """What its author says there belongs to this case."""
        if place not in self.by_place:
            self.by_place[place] = case
            self.by_author[place[1:]].append(case)


async def join(connection: Connection, decided: Sequence[Decided], now: datetime) -> Joined:
    """Write what the decisions do to cases: their events, their mentions, and what chats must be shown."""
    # What is gone opens no case, whatever was decided of it.
    decided = [
        replace(decision, routed=()) if decision.stored.is_deleted and decision.routed else decision
        for decision in decided
    ]
    known = await _open_places(connection, decided, now)
    await _know_links(connection, known, decided)
    await _know_remarks(connection, known, decided)
    links: dict[tuple[int, int], dict[str, Any]] = {}
    shown: list[tuple[int, Routed]] = []
    anew: dict[int, Routed] = {}
    calling: dict[int, Routed] = {}
    for decision in filter(partial(_concerns_cases, known), decided):
        for case, command, route in _commands(known, decision):
            changing = known.by_id[case]
            is_first = changing.state.revision == 0
            telling = changing.obey(command, THE_CUSTOMER, now)
            would_show = is_first or (isinstance(telling, Telling) and telling.anew)
            if route is not None and route.withheld and would_show:
                changing.obey(route.withheld, THE_PROGRAM, now)
            if not isinstance(command, Delete):
                links[case, decision.stored.row] = _link(case, decision, command.strength)
            if route is not None:
                shown.append((case, route))
                if would_show and route.calls:
                    calling[case] = route
            # Without chats it is to be told to nobody, and the old card only follows the case.
            if isinstance(telling, Telling) and telling.anew and route is not None and route.chats:
                anew[case] = route
    await _write_links(connection, list(links.values()))
    await _hear_answers(connection, known, decided, now)
    await history.write(connection, known.by_id.values(), now)
    renewed = [_anew(known.by_id[case], route, now) for case, route in anew.items()]
    await outbox_rows.renew(connection, renewed, now)
    revised = [(case, known.by_id[case].state.revision, route) for case, route in shown]
    await outbox_rows.add(connection, revised, now)
    calls = [_call(known.by_id[case], route) for case, route in calling.items()]
    await outbox_rows.add_notices_elsewhere(connection, calls, now)
    groups = await grouping.note(connection, _opened(known, shown, now))
    return replace(_counted(known, shown), groups=groups)


def _concerns_cases(known: _Cases, decision: Decided) -> bool:
    """Most mentions are nobody's trouble, and their authors have none."""
    return bool(decision.routed) or decision.stored.row in known.linked or _where(decision) in known.by_author


def _commands(known: _Cases, decision: Decided) -> Iterator[tuple[int, Delete | Edit | Write, Routed | None]]:
    """What one decision asks of which cases, in the customer's name."""
    row, linked = decision.stored.row, known.linked.get(decision.stored.row, {})
    if decision.stored.is_deleted:
        for case in linked:
            known.complaints[case].discard(row)
            others = bool(known.complaints[case])
            removed = case in known.removed
            yield case, Delete(mention=row, others=others, by=decision.deleted_by, removed=removed), None
        return
    routes = {known.by_place[route.candidate.place]: route for route in decision.routed}
    for case, before in linked.items():
        route = routes.pop(case, None)
        yield case, _edit(known, case, row, before, route), route
    for case, route in routes.items():
        known.complaints[case].add(row)
        write = Write(
            mention=row,
            strength="complaint",
            deadlines=_promise(known, case, route),
            on_shift=_on_shift(known, case, route),
            path=route.path,
        )
        yield case, write, route
    if not linked and not decision.routed:
        for case in _remarked(known, decision):
            yield case, Write(mention=row, strength="remark"), None


def _edit(known: _Cases, case: int, row: int, before: Strength, route: Routed | None) -> Edit:
    standing = known.complaints[case]
    (standing.discard if route is None else standing.add)(row)
    return Edit(
        mention=row,
        before=before,
        strength="remark" if route is None else "complaint",
        others=bool(standing - {row}),
        deadlines=NO_DEADLINES if route is None else _promise(known, case, route),
        on_shift=frozenset() if route is None else _on_shift(known, case, route),
    )


def _promise(known: _Cases, case: int, route: Routed) -> Deadlines:
    """By the terms of the receiver that answers for the case; of a new one it is the route's first.

    An ended case to which a muted author comes back promises nothing: its bells would ring under its old card.
    """
    if _comes_back_muted(known, case, route):
        return NO_DEADLINES
    return route.promises.get(known.by_id[case].state.receiver or "", route.deadlines)


def _on_shift(known: _Cases, case: int, route: Routed) -> frozenset[str]:
    """Those to whom a case may come back: whoever is not told of it is given nothing."""
    return frozenset() if _comes_back_muted(known, case, route) else route.on_shift


def _comes_back_muted(known: _Cases, case: int, route: Routed) -> bool:
    state = known.by_id[case].state
    return _is_muted(route) and state.revision > 0 and not state.is_open


def _is_muted(route: Routed) -> bool:
    return route.withheld is not None and route.withheld.reason in ("author_muted", "topic_muted")


def _remarked(known: _Cases, decision: Decided) -> list[int]:
    """The cases, of any brand, in whose place the author said something else."""
    if decision.stored.is_own:
        return []
    return known.by_author.get(_where(decision), [])


def _where(decision: Decided) -> tuple[str, str, str]:
    mention = decision.stored.mention
    return mention.network, mention.author.id, mention.thread or mention.id


def _anew(change: Changing, route: Routed, now: datetime) -> outbox_rows.Anew:
    at = max(now, route.not_before) if route.not_before else now
    return outbox_rows.Anew(case=change.case, revision=change.state.revision, at=at, held=route.held)


def _call(change: Changing, route: Routed) -> tuple[int, NoticeDraft, list[tuple[str, Chat]]]:
    """A word under the cards of those where nobody works."""
    revision = change.state.revision
    draft = NoticeDraft(kind="on_call", event=revision, to=("on_call",), priority=Priority.URGENT)
    return change.case, draft, [(name, chat) for name, chat in route.chats if name in route.calls]


def _link(case: int, decision: Decided, strength: Strength) -> dict[str, Any]:
    return {
        "case_id": case,
        "mention_id": decision.stored.row,
        "published_at": decision.stored.mention.published_at,
        "strength": strength,
    }


def _counted(known: _Cases, shown: Iterable[tuple[int, Routed]]) -> Joined:
    """How many candidates opened a case, joined one, or reopened one."""
    numbers = [case for case, _ in shown]
    new = {case for case in numbers if known.by_id[case].before.revision == 0}
    reopened = {case for case in numbers if case not in new and _is_back(known.by_id[case])}
    return Joined(new=len(new), joined=len(numbers) - len(new) - len(reopened), reopened=len(reopened))


def _opened(known: _Cases, shown: Iterable[tuple[int, Routed]], now: datetime) -> list[grouping.Opened]:
    """The cases that somebody has to look at now and had not before."""
    opened: dict[int, grouping.Opened] = {}
    for case, route in shown:
        is_new = known.by_id[case].before.revision == 0
        if case not in opened and (is_new or _is_back(known.by_id[case])):
            candidate = route.candidate
            opened[case] = grouping.Opened(
                case=case,
                brand=candidate.brand,
                topics=candidate.topics,
                signature=signature_of(candidate.text),
                at=min(now, candidate.said_at or candidate.published_at),
                is_new=is_new,
            )
    return list(opened.values())


def _is_back(change: Changing) -> bool:
    """An edit that says nothing new leaves an ended case as it was."""
    return change.state.is_open and not change.before.is_open


_PLACE: Final = (cases.c.brand, cases.c.network, cases.c.author_id, cases.c.thread)
_CASE: Final = (cases.c.id, *_PLACE, cases.c.also_in, *(cases.c[name] for name in history.STATE_COLUMNS))


@cache
def _insert_cases(dialect: str) -> Any:
    return insert(dialect, cases).on_conflict_do_nothing(index_elements=_PLACE)


@cache
def _upsert_links(dialect: str) -> Any:
    rows = insert(dialect, case_mentions)
    return rows.on_conflict_do_update(
        index_elements=[case_mentions.c.case_id, case_mentions.c.mention_id],
        set_={"strength": rows.excluded.strength},
    )


async def _open_places(connection: Connection, decided: Sequence[Decided], now: datetime) -> _Cases:
    """The cases at the candidates' places, made where there were none, and locked against other writers.

    Whoever says his own words again elsewhere is heard in the case that they opened.
    """
    known = _Cases()
    first: dict[Place, Routed] = {}
    for decision in decided:
        for route in decision.routed:
            first.setdefault(route.candidate.place, route)
    if not first:
        return known
    stored, beside = await reposts.find(connection, reposts.said_in(decided), now)
    own = sorted(first.keys() - stored.keys() - beside.keys())
    # In a fixed order, so that two judges cannot wait for each other.
    if own:
        await execute_many(
            connection, _insert_cases(connection.dialect.name), [_new(first[place], now) for place in own]
        )
        await _know_own(connection, known, own)
    if stored:
        await _know(connection, known, stored.values())
    again = stored | {place: known.by_place[first_place] for place, first_place in beside.items()}
    threads: dict[int, list[str]] = defaultdict(list)
    for place, case in again.items():
        known.stands_in(place, case)
        threads[case].append(place[-1])
    await reposts.note(connection, threads, known.also_in)
    return known


async def _know_links(connection: Connection, known: _Cases, decided: Iterable[Decided]) -> None:
    """Where mentions were changed or deleted: the cases that they belong to, and what else complains there."""
    changed = [
        decision.stored.row
        for decision in decided
        if decision.stored.text_version > 1 or decision.stored.is_deleted
    ]
    if not changed:
        return
    links = await connection.execute(
        select(case_mentions.c.case_id, case_mentions.c.mention_id, case_mentions.c.strength).where(
            case_mentions.c.mention_id.in_(changed)
        )
    )
    for link in links:
        known.linked[link.mention_id][link.case_id] = link.strength
    touched = {case for of_mention in known.linked.values() for case in of_mention}
    await _know(connection, known, touched)
    standing = await connection.execute(
        select(case_mentions.c.case_id, case_mentions.c.mention_id)
        .join(mentions, mentions.c.id == case_mentions.c.mention_id)
        .where(
            case_mentions.c.case_id.in_(sorted(touched)),
            case_mentions.c.strength == "complaint",
            mentions.c.deleted_at.is_(None),
        )
    )
    for row in standing:
        known.complaints[row.case_id].add(row.mention_id)
    asked = await connection.execute(
        select(outbound.c.case_id).where(
            outbound.c.case_id.in_(sorted(touched)),
            outbound.c.kind == "remove",
            outbound.c.state.in_(("confirmed", "sending", "sent", "unknown")),
        )
    )
    known.removed.update(asked.scalars())


async def _know_remarks(connection: Connection, known: _Cases, decided: Iterable[Decided]) -> None:
    """The cases of authors who said something that is no complaint: it may answer an operator."""
    authors: dict[str, set[str]] = defaultdict(set)
    for decision in decided:
        stored = decision.stored
        if not (decision.routed or stored.is_own or stored.is_deleted or stored.row in known.linked):
            authors[stored.mention.network].add(stored.mention.author.id)
    for network in sorted(authors):
        asked = {"of_network": network, "authors": sorted(authors[network])}
        for row in await connection.execute(_of_authors(connection.dialect.name), asked):
            known.know(row)


async def _know(connection: Connection, known: _Cases, numbers: Iterable[int]) -> None:
    asked = {"ids": sorted(set(numbers))}
    for row in await connection.execute(_of_numbers(connection.dialect.name), asked):
        known.know(row)


async def _know_own(connection: Connection, known: _Cases, places: Sequence[Place]) -> None:
    """The cases at these places. Of one that was made just now there is nothing more to be read."""
    found = await connection.execute(_at_places(connection.dialect.name), {"places": places})
    before: list[int] = []
    for number, revision, *place in found:
        if revision:
            before.append(number)
        else:
            known.know_new(number, tuple(place))
    if before:
        await _know(connection, known, before)


@cache
def _of_authors(dialect: str) -> Any:
    of_them = given(cases.c.author_id, "authors", dialect)
    return _cases().where(cases.c.network == bindparam("of_network"), of_them)


@cache
def _of_numbers(dialect: str) -> Any:
    return _cases().where(given(cases.c.id, "ids", dialect))


@cache
def _at_places(dialect: str) -> Any:
    found = select(cases.c.id, cases.c.revision, *_PLACE).where(given_rows(_PLACE, "places", dialect))
    return found.order_by(cases.c.id).with_for_update()


def _cases() -> Any:
    return select(*_CASE).order_by(cases.c.id).with_for_update()


async def _hear_answers(connection: Connection, known: _Cases, decided: Sequence[Decided], now: datetime) -> None:
    """What was said to the customers past us; they may have complained in this very batch."""
    answers = await elsewhere.to_mentions(connection, decided)
    if missing := {case for case, _ in answers} - known.by_id.keys():
        await _know(connection, known, missing)
    for case, command in answers:
        known.by_id[case].obey(command, elsewhere.PROGRAM_HEARD, now)


def _new(route: Routed, now: datetime) -> dict[str, Any]:
    candidate = route.candidate
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
        "stage": "new",
        "opened_at": now,
        "signature": signature_of(candidate.text),
    }


async def _write_links(connection: Connection, links: Collection[dict[str, Any]]) -> None:
    if links:
        await execute_many(connection, _upsert_links(connection.dialect.name), list(links))
