"""Telling: a delivery belongs to one worker at a time, and none is lost with its worker."""

import asyncio
import time
from collections.abc import Mapping

from alerts.cards.prompt import Prompt
from alerts.cases.commands import Claim, Close, Note, Snooze
from alerts.cases.events import Claimed
from alerts.cases.telling import Priority
from alerts.ports import Answer, Share
from alerts.routing import CONSOLE_ALONE, Chat
from listener.store import outbox
from listener.store.connection import Connection
from listener.store.figures import figures
from listener.store.presses import Answered
from listener.store.stores import Stores
from tests.contract.store_samples import (
    NOW,
    SLACK,
    SUPPORT,
    OpenStore,
    claim,
    complain,
    do,
    later,
    mention,
    press,
    show_all,
)


async def test_two_workers_never_claim_the_same_delivery(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await complain(one, *(mention(number, thread=f"t{number}") for number in range(30)))
    claimed = await asyncio.gather(*(claim(store, NOW, 5) for store in (one, other) * 5))
    ids = [delivery.id for part in claimed for delivery in part]
    assert len(ids) == len(set(ids))
    ids += [delivery.id for delivery in await claim(one)]
    assert len(set(ids)) == 30


async def test_the_card_of_a_dead_worker_comes_back_as_perhaps_shown(open_store: OpenStore) -> None:
    dead, alive = await open_store(), await open_store()
    await complain(dead, mention(1))
    await claim(dead)
    assert await claim(alive, later(59)) == []
    (again,) = await claim(alive, later(61))
    assert again.unknown


async def test_a_restarted_daemon_finds_its_own_leftovers_at_once(open_store: OpenStore) -> None:
    await complain(before := await open_store(worker="a"), mention(1))
    await claim(before)
    after = await open_store(worker="a")
    assert await after.outbox.recover(later(1)) == 1
    (again,) = await claim(after, later(1))
    assert again.unknown
    await after.outbox.shown(again, "r", later(1))
    assert await after.outbox.recover(later(2)) == 0


async def test_a_worker_that_lost_its_lease_does_not_speak_for_the_one_that_has_it(open_store: OpenStore) -> None:
    slow, quick = await open_store(), await open_store()
    await complain(slow, mention(1))
    (first,) = await claim(slow)
    (second,) = await claim(quick, later(61))
    await slow.outbox.fail(first, "late", later(62))
    await slow.outbox.retry(first, later(62), "late", unknown=False)
    await quick.outbox.shown(second, "r2", later(63))
    await slow.outbox.shown(first, "r1", later(64))
    await complain(slow, mention(2), now=later(70))
    (edit,) = await claim(quick, later(70))
    assert edit.ref == "r2"


async def test_a_case_that_changes_while_its_card_is_sent_is_shown_again(store: Stores) -> None:
    await complain(store, mention(1))
    (sending,) = await claim(store)
    await complain(store, mention(2))
    assert await claim(store) == []
    await store.outbox.shown(sending, "r", later(1))
    (edit,) = await claim(store, later(1))
    assert (edit.shown, edit.case.revision, edit.ref, edit.unknown) == (1, 2, "r", False)
    await store.outbox.shown(edit, "r", later(2))
    assert await claim(store, later(200)) == []


async def test_a_retry_waits_for_its_time_and_remembers_what_is_not_known(store: Stores) -> None:
    await complain(store, mention(1))
    (delivery,) = await claim(store)
    await store.outbox.retry(delivery, later(30), "timeout", unknown=True)
    assert await claim(store, later(29)) == []
    (second,) = await claim(store, later(30))
    assert (second.tries, second.unknown) == (1, True)
    await store.outbox.retry(second, later(40), "502", unknown=False)
    (third,) = await claim(store, later(40))
    assert (third.tries, third.unknown) == (2, True)
    await store.outbox.shown(third, "r", later(41))
    await complain(store, mention(2), now=later(50))
    (edit,) = await claim(store, later(50))
    assert (edit.tries, edit.unknown) == (0, False)


async def test_a_failed_delivery_is_never_tried_again(store: Stores) -> None:
    await complain(store, mention(1))
    (delivery,) = await claim(store)
    await store.outbox.fail(delivery, "kicked", NOW)
    await complain(store, mention(2))
    assert [one.chat.messenger for one in await claim(store, later(1000))] == ["console"]
    assert (await figures(store.database)).deliveries == {"failed": 1, "sending": 1}


async def test_a_case_that_no_chat_takes_is_told_on_the_console(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    first, second = await claim(store)
    await store.outbox.fail(first, "kicked", NOW)
    assert await claim(store) == []
    await store.outbox.fail(second, "not_in_channel", NOW)
    (console,) = await claim(store)
    assert (console.chat, console.ref) == (Chat(messenger="console", chat=first.receiver), None)
    await store.outbox.fail(console, "closed", NOW)
    assert await claim(store) == []


async def test_chats_that_fail_at_the_same_time_leave_the_case_to_the_console(open_store: OpenStore) -> None:
    store = await open_store(worker="a")
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    first, second = await claim(store)
    failed, loop = asyncio.Event(), asyncio.get_running_loop()

    async def fail_slowly(connection: Connection) -> None:
        await outbox.fail(connection, "a", first, "kicked", NOW, CONSOLE_ALONE)
        loop.call_soon_threadsafe(failed.set)
        if store.database.is_sqlite:
            time.sleep(0.2)  # noqa: ASYNC251  # there a transaction has a thread to itself
        else:
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as group:
        group.create_task(store.database.write(fail_slowly))
        await failed.wait()
        group.create_task(store.outbox.fail(second, "not_in_channel", NOW))
    assert [delivery.chat.messenger for delivery in await claim(store)] == ["console"]


async def test_only_the_chats_that_are_asked_for_get_as_many_as_they_may(store: Stores) -> None:
    await complain(store, mention(1), mention(2, thread="t2"), chats=(SUPPORT, SLACK))
    asked = []

    def room(waiting: Mapping[Chat, Priority]) -> Mapping[Chat, Share]:
        asked.append(dict(waiting))
        return {SLACK: Share(most=1, plain=1)}

    (claimed,) = await store.outbox.claim("slack", room, NOW)
    assert (claimed.chat, asked) == (SLACK, [{SLACK: Priority.NEW}])
    assert await store.outbox.claim("slack", lambda _waiting: {}, NOW) == []
    assert len(await claim(store)) == 3


async def test_the_most_urgent_goes_first_then_the_oldest(store: Stores) -> None:
    await complain(store, mention(1, thread="t1"))
    await complain(store, mention(2, thread="t2"), now=later(1))
    await complain(store, mention(3, thread="t3"), now=later(2), is_urgent=True)
    await show_all(store, later(3))
    await complain(store, mention(4, thread="t4"), now=later(4))
    await do(store, Claim(), case=2, now=later(5))
    order = [delivery.case.id for delivery in await claim(store, later(5))]
    assert order == [2, 4]
    asked = []
    await store.outbox.claim("telegram", lambda waiting: asked.append(dict(waiting)) or {}, later(200))
    assert asked == [{SUPPORT: Priority.PRESS}]


async def test_a_chat_that_moved_takes_its_old_and_its_later_cards_along(store: Stores) -> None:
    await complain(store, mention(1), mention(2, thread="t2"))
    first, second = await claim(store)
    moved = Chat(messenger="telegram", chat="-100999", topic=7)
    await store.outbox.redirect(first, moved, NOW)
    (again,) = await claim(store)
    assert (again.id, again.chat, again.ref, again.unknown) == (first.id, moved, None, False)
    await store.outbox.shown(second, "r", NOW)
    await complain(store, mention(3, thread="t3"))
    assert [delivery.chat for delivery in await claim(store)] == [moved]


async def test_a_case_known_under_both_addresses_is_told_once(store: Stores) -> None:
    moved = Chat(messenger="telegram", chat="-100999", topic=7)
    await complain(store, mention(1), chats=(SUPPORT, moved))
    old, new = sorted(await claim(store), key=lambda delivery: delivery.chat != SUPPORT)
    await store.outbox.shown(new, "r", NOW)
    await store.outbox.redirect(old, moved, NOW)
    assert await claim(store, later(100)) == []
    assert (await figures(store.database)).deliveries == {"failed": 1, "shown": 1}


async def test_next_due_is_the_earliest_open_delivery(store: Stores) -> None:
    assert await store.outbox.next_due() is None
    await complain(store, mention(1))
    assert await store.outbox.next_due() == NOW
    assert await store.outbox.next_due({"slack"}) is None
    assert await store.outbox.next_due({"telegram", "slack"}) == NOW
    (delivery,) = await claim(store)
    assert await store.outbox.next_due() == later(60)
    await store.outbox.retry(delivery, later(5), "x", unknown=False)
    assert await store.outbox.next_due() == later(5)


async def test_a_press_is_applied_once_and_every_chat_shows_it(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK))
    await show_all(store)
    first = await do(store, Claim(), key="k1")
    again = await do(store, Close(), key="k1", now=later(1))
    assert first == again
    case = await store.cases.case(1)
    assert (case.state.stage, case.state.owner, case.revision) == ("claimed", "anna", 2)
    (event,) = case.events[1:]
    assert (event.actor.id, event.actor.name, event.fact, event.at) == ("anna", "Анна Иванова", Claimed(), NOW)
    assert len(await claim(store, later(2))) == 2


async def test_many_presses_at_once_are_applied_one_after_another(open_store: OpenStore) -> None:
    stores = [await open_store(), await open_store()]
    await complain(stores[0], mention(1))
    outcomes = await asyncio.gather(
        *(
            do(stores[number % 2], Note(text=f"заметка {number // 2}"), key=f"k{number // 2}")
            for number in range(8)
        )
    )
    assert sorted({outcome.answer.text for outcome in outcomes}) == [f"стало {number}" for number in range(2, 6)]
    assert (await stores[0].cases.case(1)).revision == 5


async def test_a_press_on_a_case_that_is_not_there_is_refused(store: Stores) -> None:
    outcome = await do(store, Close(), case=404, key="k")
    assert (outcome.reason, outcome.applied) == ("no_case", False)
    assert await do(store, Close(), case=404, key="k") == outcome


async def test_a_press_that_has_to_be_asked_more_leaves_no_trace(store: Stores) -> None:
    await complain(store, mention(1))
    prompt = Prompt(case=1, action="note", title="Заметка", question="Что записать?")
    asked = Answered(answer=Answer(text="", prompt=prompt))
    assert await store.presses.obey(press("k"), "Анна", lambda _case: asked, NOW) == asked
    assert (await do(store, Claim(), key="k")).applied


async def test_a_snoozed_case_wakes_with_its_owner(store: Stores) -> None:
    await complain(store, mention(1), mention(2, thread="t2"))
    await do(store, Claim(), case=1)
    await do(store, Snooze(until=later(60)), case=1, now=later(1))
    await do(store, Snooze(until=later(90)), case=2, key="b", now=later(1))
    await show_all(store, later(1))
    assert (await store.timers.tick(later(59))).changed == 0
    assert (await store.timers.tick(later(60))).changed == 1
    woken = (await store.cases.case(1)).state
    assert (woken.stage, woken.owner, woken.snoozed_until) == ("claimed", "anna", None)
    assert (await store.timers.tick(later(100))).changed == 1
    assert (await store.cases.case(2)).state.stage == "new"
    assert len(await claim(store, later(100))) == 2


async def test_figures_tell_how_fast_cards_came(store: Stores) -> None:
    await complain(store, mention(1))
    await show_all(store, later(3))
    counted = await figures(store.database)
    assert (counted.seconds_from_post, counted.seconds_from_hearing, counted.delivered) == (8.0, 3.0, 1)
