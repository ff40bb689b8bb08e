"""Where a case stands after its events, and the timers that this leaves; whatever was asked of it, by whomever."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.cards.asking import asker_of
from alerts.cases.commands import (
    AnswerElsewhere,
    Claim,
    Close,
    Command,
    Confirm,
    Delete,
    Edit,
    MoveTo,
    NotComplaint,
    Note,
    Release,
    Reopen,
    Report,
    Snooze,
    Tick,
    TransferTo,
    Write,
)
from alerts.cases.events import (
    CLOCK,
    CUSTOMER,
    NO_DEADLINES,
    PROGRAM,
    Actor,
    ActorKind,
    AnsweredElsewhere,
    Claimed,
    Deadlines,
    Event,
    Imported,
    Noted,
    Opened,
    Rang,
    ReplyConfirmed,
    ReplySent,
    Unknown,
    Woke,
)
from alerts.cases.state import FORGOTTEN, FRESH, State, apply, fold, next_timer, still_to_ring
from alerts.cases.transitions import Asker, Refusal, decide
from alerts.outreach.outbound import OutboundKind
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, BORIS, OLEG, SASHA, History, at, promise

WARN, DUE, BREACH = at(minutes=15), at(minutes=30), at(minutes=60)
PROMISED = Deadlines(warn_at=WARN, due_at=DUE, breach_at=BREACH)


def opened(**fields: Any) -> History:
    return History.opened(deadlines=PROMISED, **fields)


def rung(history: History) -> list[str]:
    return [event.fact.bell for event in history.case.events if isinstance(event.fact, Rang)]


def test_the_state_is_the_fold_of_the_events_and_its_revision_their_number() -> None:
    history = opened().by(ANNA, Claim(), Note(text="позвонила")).writes("Ну что там?", "remark")
    assert fold(history.case.events) == history.case.state
    assert history.case.state.revision == len(history.case.events) == 4
    half = fold(history.case.events[:2])
    assert fold(history.case.events[2:], half) == history.case.state


def test_an_event_that_this_version_does_not_know_counts_and_changes_nothing_else() -> None:
    state = opened().case.state
    event = Event(number=2, fact=Unknown(kind="audited", payload={"by": "x"}), actor=PROGRAM, at=NOON)
    assert apply(state, event) == replace(state, revision=2)


@pytest.mark.parametrize("actor", [CLOCK, CUSTOMER, PROGRAM])
def test_events_that_fit_nothing_are_folded_all_the_same(actor: Actor) -> None:
    """A history of another version must not stop the daemon, whatever stands in it."""
    facts = (Woke(), Rang(bell="breach"), Noted(text="?"), Woke())
    events = [Event(number=number, fact=fact, actor=actor, at=NOON) for number, fact in enumerate(facts, start=1)]
    assert fold(events) == State(revision=4, rung="breach", touched_at=NOON)


def test_a_case_that_was_imported_stands_as_it_stood() -> None:
    fact = Imported(stage="claimed", owner="anna", snoozed_until=at(hours=2), deadlines=PROMISED, rung="warn")
    state = apply(FRESH, Event(number=1, fact=fact, actor=PROGRAM, at=NOON))
    assert (state.stage, state.owner, state.snoozed_until, state.rung) == ("claimed", "anna", at(hours=2), "warn")
    assert still_to_ring(state) == (("breach", BREACH),)


def test_each_bell_rings_once_and_in_its_order() -> None:
    history = opened()
    assert still_to_ring(history.case.state) == (("warn", WARN), ("due", DUE), ("breach", BREACH))
    for minutes in range(61):
        history.now = at(minutes=minutes)
        history.tick()
    assert rung(history) == ["warn", "due", "breach"]
    assert (still_to_ring(history.case.state), next_timer(history.case.state)) == (
        (),
        NOON + FORGOTTEN,
    )


def test_bells_that_were_slept_through_ring_as_the_last_of_them() -> None:
    history = opened().later(minutes=45).tick()
    assert rung(history) == ["due"]
    assert next_timer(history.case.state) == BREACH


def test_a_resting_case_keeps_its_breach_alone() -> None:
    history = opened().by(ANNA, Snooze(until=at(hours=3), past_deadline=True))
    assert still_to_ring(history.case.state) == (("breach", BREACH),)
    assert next_timer(history.case.state) == BREACH
    history.later(minutes=50).tick()
    assert rung(history) == []
    history.later(minutes=10).tick()
    assert rung(history) == ["breach"]
    assert next_timer(history.case.state) == at(hours=3)


def test_the_end_of_a_rest_rings_what_fell_due_meanwhile() -> None:
    history = opened().by(ANNA, Snooze(until=at(minutes=40), past_deadline=True)).later(minutes=40).tick()
    assert history.case.state.snoozed_until is None
    assert rung(history) == ["due"]
    assert [type(event.fact) for event in history.case.events[-2:]] == [Woke, Rang]


@pytest.mark.parametrize("end", [Close(), NotComplaint()])
def test_an_ended_case_has_no_timer(end: Command) -> None:
    history = opened().by(ANNA, Claim(), end)  # type: ignore[arg-type]  # both are a person's commands
    assert (still_to_ring(history.case.state), next_timer(history.case.state)) == ((), None)
    assert history.later(days=2).tick().case.events[-1].actor.kind == "person"


def test_a_case_that_comes_back_is_nobody_s_and_has_the_new_promise() -> None:
    again = Deadlines(warn_at=at(days=1), due_at=at(days=2), breach_at=at(days=3))
    history = opened().by(ANNA, Claim()).later(minutes=31).tick().by(ANNA, Close())
    state = history.by(OLEG, Reopen(deadlines=again)).case.state
    assert (state.stage, state.owner, state.outcome, state.rung, state.deadlines) == (
        "new",
        None,
        None,
        None,
        again,
    )


def test_the_first_promise_stands_until_it_is_broken() -> None:
    later = promise(hours=9)
    history = opened().later(minutes=59).writes("И ещё раз!", deadlines=later)
    assert history.case.state.deadlines == PROMISED
    history.later(minutes=1).writes("Третий раз!", deadlines=later)
    assert history.case.state.deadlines == later


def test_a_remark_makes_no_promise() -> None:
    history = opened().later(hours=2).writes("договор 4451", "remark", deadlines=promise(hours=9))
    assert history.case.state.deadlines == PROMISED


def test_a_complaint_taken_back_owes_no_answer_and_one_that_comes_owes_one() -> None:
    history = opened().edits(1, "Всё починили, спасибо", "remark")
    assert (history.case.state.deadlines, next_timer(history.case.state)) == (NO_DEADLINES, None)
    command = Edit(mention=1, before="remark", strength="complaint", others=False, deadlines=PROMISED)
    assert next_timer(history.by_customer(command).case.state) == WARN


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_while_another_complaint_stands_the_promise_stands(what: str) -> None:
    history = opened().writes("Верните деньги!", deadlines=promise(hours=5))
    if what == "edit":
        history.edits(2, "Спасибо, вернули", "remark")
    else:
        history.by_customer(Delete(mention=2, others=True))
    assert history.case.state.deadlines == PROMISED
    history.by_customer(Delete(mention=1, others=False))
    assert history.case.state.deadlines == NO_DEADLINES


def test_whoever_ends_an_unclaimed_case_answers_for_it() -> None:
    assert opened().by(ANNA, Close()).case.state.owner == "anna"
    assert opened().by(ANNA, Claim()).by(OLEG, Close()).case.state.owner == "anna"


def test_a_claim_wakes_a_resting_case() -> None:
    state = opened().by(ANNA, Snooze(until=at(minutes=20))).by(BORIS, Claim()).case.state
    assert (state.owner, state.stage, state.snoozed_until) == ("boris", "claimed", None)


PEOPLE = (ANNA, BORIS, OLEG, SASHA)
STEPS = st.integers(0, 90)
MOMENTS = st.integers(-30, 300).map(lambda minutes: at(minutes=minutes))
DEADLINES = st.one_of(
    st.just(NO_DEADLINES),
    st.lists(st.integers(1, 400), min_size=3, max_size=3).map(
        lambda minutes: Deadlines(
            **dict(zip(("warn_at", "due_at", "breach_at"), (at(minutes=m) for m in sorted(minutes)), strict=True))
        )
    ),
    st.integers(1, 400).map(lambda minutes: Deadlines(due_at=at(minutes=minutes))),
)
STRENGTHS = st.sampled_from(("complaint", "remark"))
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from([Claim(), Release(), Close(), Close(cause="сбой"), NotComplaint(), Tick(), Tick(), Tick()]),
    st.sampled_from(PEOPLE).map(lambda person: TransferTo(person=person.id, name=person.name)),
    st.builds(Snooze, until=MOMENTS, past_deadline=st.booleans()),
    st.sampled_from(["", "  ", "позвонила", "х" * 1001]).map(lambda text: Note(text=text)),
    st.builds(Reopen, deadlines=DEADLINES),
    st.builds(Write, mention=st.integers(1, 5), strength=STRENGTHS, deadlines=DEADLINES),
    st.builds(
        Edit,
        mention=st.integers(1, 5),
        before=STRENGTHS,
        strength=STRENGTHS,
        others=st.booleans(),
        deadlines=DEADLINES,
    ),
    st.builds(Delete, mention=st.integers(1, 5), others=st.booleans()),
)
ASKERS = st.sampled_from(
    [*(asker_of(person) for person in PEOPLE), *(Asker(actor=actor) for actor in (CUSTOMER, CLOCK, PROGRAM))]
)
ASKED = st.lists(st.tuples(COMMANDS, ASKERS, STEPS), max_size=30)


@dataclass
class Life:
    """A case from its opening on; what is refused changes nothing."""

    state: State = FRESH
    now: datetime = NOON
    events: list[Event] = field(default_factory=list)

    def obey(self, command: Command, asker: Asker) -> tuple[Any, ...] | Refusal:
        decision = decide(self.state, command, asker, self.now)
        if not isinstance(decision, Refusal):
            for fact in decision:
                event = Event(number=self.state.revision + 1, fact=fact, actor=asker.actor, at=self.now)
                self.events.append(event)
                self.state = apply(self.state, event)
        return decision

    def tick(self) -> tuple[Any, ...] | Refusal:
        return self.obey(Tick(), Asker(actor=CLOCK))


def lived(asked: list[tuple[Command, Asker, int]]) -> Life:
    life = Life()
    life.obey(Write(mention=1, strength="complaint", deadlines=PROMISED), Asker(actor=CUSTOMER))
    for command, asker, minutes in asked:
        life.now += timedelta(minutes=minutes)
        life.obey(command, asker)
    return life


@given(ASKED)
@settings(max_examples=300, deadline=None)
def test_after_a_tick_no_timer_lies_behind_and_the_same_moment_brings_nothing_more(
    asked: list[tuple[Command, Asker, int]],
) -> None:
    life = lived(asked)
    assert not isinstance(life.tick(), Refusal)
    timer = next_timer(life.state)
    assert timer is None or timer > life.now
    assert life.tick() == ()


@given(ASKED, st.integers(1, 2000))
@settings(max_examples=200, deadline=None)
def test_a_clock_that_jumps_ahead_and_back_rings_nothing_twice(
    asked: list[tuple[Command, Asker, int]], jump: int
) -> None:
    life = lived(asked)
    life.now += timedelta(minutes=jump)
    life.tick()
    life.now -= timedelta(minutes=jump)
    assert life.tick() == ()


@given(ASKED)
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_the_state_is_the_fold_and_hangs_together(
    asked: list[tuple[Command, Asker, int]],
) -> None:
    life = lived(asked)
    state = life.state
    assert fold(life.events) == state
    assert [event.number for event in life.events] == list(range(1, state.revision + 1))
    assert (state.outcome is None) == state.is_open
    if not state.is_open:
        assert (next_timer(state), still_to_ring(state), state.snoozed_until) == (None, (), None)
    if state.stage == "new":
        assert state.owner is None
    if state.stage == "claimed":
        assert state.owner is not None


@given(ASKED)
@settings(max_examples=200, deadline=None)
def test_at_every_moment_one_person_owns_the_case_at_most_and_only_events_change_whom(
    asked: list[tuple[Command, Asker, int]],
) -> None:
    """The owner is always the last who claimed, was given, or ended it; nobody else is told to be."""
    owner = None
    for event in lived(asked).events:
        fact = type(event.fact).__name__
        if fact == "Claimed":
            owner = event.actor.id
        elif fact == "Transferred":
            owner = event.fact.to  # type: ignore[union-attr]  # it is a transfer
        elif fact in ("Released", "Reopened"):
            owner = None
        elif fact in ("Closed", "MarkedNotComplaint"):
            owner = owner or event.actor.id
    assert lived(asked).state.owner == owner


@given(ASKED, COMMANDS, ASKERS)
@settings(max_examples=300, deadline=None)
def test_only_those_may_ask_who_are_meant_to(
    asked: list[tuple[Command, Asker, int]], command: Command, asker: Asker
) -> None:
    life = lived(asked)
    before = life.state
    wanted: dict[type[Any], ActorKind] = {Tick: "clock", Write: "customer", Edit: "customer", Delete: "customer"}
    decision = life.obey(command, asker)
    meant = wanted.get(type(command), "person")
    assert (decision == Refusal(reason="not_allowed")) == (asker.actor.kind != meant)
    if isinstance(decision, Refusal):
        assert life.state == before


def sent(kind: OutboundKind) -> Report:
    return Report(fact=ReplySent(outbound=7, kind=kind, by="anna"))


@pytest.mark.parametrize(
    ("kinds", "stage"),
    [
        (["reply"], "replied"),
        (["invite"], "invited"),
        (["reply", "invite"], "invited"),
        (["invite", "reply"], "invited"),
        (["message", "reply"], "in_dm"),
        (["edit"], "claimed"),
    ],
)
def test_an_answer_leads_the_customer_on_and_never_back(kinds: list[OutboundKind], stage: str) -> None:
    history = History.opened(deadlines=promise(hours=1)).by(ANNA, Claim())
    for kind in kinds:
        history.by_program(sent(kind))
    assert history.case.state.stage == stage


def test_an_answer_keeps_the_promise_and_the_customer_s_next_word_makes_another() -> None:
    history = History.opened(deadlines=promise(hours=1)).by(ANNA, Claim()).by_program(sent("reply"))
    assert (history.case.state.deadlines, history.case.state.waiting_for) == (NO_DEADLINES, "customer")
    history.writes("спасибо", "remark")
    assert (history.case.state.waiting_for, history.case.state.stage) == ("us", "replied")
    history.writes("опять!", "complaint", promise(hours=3))
    assert history.case.state.deadlines == promise(hours=3)


def test_an_ended_case_is_not_begun_anew_by_an_answer_that_arrives_late() -> None:
    history = History.opened().by(ANNA, Claim(), Close()).by_program(sent("reply"))
    assert (history.case.state.stage, history.case.state.waiting_for) == ("closed", "us")


def test_who_answers_in_a_case_that_nobody_has_takes_it() -> None:
    history = History.opened().by(ANNA, Confirm(outbound=7, kind="reply"))
    assert [type(event.fact) for event in history.case.events] == [Opened, Claimed, ReplyConfirmed]
    assert history.case.state.owner == "anna"


@pytest.mark.parametrize(
    ("fact", "stage"),
    [
        (AnsweredElsewhere(said_at=NOON, mention=9), "replied"),
        (AnsweredElsewhere(said_at=NOON, message=9), "in_dm"),
    ],
)
def test_an_answer_past_us_keeps_the_promise_as_our_own_would(fact: AnsweredElsewhere, stage: str) -> None:
    state = opened().by_program(AnswerElsewhere(fact=fact)).case.state
    assert (state.stage, state.waiting_for, state.deadlines, state.owner) == (
        stage,
        "customer",
        NO_DEADLINES,
        None,
    )


def test_an_answer_past_us_that_is_not_the_last_word_leaves_the_promise() -> None:
    fact = AnsweredElsewhere(said_at=NOON, is_last=False, mention=9)
    state = opened().by_program(AnswerElsewhere(fact=fact)).case.state
    assert (state.stage, state.waiting_for, state.deadlines) == ("replied", "us", PROMISED)


def test_nobody_can_say_for_the_network_that_it_was_answered_past_us() -> None:
    fact = AnsweredElsewhere(said_at=NOON, mention=9)
    for actor in (CLOCK, CUSTOMER, asker_of(ANNA).actor):
        assert decide(opened().case.state, AnswerElsewhere(fact=fact), Asker(actor=actor), NOON) == Refusal(
            reason="not_allowed"
        )


@pytest.mark.parametrize("answered", [False, True])
def test_a_case_that_was_handed_on_has_the_new_promise_where_an_answer_is_promised(*, answered: bool) -> None:
    history = History.opened(deadlines=promise(hours=1)).by(ANNA, Claim())
    if answered:
        history.by_program(sent("reply"))
    history.by(ANNA, MoveTo(receiver="money", deadlines=promise(hours=3)))
    state = history.case.state
    assert state.deadlines == (NO_DEADLINES if answered else promise(hours=3))
    assert (state.owner, state.receiver, state.stage) == (None, "money", "replied" if answered else "new")


def test_a_case_that_comes_back_stays_with_the_receiver_that_had_it() -> None:
    history = History.opened(deadlines=promise(hours=1)).by(ANNA, MoveTo(receiver="money")).by(ANNA, Close())
    assert history.writes("Опять!").case.state.receiver == "money"
