"""Timers: bells ring once, over restarts and clocks that jump; many at one moment make one word a chat."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from alerts.cards.notices import MOST_CASES
from alerts.cases.commands import Claim, Close, Snooze
from alerts.cases.events import CLOCK, NO_DEADLINES, Deadlines, Event, Noted, Rang, Woke
from alerts.cases.state import fold
from alerts.cases.telling import NoticeDraft
from alerts.path import Path
from alerts.ports import Notice
from alerts.routing import Chat
from listener.store import timers
from listener.store.codecs import event_row
from listener.store.stores import Stores
from listener.store.tables import case_events
from tests.contract.store_samples import (
    SLACK,
    SUPPORT,
    OpenStore,
    claim_all,
    complain,
    do,
    later,
    mention,
    promise,
    show_all,
)
from tests.contract.test_store_assigning import WAY

DAY = 86_400.0
BOTH = (SUPPORT, SLACK)


async def open_cases(
    store: Stores, count: int = 1, *, deadlines: Deadlines | None = None, chats: Sequence[Chat] = BOTH
) -> None:
    """So many cases in both chats, each warned after 100 seconds, due after 200, broken after 300."""
    await complain(
        store,
        *(mention(number, thread=f"t{number}") for number in range(1, count + 1)),
        chats=tuple(chats),
        deadlines=deadlines or promise(100),
    )
    await show_all(store)


async def ring(store: Stores, at: float) -> int:
    return (await store.timers.tick(later(at))).changed


async def rung(store: Stores, case: int = 1) -> list[str]:
    found = await store.cases.case(case)
    assert fold(found.events) == found.state
    return [event.fact.bell for event in found.events if isinstance(event.fact, Rang)]


async def told(store: Stores, at: float) -> tuple[list[tuple[NoticeDraft, int, str]], list[tuple[int, str]]]:
    """What goes out: notices as (draft, how many cases, chat), cards as (case, chat)."""
    words: list[tuple[Any, int, str]] = []
    cards: list[tuple[int, str]] = []
    for due in await claim_all(store, later(at), 1000):
        if isinstance(due, Notice):
            words.append((due.draft, len(due.cases) + due.others, due.chat.chat))
        else:
            cards.append((due.case.id, due.chat.chat))
        await store.outbox.shown(due, f"ref-{due.id}", later(at))
    return words, sorted(cards)


def kinds(words: Sequence[tuple[NoticeDraft, int, str]]) -> list[tuple[str, str]]:
    return sorted((draft.kind, chat) for draft, _, chat in words)


async def test_each_bell_rings_once_in_each_chat_that_shows_the_case(store: Stores) -> None:
    await open_cases(store)
    for at, bell in ((99, None), (100, "warn"), (200, "due"), (300, "breach"), (1000, None)):
        assert await ring(store, at) == (1 if bell else 0)
        assert await ring(store, at) == 0
        words, cards = await told(store, at)
        assert kinds(words) == ([(bell, "#support"), (bell, "-1001")] if bell else [])
        assert cards == ([(1, "#support"), (1, "-1001")] if bell else [])
    assert await rung(store) == ["warn", "due", "breach"]


async def test_a_bell_is_rung_by_the_clock_and_says_whom_it_calls(store: Stores) -> None:
    await open_cases(store)
    await do(store, Claim())
    await ring(store, 200)
    case = await store.cases.case(1)
    assert (case.events[-1].fact, case.events[-1].actor) == (Rang(bell="due"), CLOCK)
    words, _ = await told(store, 200)
    assert {draft.to for draft, _, _ in words} == {("owner", "backup")}


async def test_bells_survive_a_restart(open_store: OpenStore) -> None:
    before = await open_store()
    await open_cases(before)
    assert await ring(before, 100) == 1
    await before.close()
    after = await open_store()
    assert await ring(after, 150) == 0
    assert await ring(after, 200) == 1
    words, _ = await told(after, 200)
    assert kinds(words) == [("due", "#support"), ("due", "-1001"), ("warn", "#support"), ("warn", "-1001")]
    assert await rung(after) == ["warn", "due"]


async def test_two_daemons_ring_each_bell_once(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await open_cases(one, 4)
    rang = [await ring(store, 100) for store in (one, other, one)]
    assert rang == [4, 0, 0]
    words, _ = await told(other, 100)
    assert kinds(words) == [("warn", "#support")] * 4 + [("warn", "-1001")] * 4


@pytest.mark.parametrize("ended", [Close(), Snooze(until=later(5000), past_deadline=True)])
async def test_a_case_that_was_ended_or_put_off_rings_no_warning(store: Stores, ended: Any) -> None:
    await open_cases(store)
    await do(store, ended)
    assert await ring(store, 200) == 0
    assert await rung(store) == []


async def test_a_resting_case_rings_its_breach_and_wakes_in_its_time(store: Stores) -> None:
    await open_cases(store)
    await do(store, Snooze(until=later(5000), past_deadline=True))
    await show_all(store)
    assert [await ring(store, at) for at in (100, 200, 299, 300, 301, 4999)] == [0, 0, 0, 1, 0, 0]
    assert kinds((await told(store, 300))[0]) == [("breach", "#support"), ("breach", "-1001")]
    assert await ring(store, 5000) == 1
    words, cards = await told(store, 5000)
    assert kinds(words) == [("woke", "#support"), ("woke", "-1001")]
    assert cards == [(1, "#support"), (1, "-1001")]
    assert (await store.cases.case(1)).state.snoozed_until is None


async def test_a_rest_that_hid_a_deadline_comes_back_with_the_deadline(store: Stores) -> None:
    await open_cases(store)
    await do(store, Claim())
    await do(store, Snooze(until=later(250), past_deadline=True))
    await show_all(store)
    assert await ring(store, 250) == 1
    assert [type(event.fact) for event in (await store.cases.case(1)).events[-2:]] == [Woke, Rang]
    assert kinds((await told(store, 250))[0]) == [("due", "#support"), ("due", "-1001")]


async def test_without_a_promise_nothing_rings_before_the_case_is_forgotten(store: Stores) -> None:
    await open_cases(store, deadlines=NO_DEADLINES)
    assert [await ring(store, at) for at in (DAY - 1, DAY, 30 * DAY)] == [0, 1, 0]
    words, _ = await told(store, 30 * DAY)
    assert kinds(words) == [("forgotten", "#support"), ("forgotten", "-1001")]


@pytest.mark.parametrize("count", [timers.MOST_NOTICES, timers.MOST_NOTICES + 1, 40])
async def test_cases_that_ring_in_one_moment_have_a_word_each_or_share_one(store: Stores, count: int) -> None:
    await open_cases(store, count)
    assert await ring(store, 200) == count
    words, cards = await told(store, 200)
    spoken = Counter((chat, cases) for _, cases, chat in words)
    if count > timers.MOST_NOTICES:
        assert spoken == {("#support", count): 1, ("-1001", count): 1}
    else:
        assert spoken == {("#support", 1): count, ("-1001", 1): count}
    # Each card says for itself how late it is.
    assert len(cards) == 2 * count
    assert [await rung(store, number) for number in (1, count)] == [["due"], ["due"]]


async def test_a_digest_is_as_grave_as_the_gravest_and_names_the_cases_of_its_chat_alone(store: Stores) -> None:
    await open_cases(store, 4, chats=(SUPPORT,))
    await complain(
        store,
        *(mention(number, thread=f"t{number}") for number in range(11, 15)),
        chats=(SLACK,),
        deadlines=promise(60),
    )
    await show_all(store)
    assert await ring(store, 190) == 8
    words, _ = await told(store, 190)
    assert [(draft.kind, draft.to, cases, chat) for draft, cases, chat in sorted(words, key=lambda w: w[2])] == [
        ("breach", ("receiver", "backup", "leads"), 4, "#support"),
        ("breach", ("receiver", "backup", "leads"), 4, "-1001"),
    ]


async def test_of_a_wave_only_what_is_named_is_loaded_and_what_has_ended_comes_last(store: Stores) -> None:
    await open_cases(store, 2 * MOST_CASES)
    assert await ring(store, 200) == 2 * MOST_CASES
    for number in range(1, MOST_CASES):
        await do(store, Close(outcome="solved"), case=number)
    words = [due for due in await claim_all(store, later(200), 1000) if isinstance(due, Notice)]
    assert len(words) == 2
    for word in words:
        assert [case.id for case in word.cases] == list(range(MOST_CASES, 2 * MOST_CASES))
        assert word.others == MOST_CASES


async def test_more_than_one_look_takes_ring_all(store: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "AT_ONCE", 7)
    await open_cases(store, 20)
    rang = [await ring(store, 200) for _ in range(5)]
    assert rang == [7, 7, 6, 0, 0]
    assert {bell for number in range(1, 21) for bell in await rung(store, number)} == {"due"}


async def test_a_clock_set_a_day_forward_is_one_word_a_chat_and_back_is_none(store: Stores) -> None:
    await open_cases(store, 40)
    assert await ring(store, 10 + DAY) == 40
    words, cards = await told(store, 10 + DAY)
    assert [(draft.kind, cases, chat) for draft, cases, chat in sorted(words, key=lambda word: word[2])] == [
        ("breach", 40, "#support"),
        ("breach", 40, "-1001"),
    ]
    assert len(cards) == 80
    # The clock is right again: every deadline passes once more, and nothing of it is said.
    for at in range(20, 400, 20):
        assert await ring(store, at) == 0
        assert await told(store, at) == ([], [])
    assert [await rung(store, number) for number in (1, 40)] == [["breach"], ["breach"]]


async def test_a_clock_set_a_day_back_rings_late_and_once(store: Stores) -> None:
    await open_cases(store)
    assert await ring(store, 100) == 1
    assert await ring(store, 100 - DAY) == 0
    assert await ring(store, 200) == 1
    assert await rung(store) == ["warn", "due"]


async def test_the_daily_jump_of_a_rest_wakes_it_once(store: Stores) -> None:
    await open_cases(store, deadlines=NO_DEADLINES)
    await do(store, Snooze(until=later(3600)))
    await show_all(store)
    assert await ring(store, DAY) == 1
    assert kinds((await told(store, DAY))[0]) == [("woke", "#support"), ("woke", "-1001")]
    assert [await ring(store, at) for at in (60, 3600, 3601)] == [0, 0, 0]


async def test_a_promise_made_anew_rings_anew(store: Stores) -> None:
    await open_cases(store)
    await ring(store, 300)
    await told(store, 300)
    await complain(store, mention(2, thread="t1"), now=later(400), chats=BOTH, deadlines=promise(500))
    await told(store, 400)
    assert await rung(store) == ["breach"]
    assert await ring(store, 500) == 1
    assert await rung(store) == ["breach", "warn"]


async def test_a_case_that_breaks_the_clocks_work_keeps_no_other_bell_from_ringing(
    store: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    await open_cases(store, 12)
    await damage(store, 7)

    ticked = await store.timers.tick(later(100))

    assert (ticked.looked, ticked.changed, list(ticked.broken)) == (12, 11, [7])
    assert "the clock cannot work case 7" in caplog.text
    words, _ = await told(store, 100)
    assert sum(count for _, count, chat in words if chat == "#support") == 11
    assert (await store.timers.tick(later(100))).broken.keys() == {7}
    assert (await store.timers.tick(later(100), without=(7,))).looked == 0


async def damage(store: Stores, case: int) -> None:
    """Put an event where the case's next one belongs, as an unsound restore might."""
    row = event_row(case, Event(number=2, fact=Noted(text="?"), actor=CLOCK, at=later(1)))
    await store.database.write(lambda connection: connection.execute(case_events.insert(), [row]))


MINUTE = 60.0


async def rings_for_the_team(store: Stores, *, every: float, count: int, chats: Sequence[Chat] = BOTH) -> None:
    """As many cases of one receiver, which fall due one after another, each warned when it comes."""
    for number in range(1, count + 1):
        await complain(
            store,
            mention(number, thread=f"t{number}"),
            chats=tuple(chats),
            deadlines=Deadlines(due_at=later(every * number)),
            path=WAY,
        )
    await show_all(store)


async def test_more_bells_of_one_moment_than_a_look_takes_are_all_said_at_once(
    store: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "AT_ONCE", 7)
    await rings_for_the_team(store, every=0.001, count=20)
    assert [await ring(store, 60 + second) for second in range(4)] == [7, 7, 6, 0]
    words, _ = await told(store, 64)
    assert sorted((count, chat) for draft, count, chat in words) == [
        (7, SLACK.chat),
        (7, SUPPORT.chat),
        (13, SLACK.chat),
        (13, SUPPORT.chat),
    ]
    await complain(
        store, mention(99, thread="t99"), chats=BOTH, deadlines=Deadlines(due_at=later(2 * MINUTE)), path=WAY
    )
    await show_all(store)
    assert await ring(store, 2 * MINUTE) == 1
    assert (await told(store, 2 * MINUTE))[0] == [], "what rings a minute later waits, as ever"


async def test_bells_of_a_moment_in_which_one_breaks_the_work_are_all_said_at_once(store: Stores) -> None:
    await rings_for_the_team(store, every=0.001, count=12)
    await damage(store, 7)
    assert (await store.timers.tick(later(60))).changed == 11
    words, _ = await told(store, 60)
    assert sum(count for _, count, chat in words if chat == SUPPORT.chat) == 11


async def test_what_rings_soon_after_a_bell_of_the_same_people_waits_and_shares_one_word(store: Stores) -> None:
    await rings_for_the_team(store, every=MINUTE, count=12)
    said = Counter[tuple[float, int]]()
    for minute in range(1, 25):
        await ring(store, minute * MINUTE)
        words, _ = await told(store, minute * MINUTE)
        said.update((minute, count) for draft, count, chat in words if chat == SUPPORT.chat)
    assert said == {(1, 1): 1, (11, 10): 1, (21, 1): 1}
    assert [await rung(store, case) for case in range(1, 13)] == [["due"]] * 12


async def test_a_shared_word_calls_whom_each_would_and_a_graver_bell_does_not_wait_for_it(store: Stores) -> None:
    await rings_for_the_team(store, every=MINUTE, count=3, chats=(SUPPORT,))
    await do(store, Claim(), case=2)
    broken = Deadlines(breach_at=later(4 * MINUTE))
    await complain(store, mention(9, thread="t9"), chats=(SUPPORT,), deadlines=broken, path=WAY)
    await show_all(store)
    for minute in range(1, 6):
        await ring(store, minute * MINUTE)
    first, _ = await told(store, 10 * MINUTE)
    assert [(draft.kind, count) for draft, count, _ in first] == [("due", 1), ("breach", 1)]
    ((draft, count, _),), _ = await told(store, 11 * MINUTE)
    assert (draft.kind, count) == ("due", 2)
    assert set(draft.to) == {"owner", "receiver", "backup"}


async def test_other_peoples_bells_wait_for_nobody(store: Stores) -> None:
    await rings_for_the_team(store, every=MINUTE, count=1, chats=(SUPPORT,))
    other = Path(receivers=("money",), steps=())
    await complain(
        store, mention(5, thread="t5"), chats=(SLACK,), deadlines=Deadlines(due_at=later(2 * MINUTE)), path=other
    )
    await show_all(store)
    await ring(store, MINUTE)
    await ring(store, 2 * MINUTE)
    words, _ = await told(store, 2 * MINUTE)
    assert kinds(words) == [("due", SLACK.chat), ("due", SUPPORT.chat)]


async def test_a_word_that_waits_is_said_by_the_next_process_and_once(open_store: OpenStore) -> None:
    store = await open_store()
    await rings_for_the_team(store, every=MINUTE, count=3, chats=(SUPPORT,))
    for minute in (1, 2):
        await ring(store, minute * MINUTE)
    await store.close()
    store = await open_store()
    await ring(store, 3 * MINUTE)
    words, _ = await told(store, 30 * MINUTE)
    assert sum(count for _, count, _ in words) == 3


async def test_what_rings_when_the_shared_word_is_on_its_way_is_said_by_itself(store: Stores) -> None:
    await rings_for_the_team(store, every=MINUTE, count=3, chats=(SUPPORT,))
    for minute in (1, 2):
        await ring(store, minute * MINUTE)
    # Another daemon, whose clock is ahead, says it before its time.
    early, _ = await told(store, 12 * MINUTE)
    await ring(store, 3 * MINUTE)
    late, _ = await told(store, 13 * MINUTE)
    assert [count for _, count, _ in (*early, *late)] == [1, 1, 1]
