"""A database that went back to a schema without receivers and came again knows whose each case is."""

from dataclasses import replace
from typing import Any

import pytest
from alembic import command

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cases.case import Case
from alerts.cases.commands import MoveTo
from alerts.cases.state import fold
from alerts.path import Path
from alerts.routing import Chat, Receiver
from listener.store import cases
from listener.store.stores import Stores, open_stores
from tests.contract.store_samples import SUPPORT, complain, later, mention, press, show_all, wish
from tests.integration.test_migrations_store import by_alembic, on_database

HERE = Path(receivers=("support", "pr"))
MONEY = Receiver(name="money", chats=(Chat(messenger="telegram", chat="-1009"),))
SUPPORTED = Receiver(name="support", chats=(SUPPORT,))
ELSEWHERE = Elsewhere(context=CardContext(receivers={"support": SUPPORTED, "money": MONEY}))


@pytest.fixture
async def url(own_database_url: str) -> str:
    """One case from before receivers, one of a receiver, one handed on, one given a home by a later complaint."""
    store = await open_stores(own_database_url)
    await complain(store, mention(1, thread="t1"))
    await complain(store, mention(2, thread="t2"), path=HERE)
    await complain(store, mention(3, thread="t3"), path=HERE)
    await complain(store, mention(4, thread="t4"))
    await complain(store, mention(5, thread="t4"), path=HERE, now=later(1))
    await show_all(store)
    moved = replace(wish(MoveTo(receiver="money")), elsewhere=ELSEWHERE)
    assert (await store.presses.obey(press("m", 3, "transfer"), "Анна", lambda _case: moved, later(2))).applied
    await store.close()
    return own_database_url


async def stand(store: Stores) -> dict[int, Case]:
    return await store.database.read(lambda c: cases.load(c, [1, 2, 3, 4]))


@pytest.mark.parametrize(
    ("to", "receivers"),
    [("0006", [None, "support", "money", "support"]), ("0001", [None, None, None, None])],
    ids=["with the histories", "without them"],
)
async def test_the_histories_still_say_whose_each_case_is(url: str, to: str, receivers: Any) -> None:
    await on_database(url, by_alembic(command.downgrade, to))
    store = await open_stores(url)
    found = await stand(store)
    await store.close()
    assert [found[number].state.receiver for number in (1, 2, 3, 4)] == receivers
    assert [fold(case.events) == case.state for case in found.values()] == [True] * 4
