"""The morning's hand-over: what waits, the longest overdue first, and who is called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.cards.context import CardContext
from alerts.cards.handover import MOST_CASES, OpenCase, hand_over
from alerts.routing import Receiver
from domain.person import Person

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
ANNA = Person(id="anna", name="Анна Иванова", role="operator", gender="f")
OLEG = Person(id="oleg", name="Олег Смирнов", role="lead", gender="m")
SUPPORT = Receiver(name="support", chats=(), owner="oleg")
CONTEXT = CardContext(people=(ANNA, OLEG), receivers={"support": SUPPORT})
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
