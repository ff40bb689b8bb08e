"""Chats that refuse everything: nothing is lost, others are told meanwhile, and they catch up on return."""

from collections import defaultdict
from dataclasses import replace

from alerts.cases.commands import Claim
from alerts.ports import ChatState, Delivery, Digest, Due, Notice
from alerts.routing import CONSOLE_ALONE, Chat, StandIns
from listener.store.stores import Stores
from tests.contract.store_samples import (
    NOW,
    SLACK,
    SUPPORT,
    OpenStore,
    claim,
    claim_all,
    complain,
    do,
    later,
    mention,
    promise,
)
from tests.contract.test_store_digests import flood

OTHER = replace(SUPPORT, chat="-1002")
ANNAS, OLEGS = (Chat(messenger=SUPPORT.messenger, chat=number) for number in ("111", "222"))
ANNA_THEN_OLEG = {"support": (ANNAS, OLEGS)}


def parked(chat: Chat = SUPPORT, at: float = 0, **named: object) -> ChatState:
    state = ChatState(chat=chat, state="parked", since=later(at), until=later(at + 4), reason="kicked")
    return replace(state, **named)  # type: ignore[arg-type]  # a test names the fields it cares for


async def refuse(
    store: Stores, *chats: Chat, at: float = 0, instead: StandIns = CONSOLE_ALONE, folds: bool = False
) -> list[Due]:
    """These chats refuse what is due there, and are parked; returns what the others got."""
    taken: list[Due] = []
    for due in await claim_all(store, later(at), folds=folds):
        if due.chat in chats:
            await store.outbox.park(due, later(at + 4), parked(due.chat, at), later(at), instead)
        else:
            await store.outbox.shown(due, f"ref-{due.id}", later(at))
            taken.append(due)
    return taken


async def console(store: Stores, at: float) -> list[int]:
    return [one.case.id for one in await claim(store, later(at)) if one.chat.messenger == "console"]


async def test_what_a_chat_refuses_waits_for_it(store: Stores) -> None:
    await flood(store, 3)
    await refuse(store, SUPPORT)
    assert [one.chat for one in await claim(store, later(3)) if one.chat == SUPPORT] == []
    waiting = [one for one in await claim(store, later(4)) if one.chat == SUPPORT]
    assert [(one.case.id, one.ref, one.unknown) for one in waiting] == [
        (1, None, False),
        (2, None, False),
        (3, None, False),
    ]


async def test_meanwhile_the_console_tells_what_no_other_chat_does(store: Stores) -> None:
    await flood(store, 2)
    await flood(store, 1, first=3, chats=(SUPPORT, SLACK))
    await refuse(store, SUPPORT)
    assert await console(store, 1) == [1, 2]


async def elsewhere(store: Stores, at: float) -> dict[Chat, list[int]]:
    """What is told now in chats that are not the receiver's."""
    told = defaultdict[Chat, list[int]](list)
    for one in await claim_all(store, later(at)):
        if isinstance(one, Delivery) and one.chat not in (SUPPORT, SLACK):
            told[one.chat].append(one.case.id)
            await store.outbox.shown(one, "there", later(at))
    return {chat: sorted(numbers) for chat, numbers in told.items()}


async def test_who_answers_for_the_chat_is_told_before_the_console(store: Stores) -> None:
    await flood(store, 2)
    await flood(store, 1, first=3, chats=(SUPPORT, SLACK))
    await refuse(store, SUPPORT, instead=ANNA_THEN_OLEG)
    assert await elsewhere(store, 1) == {ANNAS: [1, 2]}


async def test_a_stand_in_that_refuses_is_left_for_the_next_and_has_nothing_old_on_its_return(
    store: Stores,
) -> None:
    await flood(store, 2)
    await refuse(store, SUPPORT, instead=ANNA_THEN_OLEG)
    await refuse(store, ANNAS, SUPPORT, at=5, instead=ANNA_THEN_OLEG)
    assert await elsewhere(store, 6) == {OLEGS: [1, 2]}
    # What comes later does not try her first: she is known to be out of reach.
    await flood(store, 1, first=3, at=7)
    await refuse(store, SUPPORT, at=10, instead=ANNA_THEN_OLEG)
    assert await elsewhere(store, 11) == {OLEGS: [3]}
    await store.outbox.well(ANNAS, later(20))
    assert await elsewhere(store, 20) == {}


async def test_when_nobody_can_be_told_the_console_is(store: Stores) -> None:
    await flood(store, 1)
    await refuse(store, SUPPORT, instead=ANNA_THEN_OLEG)
    await refuse(store, ANNAS, at=1, instead=ANNA_THEN_OLEG)
    await refuse(store, OLEGS, at=2, instead=ANNA_THEN_OLEG)
    assert await console(store, 3) == [1]


async def test_what_waits_in_a_digest_that_is_refused_is_told_elsewhere_too(store: Stores) -> None:
    await flood(store, 12)
    await refuse(store, SUPPORT, instead=ANNA_THEN_OLEG, folds=True)
    assert await elsewhere(store, 1) == {ANNAS: list(range(1, 13))}


async def test_a_card_that_its_only_chat_will_never_take_goes_to_who_answers_for_it(store: Stores) -> None:
    await flood(store, 1)
    (due,) = await claim(store)
    await store.outbox.fail(due, "message is too long", NOW, ANNA_THEN_OLEG)
    assert await elsewhere(store, 1) == {ANNAS: [1]}


async def test_when_the_last_chat_is_parked_the_console_tells(store: Stores) -> None:
    await flood(store, 1, chats=(SUPPORT, SLACK))
    await refuse(store, SUPPORT, SLACK)
    assert await console(store, 1) == [1]


async def test_what_comes_while_the_chat_is_parked_is_told_with_its_next_refusal(store: Stores) -> None:
    await flood(store, 1)
    await refuse(store, SUPPORT)
    assert await console(store, 1) == [1]
    await flood(store, 2, first=2, at=2)
    await refuse(store, SUPPORT, at=4)
    assert await console(store, 5) == [2, 3]


async def test_a_chat_is_known_as_ill_to_all_until_it_is_well(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await flood(one, 1)
    await refuse(one, SUPPORT)
    (known,) = await other.outbox.ill("telegram")
    assert known == parked()
    assert await other.outbox.ill("slack") == []
    await refuse(one, SUPPORT, at=9)
    (known,) = await other.outbox.ill("telegram")
    assert (known.since, known.until) == (NOW, later(13))
    await other.outbox.rest(parked(state="resting", reason="429"))
    assert [state.state for state in await one.outbox.ill("telegram")] == ["parked"]
    await one.outbox.well(SUPPORT, later(14))
    assert await other.outbox.ill("telegram") == []


async def test_a_chat_at_rest_is_known_too_and_changes_nothing(store: Stores) -> None:
    await flood(store, 9)
    await store.outbox.rest(parked(state="resting", reason="429"))
    await store.outbox.well(SUPPORT, later(1))
    assert [one.priority for one in await claim(store, later(1))] == [2] * 9


async def test_on_return_little_goes_out_card_by_card(store: Stores) -> None:
    await flood(store, 4)
    await refuse(store, SUPPORT)
    await store.outbox.well(SUPPORT, later(2))
    due = [one for one in await claim_all(store, later(2), folds=True) if one.chat == SUPPORT]
    assert [type(one) for one in due] == [Delivery] * 4


async def test_on_return_much_is_one_digest_behind_what_is_live(store: Stores) -> None:
    await flood(store, 30)
    await refuse(store, SUPPORT)
    await store.outbox.well(SUPPORT, later(60))
    await flood(store, 2, first=31, at=61)
    due = [one for one in await claim_all(store, later(62), folds=True) if one.chat == SUPPORT]
    assert [one.case.id if isinstance(one, Delivery) else one.listing.total for one in due] == [31, 32, 30]  # type: ignore[union-attr]


async def test_what_is_urgent_is_not_old_on_return(store: Stores) -> None:
    await flood(store, 10)
    await flood(store, 1, first=11, is_urgent=True)
    await refuse(store, SUPPORT)
    await store.outbox.well(SUPPORT, later(60))
    (first, *_) = (one for one in await claim_all(store, later(60), folds=True) if one.chat == SUPPORT)
    assert isinstance(first, Delivery)
    assert first.case.id == 11


async def test_a_parked_topic_leaves_the_others_of_its_group_alone(store: Stores) -> None:
    await flood(store, 1)
    await flood(store, 1, first=2, chats=(replace(SUPPORT, topic=8),))
    await refuse(store, SUPPORT)
    assert await console(store, 1) == [1]
    assert [state.chat.topic for state in await store.outbox.ill("telegram")] == [7]


async def test_bells_that_could_not_ring_are_no_news_later_and_other_words_are_said(store: Stores) -> None:
    await complain(store, mention(1), deadlines=promise(30), chats=(SUPPORT,))
    (card,) = await claim(store)
    await store.outbox.shown(card, "r", NOW)
    await do(store, Claim(), now=later(1))
    await store.timers.tick(later(61))
    await complain(store, mention(2), now=later(62))
    await refuse(store, SUPPORT, at=62)
    await store.outbox.well(SUPPORT, later(3600))
    words = [one.draft.kind for one in await claim_all(store, later(3600)) if isinstance(one, Notice)]
    assert words == ["complaint"]


async def test_a_digest_that_is_refused_waits_too(store: Stores) -> None:
    await flood(store, 9)
    due = await claim_all(store, later(1), limit=1, folds=True)
    (digest,) = due
    assert isinstance(digest, Digest)
    await store.outbox.park(digest, later(4), parked(), later(1))
    await store.outbox.well(SUPPORT, later(2))
    again = [one for one in await claim_all(store, later(2)) if isinstance(one, Digest)]
    assert [one.listing.total for one in again] == [4]
