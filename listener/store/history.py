"""History: what one command made of a case is written down whole: events, their fold, and words to tell."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, get_args

from sqlalchemy import Row, bindparam, select, update

from alerts.cards.elsewhere import Elsewhere
from alerts.cases.case import Standing, standing
from alerts.cases.commands import Command
from alerts.cases.events import (
    BELLS,
    NO_DEADLINES,
    NO_IDLE,
    Assigned,
    Bell,
    Deadlines,
    Event,
    Idle,
    Outcome,
    Stage,
    Transferred,
    Waiting,
)
from alerts.cases.state import State, fold, next_timer
from alerts.cases.telling import NoticeKind, Telling, how_to_tell
from alerts.cases.transitions import Asker, Refusal, decide
from listener.store import digest_rows, outbox_rows, solutions
from listener.store.codecs import event_row
from listener.store.connection import Connection
from listener.store.engine import insert
from listener.store.many import execute_many
from listener.store.tables import case_events, cases

STATE_COLUMNS: Final = (
    "revision",
    "stage",
    "owner",
    "snoozed_until",
    "waiting_for",
    "outcome",
    "cause",
    "warn_at",
    "due_at",
    "breach_at",
    "rung",
    "engineers_due_at",
    "receiver",
    "idle_warn_at",
    "idle_return_at",
    "touched_at",
)


@dataclass(slots=True, kw_only=True)
class Changing:
    """A case within one transaction: how it stood when it was read, and what has happened to it since."""

    case: int
    before: State
    state: State
    events: list[Event] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)

    @classmethod
    def of(cls, case: int, state: State) -> "Changing":
        return cls(case=case, before=state, state=state)

    def obey(self, command: Command, asker: Asker, now: datetime) -> Telling | Refusal | None:
        """Decide on the command by the table and note what came of it; None where nothing did."""
        decision = decide(self.state, command, asker, now)
        if isinstance(decision, Refusal):
            return decision
        if not decision:
            return None
        first = self.state.revision + 1
        events = [
            Event(number=number, fact=fact, actor=asker.actor, at=now)
            for number, fact in enumerate(decision, start=first)
        ]
        telling = how_to_tell(self.state, events)
        self.state = fold(events, self.state)
        self.events += events
        self.tellings.append(telling)
        return telling

    def silence(self, kinds: Collection[NoticeKind]) -> None:
        """Say nothing of these kinds by itself: somebody else says it."""
        self.tellings = [
            replace(telling, notices=tuple(draft for draft in telling.notices if draft.kind not in kinds))
            for telling in self.tellings
        ]


_STAGES: Final = frozenset(get_args(Stage))
_WAITING: Final = frozenset(get_args(Waiting))
_OUTCOMES: Final = frozenset(get_args(Outcome))
_BELLS: Final = frozenset(get_args(Bell))


def read_state(row: Row[Any]) -> State:
    """The state in a row of `cases`; what only a later version knows is the nearest that this one does."""
    return State(
        revision=row.revision,
        stage=_known(row.stage, _STAGES, "claimed" if row.owner else "new"),
        owner=row.owner,
        snoozed_until=row.snoozed_until,
        waiting_for=_known(row.waiting_for, _WAITING, "us"),
        outcome=_known(row.outcome, _OUTCOMES, "handled"),
        cause=row.cause,
        deadlines=_deadlines(row.warn_at, row.due_at, row.breach_at),
        rung=_known(row.rung, _BELLS, BELLS[-1]),
        engineers_due_at=row.engineers_due_at,
        receiver=row.receiver,
        idle=_idle(row.idle_warn_at, row.idle_return_at),
        touched_at=row.touched_at,
    )


def _deadlines(warn_at: datetime | None, due_at: datetime | None, breach_at: datetime | None) -> Deadlines:
    if due_at is None and warn_at is None and breach_at is None:
        return NO_DEADLINES
    return Deadlines(warn_at=warn_at, due_at=due_at, breach_at=breach_at)


def _idle(warn_at: datetime | None, return_at: datetime | None) -> Idle:
    return NO_IDLE if warn_at is None and return_at is None else Idle(warn_at=warn_at, return_at=return_at)


def read_standing(row: Row[Any]) -> tuple[Standing, Outcome | None]:
    """Where the case of a row with `stage`, `outcome` and `snoozed_until` stands, and how it ended."""
    stage, outcome = _known(row.stage, _STAGES, "claimed"), _known(row.outcome, _OUTCOMES, "handled")
    return standing(State(stage=stage, outcome=outcome, snoozed_until=row.snoozed_until)), outcome


def _known(value: Any, names: Collection[Any], nearest: Any) -> Any:
    return value if value is None or value in names else nearest


async def lock(connection: Connection, ids: Iterable[int]) -> dict[int, Changing]:
    """The cases by id, locked against other writers; in a fixed order, so that two cannot wait for each other."""
    found = await connection.execute(
        select(cases.c.id, *(cases.c[name] for name in STATE_COLUMNS))
        .where(cases.c.id.in_(sorted(ids)))
        .order_by(cases.c.id)
        .with_for_update()
    )
    return {row.id: Changing.of(row.id, read_state(row)) for row in found}


async def write(
    connection: Connection, changes: Iterable[Changing], now: datetime, elsewhere: Elsewhere | None = None
) -> None:
    """Write the events, the projection, and what chats must be shown of them.

    `elsewhere` knows the chats of what is not said under cards; without it that is not said.
    """
    changed = [change for change in changes if change.events]
    if not changed:
        return
    await execute_many(
        connection,
        _insert_events(connection.dialect.name),
        [event_row(change.case, event) for change in changed for event in change.events],
    )
    await execute_many(connection, _UPDATE, [_projection(change) for change in changed])
    await solutions.keep(connection, [change.case for change in changed if _may_solve(change)])
    known = [change for change in changed if change.before.revision > 0]
    await outbox_rows.raise_wanted(
        connection, [(change.case, change.state.revision, _priority(change.tellings)) for change in known], now
    )
    seen = [(change.case, change.events[0].actor.kind == "person") for change in known if _is_seen(change)]
    await digest_rows.touch(connection, seen, now)
    await digest_rows.unfold_given(connection, [change.case for change in known if _is_given(change)], now)
    drafts = [(change, draft) for change in known for telling in change.tellings for draft in telling.notices]
    await outbox_rows.add_notices(
        connection,
        [(change.case, draft) for change, draft in drafts if draft.where == "cards"],
        now,
        asleep([change for change, draft in drafts if draft.kind in outbox_rows.BY_DAY], elsewhere, now),
    )
    if elsewhere is not None:
        apart = [
            (change.case, draft, elsewhere.chats(draft.where, change.state))
            for change, draft in drafts
            if draft.where != "cards"
        ]
        await outbox_rows.add_notices_elsewhere(connection, apart, now)


def asleep(changes: Iterable[Changing], elsewhere: Elsewhere | None, now: datetime) -> dict[int, datetime]:
    """The cases whose receiver's people do not work now, and until when; nobody is, where no hours are known."""
    if elsewhere is None:
        return {}
    until = {change.case: elsewhere.opens_at(change.state.receiver, now) for change in changes}
    return {case: at for case, at in until.items() if at is not None}


_UPDATE: Final = (
    update(cases)
    .where(cases.c.id == bindparam("of_case"))
    .values(
        {name: bindparam(f"new_{name}", type_=cases.c[name].type) for name in (*STATE_COLUMNS, "next_timer_at")}
    )
)


@cache
def _insert_events(dialect: str) -> Any:
    return insert(dialect, case_events)


def _projection(change: Changing) -> dict[str, Any]:
    state = change.state
    return {
        "of_case": change.case,
        "new_revision": state.revision,
        "new_stage": state.stage,
        "new_owner": state.owner,
        "new_snoozed_until": state.snoozed_until,
        "new_waiting_for": state.waiting_for,
        "new_outcome": state.outcome,
        "new_cause": state.cause,
        "new_warn_at": state.deadlines.warn_at,
        "new_due_at": state.deadlines.due_at,
        "new_breach_at": state.deadlines.breach_at,
        "new_rung": state.rung,
        "new_engineers_due_at": state.engineers_due_at,
        "new_receiver": state.receiver,
        "new_idle_warn_at": state.idle.warn_at,
        "new_idle_return_at": state.idle.return_at,
        "new_touched_at": state.touched_at,
        "new_next_timer_at": next_timer(state),
    }


def _may_solve(change: Changing) -> bool:
    """Whether a solved case came of it, or may be one no more: while a case is open it is none."""
    return not (change.state.is_open and change.before.is_open)


def _is_given(change: Changing) -> bool:
    """Whether somebody else than who has it now made it his."""
    return any(isinstance(event.fact, Assigned | Transferred) for event in change.events)


def _is_seen(change: Changing) -> bool:
    """Whether a digest shows the difference."""
    before, state = change.before, change.state
    then = (before.stage, before.owner, before.snoozed_until, before.receiver)
    return then != (state.stage, state.owner, state.snoozed_until, state.receiver)


def _priority(tellings: Sequence[Telling]) -> int:
    return int(min(telling.priority for telling in tellings))
