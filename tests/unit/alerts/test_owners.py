"""A case has one owner at a time: nobody loses it but by his own press, a lead's, the clock's or its new start."""

from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.asking import asker_of
from alerts.cases.commands import (
    Assign,
    Claim,
    Close,
    MoveTo,
    NotComplaint,
    Release,
    Reopen,
    Snooze,
    Tick,
    TransferTo,
    Write,
)
from alerts.cases.events import CLOCK, CUSTOMER, PROGRAM, Event, Idle
from alerts.cases.state import State, fold
from alerts.cases.transitions import Asker, Refusal, decide
from domain.person import Person
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, BORIS, OLEG

PEOPLE: Final = (ANNA, BORIS, OLEG)
NUMBERS: Final = tuple(person.id for person in PEOPLE)


def pressed(person: Person, press: Any) -> tuple[Asker, Any]:
    return asker_of(person), press


people = st.sampled_from(PEOPLE)
names = st.sampled_from(NUMBERS)
presses = st.builds(
    pressed,
    people,
    st.one_of(
        st.just(lambda now: Claim(idle=soon(now))),
        st.just(lambda _now: Release()),
        names.map(lambda person: lambda now: TransferTo(person=person, name=person.title(), idle=soon(now))),
        st.just(lambda now: Snooze(until=now + timedelta(minutes=20), past_deadline=True)),
        st.just(lambda _now: Close(outcome="resolved", cause="own_error")),
        st.just(lambda _now: NotComplaint()),
        st.just(lambda _now: Reopen()),
        st.just(lambda _now: MoveTo(receiver="money")),
    ),
)
others = st.one_of(
    st.just((Asker(actor=CLOCK), lambda _now: Tick())),
    names.map(
        lambda person: (
            Asker(actor=PROGRAM),
            lambda now: Assign(person=person, name=person.title(), idle=soon(now)),
        )
    ),
    st.tuples(
        st.just(Asker(actor=CUSTOMER)),
        st.sets(names).map(
            lambda there: lambda _now: Write(mention=1, strength="complaint", on_shift=frozenset(there))
        ),
    ),
)
steps = st.lists(st.tuples(st.one_of(presses, others), st.integers(0, 25)), max_size=30)


def soon(now: datetime) -> Idle:
    """Who does nothing for half an hour loses it."""
    return Idle(warn_at=now + timedelta(minutes=20), return_at=now + timedelta(minutes=30))


def lived(state: State, asker: Asker, command: Any, now: datetime) -> State:
    """The state after the command; a refusal changes nothing."""
    decision = decide(state, command, asker, now)
    if isinstance(decision, Refusal) or not decision:
        return state
    events = [
        Event(number=number, fact=fact, actor=asker.actor, at=now)
        for number, fact in enumerate(decision, start=state.revision + 1)
    ]
    return fold(events, state)


@given(steps)
def test_whoever_has_a_case_keeps_it_until_he_a_lead_or_the_clock_ends_that(
    steps: list[tuple[tuple[Asker, Any], int]],
) -> None:
    now = NOON
    state = lived(fold(()), Asker(actor=CUSTOMER), Write(mention=1, strength="complaint"), now)
    for (asker, command), minutes in steps:
        now += timedelta(minutes=minutes)
        after = lived(state, asker, command(now), now)
        lost = state.owner is not None and after.owner != state.owner
        if lost and state.is_open:
            assert asker.is_lead or asker.owns(state) or asker.actor.kind == "clock", (state, command(now))
        if lost and asker.actor.kind == "clock":
            assert after.owner is None, "the clock gives a case to nobody"
        state = after


@given(steps, names)
def test_the_program_gives_only_what_nobody_has(steps: list[tuple[tuple[Asker, Any], int]], person: str) -> None:
    now = NOON
    state = lived(fold(()), Asker(actor=CUSTOMER), Write(mention=1, strength="complaint"), now)
    for (asker, command), minutes in steps:
        now += timedelta(minutes=minutes)
        state = lived(state, asker, command(now), now)
    given_now = decide(state, Assign(person=person, name=person.title()), Asker(actor=PROGRAM), now)
    takes = not isinstance(given_now, Refusal) and bool(given_now)
    assert takes <= (state.owner is None and state.is_open)
