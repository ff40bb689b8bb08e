"""Changed hours and terms: open promises are counted anew from when they were made, and receivers read which."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cases.commands import MoveTo, Report
from alerts.cases.events import PROGRAM, Deadlines, Opened, ReplySent, Rescheduled
from alerts.cases.state import fold
from alerts.routing import Receiver, Routing
from alerts.sla import Hours, Sla
from listener.loops.reschedule import changed_terms, follow, terms_of
from listener.rules import Rules
from listener.store import rescheduling
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, SUPPORT, OpenStore, close, complain, do, later, mention, show_all
from tests.contract.test_store_assigning import WAY
from tests.unit.test_decision import decider

MINUTE = 60.0
HOUR = timedelta(hours=1)
RECEIVER = Receiver(name="support", chats=(SUPPORT,))
BEFORE = Routing(receivers=(RECEIVER,), default=("support",), sla=Sla(warn=HOUR, due=2 * HOUR, breach=3 * HOUR))
SOONER = replace(BEFORE, sla=Sla(warn=HOUR / 4, due=HOUR / 2, breach=HOUR))
FROM_SIX = Hours(weekdays=((time(18), time(23)),), weekend=((time(18), time(23)),), holidays=None, night="hold")
"""It is three in the afternoon: whoever works from six has until eight."""
DECIDER = decider()
"""Made before a loop runs: the dictionary of word forms is read with it."""
PROMISED = Deadlines(warn_at=NOW + HOUR, due_at=NOW + 2 * HOUR, breach_at=NOW + 3 * HOUR)


def rules(routing: Routing) -> Rules:
    context = CardContext(receivers={receiver.name: receiver for receiver in routing.receivers})
    return Rules(decider=replace(DECIDER, routing=routing), context=context)


async def changed(
    store: Stores, after: Routing, *, before: Routing = BEFORE, at: float = 10 * MINUTE
) -> list[tuple[str, str]]:
    """What is said to which receivers."""
    said: list[tuple[str, str]] = []

    def say(receiver: Receiver, note: Note) -> None:
        said.append((receiver.name, note.text.replace("\xa0", " ")))

    await follow(store.database, rules(before), later(at), say)
    assert said == []
    await follow(store.database, rules(after), later(at), say)
    return said


async def opened(store: Stores, count: int = 1, **named: Any) -> None:
    await complain(
        store,
        *(mention(number, thread=f"t{number}", published_at=NOW) for number in range(1, count + 1)),
        deadlines=PROMISED,
        path=WAY,
        **named,
    )
    await show_all(store)


async def test_shorter_terms_bring_the_deadlines_nearer_and_the_receiver_reads_which(store: Stores) -> None:
    await opened(store, 2)
    assert await changed(store, SOONER) == [
        (
            "support",
            "Часы работы или сроки изменили, и изменились сроки 2 обращений: № 1 (до 15:30), № 2 (до 15:30).",
        )
    ]
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.deadlines == Deadlines(warn_at=NOW + HOUR / 4, due_at=NOW + HOUR / 2, breach_at=NOW + HOUR)
    assert (case.events[-1].actor, type(case.events[-1].fact)) == (PROGRAM, Rescheduled)
    assert fold(case.events) == case.state
    assert await follow(store.database, rules(SOONER), later(99), lambda *_said: None) == 0


async def test_the_timer_follows(store: Stores) -> None:
    await opened(store)
    await changed(store, SOONER)
    assert [(await store.timers.tick(later(at * MINUTE))).changed for at in (14, 15, 30, 60)] == [0, 1, 1, 1]


async def test_other_hours_move_them_too_and_a_bell_that_has_rung_rings_for_the_new_time(store: Stores) -> None:
    await opened(store)
    assert (await store.timers.tick(later(60 * MINUTE))).changed == 1
    said = await changed(store, replace(BEFORE, hours=FROM_SIX), at=70 * MINUTE)
    assert said == [("support", "Часы работы или сроки изменили, и изменились сроки 1 обращения: № 1 (до 20:00).")]
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.rung is None
    assert (await store.timers.tick(NOW + 4 * HOUR)).changed == 1


async def test_what_is_past_by_the_new_terms_rings_at_once(store: Stores) -> None:
    await opened(store)
    await changed(store, SOONER, at=45 * MINUTE)
    assert (await store.timers.tick(later(45 * MINUTE))).changed == 1
    case = await store.cases.case(1)
    assert case is not None
    assert case.state.rung == "due"


async def test_nothing_is_promised_anew_to_who_was_answered_closed_or_belongs_to_others(store: Stores) -> None:
    await opened(store, 4)
    await do(store, Report(fact=ReplySent(outbound=1, kind="reply", by="anna")), case=1)
    await close(store, 2)
    await do(store, MoveTo(receiver="money", deadlines=PROMISED), case=3)
    money = Receiver(name="money", chats=(SUPPORT,), sla=BEFORE.sla)
    two = replace(BEFORE, receivers=(RECEIVER, money))
    said = await changed(store, replace(two, sla=SOONER.sla), before=two)
    assert [words.partition("сроки 1 обращения: ")[2] for _, words in said] == ["№ 4 (до 15:30)."]


async def test_a_promise_runs_from_when_the_words_were_written(store: Stores) -> None:
    await complain(
        store, mention(1, published_at=NOW - HOUR), deadlines=PROMISED, path=WAY, now=NOW - timedelta(minutes=20)
    )
    await changed(store, SOONER)
    case = await store.cases.case(1)
    assert case is not None
    assert isinstance(case.events[0].fact, Opened)
    assert case.state.deadlines.due_at == NOW - HOUR / 2


async def test_many_are_rescheduled_in_portions(store: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescheduling, "AT_ONCE", 2)
    await opened(store, 5)
    ((_, words),) = await changed(store, SOONER)
    assert "изменились сроки 5 обращений" in words


async def test_what_changed_while_no_daemon_ran_is_counted_anew_by_the_next_one_once(
    open_store: OpenStore,
) -> None:
    before = await open_store()
    await follow(before.database, rules(BEFORE), NOW, lambda *_said: None)
    await opened(before)
    await before.close()
    store, said = await open_store(), list[str]()
    for _ in range(2):
        await follow(store.database, rules(SOONER), later(600), lambda receiver, _note: said.append(receiver.name))
    assert said == ["support"]
    case = await store.cases.case(1)
    assert case is not None
    assert [type(event.fact) for event in case.events].count(Rescheduled) == 1


async def test_the_first_start_knows_of_no_terms_before_and_moves_nothing(store: Stores) -> None:
    await opened(store)
    assert await follow(store.database, rules(SOONER), later(600), lambda *_said: None) == 0


async def test_cases_of_a_receiver_that_is_gone_get_the_terms_of_all(store: Stores) -> None:
    own = replace(BEFORE, receivers=(replace(RECEIVER, sla=SOONER.sla),))
    await opened(store)
    others = replace(BEFORE, receivers=(Receiver(name="money", chats=(SUPPORT,)),), default=("money",))
    await follow(store.database, rules(own), later(600), lambda *_said: None)
    assert await follow(store.database, rules(others), later(600), lambda *_said: None) == 0
    await do(store, MoveTo(receiver="support", deadlines=Deadlines(due_at=NOW + HOUR / 2)))
    await follow(store.database, rules(own), later(600), lambda *_said: None)
    assert await follow(store.database, rules(others), later(600), lambda *_said: None) == 1


def test_only_what_counts_for_deadlines_is_a_change() -> None:
    worked = replace(BEFORE, hours=FROM_SIX)

    def moved(after: Routing) -> frozenset[str | None]:
        return changed_terms(terms_of(worked, {}), terms_of(after, {}))

    assert moved(replace(worked, hours=replace(FROM_SIX, night="send"))) == frozenset()
    assert moved(replace(worked, hours=replace(FROM_SIX, holidays="russia"))) == {None, "support"}
    assert moved(replace(worked, hours=replace(FROM_SIX, timezone="Asia/Omsk"))) == {None, "support"}
    assert moved(replace(worked, hours=None)) == {None, "support"}
    assert moved(replace(worked, receivers=(replace(RECEIVER, sla=SOONER.sla),))) == {"support"}
