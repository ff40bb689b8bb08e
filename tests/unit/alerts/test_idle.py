"""Who takes a case and does nothing with it: warned, then without it; and cases that nobody touches for a day."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.notices import make_note
from alerts.cards.wording import Wording, log_lines, status
from alerts.cases.commands import (
    AskEngineers,
    Assign,
    Claim,
    Close,
    Confirm,
    HoldBack,
    NotComplaint,
    Note,
    Release,
    Report,
    Snooze,
    TransferTo,
    WritePrivately,
)
from alerts.cases.events import (
    NO_IDLE,
    CardWithheld,
    Event,
    Forgotten,
    Idle,
    IdleWarned,
    Rang,
    ReplySent,
    Returned,
)
from alerts.cases.state import FORGOTTEN, fold, next_timer
from alerts.cases.telling import NoticeDraft, how_to_tell
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, OLEG, History, at, promise
from tests.unit.alerts.test_telling import became

IDLE = Idle(warn_at=at(minutes=20), return_at=at(minutes=30))
TAKEN = Claim(idle=IDLE)
SENT = ReplySent(outbound=7, kind="reply", by="anna")


def clocks(history: History) -> list[Any]:
    """What the clock has done to the case so far."""
    return [event.fact for event in history.case.events if event.actor.kind == "clock"]


def lived(history: History, *minutes: int) -> History:
    """The clock looks at these minutes after noon."""
    for minute in minutes:
        history.now = at(minutes=minute)
        history.tick()
    return history


def test_a_silent_owner_is_warned_and_then_loses_the_case_each_once() -> None:
    history = lived(History.opened().by(ANNA, TAKEN), *range(120))
    assert clocks(history) == [IdleWarned(return_at=at(minutes=30)), Returned(owner="anna")]
    state = history.case.state
    assert (state.owner, state.stage, state.idle) == (None, "new", NO_IDLE)
    assert fold(history.case.events) == state


@pytest.mark.parametrize(
    "given_by",
    [
        lambda history: history.by(OLEG, TransferTo(person="anna", name="Анна Иванова", idle=IDLE)),
        lambda history: history.by_program(Assign(person="anna", name="Анна Иванова", idle=IDLE)),
        lambda history: history.by(BORIS, Claim()).by(OLEG, TAKEN),
    ],
    ids=["who was given it", "to whom the program gave it", "who took it from another"],
)
def test_so_does_whoever_got_the_case_in_another_way(given_by: Any) -> None:
    history = lived(given_by(History.opened()), 20, 30)
    assert [type(fact) for fact in clocks(history)] == [IdleWarned, Returned]


@pytest.mark.parametrize(
    "done",
    [
        Note(text="звоню"),
        Snooze(until=at(minutes=70)),
        Confirm(outbound=1, kind="reply"),
        HoldBack(reason="night", kind="reply"),
        AskEngineers(question="что с узлом?"),
        Close(),
        NotComplaint(),
        Release(),
    ],
    ids=lambda command: type(command).__name__,
)
@pytest.mark.parametrize("when", [5, 25], ids=["before the word", "after it"])
def test_whatever_the_owner_does_with_it_is_enough(done: Any, when: int) -> None:
    history = lived(History.opened().by(ANNA, TAKEN), *range(when))
    history.by(ANNA, done)
    assert history.case.state.idle == NO_IDLE
    assert not [fact for fact in clocks(lived(history, *range(when, 60))) if isinstance(fact, Returned)]


def test_a_colleagues_word_is_nothing_that_the_owner_did() -> None:
    history = History.opened().by(ANNA, TAKEN).by(OLEG, Note(text="Анна, возьмёте?"))
    assert history.case.state.idle == IDLE


def test_the_words_of_the_customer_give_no_more_time() -> None:
    history = History.opened().by(ANNA, TAKEN).writes("Ну что там?")
    assert history.case.state.idle == IDLE


def test_nobody_is_silent_where_the_customer_is_awaited() -> None:
    answered = became(SENT)(History.opened())
    assert answered.by(ANNA, TAKEN).case.state.idle == NO_IDLE


def test_a_clock_that_jumps_over_both_still_says_the_word_before() -> None:
    """A daemon that slept, a machine whose clock was set: nobody loses a case that he was not warned of."""
    history = lived(History.opened().by(ANNA, TAKEN), 24 * 60 - 1)
    late = at(days=1) + timedelta(minutes=9)
    assert clocks(history) == [IdleWarned(return_at=late)]
    assert [type(fact) for fact in clocks(lived(history, 24 * 60 + 8, 24 * 60 + 9))][-1:] == [Returned]


def test_a_clock_set_back_returns_nothing_early() -> None:
    history = lived(History.opened().by(ANNA, TAKEN), 20, -60, 10, 29)
    assert clocks(history) == [IdleWarned(return_at=at(minutes=30))]


@given(st.lists(st.integers(min_value=0, max_value=3000), max_size=20))
def test_whenever_the_clock_looks_there_is_one_word_before_one_loss(minutes: list[int]) -> None:
    history = lived(History.opened().by(ANNA, TAKEN), *sorted(minutes))
    facts = [fact for fact in clocks(history) if isinstance(fact, IdleWarned | Returned)]
    assert [type(fact) for fact in facts] in ([], [IdleWarned], [IdleWarned, Returned])
    if len(facts) == 2:
        warned, lost = (event.at for event in history.case.events if event.fact in facts)
        assert lost - warned >= timedelta(minutes=10)


def test_the_next_timer_is_the_word_then_the_loss() -> None:
    history = History.opened().by(ANNA, TAKEN)
    assert next_timer(history.case.state) == at(minutes=20)
    assert next_timer(lived(history, 20).case.state) == at(minutes=30)


def test_a_case_that_nobody_touches_for_a_day_is_forgotten_once() -> None:
    history = lived(History.opened(), *range(0, 5 * 24 * 60, 60))
    assert clocks(history) == [Forgotten()]
    assert next_timer(history.case.state) is None


def test_a_touch_begins_the_day_anew_and_a_customer_who_goes_on_does_not() -> None:
    noted = History.opened().later(hours=20).by(ANNA, Note(text="звонил"))
    assert next_timer(noted.case.state) == at(hours=20) + FORGOTTEN
    insisting = History.opened().later(hours=20).writes("Ау!")
    assert next_timer(insisting.case.state) == at(hours=24)
    forgotten = lived(History.opened(), 24 * 60).later(hours=30).writes("Ау!")
    assert next_timer(forgotten.case.state) == forgotten.now + FORGOTTEN


def test_who_answers_again_waits_from_his_new_words_on() -> None:
    history = became(SENT)(History.opened()).later(days=3)
    assert next_timer(history.case.state) is None
    history.by_customer(WritePrivately(message=1))
    assert next_timer(history.case.state) == history.now + FORGOTTEN


def test_the_last_bell_of_a_promise_says_it_for_both() -> None:
    history = lived(History.opened(deadlines=promise(hours=23, minutes=30)), 24 * 60)
    assert clocks(history) == [Rang(bell="breach")]
    assert not [fact for fact in clocks(lived(history, 50 * 60)) if isinstance(fact, Forgotten)]


def test_a_case_that_no_chat_shows_is_not_called_forgotten() -> None:
    history = History.opened()
    withheld = Event(
        number=2, fact=CardWithheld(reason="daily_limit"), actor=history.case.events[0].actor, at=at()
    )
    assert next_timer(fold([*history.case.events, withheld])) is None


def said(history: History, kind: Any) -> str:
    before = fold(history.case.events[:-1])
    (draft,) = how_to_tell(before, history.case.events[-1:]).notices
    assert draft.kind == kind
    return make_note(draft, [history.case], "support", CONTEXT, history.now).text


def test_the_word_before_says_when_and_what_to_do() -> None:
    history = lived(History.opened().by(ANNA, TAKEN), 20)
    assert said(history, "idle_warned") == (
        "Обращение №\xa012 у вас, но по нему пока ничего не сделано: через\xa010\xa0мин оно вернётся в очередь."
        " Чтобы оно осталось у вас, ответьте, отложите или напишите заметку."
    )
    history.by(ANNA, Note(text="звоню"))
    draft = NoticeDraft(kind="idle_warned", event=3, to=("owner",), priority=1)  # type: ignore[arg-type]  # any
    late = make_note(draft, [history.case], "support", CONTEXT, history.now)
    assert late.text.startswith("По обращению №\xa012 пока ничего не сделано. Взяла Анна Иванова")


def test_the_word_after_names_who_lost_it_and_calls_him_and_the_receivers_owner() -> None:
    history = lived(History.opened().by(BORIS, TAKEN), 20, 30)
    before = fold(history.case.events[:-1])
    (draft,) = how_to_tell(before, history.case.events[-1:]).notices
    note = make_note(draft, [history.case], "support", CONTEXT, history.now)
    assert note.text == (
        "Обращение №\xa012 вернулось в очередь: Борис Ли ничего с ним не сделал. Его может взять каждый."
    )
    assert [person.id for person in note.to] == ["boris", "anna"]


def test_several_that_were_lost_in_one_moment_name_everybody_once() -> None:
    lost = lived(History.opened().by(BORIS, TAKEN), 20, 30).case
    draft = NoticeDraft(kind="returned", event=0, to=("former_owner", "receiver"), priority=1)  # type: ignore[arg-type]  # any
    note = make_note(draft, [lost, lost], "support", CONTEXT, at(minutes=30))
    assert note.text.startswith("Вернулись в очередь — 2\xa0обращения: №\xa012 (было у: Борис Ли)")
    assert [person.id for person in note.to] == ["boris", "anna"]


def test_the_card_says_why_nobody_has_it_and_the_log_whose_it_was() -> None:
    history = lived(History.opened().by(ANNA, TAKEN), 20, 30)
    words = Wording(context=CONTEXT, now=history.now)
    assert status(history.case, words) == "Вернулось в очередь в\xa012:30, никто не взял"
    assert log_lines(history.case, words) == (
        "12:00 Анна Иванова взяла",
        "12:20 пока ничего не сделано, скоро вернётся в очередь",
        "12:30 вернулось в очередь: Анна Иванова ничего не сделала",
    )


def test_a_forgotten_case_is_named_to_the_leads() -> None:
    history = lived(History.opened(), 24 * 60)
    assert said(history, "forgotten") == (
        "Обращение №\xa012 забыто: ждёт больше суток, и никто ничего не сделал. Никто не взял."
    )


def test_reports_by_hand_count_as_done() -> None:
    history = History.opened().by(ANNA, TAKEN).by(ANNA, Report(fact=SENT))
    assert history.case.state.idle == NO_IDLE
