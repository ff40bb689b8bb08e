"""Cases are given to people: each has one owner, nobody more than his load, whoever else is at work beside."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cases.commands import Claim, Close, Release
from alerts.cases.events import Assigned
from alerts.cases.state import fold
from alerts.path import Path
from alerts.routing import Receiver
from alerts.routing.assigning import choose
from domain.mention import Author
from domain.person import Person
from listener.store.assigning import Assigning
from listener.store.stores import Stores
from tests.contract.store_samples import (
    ANNA,
    OLEG,
    SUPPORT,
    claim,
    complain,
    do,
    later,
    mention,
    notices,
    show_all,
)

WAY = Path(receivers=("support",))
PEOPLE = (ANNA, replace(OLEG, role="operator"))


def receiver(**fields: Any) -> Receiver:
    return replace(Receiver(name="support", chats=(SUPPORT,), assign="round_robin"), **fields)


def assigning(of: Receiver, people: tuple[Person, ...] = PEOPLE) -> Assigning:
    def chosen(to: Receiver, case: Any, work: Any, refused: Any) -> Person | None:
        return choose(to, people, work, on_shift={person.id for person in people}, refused=refused)

    elsewhere = Elsewhere(context=CardContext(people=people, receivers={of.name: of}))
    return Assigning(receivers={of.name: of}, people=people, choose=chosen, elsewhere=elsewhere)


async def complaints(store: Stores, count: int, *, first: int = 1) -> None:
    """Cases of as many authors."""
    for number in range(first, first + count):
        author = Author(id=str(1000 + number), name=f"Автор {number}")
        await complain(store, mention(number, author=author, thread=f"t{number}"), path=WAY)


async def owners(store: Stores, count: int) -> list[str | None]:
    found = [await store.cases.case(number) for number in range(1, count + 1)]
    for case in found:
        assert case is not None
        assert fold(case.events) == case.state
    return [case.state.owner for case in found if case is not None]


async def test_each_in_turn_is_given_a_case_and_told_under_its_card(store: Stores) -> None:
    await complaints(store, 3)
    assert await store.assignments.assign(assigning(receiver()), later(1)) == 3
    assert await owners(store, 3) == [ANNA.id, OLEG.id, ANNA.id]
    case = await store.cases.case(1)
    assert case is not None
    assert case.events[-1].fact == Assigned(to=ANNA.id, to_name=ANNA.name)
    assert case.events[-1].actor.kind == "program"
    first = await claim(store, later(1))
    assert {delivery.case.state.owner for delivery in first} == {ANNA.id, OLEG.id}
    await show_all(store, later(2))


async def test_the_person_is_called(store: Stores) -> None:
    await complaints(store, 1)
    await show_all(store)
    await store.assignments.assign(assigning(receiver()), later(1))
    (told,) = await notices(store, later(2))
    assert (told.draft.kind, told.draft.to) == ("assigned", ("owner",))


async def test_who_is_given_many_at_once_is_called_once_for_all_of_them(store: Stores) -> None:
    await complaints(store, 7)
    await show_all(store)
    await store.assignments.assign(assigning(receiver()), later(1))
    said = await notices(store, later(2))
    assert sorted((told.draft.kind, told.draft.sender, len(told.cases)) for told in said) == [
        ("assigned", ANNA.id, 4),
        ("assigned", OLEG.id, 3),
    ]
    whose = {told.draft.sender: {case.state.owner for case in told.cases} for told in said}
    assert whose == {ANNA.id: {ANNA.id}, OLEG.id: {OLEG.id}}


async def test_the_next_turn_begins_where_the_last_ended(store: Stores) -> None:
    for number in range(1, 5):
        await complaints(store, 1, first=number)
        await store.assignments.assign(assigning(receiver()), later(number))
    assert await owners(store, 4) == [ANNA.id, OLEG.id, ANNA.id, OLEG.id]


async def test_nobody_gets_more_than_his_load_until_a_case_is_closed(store: Stores) -> None:
    await complaints(store, 5)
    limited = assigning(receiver(load=2))
    assert await store.assignments.assign(limited, later(1)) == 4
    assert await store.assignments.assign(limited, later(2)) == 0
    assert Counter(await owners(store, 5)) == {ANNA.id: 2, OLEG.id: 2, None: 1}
    await do(store, Close(), case=1, now=later(3))
    assert await store.assignments.assign(limited, later(4)) == 1
    assert (await owners(store, 5))[4] == ANNA.id


async def test_a_receiver_whose_people_have_enough_holds_up_no_other(
    store: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.store.assigning.AT_ONCE", 2)
    await complaints(store, 3)
    stranger = Author(id="2000", name="Автор")
    await complain(store, mention(4, author=stranger, thread="t4"), path=Path(receivers=("money",)))
    both = assigning(receiver(load=0))
    both = replace(both, receivers={**both.receivers, "money": receiver(name="money")})
    assert await store.assignments.assign(both, later(1)) == 1
    assert await owners(store, 4) == [None, None, None, ANNA.id]


async def test_what_a_person_took_by_hand_counts_and_is_taken_from_nobody(store: Stores) -> None:
    await complaints(store, 2)
    await do(store, Claim(), case=1)
    assert await store.assignments.assign(assigning(receiver(load=1)), later(1)) == 1
    assert await owners(store, 2) == [ANNA.id, OLEG.id]


async def test_who_gave_a_case_back_is_not_given_it_again(store: Stores) -> None:
    await complaints(store, 1)
    await store.assignments.assign(assigning(receiver()), later(1))
    await do(store, Release(), case=1, now=later(2))
    assert await store.assignments.assign(assigning(receiver()), later(3)) == 1
    assert await owners(store, 1) == [OLEG.id]
    await do(store, Release(), case=1, person=OLEG, now=later(4))
    assert await store.assignments.assign(assigning(receiver()), later(5)) == 0


async def test_a_card_that_waits_for_the_morning_is_nobody_s_yet(store: Stores) -> None:
    await complain(store, mention(1), path=WAY, not_before=later(3600))
    assert await store.assignments.assign(assigning(receiver()), later(1)) == 0
    assert await store.assignments.assign(assigning(receiver()), later(3600)) == 1


@pytest.mark.parametrize("load", [1, 3])
async def test_two_who_assign_at_once_give_each_case_once_and_nobody_too_many(store: Stores, load: int) -> None:
    await complaints(store, 8)
    limited = assigning(receiver(load=load))
    given = await asyncio.gather(*(store.assignments.assign(limited, later(1)) for _ in range(4)))
    assert sum(given) == 2 * load
    counted = Counter(await owners(store, 8))
    assert (counted[ANNA.id], counted[OLEG.id]) == (load, load)
    cases = [await store.cases.case(number) for number in range(1, 9)]
    facts = [event.fact for case in cases if case for event in case.events]
    assert sum(isinstance(fact, Assigned) for fact in facts) == 2 * load
