"""Who is on call is called under the card of what is urgent while nobody works: once, and in no other's chat."""

from typing import Any

from sqlalchemy import select

from alerts.ports import Delivery, Notice
from listener.store.stores import Stores
from listener.store.tables import notices
from tests.contract.store_samples import NOW, SLACK, SUPPORT, claim_all, close, complain, later, mention, show_all

CALLS: dict[str, Any] = {"is_urgent": True, "calls": frozenset({"support"})}


async def words(store: Stores, at: float) -> list[tuple[str, tuple[str, ...], str, str | None]]:
    return [
        (due.draft.kind, due.draft.to, due.chat.chat, due.card_ref)
        for due in await claim_all(store, later(at))
        if isinstance(due, Notice)
    ]


async def test_an_urgent_case_calls_who_is_on_call_once_beside_its_card(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK), **CALLS)
    cards = [due for due in await claim_all(store, NOW) if isinstance(due, Delivery)]
    assert len(cards) == 2
    await complain(store, mention(2), chats=(SUPPORT, SLACK), now=later(1), **CALLS)
    found = await store.database.read(_notices)
    assert found == [("on_call", "#support"), ("on_call", "-1001")]


async def test_the_word_stands_under_the_card_that_was_shown(store: Stores) -> None:
    await complain(store, mention(1), **CALLS)
    for due in await claim_all(store, NOW):
        if isinstance(due, Delivery):
            await store.outbox.shown(due, "card", NOW)
        else:
            await store.outbox.retry(due, later(1), "busy", unknown=False)
    assert await words(store, 2) == [("on_call", ("on_call",), "-1001", "card")]


async def test_a_case_that_comes_back_calls_again_and_one_that_only_grows_does_not(store: Stores) -> None:
    await complain(store, mention(1), **CALLS)
    await show_all(store)
    await close(store, now=later(5))
    await show_all(store, later(6))
    await complain(store, mention(2), now=later(10), **CALLS)
    assert len(await store.database.read(_notices)) == 2


async def test_whoever_has_nobody_on_call_is_told_by_the_card_alone(store: Stores) -> None:
    await complain(store, mention(1), is_urgent=True)
    assert await store.database.read(_notices) == []


async def _notices(connection: Any) -> list[tuple[str, str]]:
    rows = await connection.execute(select(notices).order_by(notices.c.chat, notices.c.id))
    return [(row.payload["draft"]["kind"], row.chat) for row in rows if row.payload["draft"]["kind"] == "on_call"]
