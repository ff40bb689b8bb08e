"""The words at the ends of a day: what waits, the longest overdue first, whose it is, and who is called."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.cards.handover import MOST_CASES, OpenCase, Silent, hand_over, remainder, shift_over
from alerts.cards.note import Note
from alerts.routing import Receiver
from alerts.sla import Hours
from domain.person import Absence, Person

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
ANNA = Person(id="anna", name="Анна Иванова", role="operator", gender="f")
OLEG = Person(id="oleg", name="Олег Смирнов", role="lead", gender="m")
SUPPORT = Receiver(name="support", chats=(), owner="oleg")
CONTEXT = CardContext(people=(ANNA, OLEG), receivers={"support": SUPPORT})
HOURS = Hours(weekdays=((time(9), time(21)),), weekend=(), holidays=None, night="urgent")
FREE = OpenCase(
    id=5, brand_title="Ромашка", owner=None, opened_at=NOW - timedelta(hours=9), due_at=NOW + timedelta(minutes=30)
)
LATE = replace(FREE, id=3, owner="anna", due_at=NOW - timedelta(hours=14))
TAKEN = replace(FREE, id=7, owner="anna")


def test_a_morning_with_nothing_to_do_is_silent() -> None:
    assert hand_over(SUPPORT, (), CONTEXT, NOW) is None


def test_the_overdue_come_first_then_what_nobody_has_then_what_somebody_has() -> None:
    note = hand_over(SUPPORT, (TAKEN, FREE, LATE), CONTEXT, NOW)
    assert note is not None
    assert note.text.replace("\xa0", " ").split("\n") == [
        "Доброе утро! Ждут ответа 3 обращения.",
        "Просрочены: № 3 (Анна Иванова, обещали до 19:00 29 ноября)",
        "Никто не взял: № 5 (Ромашка, с 00:00)",
        "В работе: № 7 (Анна Иванова)",
    ]


def test_the_receivers_owner_is_called_and_who_let_a_case_lie() -> None:
    note = hand_over(SUPPORT, (LATE,), CONTEXT, NOW)
    assert note is not None
    assert note.to == (OLEG, ANNA)
    free = hand_over(SUPPORT, (FREE,), CONTEXT, NOW)
    assert free is not None
    assert free.to == (OLEG,)


def test_what_was_shown_nowhere_is_counted_with_the_reason() -> None:
    note = hand_over(
        SUPPORT, (FREE,), CONTEXT, NOW, withheld={"daily_limit": 9, "author_muted": 1, "topic_muted": 2}
    )
    assert note is not None
    assert note.text.replace("\xa0", " ").endswith(
        "\nЗа сутки без карточки осталось обращений: 12 (дневной предел — 9, заглушены — 3)"
    )
    alone = hand_over(SUPPORT, (), CONTEXT, NOW, withheld={"topic_muted": 1})
    assert alone is not None
    assert alone.text.replace("\xa0", " ") == (
        "Доброе утро! Ответа никто не ждёт.\nЗа сутки без карточки осталось обращений: 1 (заглушены — 1)"
    )


def test_of_a_long_night_the_rest_is_counted() -> None:
    cases = tuple(replace(FREE, id=number) for number in range(1, MOST_CASES + 4))
    note = hand_over(SUPPORT, cases, CONTEXT, NOW)
    assert note is not None
    assert note.text.endswith("и ещё 3")


ON_CALL = replace(SUPPORT, on_call="anna", hours=HOURS)
EVENING = datetime(2026, 11, 30, 18, tzinfo=UTC)
"""Nine in the evening in Moscow, when the day is over."""


def left(note: Note | None) -> list[str]:
    assert note is not None
    return note.text.replace("\xa0", " ").split("\n")


def test_an_evening_with_nothing_left_is_silent() -> None:
    assert remainder(ON_CALL, (), CONTEXT, EVENING) is None


def test_the_evening_says_what_is_left_whose_it_is_and_who_is_on_call() -> None:
    late = replace(LATE, due_at=EVENING - timedelta(hours=1), opened_at=EVENING - timedelta(hours=3))
    free = replace(FREE, opened_at=EVENING - timedelta(hours=2), due_at=None)
    note = remainder(ON_CALL, (free, late), CONTEXT, EVENING)
    assert left(note) == [
        "Конец дня: осталось 2 обращения без ответа.",
        "Просрочены: № 3 (Анна Иванова, обещали до 20:00)",
        "Никто не взял: № 5 (Ромашка, с 19:00)",
        "На связи до 09:00 1 декабря, если срочно: Анна Иванова",
    ]
    assert note is not None
    assert note.to == (OLEG, ANNA)


def test_whoever_stands_in_is_on_call() -> None:
    away = replace(ANNA, absence=Absence(substitute="oleg"))
    note = remainder(ON_CALL, (FREE,), replace(CONTEXT, people=(away, OLEG)), EVENING)
    assert left(note)[-1] == "На связи до 09:00 1 декабря, если срочно: Олег Смирнов"


@pytest.mark.parametrize(
    "receiver",
    [
        SUPPORT,
        replace(ON_CALL, on_call=None),
        replace(ON_CALL, hours=replace(HOURS, night="hold")),
        replace(ON_CALL, on_call="gone"),
    ],
    ids=["no hours", "nobody named", "a night that holds all", "who has left"],
)
def test_nobody_is_on_call_where_nobody_would_be_called(receiver: Receiver) -> None:
    assert "На связи" not in left(remainder(receiver, (FREE,), CONTEXT, EVENING))[-1]


@pytest.mark.parametrize("word", [hand_over, remainder])
def test_every_case_that_waits_for_more_than_a_day_is_named_and_the_leads_are_called(word: Any) -> None:
    count = MOST_CASES + 30
    old = tuple(
        replace(FREE, id=number, opened_at=EVENING - timedelta(days=2, hours=number))
        for number in range(1, count + 1)
    )
    note = word(replace(SUPPORT, owner=None), (*old, replace(TAKEN, id=99, due_at=None)), CONTEXT, EVENING)
    forgotten = next(line for line in left(note) if line.startswith("Ждут больше суток"))
    assert all(f"№ {number} (" in forgotten for number in range(1, count + 1))
    assert "№ 99" not in forgotten
    assert forgotten.startswith(f"Ждут больше суток: № {count} (3 дня)")
    assert note.to == (OLEG,)


def test_a_case_that_began_long_ago_and_was_answered_meanwhile_is_not_forgotten() -> None:
    answered = replace(FREE, opened_at=EVENING - timedelta(days=3), waits_since=EVENING - timedelta(hours=2))
    assert not [line for line in left(hand_over(SUPPORT, (answered,), CONTEXT, EVENING)) if "суток" in line]


@pytest.mark.parametrize("word", [hand_over, remainder])
def test_the_lead_reads_who_took_cases_and_did_nothing(word: Any) -> None:
    lost = [
        Silent(person="oleg", case=9, at=NOW),
        Silent(person="anna", case=7, at=NOW),
        Silent(person="oleg", case=5, at=NOW - timedelta(hours=1)),
    ]
    note = word(SUPPORT, (), CONTEXT, EVENING, silent=lost)
    assert left(note)[-1] == "Взяли и ничего не сделали за сутки: Анна Иванова — № 7; Олег Смирнов — № 5, № 9"
    assert note.to == (OLEG,)


def test_whose_shift_is_over_reads_what_stays_with_him() -> None:
    late = replace(LATE, due_at=EVENING - timedelta(hours=1))
    soon = replace(TAKEN, due_at=EVENING + timedelta(minutes=30))
    waits = replace(TAKEN, id=8, due_at=None)
    note = shift_over(ANNA, (late, soon, waits), CONTEXT, EVENING)
    assert left(note) == [
        "Анна Иванова, смена закончилась, за вами 3 открытых обращения.",
        "Просрочены: № 3 (обещали до 20:00)",
        "Остальные: № 7 (ответить до 21:30), № 8 (Ромашка)",
        "Кому передать? Что не передали, остаётся за вами.",
    ]
    assert note is not None
    assert note.to == (ANNA,)
    assert left(shift_over(ANNA, (waits,), CONTEXT, EVENING))[1] == "Это: № 8 (Ромашка)"
    assert shift_over(ANNA, (), CONTEXT, EVENING) is None
