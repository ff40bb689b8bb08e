"""The transition table: every move, who may, and what the person who pressed reads."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.actions import SNOOZE, TABLE, Change, Refusal, act
from alerts.card import Action
from alerts.case import Case, Deed, State
from domain.person import Person
from tests.fakes import NOON, a_case

ANNA = Person(name="Анна Иванова", role="operator", telegram=111, gender="f")
BORIS = Person(name="Борис Ли", role="operator", telegram=112, gender="m")
OLEG = Person(name="Олег Смирнов", role="lead", telegram=222, gender="m")
SASHA = Person(name="Саша Ким", role="engineer")
PEOPLE = (ANNA, BORIS, OLEG, SASHA)


def after(case: Case, action: str, person: Person, **spans: float) -> Case:
    """The case after a press that must succeed."""
    now = NOON + timedelta(**spans)
    change = act(case, action, person, now)
    assert isinstance(change, Change), change
    return applied(case, change, Deed(who=person.name, what=change.what, at=now))


def applied(case: Case, change: Change, deed: Deed) -> Case:
    return replace(
        case,
        state=change.state,
        owner=change.owner,
        snoozed_until=change.snoozed_until,
        revision=case.revision + 1,
        done=(*case.done, deed),
    )


def in_state(state: State) -> Case:
    """A case that Anna brought into the state."""
    moves: dict[State, str] = {
        "claimed": "claim",
        "snoozed": "snooze",
        "not_complaint": "not_complaint",
        "closed": "close",
    }
    return after(a_case(), moves[state], ANNA) if state in moves else a_case()


@pytest.mark.parametrize(("state", "action"), [*product(get_args(State), get_args(Action))])
def test_a_lead_can_make_exactly_the_moves_of_the_table(state: State, action: Action) -> None:
    outcome = act(in_state(state), action, OLEG, NOON)
    if action in TABLE[state]:
        assert isinstance(outcome, Change)
        assert outcome.state == TABLE[state][action]
    else:
        assert isinstance(outcome, Refusal)


def test_the_table_knows_every_state_and_only_known_actions() -> None:
    assert set(TABLE) == set(get_args(State))
    assert {action for moves in TABLE.values() for action in moves} == set(get_args(Action))


@pytest.mark.parametrize(
    ("action", "state", "owner", "what", "answer"),
    [
        ("claim", "claimed", "Анна Иванова", "взяла", "Вы взяли обращение № 12"),
        (
            "not_complaint",
            "not_complaint",
            "Анна Иванова",
            "отметила как не жалобу",
            "Обращение № 12 отмечено: не жалоба",
        ),
        ("snooze", "snoozed", None, "отложила", "Обращение № 12 отложено до 13:00"),
        ("close", "closed", "Анна Иванова", "закрыла", "Вы закрыли обращение № 12"),
    ],
)
def test_a_new_case_takes_each_action(action: str, state: str, owner: str | None, what: str, answer: str) -> None:
    outcome = act(a_case(), action, ANNA, NOON)
    assert isinstance(outcome, Change)
    assert (outcome.state, outcome.owner, outcome.what, outcome.answer) == (state, owner, what, answer)


def test_a_case_that_another_has_cannot_be_claimed() -> None:
    taken = after(a_case(), "claim", ANNA, hours=2, minutes=5)
    outcome = act(taken, "claim", BORIS, NOON + timedelta(hours=3))
    assert outcome == Refusal(answer="Уже взяла Анна Иванова в 14:05", reason="not_yours")


def test_claiming_twice_changes_nothing_and_says_so() -> None:
    assert act(in_state("claimed"), "claim", ANNA, NOON) == Refusal(answer="Уже у вас", reason="already_so")


@pytest.mark.parametrize("action", ["not_complaint", "snooze", "close"])
def test_an_operator_leaves_the_cases_of_others_alone(action: str) -> None:
    outcome = act(in_state("claimed"), action, BORIS, NOON)
    assert isinstance(outcome, Refusal)
    assert outcome.reason == "not_yours"


def test_a_lead_takes_over_and_closes_the_cases_of_others() -> None:
    mine = after(in_state("claimed"), "claim", OLEG)
    assert (mine.state, mine.owner) == ("claimed", "Олег Смирнов")
    closed = after(in_state("claimed"), "close", OLEG)
    assert (closed.state, closed.owner) == ("closed", "Анна Иванова")


def test_a_snoozed_case_keeps_its_owner_and_rests_for_an_hour() -> None:
    snoozed = after(in_state("claimed"), "snooze", ANNA)
    assert (snoozed.owner, snoozed.snoozed_until) == ("Анна Иванова", NOON + SNOOZE)


def test_closing_twice_tells_each_person_who_closed() -> None:
    closed = in_state("closed")
    to_anna, to_boris = act(closed, "close", ANNA, NOON), act(closed, "close", BORIS, NOON)
    assert to_anna == Refusal(answer="Вы уже закрыли в 12:00", reason="already_so")
    assert to_boris == Refusal(answer="Уже закрыла: Анна Иванова в 12:00", reason="already_so")


def test_snoozing_twice_says_until_when() -> None:
    assert act(in_state("snoozed"), "snooze", BORIS, NOON) == Refusal(
        answer="Уже отложено до 13:00", reason="already_so"
    )


def test_a_closed_case_cannot_be_claimed_before_it_is_reopened() -> None:
    closed = in_state("closed")
    outcome = act(closed, "claim", BORIS, NOON)
    assert isinstance(outcome, Refusal)
    assert "«Вернуть»" in outcome.answer
    reopened = after(closed, "reopen", BORIS)
    assert (reopened.state, reopened.owner) == ("new", None)
    assert after(reopened, "claim", BORIS).owner == "Борис Ли"


def test_someone_of_unknown_gender_gets_both_endings() -> None:
    assert after(a_case(), "claim", SASHA).done[-1].what == "взял(а)"


@given(st.text())
def test_an_unknown_action_is_refused(action: str) -> None:
    outcome = act(a_case(), action, OLEG, NOON)
    assert isinstance(outcome, Change) == (action in TABLE["new"])


class Presses(RuleBasedStateMachine):
    """Any presses by anybody, at any time."""

    @initialize()
    def begin(self) -> None:
        self.case = a_case()
        self.now = NOON

    @rule(action=st.sampled_from([*get_args(Action), "dance", ""]), person=st.sampled_from(PEOPLE))
    def press(self, action: str, person: Person) -> None:
        before, outcome = self.case, act(self.case, action, person, self.now)
        assert outcome.answer
        if isinstance(outcome, Refusal):
            self.is_true(outcome, before, person)
            return
        assert outcome.state == TABLE[before.state][action]  # type: ignore[index]  # a change has a known action
        assert person.role == "lead" or before.owner in (None, person.name) or action == "reopen"
        self.case = applied(before, outcome, Deed(who=person.name, what=outcome.what, at=self.now))
        again = act(self.case, action, person, self.now)
        assert isinstance(again, Refusal), "a second press changes nothing"
        assert again.reason == "already_so"

    def is_true(self, refusal: Refusal, case: Case, person: Person) -> None:
        if refusal.answer == "Уже у вас":
            assert (case.state, case.owner) == ("claimed", person.name)
        if refusal.reason == "not_yours":
            assert case.owner is not None
            assert case.owner in refusal.answer
            assert case.owner != person.name
        if refusal.reason == "illegal":
            assert case.state in ("closed", "not_complaint")
        if "отложено до" in refusal.answer:
            assert case.state == "snoozed"

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        if self.case.snoozed_until is not None and self.now >= self.case.snoozed_until:
            # As the store wakes it.
            self.case = replace(self.case, state="claimed" if self.case.owner else "new", snoozed_until=None)

    @invariant()
    def the_case_is_whole(self) -> None:
        assert self.case.state in TABLE
        assert (self.case.snoozed_until is not None) == (self.case.state == "snoozed")
        assert self.case.owner is None or self.case.state != "new"
        assert self.case.owner is not None or self.case.state not in ("claimed", "closed", "not_complaint")


TestPresses = Presses.TestCase


def test_a_press_on_what_is_no_complaint_says_so() -> None:
    refused = act(a_case(state="not_complaint"), "claim", ANNA, NOON)
    assert isinstance(refused, Refusal)
    assert "не жалоба" in refused.answer
