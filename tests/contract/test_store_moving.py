"""A case is handed to another receiver: its card goes there, a word of it stays, and nothing is told twice."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cases.commands import AnswerAsEngineer, AskEngineers, Claim, MoveTo
from alerts.cases.events import Moved
from alerts.cases.state import fold
from alerts.outreach.policy import Engineers, Policy
from alerts.path import Path
from alerts.ports import Delivery, Notice
from alerts.routing import Chat, Receiver
from listener.store.errors import StoreError
from listener.store.export import export
from listener.store.presses import Answered
from listener.store.stores import Stores
from tests.contract.store_samples import (
    ANNA,
    NOW,
    SLACK,
    SUPPORT,
    claim,
    claim_all,
    complain,
    later,
    mention,
    press,
    promise,
    show_all,
    wish,
)

MONEY = Chat(messenger="telegram", chat="-1009")
RECEIVERS = {
    "support": Receiver(name="support", chats=(SUPPORT, SLACK)),
    "money": Receiver(name="money", chats=(MONEY,)),
    "both": Receiver(name="both", chats=(MONEY, SUPPORT)),
}
ELSEWHERE = Elsewhere(context=CardContext(people=(ANNA,), receivers=RECEIVERS))
WAY = Path(receivers=("support",))


async def shown_to_support(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK), path=WAY, deadlines=promise(600))
    await show_all(store)


async def move(store: Stores, to: str, at: float = 10, key: str = "m1", **named: Any) -> Answered:
    command = MoveTo(receiver=to, deadlines=promise(3600))
    wanted = replace(wish(command), elsewhere=ELSEWHERE)
    return await store.presses.obey(press(key, action="transfer"), "Анна", lambda _case: wanted, later(at))


async def due(store: Stores, at: float) -> tuple[list[Delivery], list[Notice]]:
    """Cards and words that are due, all shown after that."""
    found = await claim_all(store, later(at))
    for each in found:
        await store.outbox.shown(each, f"ref-{each.id}-{at}", later(at))
    return (
        [each for each in found if isinstance(each, Delivery)],
        [each for each in found if isinstance(each, Notice)],
    )


async def test_the_card_goes_to_the_new_chats_and_a_word_stays_on_each_old_card(store: Stores) -> None:
    await shown_to_support(store)
    assert (await move(store, "money")).applied
    cards, words = await due(store, 11)
    assert [(card.chat, card.ref, card.receiver) for card in cards] == [(MONEY, None, "money")]
    on = {word.chat: word for word in words if word.on is not None}
    assert set(on) == {SUPPORT, SLACK}
    assert {word.draft.kind for word in on.values()} == {"moved_on"}
    assert all(word.card_ref is None for word in on.values())
    (told,) = [word for word in words if word.on is None] or (await due(store, 12))[1]
    assert (told.draft.kind, told.chat, told.draft.to) == ("moved", MONEY, ("receiver",))
    assert await claim_all(store, later(13)) == []


async def test_the_new_receiver_answers_by_its_own_terms_and_nobody_has_it_yet(store: Stores) -> None:
    await shown_to_support(store)
    claimed = replace(wish(Claim()), elsewhere=ELSEWHERE)
    await store.presses.obey(press("c1"), "Анна", lambda _case: claimed, later(5))
    await move(store, "money")
    case = await store.cases.case(1)
    assert case is not None
    assert case.state == fold(case.events)
    assert (case.state.receiver, case.state.owner, case.state.stage) == ("money", None, "new")
    assert case.state.deadlines == promise(3600)
    assert case.events[-1].fact == Moved(to="money", left="support", deadlines=promise(3600))
    assert case.contact.receivers == ()


async def test_what_happens_later_is_told_in_the_new_chats_alone(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "money")
    await due(store, 11)
    await due(store, 12)
    # The same way as ever leads to the receiver that has handed it on.
    await complain(store, mention(2), chats=(SUPPORT, SLACK), path=WAY, now=later(20))
    cards, words = await due(store, 21)
    assert [(card.chat, card.ref is None) for card in cards] == [(MONEY, False)]
    assert words == []


async def test_a_chat_that_both_receivers_have_goes_on_showing_the_card(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "both")
    cards, words = await due(store, 11)
    assert {(card.chat, card.ref is None) for card in cards} == {(MONEY, True), (SUPPORT, False)}
    assert [word.chat for word in words if word.on is not None] == [SLACK]


async def test_a_case_that_comes_back_gets_a_new_card_there(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "money")
    await due(store, 11)
    await due(store, 12)
    assert (await move(store, "support", 20, "m2")).applied
    cards, words = await due(store, 21)
    assert {(card.chat, card.ref) for card in cards} == {(SUPPORT, None), (SLACK, None)}
    assert [word.chat for word in words if word.on is not None] == [MONEY]


async def test_a_card_on_its_way_to_an_old_chat_is_waited_for(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK), path=WAY)
    sent, under_way = await claim(store)
    await store.outbox.shown(sent, "m1", NOW)
    with pytest.raises(StoreError, match="faster") as conflict:
        await move(store, "money")
    assert conflict.value.transient
    await store.outbox.shown(under_way, "m2", NOW)
    assert (await move(store, "money")).applied


async def test_the_same_press_hands_it_over_once(store: Stores) -> None:
    await shown_to_support(store)
    assert await move(store, "money") == await move(store, "money")
    refused = await move(store, "money", key="m2")
    assert (refused.applied, refused.reason) == (False, "already_there")


@pytest.mark.parametrize(("chat", "reason"), [(SUPPORT, "elsewhere"), (MONEY, None)])
async def test_who_has_handed_it_on_presses_there_no_more(store: Stores, chat: Chat, reason: str | None) -> None:
    await shown_to_support(store)
    await move(store, "money")
    await due(store, 11)
    made = replace(press("c1"), chat=chat.chat, ref=None)
    answered = await store.presses.obey(made, "Анна", lambda _case: wish(Claim()), later(12))
    assert (answered.applied, answered.reason) == (reason is None, reason)


async def test_where_the_engineers_are_asked_they_answer_though_the_card_has_left(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "money")
    engineers = replace(CardContext(receivers=RECEIVERS), policy=Policy(engineers=Engineers(receiver="support")))
    asks = replace(wish(AskEngineers(question="Что с узлом?")), elsewhere=Elsewhere(context=engineers))
    made = replace(press("c1"), chat=MONEY.chat, ref=None)
    assert (await store.presses.obey(made, "Анна", lambda _case: asks, later(12))).applied
    answers = replace(press("c2"), chat=SUPPORT.chat, ref=None)
    told = AnswerAsEngineer(text="Авария")
    assert (await store.presses.obey(answers, "Анна", lambda _case: wish(told), later(13))).applied


async def test_a_chat_of_both_receivers_goes_on_being_pressed_in(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "both")
    made = replace(press("c1"), chat=SUPPORT.chat, ref=None)
    assert (await store.presses.obey(made, "Анна", lambda _case: wish(Claim()), later(12))).applied


async def test_a_card_that_was_left_is_exported_as_such(store: Stores) -> None:
    await shown_to_support(store)
    await move(store, "money")
    states = [row["state"] async for row in export(store.database, "deliveries", None)]
    assert sorted(states) == ["left", "left", "pending"]
