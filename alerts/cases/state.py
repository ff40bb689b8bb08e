"""Where a case stands: the fold of its events, and the timers that this leaves running."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce, singledispatch
from typing import Final, get_args

from alerts.cases.events import (
    BELLS,
    NO_DEADLINES,
    NO_IDLE,
    AnsweredElsewhere,
    Assigned,
    Bell,
    CardWithheld,
    Claimed,
    Closed,
    CustomerWrote,
    Deadlines,
    EngineersAnswered,
    EngineersAsked,
    EngineersLate,
    Event,
    Fact,
    Forgotten,
    Idle,
    IdleWarned,
    Imported,
    MarkedNotComplaint,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    Moved,
    Opened,
    Outcome,
    Rang,
    Released,
    Reopened,
    ReplySent,
    Rescheduled,
    Returned,
    Snoozed,
    Stage,
    Transferred,
    Waiting,
    Woke,
)
from alerts.outreach.outbound import OutboundKind
from alerts.path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`revision` is the number of the last event, 0 before the first. `owner` is a Person.id.

    Snoozing and waiting stand beside the stage and do not change it. `rung` is the last bell that rang for these
    `deadlines`. `outcome` and `cause` are an ended case's. `engineers_due_at` is when a question to the engineers
    should have been answered. `receiver` is the name of the one that answers for the case: its terms hold, its
    people are given it; None for cases from before receivers answered. `idle` is how long the owner may still do
    nothing. `touched_at` is since when the case waits for people who do nothing with it, None where they were told
    that it is forgotten, or need not be.
    """

    revision: int = 0
    stage: Stage = "new"
    owner: str | None = None
    snoozed_until: datetime | None = None
    waiting_for: Waiting = "us"
    outcome: Outcome | None = None
    cause: str | None = None
    deadlines: Deadlines = NO_DEADLINES
    rung: Bell | None = None
    engineers_due_at: datetime | None = None
    receiver: str | None = None
    idle: Idle = NO_IDLE
    touched_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.stage != "closed"


FRESH: Final = State()
FORGOTTEN: Final = timedelta(hours=24)
"""Whoever waits longer for a first touch is forgotten, whatever was promised."""
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
LED_TO: Final[Mapping[OutboundKind, Stage]] = {"reply": "replied", "invite": "invited", "message": "in_dm"}
"""How far the customer is led by what was really sent."""


def fold(events: Iterable[Event], since: State = FRESH) -> State:
    """The state after all events, in their order."""
    return reduce(apply, events, since)


def apply(state: State, event: Event) -> State:
    """The state after one more event. Total: an event that does not fit still counts, and nothing raises."""
    after = _after(event.fact, state, event)
    return replace(
        after, revision=event.number, idle=_idle(state, after, event), touched_at=_touched_at(state, after, event)
    )


def still_to_ring(state: State) -> tuple[tuple[Bell, datetime], ...]:
    """The bells that have not rung for these deadlines, in order. A resting case keeps its breach alone."""
    if not state.is_open:
        return ()
    rung = BELLS.index(state.rung) + 1 if state.rung else 0
    ahead = ((bell, at) for bell in BELLS[rung:] if (at := state.deadlines.at(bell)) is not None)
    return tuple((bell, at) for bell, at in ahead if state.snoozed_until is None or bell == "breach")


def next_timer(state: State) -> datetime | None:
    """When the clock has something to do with the case next."""
    if not state.is_open:
        return None
    bells = (at for _, at in still_to_ring(state))
    idle = (state.idle.warn_at, state.idle.return_at)
    times = (*bells, *idle, state.snoozed_until, state.engineers_due_at, forgotten_at(state))
    return min((at for at in times if at is not None), default=None)


def forgotten_at(state: State) -> datetime | None:
    """When the case is forgotten if nobody touches it; None while it waits for somebody else, or rests."""
    waits = state.is_open and state.waiting_for == "us" and state.snoozed_until is None
    return state.touched_at + FORGOTTEN if waits and state.touched_at is not None else None


def _is_forgotten(state: State, now: datetime) -> bool:
    at = forgotten_at(state)
    return at is not None and at <= now


def _idle(before: State, after: State, event: Event) -> Idle:
    """Whatever the owner does with the case is enough; so is that it waits for somebody else."""
    if not after.is_open or after.owner is None or after.waiting_for != "us":
        return NO_IDLE
    match event.fact:
        case Claimed(idle=idle) | Transferred(idle=idle) | Assigned(idle=idle):
            return idle
        case IdleWarned(return_at=return_at):
            return Idle(return_at=return_at)
        case _:
            acted = event.actor.kind == "person" and event.actor.id == after.owner
            return NO_IDLE if acted or before.owner != after.owner else before.idle


def _touched_at(before: State, after: State, event: Event) -> datetime | None:
    """A customer who writes again and again touches nothing; the first of his words that waits for us counts."""
    if not after.is_open:
        return None
    match event.fact:
        case CardWithheld() | Forgotten() | MentionDeleted(calm=True) | MentionEdited(calm=True):
            return None
        case Rang(bell="breach") if _is_forgotten(before, event.at):
            return None  # the leads have just been called
        case Opened() | Reopened() | Imported() | Woke():
            return event.at
        case _:
            begins = after.waiting_for == "us" and before.waiting_for != "us"
            again = before.touched_at is None and isinstance(event.fact, MentionJoined | CustomerWrote)
            return event.at if event.actor.kind == "person" or begins or again else before.touched_at


@singledispatch
def _after(_fact: Fact, state: State, _event: Event) -> State:
    """Kinds that are registered below change the state; the others only belong to the history."""
    return state


@_after.register
def _(fact: Opened, state: State, event: Event) -> State:
    opened = replace(state, deadlines=fact.deadlines, rung=_missed(fact.deadlines, event.at))
    return _at_home(opened, fact.path)


@_after.register
def _(fact: MentionJoined, state: State, event: Event) -> State:
    spoken = replace(state, waiting_for="us") if state.waiting_for == "customer" else state
    spoken = _at_home(spoken, fact.path)
    return _promised(spoken, fact.deadlines, event.at) if fact.strength == "complaint" else spoken


@_after.register
def _(fact: MentionEdited, state: State, event: Event) -> State:
    if fact.calm:
        return replace(state, deadlines=NO_DEADLINES, rung=None)
    if fact.strength == "complaint" and fact.before != "complaint":
        return _promised(state, fact.deadlines, event.at)
    return state


@_after.register
def _(fact: MentionDeleted, state: State, _event: Event) -> State:
    return replace(state, deadlines=NO_DEADLINES, rung=None) if fact.calm else state


@_after.register
def _(_fact: Claimed, state: State, event: Event) -> State:
    return _owned(state, event.actor.id)


@_after.register
def _(_fact: Released, state: State, _event: Event) -> State:
    return _owned(state, None)


@_after.register
def _(_fact: Returned, state: State, _event: Event) -> State:
    return _owned(state, None)


@_after.register
def _(fact: Transferred, state: State, _event: Event) -> State:
    return _owned(state, fact.to)


@_after.register
def _(fact: Assigned, state: State, _event: Event) -> State:
    return _owned(state, fact.to)


@_after.register
def _(fact: Moved, state: State, event: Event) -> State:
    moved = replace(_owned(state, None), receiver=fact.to)
    if state.deadlines == NO_DEADLINES:
        return moved
    return replace(moved, deadlines=fact.deadlines, rung=_missed(fact.deadlines, event.at))


@_after.register
def _(fact: Snoozed, state: State, _event: Event) -> State:
    return replace(state, snoozed_until=fact.until)


@_after.register
def _(_fact: Woke, state: State, _event: Event) -> State:
    return replace(state, snoozed_until=None)


@_after.register
def _(fact: Rang, state: State, _event: Event) -> State:
    return replace(state, rung=fact.bell)


@_after.register
def _(fact: Rescheduled, state: State, event: Event) -> State:
    """A bell that has rung rings again only where its time is still to come; what has come meanwhile rings now."""
    rang = BELLS[: BELLS.index(state.rung) + 1] if state.rung else ()
    past = [bell for bell in rang if (at := fact.deadlines.at(bell)) is not None and at <= event.at]
    return replace(state, deadlines=fact.deadlines, rung=past[-1] if past else None)


@_after.register
def _(fact: ReplySent, state: State, _event: Event) -> State:
    """Whoever was led further stays there, and an ended case stays ended. The promised answer is given; it may say
    that the engineers were asked, and we still wait for them.
    """
    reached = LED_TO.get(fact.kind)
    return state if reached is None or not state.is_open else _answered(state, reached)


@_after.register
def _(fact: AnsweredElsewhere, state: State, _event: Event) -> State:
    """As an answer of our own, unless the customer has said more since."""
    reached: Stage = "replied" if fact.message is None else "in_dm"
    if not state.is_open:
        return state
    return _answered(state, reached) if fact.is_last else _led(state, reached)


@_after.register
def _(fact: CustomerWrote, state: State, event: Event) -> State:
    if not state.is_open:
        return state
    spoken = replace(_led(state, "in_dm"), waiting_for="us", snoozed_until=None)
    return _promised(spoken, fact.deadlines, event.at)


@_after.register
def _(fact: EngineersAsked, state: State, _event: Event) -> State:
    return replace(state, waiting_for="engineers", engineers_due_at=fact.due_at) if state.is_open else state


@_after.register
def _(_fact: EngineersAnswered, state: State, _event: Event) -> State:
    waiting_for: Waiting = "us" if state.waiting_for == "engineers" else state.waiting_for
    return replace(state, waiting_for=waiting_for, engineers_due_at=None)


@_after.register
def _(_fact: EngineersLate, state: State, _event: Event) -> State:
    """The bell rings once; they are waited for all the same."""
    return replace(state, engineers_due_at=None)


@_after.register
def _(fact: Closed, state: State, event: Event) -> State:
    return _ended(state, event, fact.outcome, fact.cause)


@_after.register
def _(_fact: MarkedNotComplaint, state: State, event: Event) -> State:
    return _ended(state, event, "not_complaint", None)


@_after.register
def _(fact: Reopened, state: State, event: Event) -> State:
    stage: Stage = "claimed" if fact.owner else "new"
    rung = _missed(fact.deadlines, event.at)
    return State(stage=stage, owner=fact.owner, deadlines=fact.deadlines, rung=rung, receiver=state.receiver)


@_after.register
def _(fact: Imported, _state: State, _event: Event) -> State:
    return State(
        stage=fact.stage,
        owner=fact.owner,
        snoozed_until=fact.snoozed_until,
        outcome=fact.outcome,
        deadlines=fact.deadlines,
        rung=fact.rung,
    )


def _led(state: State, to: Stage) -> State:
    return replace(state, stage=max(state.stage, to, key=STAGES.index))


def _answered(state: State, reached: Stage) -> State:
    waiting_for: Waiting = "engineers" if state.waiting_for == "engineers" else "customer"
    return replace(_led(state, reached), waiting_for=waiting_for, deadlines=NO_DEADLINES, rung=None)


def _at_home(state: State, path: Path | None) -> State:
    """The first way leads home; what joins later may be shown elsewhere too, and changes no home."""
    if state.receiver is not None or path is None or not path.receivers:
        return state
    return replace(state, receiver=path.receivers[0])


def _promised(state: State, deadlines: Deadlines, now: datetime) -> State:
    """The first promise stands until it is broken; only then a new message of the customer makes another."""
    breach_at = state.deadlines.breach_at
    if state.deadlines != NO_DEADLINES and (breach_at is None or now < breach_at):
        return state
    return replace(state, deadlines=deadlines, rung=_missed(deadlines, now))


def _missed(deadlines: Deadlines, now: datetime) -> Bell | None:
    """What was past when it was promised, for the complaint was heard late: the card says so, no bell rings."""
    past = [bell for bell in BELLS if (at := deadlines.at(bell)) is not None and at <= now]
    return past[-1] if past else None


def _owned(state: State, owner: str | None) -> State:
    """Whoever takes a resting case wakes it; a customer who was led further stays there."""
    stage = state.stage
    if stage in ("new", "claimed"):
        stage = "claimed" if owner else "new"
    return replace(state, owner=owner, stage=stage, snoozed_until=None)


def _ended(state: State, event: Event, outcome: Outcome, cause: str | None) -> State:
    """Whoever ends an unclaimed case answers for it."""
    owner = state.owner or event.actor.id
    return replace(
        state,
        stage="closed",
        owner=owner,
        snoozed_until=None,
        engineers_due_at=None,
        outcome=outcome,
        cause=cause,
    )
