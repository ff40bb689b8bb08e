"""Whether an author takes private messages is asked of the network once, when his case is new."""

import pytest

from alerts.cases.commands import Close
from domain.mention import Author
from listener.loops.permissions import FRESH, REST, Permissions
from listener.store.stores import Stores
from tests.contract.answering import VK, Desk
from tests.contract.store_samples import complain, do, mention
from tests.outreach import PAGE, MemoryOutreach

ANGRY = ("77", "78", "79")


async def desk_of(store: Stores, *authors: str, taking: tuple[str, ...] = ()) -> tuple[Desk, Permissions]:
    for number, author in enumerate(authors, start=1):
        await complain(store, mention(number, thread=f"t{number}", author=Author(id=author, name="Кто-то")))
    desk = Desk(store, outreach=MemoryOutreach(asks_ahead=True, taking=set(taking)))
    return desk, Permissions(VK, desk.outreach, store.outbound, desk.rules, desk.clock)


async def known(store: Stores, case: int) -> list[str | None]:
    found = await store.cases.case(case)
    assert found is not None
    return [lesson.reason for lesson in found.contact.learned]


async def test_who_takes_messages_may_be_written_to_and_who_does_not_is_invited(store: Stores) -> None:
    desk, permissions = await desk_of(store, *ANGRY, taking=("78",))
    assert await permissions.step() == 3
    assert desk.outreach.calls == [f"may_message {PAGE} {author}" for author in ANGRY]
    assert [await known(store, case) for case in (1, 2, 3)] == [[], [None], []]


async def test_nobody_is_asked_about_twice(store: Stores) -> None:
    desk, permissions = await desk_of(store, *ANGRY)
    await permissions.step()
    assert await permissions.step() == 0
    assert len(desk.outreach.calls) == 3


@pytest.mark.parametrize("why", ["known already", "ended", "old", "the network bills it"])
async def test_it_is_asked_only_where_the_answer_may_help(store: Stores, why: str) -> None:
    desk, permissions = await desk_of(store, "77")
    if why == "known already":
        desk.reach.private = "api"
    if why == "ended":
        await do(store, Close())
    if why == "old":
        desk.clock.turn(seconds=FRESH.total_seconds() + 1)
    if why == "the network bills it":
        desk.outreach.asks_ahead = False
    await permissions.step()
    assert desk.outreach.calls == []


async def test_a_network_that_does_not_say_is_left_alone_for_a_while_and_asked_again(store: Stores) -> None:
    desk, permissions = await desk_of(store, *ANGRY, taking=ANGRY)
    desk.outreach.blind = 1
    assert await permissions.step() == 0
    assert await permissions.step() == 0
    assert len(desk.outreach.calls) == 1
    desk.clock.turn(seconds=REST + 1)
    assert await permissions.step() == 3
    assert [await known(store, case) for case in (1, 2, 3)] == [[None]] * 3
