"""Deciding: verdicts, cases and due deliveries appear together, once for each text."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from alerts.cases.case import Case
from alerts.routing import Chat
from domain.mention import Author, Deletion, Mention, Quote
from listener.decided import Decided, Stored
from listener.ports import Batch
from listener.store.cases import MOST_CLOSELY, MOST_EARLIER, MOST_NEIGHBOURS
from listener.store.decisions import Recorded
from listener.store.figures import figures
from listener.store.presses import Answered
from listener.store.stores import Stores
from tests.contract.store_samples import (
    NOW,
    SLACK,
    SOURCE,
    SUPPORT,
    OpenStore,
    claim,
    close,
    complain,
    complaint,
    dismiss,
    keep,
    later,
    mention,
    praise,
    press,
    promise,
    refused,
    show_all,
)


async def test_a_complaint_becomes_a_case_with_a_due_card(store: Stores) -> None:
    assert await complain(store, mention(1)) == Recorded(decided=1, cases_new=1)
    (delivery,) = await claim(store)
    assert (delivery.chat, delivery.receiver, delivery.shown, delivery.unknown) == (SUPPORT, "support", 0, False)
    case = delivery.case
    assert (case.revision, case.state.stage, case.brand_title, case.author_name) == (
        1,
        "new",
        "Ромашка Телеком",
        "Пётр",
    )
    assert [said.id for said in case.mentions] == ["-1_1"]
    assert case.mentions[0].evidence_spans == ((9, 26),)
    assert case.mentions[0].published_at == mention(1).published_at


async def test_the_same_judgement_again_changes_nothing(store: Stores) -> None:
    await keep(store, mention(1))
    judged = [complaint(one) for one in await store.mentions.undecided(10, NOW)]
    await store.decisions.record(judged, NOW)
    before = await store.cases.case(1)
    assert await store.decisions.record(judged, NOW) == Recorded(stale=1)
    assert await store.cases.case(1) == before
    assert len(await claim(store)) == 1


async def test_a_judgement_on_a_text_that_was_edited_meanwhile_is_dropped(store: Stores) -> None:
    await keep(store, mention(1))
    (stale,) = await store.mentions.undecided(10, NOW)
    await keep(store, mention(1, text="Ромашка, спасибо"))
    assert await store.decisions.record([complaint(stale)], NOW) == Recorded(stale=1)
    assert await store.cases.case(1) is None
    (fresh,) = await store.mentions.undecided(10, later(60))
    assert await store.decisions.record([praise(fresh)], NOW) == Recorded(decided=1)


async def test_praise_opens_no_case(store: Stores) -> None:
    await keep(store, mention(1))
    assert await store.decisions.record(
        [praise(one) for one in await store.mentions.undecided(1, NOW)], NOW
    ) == Recorded(decided=1)
    counted = await figures(store.database)
    assert (counted.matched, counted.cases, counted.waiting) == (1, 0, 0)


async def test_more_of_the_same_author_in_the_thread_joins_his_case(store: Stores) -> None:
    await complain(store, mention(1))
    assert await complain(store, mention(2), mention(3)) == Recorded(decided=2, cases_joined=2)
    case = await store.cases.case(1)
    assert [said.id for said in case.mentions] == ["-1_1", "-1_2", "-1_3"]
    assert case.revision == 3
    assert len(await claim(store)) == 1


async def test_another_author_brand_or_thread_is_another_case(store: Stores) -> None:
    await complain(store, mention(1), mention(2, author=Author(id="78", name="Вера")), mention(3, thread="-1_3"))
    await keep(store, mention(4))
    await store.decisions.record(
        [complaint(one, brand="vasilek") for one in await store.mentions.undecided(9, NOW)], NOW
    )
    assert (await figures(store.database)).cases == 4
    assert len(await store.cases.of_author("vk", "77")) == 3


async def test_a_shown_card_is_due_for_an_edit_when_a_mention_joins(store: Stores) -> None:
    await complain(store, mention(1))
    (shown,) = await show_all(store)
    assert await claim(store, later(100)) == []
    await complain(store, mention(2), now=later(100))
    (edit,) = await claim(store, later(100))
    assert (edit.id, edit.ref, edit.shown, edit.case.revision) == (shown.id, f"ref-{shown.id}", 1, 2)


async def test_a_closed_case_is_opened_anew_by_its_author(store: Stores) -> None:
    await complain(store, mention(1))
    await close(store)
    await keep(store, mention(2))
    again = [complaint(one, deadlines=promise(900)) for one in await store.mentions.undecided(1, NOW)]
    assert await store.decisions.record(again, NOW) == Recorded(decided=1, cases_reopened=1)
    case = await store.cases.case(1)
    assert (case.state.stage, case.state.owner, case.state.deadlines.due_at) == ("new", None, later(1800))


async def closed(store: Stores) -> None:
    """A case that SUPPORT shows and that was closed there."""
    await complain(store, mention(1))
    await show_all(store)
    await close(store)


async def test_a_reopened_case_gets_a_card_of_its_own(store: Stores) -> None:
    await closed(store)
    (ended,) = await show_all(store)
    assert ended.ref == f"ref-{ended.id}"
    await complain(store, mention(2), now=later(100))
    (anew,) = await claim(store, later(100))
    assert (anew.id, anew.ref, anew.shown, anew.unknown) == (ended.id, None, 2, False)
    await store.outbox.shown(anew, "new card", later(101))
    await complain(store, mention(3), now=later(200))
    (edit,) = await claim(store, later(200))
    assert edit.ref == "new card"


async def test_an_edit_that_ends_after_the_reopening_does_not_bring_the_old_card_back(store: Stores) -> None:
    await closed(store)
    (editing,) = await claim(store)
    await complain(store, mention(2), now=later(1))
    await store.outbox.shown(editing, f"ref-{editing.id}", later(2))
    (anew,) = await claim(store, later(3))
    assert (anew.id, anew.ref, anew.case.state.stage) == (editing.id, None, "new")


async def test_a_card_never_sent_is_sent_once_when_its_case_is_reopened(store: Stores) -> None:
    await complain(store, mention(1))
    (sending,) = await claim(store)
    await close(store)
    await complain(store, mention(2), now=later(1))
    assert await claim(store, later(1)) == []
    await store.outbox.shown(sending, "first", later(2))
    (edit,) = await claim(store, later(2))
    assert (edit.ref, edit.case.state.stage) == ("first", "new")


async def test_a_case_reopened_at_night_is_told_in_the_morning(store: Stores) -> None:
    await closed(store)
    await show_all(store)
    await keep(store, mention(2))
    again = [complaint(one, not_before=later(3600)) for one in await store.mentions.undecided(1, NOW)]
    await store.decisions.record(again, NOW)
    assert await claim(store, later(3599)) == []
    (anew,) = await claim(store, later(3600))
    assert anew.ref is None


async def test_a_case_reopened_while_one_of_its_receivers_sleeps_wakes_the_other_alone(store: Stores) -> None:
    asleep = (("support", SUPPORT), ("pr", SLACK))
    first = await kept(store, mention(1))
    await store.decisions.record([routed_to(first, asleep)], NOW)
    await show_all(store)
    await close(store, now=later(1))
    await show_all(store, later(1))
    again = await kept(store, mention(2))
    await store.decisions.record([routed_to(again, asleep, held={"support": later(3600)})], later(10))
    assert [delivery.chat for delivery in await show_all(store, later(20))] == [SLACK]
    (in_the_morning,) = await show_all(store, later(3600))
    assert (in_the_morning.chat, in_the_morning.ref) == (SUPPORT, None)


async def kept(store: Stores, heard: Mention) -> Stored:
    await keep(store, heard)
    (stored,) = await store.mentions.undecided(1, NOW)
    return stored


def routed_to(stored: Stored, chats: tuple[tuple[str, Chat], ...], **named: Any) -> Decided:
    decided = complaint(stored, **named)
    return replace(decided, routed=(replace(decided.routed[0], chats=chats),))


async def test_a_case_reopened_by_what_is_told_to_nobody_only_changes_its_card(store: Stores) -> None:
    await closed(store)
    (ended,) = await show_all(store)
    await keep(store, mention(2))
    (decision,) = [complaint(one) for one in await store.mentions.undecided(1, NOW)]
    (route,) = decision.routed
    await store.decisions.record([replace(decision, routed=(replace(route, chats=()),))], NOW)
    (edit,) = await claim(store)
    assert (edit.ref, edit.case.state.stage) == (f"ref-{ended.id}", "new")


async def test_a_complaint_after_no_complaint_is_told_as_a_new_card(store: Stores) -> None:
    await complain(store, mention(1))
    await show_all(store)
    await dismiss(store)
    await show_all(store)
    assert await complain(store, mention(2), now=later(100)) == Recorded(decided=1, cases_reopened=1)
    (anew,) = await claim(store, later(100))
    assert (anew.ref, anew.case.state.stage, anew.case.state.outcome) == (None, "new", None)


async def test_an_edited_complaint_says_its_new_text_once(store: Stores) -> None:
    await complain(store, mention(1))
    await complain(store, mention(1, text="Ромашка, связь всё ещё не работает"), now=later(60))
    case = await store.cases.case(1)
    assert [said.text for said in case.mentions] == ["Ромашка, связь всё ещё не работает"]


async def test_what_the_author_deleted_is_not_shown_on_his_next_card(store: Stores) -> None:
    await complain(store, mention(1))
    gone = Deletion(network=mention(1).network, id=mention(1).id, at=NOW)
    await store.mentions.keep("vk:search", Batch(deleted=(gone,)), NOW)
    await complain(store, mention(2, thread="-1_2"))
    (earlier,) = (await store.cases.case(2)).earlier
    assert (earlier.case, earlier.text) == (1, "")


async def test_earlier_cases_of_the_author_with_the_brand_are_told(store: Stores) -> None:
    for number in range(1, 6):
        await complain(store, mention(number, thread=f"t{number}"))
    case = await store.cases.case(5)
    assert [one.case for one in case.earlier] == [2, 3, 4]
    assert case.earlier[0].text == mention(2).text
    assert (case.earlier[0].outcome, case.earlier[0].complaint) == (None, case.mentions[0].complaint)
    assert (await store.cases.case(1)).earlier == ()


def by(number: int, **named: Any) -> Mention:
    return mention(number, author=Author(id=str(500 + number), name=f"Автор {number}"), **named)


async def test_others_of_the_thread_are_told_the_latest_first_and_no_further_than_a_card_counts(
    store: Stores,
) -> None:
    for number in range(1, 15):
        await complain(store, by(number, thread="t"))
    await complain(store, by(20, thread="other"))
    case = await store.cases.case(14)
    assert [each.case for each in case.neighbours] == list(range(13, 13 - MOST_NEIGHBOURS, -1))
    assert (case.neighbours[0].author_name, case.neighbours[0].standing) == ("Автор 13", "new")
    assert (await store.cases.case(15)).neighbours == ()


async def test_who_complains_of_another_brand_or_of_nothing_is_no_other_of_the_thread(store: Stores) -> None:
    await complain(store, by(1, thread="t"))
    await complain(store, by(2, thread="t"), brand="vasilek")
    await complain(store, by(3, thread="t"))
    await dismiss(store, 3)
    await complain(store, by(4, thread="t"))
    await close(store, 4)
    (other,) = (await store.cases.case(1)).neighbours
    assert (other.case, other.standing) == (4, "closed")
    assert (await store.cases.case(2)).neighbours == ()


async def test_who_asks_gets_more_of_the_past_and_of_the_others_than_a_card_and_nothing_of_other_brands(
    store: Stores,
) -> None:
    for number in range(1, 30):
        await complain(store, mention(number, thread=f"t{number}"))
        await complain(store, by(100 + number, thread="t30"))
    await complain(store, mention(30, thread="t30"))
    await complain(store, mention(31, thread="t31"), brand="vasilek")
    number = max(await store.cases.of_author("vk", mention(30).author.id)) - 1
    seen: dict[str, Case] = {}

    def read(case: Case) -> Answered:
        seen[asked] = case
        return refused("", "explained")

    for asked in ("note", "past"):
        await store.presses.obey(press(f"{asked}-1", number, asked), "Анна", read, later(9))
    assert (len(seen["note"].earlier), len(seen["note"].neighbours)) == (MOST_EARLIER, MOST_NEIGHBOURS)
    assert (len(seen["past"].earlier), len(seen["past"].neighbours)) == (MOST_CLOSELY, MOST_CLOSELY)
    assert (await store.cases.case(number + 1)).earlier == ()


async def test_two_routes_to_one_chat_show_one_card(store: Stores) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK, SUPPORT))
    await complain(store, mention(2), chats=(SLACK, replace(SUPPORT, topic=None)))
    chats = [delivery.chat for delivery in await claim(store)]
    assert sorted(chats, key=str) == sorted([SUPPORT, SLACK, replace(SUPPORT, topic=None)], key=str)


async def test_a_card_held_until_the_morning_goes_out_earlier_when_something_urgent_joins(store: Stores) -> None:
    await keep(store, mention(1))
    held = [complaint(one, not_before=later(3600)) for one in await store.mentions.undecided(1, NOW)]
    await store.decisions.record(held, NOW)
    assert await claim(store) == []
    assert await store.outbox.next_due() == later(3600)
    await complain(store, mention(2))
    assert len(await claim(store)) == 1


async def test_cards_of_the_day_count_cases_with_a_chat(store: Stores) -> None:
    await complain(store, mention(1))
    await keep(store, mention(2, thread="t2"))
    silent = [replace(complaint(one).routed[0], chats=()) for one in await store.mentions.undecided(1, NOW)]
    (waiting,) = await store.mentions.undecided(1, later(60))
    await store.decisions.record([replace(complaint(waiting), routed=tuple(silent))], NOW)
    assert (await figures(store.database)).cases == 2
    assert await store.cases.cards_today("romashka", NOW) == 1
    assert await store.cases.cards_today("romashka", later(86_400)) == 0
    assert await store.cases.cards_today("vasilek", NOW) == 0


async def test_a_judgement_that_cannot_be_stored_does_not_sink_its_batch(store: Stores) -> None:
    await keep(store, mention(1), mention(2, thread="t2"), mention(3, thread="t3"))
    one, two, three = (complaint(stored) for stored in await store.mentions.undecided(3, NOW))
    broken = replace(two, verdicts=(replace(two.verdicts[0], outcome=None),))
    assert await store.decisions.record([one, broken, three], NOW) == Recorded(decided=2, refused=1, cases_new=2)
    assert (await figures(store.database)).waiting == 1


async def test_judges_on_the_same_mentions_make_each_case_once(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await keep(one, *(mention(number, thread=f"t{number % 7}") for number in range(40)))
    judged = [
        complaint(stored, Chat(messenger="console", chat="k")) for stored in await one.mentions.undecided(40, NOW)
    ]
    halves = [judged[:25], judged[15:], list(reversed(judged)), judged]
    recorded = await asyncio.gather(
        *((one, other)[number % 2].decisions.record(half, NOW) for number, half in enumerate(halves))
    )
    assert sum(part.decided for part in recorded) == 40
    counted = await figures(one.database)
    assert (counted.cases, counted.complaints, counted.deliveries) == (7, 40, {"due": 7})


@pytest.mark.parametrize("own", [True, False])
async def test_a_comment_under_the_brands_own_post_knows_that(store: Stores, *, own: bool) -> None:
    post = mention(1, text="Мы открылись: ул. Мира, 14", thread=None)
    await store.mentions.keep(SOURCE, Batch(mentions=(post,)), NOW, {(post.network, post.id)} if own else ())
    under = mention(2, kind="comment", parent=Quote(id=post.id, text=post.text))
    answer = mention(3, kind="comment", parent=Quote(id="-1_9", text="а у вас?"))
    await keep(store, under, answer)
    stored = await store.mentions.undecided(9, NOW)
    await store.decisions.record([complaint(one) for one in stored if one.mention.id != post.id], NOW)
    case = await store.cases.case(1)
    assert case is not None
    assert [each.under_own_post for each in case.mentions] == [own, False]
