"""What belongs to a time of day, by APScheduler over the real store: the morning's word, once a day."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import text

from alerts.cards.note import Note
from alerts.cases.commands import Claim, Report, Withhold
from alerts.cases.events import Idle, ReplySent
from alerts.path import Path
from alerts.routing import Receiver
from alerts.sla import Hours
from domain.person import Absence
from listener.clock import SystemClock
from listener.daytime import Daytime, begins_now, ends_now, evenings, mornings
from listener.rules import Rules
from listener.store.stores import Stores, open_stores
from tests.acceptance.running import until
from tests.contract.store_samples import NOW, OLEG, complain, do, mention
from tests.fakes import TurnedClock
from tests.integration.test_pipeline import rules_of

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = Hours(
    weekdays=((time(9), time(13)), (time(14), time(21))),
    weekend=((time(10), time(18)),),
    holidays="russia",
    night="hold",
)


def test_a_day_may_begin_at_each_blocks_start_in_the_operators_zone() -> None:
    after = datetime(2026, 11, 30, 4, tzinfo=UTC)
    fires = sorted(trigger.get_next_fire_time(None, after) for trigger in mornings(HOURS))
    assert [at.astimezone(MOSCOW).strftime("%H:%M") for at in fires] == ["09:00", "10:00", "14:00"]
    (usual,) = mornings(None)
    assert usual.get_next_fire_time(None, after).astimezone(MOSCOW).strftime("%d %H:%M") == "30 09:00"


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        pytest.param(datetime(2026, 11, 30, 9, 0, 1, tzinfo=MOSCOW), True, id="a Monday's first block"),
        pytest.param(datetime(2026, 11, 30, 14, tzinfo=MOSCOW), False, id="after lunch"),
        pytest.param(datetime(2026, 11, 30, 10, tzinfo=MOSCOW), False, id="the weekend's hour on a Monday"),
        pytest.param(datetime(2026, 11, 29, 10, tzinfo=MOSCOW), True, id="a Sunday"),
        pytest.param(datetime(2027, 1, 1, 9, tzinfo=MOSCOW), False, id="a holiday keeps the weekend's hours"),
        pytest.param(datetime(2026, 11, 30, 9, 45, tzinfo=MOSCOW), False, id="a clock that was set is too late"),
    ],
)
def test_only_the_beginning_of_the_day_is_a_morning(at: datetime, begins: bool) -> None:  # noqa: FBT001  # a table
    assert begins_now(HOURS, at.astimezone(UTC)) is begins


@pytest.fixture
def rules() -> Rules:
    """Made before the loop runs: the dictionary of word forms is read with them."""
    return rules_of()


def daytime_over(store: Stores, rules: Rules, **more: Any) -> tuple[Daytime, list[tuple[Receiver, Note]]]:
    """The day of a store, and what it has said to whom."""
    said: list[tuple[Receiver, Note]] = []
    clock = TurnedClock(NOW + timedelta(minutes=1))
    daytime = Daytime(
        store.database,
        lambda: rules,
        store.budget(clock),
        clock,
        lambda receiver, note, _about: said.append((receiver, note)),
        **more,
    )
    return daytime, said


@pytest.fixture
def daytime_of(store: Stores, rules: Rules) -> Callable[..., tuple[Daytime, list[tuple[Receiver, Note]]]]:
    return partial(daytime_over, store, rules)


async def test_what_waits_is_told_once_a_day_by_however_many_daemons(
    store: Stores, daytime_of: Callable[..., tuple[Daytime, list[tuple[Receiver, Note]]]]
) -> None:
    (first, said), (second, doubled) = daytime_of(), daytime_of()
    assert await first.morning() == 0
    assert said == []
    await complain(store, mention(1))
    assert [await first.morning(), await first.morning(), await second.morning()] == [1, 0, 0]
    ((receiver, note),) = said
    assert receiver.name == "support"
    assert "Ждёт ответа 1\xa0обращение" in note.text
    assert doubled == []


async def test_cases_that_are_shown_nowhere_are_counted_for_the_receiver_that_answers_for_them(
    store: Stores, daytime_of: Callable[..., tuple[Daytime, list[tuple[Receiver, Note]]]]
) -> None:
    daytime, said = daytime_of()
    way = Path(receivers=("support",), steps=())
    for number, reason in enumerate(("daily_limit", "author_muted", "daily_limit"), start=1):
        await complain(
            store,
            mention(number, thread=f"t{number}"),
            chats=(),
            withheld=Withhold(reason=reason),
            path=way,
        )
    assert await daytime.morning() == 1
    ((_, note),) = said
    assert "без карточки осталось обращений: 3 (дневной предел — 2, заглушены — 1)" in note.text


async def test_a_morning_that_cannot_be_counted_is_told_to_nobody_and_says_so(
    own_database_url: str, rules: Rules, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_stores(own_database_url)
    daytime, said = daytime_over(store, rules)
    await complain(store, mention(1))
    await store.database.write(lambda connection: connection.execute(text("DROP TABLE usage")))
    assert await daytime.morning() == 0
    await store.close()
    assert said == []
    assert "nobody is told what waits this morning: the quota cannot be counted" in caplog.text


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        pytest.param(datetime(2026, 11, 30, 21, 0, 1, tzinfo=MOSCOW), True, id="a Monday's last block"),
        pytest.param(datetime(2026, 11, 30, 13, tzinfo=MOSCOW), False, id="lunch"),
        pytest.param(datetime(2026, 11, 30, 18, tzinfo=MOSCOW), False, id="the weekend's hour on a Monday"),
        pytest.param(datetime(2026, 11, 29, 18, tzinfo=MOSCOW), True, id="a Sunday"),
        pytest.param(datetime(2026, 11, 30, 21, 45, tzinfo=MOSCOW), False, id="a clock that was set is too late"),
    ],
)
def test_only_the_end_of_the_day_is_an_evening(at: datetime, ends: bool) -> None:  # noqa: FBT001  # a table
    assert ends_now(HOURS, at.astimezone(UTC)) is ends


def test_a_day_until_midnight_ends_with_the_next_days_first_moment_unless_work_goes_on() -> None:
    late = Hours(weekdays=((time(12), time.max),), weekend=(), holidays=None, night="hold")
    midnight = datetime(2026, 12, 1, tzinfo=MOSCOW).astimezone(UTC)
    assert ends_now(late, midnight)
    (trigger,) = evenings(late)
    fires = trigger.get_next_fire_time(None, midnight - timedelta(hours=3))
    assert fires.astimezone(UTC) == midnight
    around = Hours(weekdays=((time(0), time.max),), weekend=(), holidays=None, night="hold")
    assert not ends_now(around, midnight)


async def test_what_is_left_is_told_once_an_evening(store: Stores, rules: Rules) -> None:
    daytime, said = daytime_over(store, rules)
    await complain(store, mention(1))
    assert [await daytime.evening(), await daytime.evening()] == [1, 0]
    ((receiver, note),) = said
    assert receiver.name == "support"
    assert note.text.startswith("Конец дня: осталось 1\xa0обращение без ответа.")


async def test_whose_shift_ends_is_told_alone_and_with_the_receiver(store: Stores, rules: Rules) -> None:
    """He has hours of his own; the others work on, and it is no evening for them."""
    day = Hours(weekdays=((time(9), time(21)),), weekend=((time(9), time(21)),), holidays=None, night="hold")
    own = replace(day, weekdays=((time(9), time(15)),), weekend=((time(9), time(15)),))
    routing = replace(rules.decider.routing, hours=day, shifts={"anna": own})
    shifted = replace(rules, decider=replace(rules.decider, routing=routing))
    daytime, said = daytime_over(store, shifted)
    await complain(store, mention(1), mention(2, thread="t2"), mention(3, thread="t3"))
    await do(store, Claim(), case=1)
    await do(store, Claim(), case=2, person=OLEG)
    assert [await daytime.evening(), await daytime.evening()] == [2, 0]
    (alone, note), (receiver, same) = said
    assert [chat.chat for chat in alone.chats] == ["111"]
    assert receiver.name == "support"
    assert note.text == same.text
    assert "за вами 1\xa0открытое обращение" in note.text
    assert "№\xa01" in note.text


async def test_nobody_who_is_away_has_a_shift_that_ends(store: Stores, rules: Rules) -> None:
    own = Hours(weekdays=((time(9), time(15)),), weekend=((time(9), time(15)),), holidays=None, night="hold")
    people = tuple(replace(person, absence=Absence()) for person in rules.context.people)
    routing = replace(
        rules.decider.routing, shifts={"anna": own}, hours=replace(own, weekend=((time(9), time(21)),))
    )
    away = replace(
        rules,
        decider=replace(rules.decider, routing=routing),
        context=replace(rules.context, people=people),
    )
    daytime, said = daytime_over(store, away)
    await complain(store, mention(1))
    await do(store, Claim(), case=1)
    assert await daytime.evening() == 0
    assert said == []


async def test_who_took_a_case_and_did_nothing_is_named_next_morning_and_in_the_evening(
    store: Stores, rules: Rules
) -> None:
    daytime, said = daytime_over(store, rules)
    await complain(store, mention(1), path=Path(receivers=("support",)))
    await do(store, Claim(idle=Idle(warn_at=NOW - timedelta(hours=2), return_at=NOW - timedelta(hours=1))))
    for at in (NOW - timedelta(hours=2), NOW - timedelta(hours=1)):
        await store.timers.tick(at)
    assert [await daytime.morning(), await daytime.evening()] == [1, 1]
    assert all("Взяли и ничего не сделали за сутки: Анна Иванова — №\xa01" in note.text for _, note in said)


async def test_a_case_that_was_answered_since_is_not_called_forgotten(store: Stores, rules: Rules) -> None:
    daytime, said = daytime_over(store, rules)
    old, lately = NOW - timedelta(days=3), NOW - timedelta(hours=2)
    await complain(store, mention(1), mention(2, thread="t2"), now=old)
    answered = Report(fact=ReplySent(outbound=7, kind="reply", by="anna"))
    await do(store, answered, case=2, now=old + timedelta(hours=1))
    await complain(store, mention(3, thread="t2"), now=lately)
    assert await daytime.morning() == 1
    ((_, note),) = said
    assert "Ждут больше суток: №\xa01 (3\xa0дня)\n" in note.text


async def test_the_scheduler_tells_when_the_time_has_come_and_ends_with_its_loop(
    store: Stores, daytime_of: Callable[..., tuple[Daytime, list[tuple[Receiver, Note]]]]
) -> None:
    await complain(store, mention(1))
    soon = SystemClock().now() + timedelta(seconds=0.3)
    daytime, said = daytime_of(morning_plan=lambda _hours: [DateTrigger(soon, timezone=UTC)])
    running = asyncio.create_task(daytime.run())
    await until(lambda: bool(said))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(said) == 1
