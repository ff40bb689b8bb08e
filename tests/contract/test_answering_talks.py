"""«/ответ» without a button under it: the person's only talk, the one that is chosen, or that of the card."""

from alerts.cards.talks import ANSWER, HERE, NOBODY, NOT_A_CARD, OVER, TALKS
from alerts.cases.commands import WritePrivately
from domain.mention import Author
from domain.person import Person
from listener.store import history
from listener.store.connection import Connection
from listener.store.joining import THE_CUSTOMER
from listener.store.stores import Stores
from tests.contract.answering import Desk
from tests.contract.store_samples import ANNA, NOW, OLEG, complain, mention, show_all
from tests.outreach import Reach


async def desk_with(store: Stores, *numbers: int, owner: Person = ANNA) -> Desk:
    """The person has these cases, and their customers have written to the page in private."""
    desk = Desk(stores=store, reach=Reach(private="api"))
    for number in numbers:
        author = Author(id=f"7{number}", name=f"Пётр {number}", handle=None, followers=1)
        await complain(store, mention(number, thread=f"-1_{number}", author=author))
        await desk.press("claim", case=number, person=owner)
        await store.database.write(lambda connection, number=number: _writes(connection, number))
    return desk


async def _writes(connection: Connection, number: int) -> None:
    changing = await history.lock(connection, [number])
    changing[number].obey(WritePrivately(message=number), THE_CUSTOMER, NOW)
    await history.write(connection, changing.values(), NOW)


async def test_who_has_no_talk_is_told_how_one_begins(store: Stores) -> None:
    desk = await desk_with(store)
    await complain(store, mention(1))
    await desk.press("claim")
    assert (await desk.press(TALKS)).text == NOBODY


async def test_the_only_talk_is_meant_and_the_words_wait_in_the_window_that_says_whose_it_is(
    store: Stores,
) -> None:
    desk = await desk_with(store, 1)
    asked = await desk.ask(TALKS, "Мастер будет в 18:00")
    assert (asked.case, asked.action, asked.initial) == (1, ANSWER, "Мастер будет в 18:00")
    assert (await desk.ask(TALKS)).initial == ""
    assert await desk.kinds() == ["Opened", "Claimed", "CustomerWrote"]  # nothing was drafted, nothing goes out


async def test_of_several_one_is_chosen_the_latest_first(store: Stores) -> None:
    desk = await desk_with(store, 1, 2)
    asked = await desk.ask(TALKS)
    assert [(option.value, option.label) for option in asked.options] == [
        ("2", "№ 2 Пётр 2"),
        ("1", "№ 1 Пётр 1"),
    ]
    chosen = await desk.ask(TALKS, "1")
    assert (chosen.case, chosen.action, chosen.initial) == (1, ANSWER, "")


async def test_words_for_one_of_several_go_nowhere_and_come_back_to_be_copied(store: Stores) -> None:
    desk = await desk_with(store, 1, 2)
    refused = await desk.press(TALKS, "Мастер будет в 18:00")
    assert refused.alert
    assert "/ответ 2 Мастер будет в 18:00" in refused.text
    assert "№\xa01 Пётр 1" in refused.text


async def test_a_colleagues_talk_and_one_that_is_over_are_not_offered(store: Stores) -> None:
    desk = await desk_with(store, 1, owner=OLEG)
    assert (await desk.press(TALKS)).text == NOBODY
    await desk.press("claim", case=1, person=OLEG)
    await desk.press("close", "resolved-product", person=OLEG)
    assert (await desk.press(TALKS, person=OLEG)).text == NOBODY


async def test_a_talk_that_ended_while_it_was_chosen_says_so(store: Stores) -> None:
    desk = await desk_with(store, 1, 2)
    await desk.press("close", "resolved-product", case=1)
    assert (await desk.press(TALKS, "1")).text == OVER


async def test_an_answer_from_a_cards_thread_is_that_cases(store: Stores) -> None:
    desk = await desk_with(store, 1, 2)
    shown = await show_all(store)
    ref = next(f"ref-{due.id}" for due in shown if due.case.id == 2)
    assert (await desk.ask(HERE, ref=ref)).case == 2
    assert (await desk.press(HERE, ref="C01:9.9")).text == NOT_A_CARD


async def test_a_stranger_learns_nothing_of_anybodys_talks(store: Stores) -> None:
    desk = await desk_with(store, 1)
    stranger = Person(
        id="x", name="Кто-то", role="operator", users={**ANNA.users} | dict.fromkeys(ANNA.users, "9")
    )
    for action in (TALKS, HERE):
        assert "Вас нет в people.yaml" in (await desk.press(action, person=stranger, ref="C01:1.1")).text
