"""`listener resend`: what a chat refused for good goes out again, to where the receiver's cards go now."""

from dataclasses import replace

from alerts.cases.commands import Close
from alerts.ports import ChatState
from alerts.routing import Chat, Receiver
from listener.store.resend import rehouse, resend
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, SUPPORT, claim, complain, do, later, mention, show_all

MENDED = replace(SUPPORT, chat="-1002")


def receiver(*chats: Chat) -> Receiver:
    return Receiver(name="support", chats=chats)


async def refuse_all(store: Stores) -> None:
    """Every chat but the console refuses for good what is due."""
    for delivery in await claim(store):
        await store.outbox.fail(delivery, "chat not found", later(1))
    for last_resort in await claim(store, later(2)):
        await store.outbox.shown(last_resort, "console-1", later(2))


async def test_a_refused_card_is_due_again_in_the_same_chat(store: Stores) -> None:
    await complain(store, mention(1))
    await refuse_all(store)
    assert await claim(store, later(10)) == []
    assert await resend(store.database, [receiver(SUPPORT)], later(10)) == 1
    (again,) = await claim(store, later(10))
    assert (again.chat, again.shown, again.ref, again.tries) == (SUPPORT, 0, None, 0)


async def test_it_goes_to_the_chats_that_the_receiver_has_now(store: Stores) -> None:
    await complain(store, mention(1))
    await refuse_all(store)
    assert await resend(store.database, [receiver(MENDED)], later(10)) == 1
    assert [delivery.chat for delivery in await claim(store, later(10))] == [MENDED]


async def test_a_chat_that_shows_the_card_is_not_told_twice(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, MENDED))
    refused, shown = await claim(store)
    await store.outbox.fail(refused, "chat not found", later(1))
    await store.outbox.shown(shown, "m1", later(1))
    assert await resend(store.database, [receiver(refused.chat, shown.chat)], later(10)) == 1
    assert [delivery.chat for delivery in await claim(store, later(10))] == [refused.chat]


async def test_what_was_shown_what_is_closed_and_other_receivers_are_left_alone(store: Stores) -> None:
    await complain(store, mention(1))
    await show_all(store)
    await complain(store, mention(2, thread="t2"))
    await refuse_all(store)
    await do(store, Close(), case=2, now=later(5))
    assert await resend(store.database, [receiver(SUPPORT)], later(10)) == 0
    await complain(store, mention(3, thread="t3"), now=later(20))
    await refuse_all_at(store, 21)
    assert await resend(store.database, [Receiver(name="crisis", chats=(SUPPORT,))], later(30)) == 0


async def refuse_all_at(store: Stores, second: float) -> None:
    for delivery in await claim(store, later(second)):
        await store.outbox.fail(delivery, "chat not found", later(second))


def parked(chat: Chat) -> ChatState:
    return ChatState(chat=chat, state="parked", since=NOW, until=NOW, reason="chat not found")


async def test_a_wrong_number_that_is_mended_sends_what_waited_to_the_right_chat(store: Stores) -> None:
    await complain(store, mention(1))
    await complain(store, mention(2, thread="t2"))
    for delivery in await claim(store):
        await store.outbox.park(delivery, later(4), parked(SUPPORT), NOW)
    assert await rehouse(store.database, [receiver(SUPPORT)], later(5)) == 0, "it may come back"
    assert await rehouse(store.database, [receiver(MENDED)], later(5)) == 2
    due = [one for one in await claim(store, later(10)) if one.chat.messenger == "telegram"]
    assert [(one.chat, one.case.id) for one in due] == [(MENDED, 1), (MENDED, 2)]
    assert await store.outbox.ill("telegram") == []
    assert await resend(store.database, [receiver(MENDED)], later(11)) == 0


async def test_a_group_that_moved_is_not_taken_for_one_that_nobody_has(store: Stores) -> None:
    await complain(store, mention(1))
    (delivery,) = await claim(store)
    moved = replace(SUPPORT, chat="-100777")
    await store.outbox.redirect(delivery, moved, NOW)
    (delivery,) = await claim(store)
    await store.outbox.park(delivery, later(4), parked(moved), NOW)
    assert await rehouse(store.database, [receiver(SUPPORT)], later(5)) == 0
    assert [state.chat for state in await store.outbox.ill("telegram")] == [moved]


async def test_edits_in_a_chat_that_nobody_has_are_given_up(store: Stores) -> None:
    await complain(store, mention(1))
    await show_all(store)
    await do(store, Close(), now=later(1))
    (edit,) = await claim(store, later(1))
    await store.outbox.park(edit, later(4), parked(SUPPORT), later(1))
    assert await rehouse(store.database, [receiver(MENDED)], later(5)) == 0
    assert [one for one in await claim(store, later(100)) if one.chat.messenger == "telegram"] == []
    assert await store.outbox.ill("telegram") == []
