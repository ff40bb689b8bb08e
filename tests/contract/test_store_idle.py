"""Owners who do nothing, and cases that are forgotten, in the store: over restarts, daemons, many at once."""

from dataclasses import replace
from datetime import time
from typing import Any

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cases.commands import Claim, Note
from alerts.cases.events import CLOCK, NO_DEADLINES, Idle, Returned
from alerts.cases.state import fold
from alerts.ports import Notice
from alerts.routing import Receiver
from alerts.sla import Hours
from listener.store import timers
from listener.store.stores import Stores
from tests.contract.store_samples import (
    ANNA,
    NOW,
    OLEG,
    SUPPORT,
    OpenStore,
    claim_all,
    complain,
    do,
    later,
    mention,
    show_all,
)
from tests.contract.test_store_assigning import WAY, assigning, owners, receiver

IDLE = Idle(warn_at=later(1200), return_at=later(1800))
TAKEN = Claim(idle=IDLE)
SLEEPS = Hours(weekdays=((time(9), time(11)),), weekend=((time(9), time(11)),), holidays=None, night="hold")
"""It is three in Moscow: everybody works again at nine."""


async def claimed(store: Stores, count: int = 1) -> None:
    await complain(
        store,
        *(mention(number, thread=f"t{number}") for number in range(1, count + 1)),
        chats=(SUPPORT,),
        deadlines=NO_DEADLINES,
        path=WAY,
    )
    await show_all(store)
    for number in range(1, count + 1):
        await do(store, TAKEN, case=number)


async def tick(store: Stores, at: float, elsewhere: Elsewhere | None = None) -> int:
    return (await store.timers.tick(later(at), elsewhere)).changed


async def said(store: Stores, at: float) -> list[tuple[str, int]]:
    """The words of this moment, and of how many cases each speaks."""
    words = []
    for due in await claim_all(store, later(at), 1000):
        if isinstance(due, Notice):
            words.append((due.draft.kind, len(due.cases)))
        await store.outbox.shown(due, f"ref-{due.id}", later(at))
    return words


async def test_the_clock_warns_and_returns_over_a_restart(open_store: OpenStore) -> None:
    before = await open_store()
    await claimed(before)
    assert [await tick(before, at) for at in (1199, 1200, 1201)] == [0, 1, 0]
    assert await said(before, 1201) == [("idle_warned", 1)]
    await before.close()
    after = await open_store()
    assert [await tick(after, at) for at in (1799, 1800, 1801)] == [0, 1, 0]
    assert await said(after, 1801) == [("returned", 1)]
    case = await after.cases.case(1)
    assert case is not None
    assert (case.state.owner, fold(case.events)) == (None, case.state)
    assert (case.events[-1].fact, case.events[-1].actor) == (Returned(owner="anna"), CLOCK)


async def test_two_daemons_take_the_case_away_once(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await claimed(one)
    assert [await tick(store, at) for at in (1200, 1800) for store in (one, other)] == [1, 0, 1, 0]
    assert sorted(await said(other, 1800)) == [("idle_warned", 1), ("returned", 1)]


async def test_many_in_one_moment_share_a_word(store: Stores) -> None:
    count = timers.MOST_NOTICES + 1
    await claimed(store, count)
    assert await tick(store, 1200) == count
    assert await said(store, 1200) == [("idle_warned", count)]
    await do(store, Note(text="звоню"), case=1, key="note")
    await tick(store, 1800)
    assert sorted(await said(store, 1800)) == [("returned", 1)] * timers.MOST_NOTICES


async def test_who_lost_a_case_is_not_given_it_again(store: Stores) -> None:
    await claimed(store, 2)
    await do(store, Note(text="звоню"), case=2, key="note")
    for at in (1200, 1800):
        await tick(store, at)
    given = await store.assignments.assign(replace(assigning(receiver()), idle=lambda *_: IDLE), later(1900))
    assert given == 1
    assert await owners(store, 2) == [OLEG.id, ANNA.id]


async def test_whom_the_program_gives_a_case_may_not_sleep_on_it_either(store: Stores) -> None:
    await complain(store, mention(1), path=WAY)
    await show_all(store)
    await store.assignments.assign(replace(assigning(receiver()), idle=lambda *_: IDLE), NOW)
    assert [await tick(store, at) for at in (1200, 1800)] == [1, 1]


async def test_a_forgotten_case_is_told_when_its_people_work(store: Stores) -> None:
    elsewhere = asleep()
    await complain(store, mention(1), deadlines=NO_DEADLINES, path=WAY)
    await show_all(store)
    day = 86_400.0
    assert await tick(store, day, elsewhere) == 1
    assert ("forgotten", 1) not in await said(store, day + 17 * 3600)
    assert ("forgotten", 1) in await said(store, day + 18 * 3600)


async def test_many_forgotten_cases_wait_for_the_day_as_one_word(store: Stores) -> None:
    count, day = timers.MOST_NOTICES + 1, 86_400.0
    await complain(
        store,
        *(mention(number, thread=f"t{number}") for number in range(1, count + 1)),
        deadlines=NO_DEADLINES,
        path=WAY,
    )
    await show_all(store)
    assert await tick(store, day, asleep()) == count
    assert [word for word in await said(store, day + 17 * 3600) if word[0] == "forgotten"] == []
    assert set(await said(store, day + 18 * 3600)) == {("forgotten", count)}


def asleep() -> Elsewhere:
    sleeping: Any = Receiver(name="support", chats=(SUPPORT,), hours=SLEEPS)
    return Elsewhere(context=CardContext(receivers={"support": sleeping}))
