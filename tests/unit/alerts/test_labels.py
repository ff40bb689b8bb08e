"""What taps say of texts: one label a round, and what takes it back."""

from typing import Any

import pytest

from alerts.cases.commands import Assign, Claim, Close, NotComplaint, Release, Reopen, Write, WritePrivately
from alerts.cases.events import NO_DEADLINES, PROGRAM, Event, Imported, ReplySent
from alerts.cases.labels import TapLabel, labels_of
from tests.unit.alerts.histories import ANNA, BORIS, NOON, History

REOPEN = Reopen(deadlines=NO_DEADLINES)


def said(history: History) -> list[tuple[int | None, bool, str]]:
    return [(label.mention, label.complaint, label.ground) for label in labels_of(history.case.events)]


@pytest.mark.parametrize(
    ("commands", "label"),
    [
        pytest.param([], None, id="nobody touched it"),
        pytest.param([Claim()], (True, "claimed", 0.5), id="taken, and nothing more is known"),
        pytest.param([Claim(), Release()], None, id="given back"),
        pytest.param([NotComplaint()], (False, "not_complaint", 1.0), id="called none"),
        pytest.param([Claim(), NotComplaint()], (False, "not_complaint", 1.0), id="taken, read, called none"),
        pytest.param([Close(outcome="resolved")], (True, "resolved", 1.0), id="helped"),
        pytest.param([Close(outcome="no_answer")], (True, "no_answer", 1.0), id="the customer fell silent"),
        pytest.param([Claim(), Close(outcome="not_ours")], None, id="somebody else's business"),
        pytest.param([Claim(), Close(outcome="spam")], None, id="no customer at all"),
        pytest.param([NotComplaint(), REOPEN], None, id="a tap that was taken back"),
        pytest.param([Close(), REOPEN, NotComplaint()], (False, "not_complaint", 1.0), id="the last word counts"),
        pytest.param([NotComplaint(), REOPEN, Close()], (True, "handled", 1.0), id="and the other way round"),
    ],
)
def test_a_round_has_the_label_of_its_last_tap(commands: list[Any], label: tuple[bool, str, float] | None) -> None:
    history = History.opened().by(ANNA, *commands)
    found = [(one.complaint, one.ground, one.weight) for one in labels_of(history.case.events)]
    assert found == ([] if label is None else [label])


def test_a_label_says_who_tapped_and_when_and_what_the_cause_was() -> None:
    history = History.opened().later(minutes=5).by(BORIS, Close(outcome="resolved", cause="delivery"))
    assert labels_of(history.case.events) == (
        TapLabel(
            mention=1, complaint=True, weight=1.0, ground="resolved", by="boris", at=history.now, cause="delivery"
        ),
    )


def test_a_case_that_the_program_gave_to_somebody_has_no_label() -> None:
    history = History.opened().by_program(Assign(person="anna", name="Анна Иванова"))
    assert said(history) == []


def test_what_brings_an_ended_case_back_is_a_text_of_its_own() -> None:
    history = History.opened().by(ANNA, NotComplaint()).writes("Опять не работает!").by(ANNA, Close())
    assert said(history) == [(1, False, "not_complaint"), (2, True, "handled")]


def test_what_joins_an_open_case_has_no_label_of_its_own() -> None:
    history = History.opened().writes("И ещё: хамят").by(ANNA, NotComplaint())
    assert said(history) == [(1, False, "not_complaint")]


def test_private_words_that_bring_a_case_back_are_no_text_for_the_judge() -> None:
    history = History.opened().by(ANNA, Close()).by_customer(WritePrivately(message=7)).by(ANNA, NotComplaint())
    assert said(history) == [(1, True, "handled")]


def test_a_text_that_was_changed_is_not_what_was_tapped_on() -> None:
    history = History.opened().by(ANNA, Claim()).edits(1, "Совсем другое", "complaint")
    assert said(history) == []
    assert said(history.by(ANNA, Close())) == [(1, True, "handled")]


def test_an_answer_that_the_customer_has_outlives_a_closing_that_is_taken_back() -> None:
    history = History.opened().by(ANNA, Claim())
    sent = Event(
        number=history.case.events[-1].number + 1,
        fact=ReplySent(outbound=1, kind="reply", by="anna"),
        actor=PROGRAM,
        at=history.now,
    )
    events = [*history.case.events, sent]
    assert [(one.ground, one.by) for one in labels_of(events)] == [("answered", "anna")]


@pytest.mark.parametrize(
    ("fact", "label"),
    [
        (Imported(stage="new"), None),
        (Imported(stage="claimed", owner="anna"), (True, 0.5)),
        (Imported(stage="closed", outcome="not_complaint"), (False, 1.0)),
        (Imported(stage="closed", outcome="handled"), (True, 1.0)),
    ],
)
def test_a_case_from_before_events_were_kept_has_what_is_known_of_it(
    fact: Imported, label: tuple[bool, float] | None
) -> None:
    (found, *_) = labels_of([Event(number=1, fact=fact, actor=PROGRAM, at=NOON)]) or (None,)
    assert (found and (found.complaint, found.weight, found.mention)) == (label and (*label, None))


def test_words_that_only_join_do_not_begin_a_round() -> None:
    history = History.opened().by(ANNA, Close()).by_customer(Write(mention=2, strength="remark"))
    assert said(history) == [(1, True, "handled")]
