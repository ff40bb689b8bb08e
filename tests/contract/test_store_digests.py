"""Digests in the store: from the sixth waiting card on a list, and every case of it stays claimable."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from alerts.cards.digest import A_PAGE, TURN
from alerts.cases.commands import Claim, Release, TransferTo
from alerts.cases.telling import Priority
from alerts.ports import Delivery, Digest, Notice
from alerts.routing import Chat
from domain.mention import Author, Deletion
from listener.decided import Stored
from listener.ports import Batch
from listener.store.digests import SETTLED
from listener.store.export import export
from listener.store.stores import Stores
from tests.contract.store_samples import (
    ANNA,
    NOW,
    SLACK,
    SOURCE,
    SUPPORT,
    claim_all,
    close,
    complain,
    complaint,
    do,
    keep,
    later,
    mention,
    press,
    promise,
    wish,
)

MOVED = Chat(messenger="telegram", chat="-100999", topic=7)


async def flood(store: Stores, count: int, *, first: int = 1, at: float = 0, **named: object) -> None:
    """So many cases at once, in the order of their numbers."""
    people = (
        mention(number, thread=f"t{number}", author=Author(id=str(number), name=f"Автор {number}"))
        for number in range(first, first + count)
    )
    await complain(store, *people, now=later(at), **named)


async def folded(store: Stores, at: float = 1) -> tuple[list[Digest], list[int]]:
    """What goes out now where digests are made: the lists, and the cases that have cards of their own."""
    due = await claim_all(store, later(at), folds=True)
    for thing in due:
        await store.outbox.shown(thing, f"{type(thing).__name__}-{thing.id}", later(at))
    lists = [thing for thing in due if isinstance(thing, Digest)]
    return lists, [thing.case.id for thing in due if isinstance(thing, Delivery)]


def cases(digest: Digest) -> list[int]:
    return [case.id for case in digest.listing.cases]


async def test_five_cards_go_out_one_by_one_and_the_sixth_makes_a_digest(store: Stores) -> None:
    await flood(store, 5)
    assert await folded(store) == ([], [1, 2, 3, 4, 5])
    await flood(store, 6, first=6, at=2)
    (digest,), cards = await folded(store, at=3)
    assert (cards, cases(digest)) == ([6, 7, 8, 9, 10], [11])


async def test_the_digest_goes_before_the_cards_that_wait_as_long(store: Stores) -> None:
    await flood(store, 30)
    due = await claim_all(store, later(1), limit=1, folds=True)
    (digest,) = due
    assert isinstance(digest, Digest)
    assert (digest.listing.total, digest.priority, digest.receiver) == (25, Priority.URGENT, "support")


async def test_what_is_urgent_goes_out_by_itself_and_what_is_more_leads_the_list(store: Stores) -> None:
    await flood(store, 30)
    await flood(store, 7, first=31, at=1, is_urgent=True)
    due = await claim_all(store, later(2), folds=True)
    assert isinstance(due[0], Digest), "in a flood of urgent cards it would never have its turn"
    assert [thing.case.id for thing in due if isinstance(thing, Delivery)] == [31, 32, 33, 34, 35]
    assert cases(due[0])[:3] == [36, 37, 1]


async def test_a_digest_lists_its_cases_in_the_order_of_urgency(store: Stores) -> None:
    people = [mention(number, thread=f"t{number}") for number in range(1, 13)]
    await keep(store, *people)

    def decide(stored: Stored) -> object:
        decided = complaint(stored, is_urgent=False)
        (of_brand,) = decided.verdicts
        verdict = replace(of_brand.verdict, urgency=(stored.row % 4) / 4)
        return replace(decided, verdicts=(replace(of_brand, verdict=verdict),))

    stored = await store.mentions.undecided(500, NOW)
    await store.decisions.record([decide(one) for one in stored], NOW)  # type: ignore[misc]  # as complaint returns
    (digest,), cards = await folded(store)
    assert cards == [1, 2, 3, 4, 5]
    assert cases(digest) == [7, 11, 6, 10, 9, 8, 12]


async def test_every_page_is_shown_when_it_is_asked_for(store: Stores) -> None:
    await flood(store, 5 + 2 * A_PAGE + 3)
    (digest,), _ = await folded(store)
    ref = f"Digest-{digest.id}"
    seen = cases(digest)
    for page in (1, 2):
        asked = replace(press(f"p{page}", case=digest.id, action=TURN), ref=ref, value=str(page))
        assert await store.digests.turn(asked, page, later(2 + page))
        (turned,), _ = await folded(store, at=2 + page)
        assert (turned.id, turned.ref, turned.listing.page, turned.priority) == (
            digest.id,
            ref,
            page,
            Priority.PRESS,
        )
        seen += cases(turned)
    assert seen == list(range(6, 29))
    beyond = replace(press("p9", case=digest.id, action=TURN), ref=ref)
    assert not await store.digests.turn(beyond, 3, later(9))
    assert not await store.digests.turn(replace(beyond, ref="another"), 0, later(9))


@pytest.mark.parametrize("lost", [False, True])
async def test_a_list_may_be_pressed_before_its_place_is_noted(store: Stores, *, lost: bool) -> None:
    await flood(store, 5 + 2 * A_PAGE)
    due = await claim_all(store, later(1), folds=True)
    (digest,) = (thing for thing in due if isinstance(thing, Digest))
    if lost:
        await store.outbox.retry(digest, later(60), "no answer", unknown=True)
    asked = replace(press("p1", case=digest.id, action=TURN), ref="just-sent", value="1")
    assert await store.digests.turn(asked, 1, later(2))
    listed = cases(digest)[0]
    taken = replace(press("p2", case=listed), ref="just-sent")
    assert (await store.presses.obey(taken, ANNA.name, lambda _case: wish(Claim(), ANNA), later(2))).applied
    if not lost:
        await store.outbox.shown(digest, "just-sent", later(3))
    (again,), own = await folded(store, at=61)
    assert (again.id, again.listing.page) == (digest.id, 1)
    assert listed in own, "what was taken has a card of its own"


async def test_what_somebody_has_is_listed_nowhere_for_a_line_of_a_list_has_no_buttons_for_him(
    store: Stores,
) -> None:
    await flood(store, 20)
    for case in (3, 19):
        await do(store, Claim(), case=case, now=later(1))
    (digest,), cards = await folded(store, at=2)
    assert sorted(cards) == [1, 2, 3, 4, 5, 6, 19]
    assert (digest.listing.total, cases(digest)) == (13, [7, 8, 9, 10, 11, 12, 13, 14, 15, 16])


async def test_a_listed_case_that_is_given_to_somebody_gets_cards_in_every_chat_that_lists_it(
    store: Stores,
) -> None:
    await flood(store, 20, chats=(SUPPORT, SLACK))
    lists, _ = await folded(store)
    listed = cases(lists[0])[3]
    await do(store, TransferTo(person="anna", name="Анна Иванова"), case=listed, now=later(2))
    due = await claim_all(store, later(3), folds=True)
    cards = [(thing.case.id, thing.chat) for thing in due if isinstance(thing, Delivery)]
    assert sorted(cards, key=str) == sorted([(listed, SUPPORT), (listed, SLACK)], key=str)
    assert all(thing.listing.free == 14 for thing in due if isinstance(thing, Digest))


async def test_a_case_taken_from_a_digest_gets_its_own_card_at_once(store: Stores) -> None:
    await flood(store, 20, chats=(SUPPORT, SLACK))
    lists, _ = await folded(store)
    telegram = next(digest for digest in lists if digest.chat == SUPPORT)
    await flood(store, 20, first=21, at=2)
    taken = cases(telegram)[3]
    pressed = replace(press("k1", case=taken), ref=f"Digest-{telegram.id}", chat=SUPPORT.chat)
    done = await store.presses.obey(pressed, "Анна", lambda _case: wish(Claim(), ANNA), later(3))
    assert done.applied
    here = [thing for thing in await claim_all(store, later(3), limit=2) if thing.chat == SUPPORT]
    card, listed = sorted(here, key=lambda thing: isinstance(thing, Digest))
    assert isinstance(card, Delivery)
    assert (card.case.id, card.ref, card.priority) == (taken, None, Priority.PRESS)
    assert isinstance(listed, Digest)
    assert (listed.listing.free, listed.priority) == (14, Priority.PRESS)
    assert listed.listing.cases[3].state.owner == "anna"


async def test_another_chat_s_digest_only_follows(store: Stores) -> None:
    await flood(store, 20, chats=(SUPPORT, SLACK))
    lists, _ = await folded(store)
    telegram = next(digest for digest in lists if digest.chat == SUPPORT)
    pressed = replace(press("k1", case=cases(telegram)[0]), ref=f"Digest-{telegram.id}")
    await store.presses.obey(pressed, "Анна", lambda _case: wish(Claim(), ANNA), later(3))
    slack = [thing for thing in await claim_all(store, later(3)) if thing.chat == SLACK]
    assert [type(thing) for thing in slack] == [Digest]


async def test_a_case_that_is_given_back_is_free_in_the_digest_again(store: Stores) -> None:
    await flood(store, 8)
    (digest,), _ = await folded(store)
    await do(store, Claim(), case=6, now=later(2))
    (digest,), _ = await folded(store, at=2)
    assert digest.listing.free == 2
    await do(store, Release(), case=6, now=later(3))
    (digest,), _ = await folded(store, at=3)
    assert digest.listing.free == 3


async def test_what_is_taken_on_another_page_waits_behind_new_cards(store: Stores) -> None:
    await flood(store, 5 + 2 * A_PAGE)
    await folded(store)
    await do(store, Claim(), case=25, now=later(2))
    (digest,), _ = await folded(store, at=3)
    assert digest.priority == Priority.CHANGE


async def test_a_page_that_is_worked_off_makes_room_for_the_next(store: Stores) -> None:
    await flood(store, 5 + A_PAGE + 2)
    (digest,), _ = await folded(store)
    for case in cases(digest):
        await close(store, case, later(2))
    (digest,), _ = await folded(store, at=3)
    assert (digest.listing.page, cases(digest), digest.listing.free) == (1, [16, 17], 2)


async def test_only_one_digest_at_a_time_waits_to_be_shown(store: Stores) -> None:
    await flood(store, 30)
    (first, *_) = await claim_all(store, later(1), limit=1, folds=True)
    assert isinstance(first, Digest)
    await flood(store, 30, first=31, at=2)
    due = await claim_all(store, later(3), folds=True)
    assert not [thing for thing in due if isinstance(thing, Digest)]


async def test_a_customer_who_writes_again_after_the_end_gets_a_card_of_his_own(store: Stores) -> None:
    await flood(store, 8)
    await folded(store)
    await close(store, 7, later(2))
    await folded(store, at=2)
    again = mention("7b", thread="t7", author=Author(id="7", name="Автор 7"))
    await complain(store, again, now=later(3))
    due = await claim_all(store, later(4))
    assert [(thing.case.id, thing.ref) for thing in due if isinstance(thing, Delivery)] == [(7, None)]


async def test_what_a_digest_shows_counts_as_delivered(store: Stores) -> None:
    await flood(store, 8)
    await claim_all(store, later(1), limit=1, folds=True)
    rows = {row["case"]: row async for row in export(store.database, "deliveries", None)}
    assert {row["state"] for row in rows.values()} == {"pending"}
    (digest,), _ = await folded(store, at=120)
    rows = {row["case"]: row async for row in export(store.database, "deliveries", None)}
    assert {row["state"] for row in rows.values()} == {"delivered"}
    assert {case for case, row in rows.items() if row["in_digest"]} == set(cases(digest))


async def test_a_digest_that_its_chat_will_not_take_becomes_cards(store: Stores) -> None:
    await flood(store, 8)
    due = await claim_all(store, later(1), folds=True)
    (digest,) = (thing for thing in due if isinstance(thing, Digest))
    await store.outbox.fail(digest, "invalid_blocks", later(1))
    again = [thing.case.id for thing in await claim_all(store, later(2)) if isinstance(thing, Delivery)]
    assert again == [6, 7, 8]


async def test_a_digest_moves_with_its_chat_and_is_shown_anew(store: Stores) -> None:
    await flood(store, 8)
    (digest,), _ = await folded(store)
    await flood(store, 1, first=9, at=2)
    (card,) = await claim_all(store, later(2))
    await store.outbox.redirect(card, MOVED, later(2))
    await do(store, Claim(), case=7, now=later(3))
    moved = [thing for thing in await claim_all(store, later(3)) if isinstance(thing, Digest)]
    assert [(thing.id, thing.chat, thing.ref) for thing in moved] == [(digest.id, MOVED, None)]


async def test_the_digest_of_a_dead_worker_comes_back_as_perhaps_shown(store: Stores) -> None:
    await flood(store, 8)
    await claim_all(store, later(1), folds=True)
    assert await store.outbox.recover(later(2)) == 6
    due = await claim_all(store, later(2))
    assert [thing.unknown for thing in due if isinstance(thing, Digest)] == [True]


async def test_a_digest_says_how_many_are_late(store: Stores) -> None:
    await flood(store, 8, deadlines=promise(30))
    await folded(store)
    while (await store.timers.tick(later(61))).changed:
        pass
    await do(store, Claim(), case=6, now=later(62))
    (digest,), _ = await folded(store, at=63)
    assert (digest.listing.free, digest.listing.late) == (2, 2)


async def test_bells_of_listed_cases_ring_in_one_word(store: Stores) -> None:
    await flood(store, 8, deadlines=promise(30))
    await folded(store)
    await store.timers.tick(later(61))
    words = [thing for thing in await claim_all(store, later(62)) if isinstance(thing, Notice)]
    assert [len(word.cases) for word in words] == [8]


async def test_an_outage_that_is_read_again_page_by_page_is_one_digest(store: Stores) -> None:
    for page in range(4):
        await flood(store, 10, first=1 + 10 * page, at=3 * page, is_late=True)
        assert await folded(store, at=3 * page + 1) == ([], []), "none of them goes out alone meanwhile"
    await flood(store, 2, first=41, at=12)
    assert await folded(store, at=13) == ([], [41, 42]), "what is live waits for nothing"
    (digest,), cards_of_their_own = await folded(store, at=9 + SETTLED.total_seconds())
    assert (digest.listing.why, digest.listing.total, cards_of_their_own) == ("late", 40, [])


async def test_old_cases_wait_for_others_a_minute_and_no_longer(store: Stores) -> None:
    lists: list[Digest] = []
    for second in range(0, 66, 6):
        await flood(store, 6, first=1 + second, at=second, is_late=True)
        lists += (await folded(store, at=second + 1))[0]
    assert [digest.listing.total for digest in lists] == [66]


async def test_old_cases_of_before_the_clock_was_set_back_wait_for_nobody(store: Stores) -> None:
    await flood(store, 6, is_late=True)
    (digest,), _ = await folded(store, at=-3 * 86_400)
    assert digest.listing.total == 6


async def test_old_cases_share_one_digest_behind_what_is_live(store: Stores) -> None:
    await flood(store, 40, is_late=True)
    await flood(store, 3, first=41, at=1)
    due = await claim_all(store, later(SETTLED.total_seconds()), folds=True)
    order: Sequence[object] = [thing.case.id if isinstance(thing, Delivery) else type(thing) for thing in due]
    assert order == [41, 42, 43, Digest]
    assert isinstance(due[-1], Digest)
    assert (due[-1].listing.why, due[-1].listing.total) == ("late", 40)


async def test_a_few_old_cases_come_one_by_one(store: Stores) -> None:
    await flood(store, 3, is_late=True)
    assert await folded(store) == ([], [1, 2, 3])


async def test_a_case_whose_mention_is_gone_still_stands_in_the_digest(store: Stores) -> None:
    await flood(store, 8)
    await folded(store)
    gone = Deletion(network="vk", id="-1_7", at=later(2))
    await store.mentions.keep(SOURCE, Batch(deleted=(gone,)), later(2))
    await store.decisions.record([complaint(one) for one in await store.mentions.undecided(9, later(2))], later(2))
    await do(store, Claim(), case=8, now=later(3))
    (digest,), _ = await folded(store, at=4)
    assert 7 in cases(digest)
