"""Words of a case's history: who did what and when, where it stands, until when to answer."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from alerts.cards.context import CardContext
from alerts.cards.wording import STANDINGS, Wording, deadline, late_words, log_lines, status
from alerts.cases.case import Case, Standing
from alerts.cases.commands import Assign, Claim, Close, NotComplaint, Note, Release, Reopen, Snooze, TransferTo
from alerts.cases.events import PROGRAM, Claimed, Closed, Event, Fact, Imported, Unknown
from alerts.cases.state import State, fold
from domain.person import Person
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, OLEG, SASHA, History, at, promise

AFTER_TWO = timedelta(hours=2, minutes=5)


def words(history: History, context: CardContext = CONTEXT) -> Wording:
    return Wording(context=context, now=history.now)


def claimed() -> History:
    return History.opened().later(hours=2, minutes=5).by(ANNA, Claim())


def shown_status(history: History) -> str:
    return status(history.case, words(history))


def shown_log(history: History) -> tuple[str, ...]:
    return log_lines(history.case, words(history))


def to(person: Person) -> TransferTo:
    return TransferTo(person=person.id, name=person.name)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (History.opened(), "Никто не взял"),
        (claimed(), "Взяла Анна Иванова в\xa014:05"),
        (claimed().by(ANNA, to(BORIS)), "Отвечает Борис Ли, передала Анна Иванова в\xa014:05"),
        (claimed().later(minutes=5).by(OLEG, to(OLEG)), "Забрал себе Олег Смирнов в\xa014:10"),
        (claimed().later(minutes=5).by(ANNA, Release()), "Отдала Анна Иванова в\xa014:10, никто не взял"),
        (History.opened().by(ANNA, Snooze(until=at(hours=3))), "Отложено до 15:00"),
        (claimed().by(ANNA, Snooze(until=at(hours=3))), "Отложено до 15:00, взяла Анна Иванова в\xa014:05"),
        (claimed().later(hours=1).by(OLEG, Close()), "Закрыто — Олег Смирнов, 15:05"),
        (claimed().by(ANNA, Close(cause="доставка")), "Закрыто (доставка) — Анна Иванова, 14:05"),
        (History.opened().by(OLEG, NotComplaint()), "Не жалоба — Олег Смирнов, 12:00"),
        (claimed().by(ANNA, Close()).by(BORIS, Reopen()), "Никто не взял"),
        (claimed().by(ANNA, Close()).later(hours=1).writes("Опять!"), "Автор написал снова, никто не взял"),
        (History.opened().writes("Вы где?"), "Автор написал снова, никто не взял"),
        (
            History.opened()
            .edits(1, "Спасибо", "remark")
            .by(ANNA, Close())
            .edits(1, "Снова сломалось", "complaint"),
            "Автор изменил запись, это жалоба, никто не взял",
        ),
    ],
)
def test_the_status_says_who_and_when(history: History, expected: str) -> None:
    assert shown_status(history) == expected


def test_an_owner_of_whom_the_history_has_lost_sight_is_still_named() -> None:
    case = replace(History.opened().case, state=State(stage="claimed", owner="anna"))
    assert status(case, words(History())) == "Отвечает Анна Иванова"
    assert status(replace(case, state=State(stage="closed", owner="anna")), words(History())) == (
        "Закрыто — Анна Иванова"
    )
    assert status(replace(case, state=State(stage="closed")), words(History())) == "Закрыто"
    stranger = replace(case, state=State(stage="claimed", owner="vera"))
    assert status(stranger, words(History())) == "Отвечает vera"


def test_who_left_goes_by_the_last_name_that_the_history_has_of_him() -> None:
    """The claim itself was cut off; a note and a hand-over still name those who are in no config any more."""
    nobody = CardContext()
    noted = claimed().by(ANNA, Note(text="звонил"))
    case = replace(noted.case, events=noted.case.events[2:])
    assert status(case, words(noted, nobody)) == "Отвечает Анна Иванова"
    handed = claimed().by(ANNA, to(BORIS)).by(BORIS, to(SASHA)).case
    case = replace(handed, events=handed.events[2:3], state=replace(handed.state, owner="boris", stage="closed"))
    assert status(case, words(noted, nobody)) == "Закрыто — Борис Ли"


def test_an_imported_case_is_told_without_a_log() -> None:
    event = Event(number=1, fact=Imported(stage="claimed", owner="anna"), actor=PROGRAM, at=NOON)
    case = replace(History().case, events=(event,), state=fold((event,)))
    assert status(case, words(History())) == "Отвечает Анна Иванова"
    assert log_lines(case, words(History())) == ()


def test_a_renamed_person_goes_by_the_name_of_today_and_one_who_left_by_the_last() -> None:
    married = CardContext(people=(replace(ANNA, name="Анна Петрова"),))
    history = claimed()
    assert status(history.case, words(history, married)) == "Взяла Анна Петрова в\xa014:05"
    assert status(history.case, words(history, CardContext())) == "Взял(а) Анна Иванова в\xa014:05"


def test_somebody_known_under_an_earlier_id_is_the_same_person() -> None:
    context = CardContext(people=(replace(ANNA, id="anna-new", former_ids=("anna",)),))
    assert status(claimed().case, words(claimed(), context)) == "Взяла Анна Иванова в\xa014:05"


def test_the_log_tells_every_deed_in_the_gender_of_its_doer() -> None:
    history = claimed().later(minutes=5).by(ANNA, Snooze(until=at(hours=3))).later(minutes=50).tick()
    history.later(minutes=1).by(OLEG, to(OLEG)).later(minutes=1).by(OLEG, to(BORIS)).by(BORIS, Release())
    assert shown_log(history) == (
        "14:05 Анна Иванова взяла",
        "14:10 Анна Иванова отложила до 15:00",
        "15:00 отложенное снова в работе",
        "15:01 Олег Смирнов забрал себе",
        "15:02 Олег Смирнов передал, отвечает Борис Ли",
        "15:02 Борис Ли отдал, обращение ничьё",
    )


def test_the_log_tells_how_a_case_ended_and_why_it_came_back() -> None:
    history = History.opened().by(ANNA, NotComplaint()).by(OLEG, Reopen(), Claim(), Close()).later(hours=1)
    history.writes("Опять не работает").later(minutes=2).by(BORIS, Claim())
    assert shown_log(history) == (
        "12:00 Анна Иванова отметила: не жалоба",
        "12:00 Олег Смирнов вернул в работу",
        "12:00 Олег Смирнов взял",
        "12:00 Олег Смирнов закрыл",
        "13:00 снова открыто: автор недоволен",
        "13:02 Борис Ли взял",
    )


def test_the_log_tells_of_missed_deadlines_and_of_a_rest_that_a_complaint_ended() -> None:
    history = History.opened(deadlines=promise(minutes=30)).by(ANNA, Snooze(until=at(hours=3), past_deadline=True))
    history.later(minutes=10).writes("Ау!").later(minutes=5).tick().later(minutes=20).tick().later(hours=1).tick()
    assert shown_log(history) == (
        "12:00 Анна Иванова отложила до 15:00",
        "12:10 автор написал, больше не отложено",
        "12:35 срок ответа прошёл",
        "13:35 обещанный срок сорван",
    )


def test_a_lead_who_claims_from_an_old_card_takes_over() -> None:
    assert shown_log(claimed().by(OLEG, Claim()))[-1] == "14:05 Олег Смирнов забрал себе, до этого — Анна Иванова"


def test_a_single_deed_that_the_status_tells_is_not_told_twice() -> None:
    for history in (claimed(), History.opened().by(ANNA, Close()), History.opened().by(ANNA, NotComplaint())):
        assert shown_log(history) == ()
    assert shown_log(History.opened().by(ANNA, Snooze(until=at(hours=3)))) == (
        "12:00 Анна Иванова отложила до 15:00",
    )


def test_a_long_log_is_shortened_from_its_beginning() -> None:
    history = History.opened()
    for _ in range(6):
        history.later(minutes=1).by(ANNA, Claim(), Release())
    log = shown_log(history)
    assert log[0] == "… и ещё 6\xa0действий раньше"
    assert log[-1] == "12:06 Анна Иванова отдала, обращение ничьё"
    assert len(log) == 7


def test_what_a_later_version_wrote_and_what_the_program_did_are_no_trouble() -> None:
    facts: tuple[Fact, ...] = (Unknown(kind="draft_made"), Claimed(), Closed())
    events = tuple(Event(number=n, fact=fact, actor=PROGRAM, at=NOON) for n, fact in enumerate(facts, start=1))
    case = replace(History().case, events=events, state=fold(events))
    assert log_lines(case, words(History())) == ("12:00 Отклик взял", "12:00 Отклик закрыл")
    assert status(case, words(History())) == "Закрыто — Отклик, 12:00"


def test_notes_are_not_deeds() -> None:
    assert shown_log(claimed().by(ANNA, Note(text="звонил"))) == ()


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(), "Ответить до 14:30"),
        (timedelta(hours=2, minutes=29), "Ответить до 14:30"),
        (timedelta(hours=2, minutes=30), "Просрочено: обещали ответить до 14:30"),
        (timedelta(hours=5, minutes=30), "Просрочено: обещали ответить до 14:30"),
        (timedelta(days=3), "Просрочено: обещали ответить до 14:30 18\xa0ноября"),
    ],
)
def test_the_deadline_is_a_clock_time_that_stays_true_however_old_the_drawing(
    later: timedelta, expected: str
) -> None:
    history = History.opened(deadlines=promise(hours=2, minutes=30))
    assert deadline(history.case, Wording(context=CONTEXT, now=NOON + later)) == expected


def test_the_deadline_has_the_date_when_it_is_another_day_and_the_time_zone_of_the_config() -> None:
    tomorrow = History.opened(deadlines=promise(hours=22, minutes=15))
    assert deadline(tomorrow.case, words(tomorrow)) == "Ответить до 10:15 19\xa0ноября"
    east = replace(CONTEXT, timezone="Asia/Vladivostok")
    soon = History.opened(deadlines=promise(hours=2, minutes=30))
    assert deadline(soon.case, words(soon, east)) == "Ответить до 21:30"


def test_nothing_is_due_of_an_ended_case_or_without_a_promise() -> None:
    ended: Case = History.opened(deadlines=promise(hours=1)).by(ANNA, Close()).case
    assert deadline(ended, Wording(context=CONTEXT, now=NOON)) == ""
    assert deadline(History.opened().case, Wording(context=CONTEXT, now=NOON)) == ""


def test_lateness_is_told_in_words() -> None:
    assert late_words(NOON, Wording(context=CONTEXT, now=NOON + AFTER_TWO)) == "Просрочено на 2\xa0ч\xa05\xa0мин"


def test_every_standing_has_its_words() -> None:
    assert set(STANDINGS) == set(get_args(Standing))


def test_a_case_that_the_program_gave_says_so_and_its_log_what_came_after() -> None:
    history = History.opened().later(minutes=5).by_program(Assign(person="anna", name="Анна Иванова"))
    shown = words(history)
    assert status(history.case, shown).replace("\xa0", " ") == "Отвечает Анна Иванова, распределено в 12:05"
    assert log_lines(history.case, shown) == ()
    history.later(minutes=5).by(ANNA, Release())
    assert [line.replace("\xa0", " ") for line in log_lines(history.case, shown)] == [
        "12:05 распределено, отвечает Анна Иванова",
        "12:10 Анна Иванова отдала, обращение ничьё",
    ]
