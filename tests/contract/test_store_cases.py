"""Judging: verdicts, cases and due deliveries appear together, once for each text."""

import asyncio
from dataclasses import replace

from alerts.routing import Chat
from domain.mention import Author
from listener.store.judgements import Recorded
from listener.store.store import Store
from tests.contract.store_samples import (
    ANNA,
    NOW,
    SLACK,
    SUPPORT,
    OpenStore,
    becomes,
    claim,
    complain,
    complaint,
    keep,
    later,
    mention,
    praise,
    press,
    show_all,
)


async def test_a_complaint_becomes_a_case_with_a_due_card(store: Store) -> None:
    assert await complain(store, mention(1)) == Recorded(judged=1, cases_new=1)
    (delivery,) = await claim(store)
    assert (delivery.chat, delivery.receiver, delivery.shown, delivery.unknown) == (SUPPORT, "support", 0, False)
    case = delivery.case
    assert (case.revision, case.state, case.brand_title, case.author_name) == (1, "new", "Ромашка Телеком", "Пётр")
    assert [said.mention for said in case.said] == ["-1_1"]
    assert case.said[0].because == ((9, 26),)
    assert case.said[0].published_at == mention(1).published_at


async def test_the_same_judgement_again_changes_nothing(store: Store) -> None:
    await keep(store, mention(1))
    judged = [complaint(one) for one in await store.unjudged(10, NOW)]
    await store.record(judged, NOW)
    before = await store.case(1)
    assert await store.record(judged, NOW) == Recorded(stale=1)
    assert await store.case(1) == before
    assert len(await claim(store)) == 1


async def test_a_judgement_on_a_text_that_was_edited_meanwhile_is_dropped(store: Store) -> None:
    await keep(store, mention(1))
    (stale,) = await store.unjudged(10, NOW)
    await keep(store, mention(1, text="Ромашка, спасибо"))
    assert await store.record([complaint(stale)], NOW) == Recorded(stale=1)
    assert await store.case(1) is None
    (fresh,) = await store.unjudged(10, later(60))
    assert await store.record([praise(fresh)], NOW) == Recorded(judged=1)


async def test_praise_opens_no_case(store: Store) -> None:
    await keep(store, mention(1))
    assert await store.record([praise(one) for one in await store.unjudged(1, NOW)], NOW) == Recorded(judged=1)
    figures = await store.figures()
    assert (figures.matched, figures.cases, figures.waiting) == (1, 0, 0)


async def test_more_of_the_same_author_in_the_thread_joins_his_case(store: Store) -> None:
    await complain(store, mention(1))
    assert await complain(store, mention(2), mention(3)) == Recorded(judged=2, cases_joined=2)
    case = await store.case(1)
    assert [said.mention for said in case.said] == ["-1_1", "-1_2", "-1_3"]
    assert case.revision == 3
    assert len(await claim(store)) == 1


async def test_another_author_brand_or_thread_is_another_case(store: Store) -> None:
    await complain(store, mention(1), mention(2, author=Author(id="78", name="Вера")), mention(3, thread="-1_3"))
    await keep(store, mention(4))
    await store.record([complaint(one, brand="vasilek") for one in await store.unjudged(9, NOW)], NOW)
    assert (await store.figures()).cases == 4
    assert len(await store.author_cases("vk", "77")) == 3


async def test_a_shown_card_is_due_for_an_edit_when_a_mention_joins(store: Store) -> None:
    await complain(store, mention(1))
    (shown,) = await show_all(store)
    assert await claim(store, later(100)) == []
    await complain(store, mention(2), now=later(100))
    (edit,) = await claim(store, later(100))
    assert (edit.id, edit.ref, edit.shown, edit.case.revision) == (shown.id, f"ref-{shown.id}", 1, 2)


async def test_a_closed_case_is_opened_anew_by_its_author(store: Store) -> None:
    await complain(store, mention(1))
    await store.press(press("k"), ANNA, becomes("closed", "Анна Иванова"), NOW)
    await keep(store, mention(2))
    again = [complaint(one, due_at=later(1800)) for one in await store.unjudged(1, NOW)]
    assert await store.record(again, NOW) == Recorded(judged=1, cases_reopened=1)
    case = await store.case(1)
    assert (case.state, case.owner, case.revision, case.due_at) == ("new", None, 3, later(1800))


async def closed(store: Store) -> None:
    """A case that SUPPORT shows and that was closed there."""
    await complain(store, mention(1))
    await show_all(store)
    await store.press(press("k"), ANNA, becomes("closed", "Анна Иванова"), NOW)


async def test_a_reopened_case_gets_a_card_of_its_own(store: Store) -> None:
    await closed(store)
    (ended,) = await show_all(store)
    assert ended.ref == f"ref-{ended.id}"
    await complain(store, mention(2), now=later(100))
    (anew,) = await claim(store, later(100))
    assert (anew.id, anew.ref, anew.shown, anew.unknown) == (ended.id, None, 2, False)
    await store.shown(anew, "new card", later(101))
    await complain(store, mention(3), now=later(200))
    (edit,) = await claim(store, later(200))
    assert edit.ref == "new card"


async def test_an_edit_that_ends_after_the_reopening_does_not_bring_the_old_card_back(store: Store) -> None:
    await closed(store)
    (editing,) = await claim(store)
    await complain(store, mention(2), now=later(1))
    await store.shown(editing, f"ref-{editing.id}", later(2))
    (anew,) = await claim(store, later(3))
    assert (anew.id, anew.ref, anew.case.state) == (editing.id, None, "new")


async def test_a_card_never_sent_is_sent_once_when_its_case_is_reopened(store: Store) -> None:
    await complain(store, mention(1))
    (sending,) = await claim(store)
    await store.press(press("k"), ANNA, becomes("closed", "Анна Иванова"), NOW)
    await complain(store, mention(2), now=later(1))
    assert await claim(store, later(1)) == []
    await store.shown(sending, "first", later(2))
    (edit,) = await claim(store, later(2))
    assert (edit.ref, edit.case.state) == ("first", "new")


async def test_a_case_reopened_at_night_is_told_in_the_morning(store: Store) -> None:
    await closed(store)
    await show_all(store)
    await keep(store, mention(2))
    again = [complaint(one, not_before=later(3600)) for one in await store.unjudged(1, NOW)]
    await store.record(again, NOW)
    assert await claim(store, later(3599)) == []
    (anew,) = await claim(store, later(3600))
    assert anew.ref is None


async def test_a_case_reopened_by_what_is_told_to_nobody_only_changes_its_card(store: Store) -> None:
    await closed(store)
    (ended,) = await show_all(store)
    await keep(store, mention(2))
    (judgement,) = [complaint(one) for one in await store.unjudged(1, NOW)]
    (told,) = judgement.told
    await store.record([replace(judgement, told=(replace(told, chats=()),))], NOW)
    (edit,) = await claim(store)
    assert (edit.ref, edit.case.state) == (f"ref-{ended.id}", "new")


async def test_what_operators_called_no_complaint_stays_so(store: Store) -> None:
    await complain(store, mention(1))
    await store.press(press("k"), ANNA, becomes("not_complaint", "Анна Иванова"), NOW)
    assert await complain(store, mention(2)) == Recorded(judged=1, cases_joined=1)
    assert (await store.case(1)).state == "not_complaint"


async def test_an_edited_complaint_says_its_new_text_once(store: Store) -> None:
    await complain(store, mention(1))
    await complain(store, mention(1, text="Ромашка, связь всё ещё не работает"), now=later(60))
    case = await store.case(1)
    assert [said.text for said in case.said] == ["Ромашка, связь всё ещё не работает"]


async def test_earlier_cases_of_the_author_with_the_brand_are_told(store: Store) -> None:
    for number in range(1, 6):
        await complain(store, mention(number, thread=f"t{number}"))
    case = await store.case(5)
    assert [one.case for one in case.earlier] == [2, 3, 4]
    assert case.earlier[0].text == mention(2).text
    assert (await store.case(1)).earlier == ()


async def test_two_routes_to_one_chat_show_one_card(store: Store) -> None:
    await complain(store, mention(1), chats=(SUPPORT, SLACK, SUPPORT))
    await complain(store, mention(2), chats=(SLACK, replace(SUPPORT, topic=None)))
    chats = [delivery.chat for delivery in await claim(store)]
    assert sorted(chats, key=str) == sorted([SUPPORT, SLACK, replace(SUPPORT, topic=None)], key=str)


async def test_a_card_held_until_the_morning_goes_out_earlier_when_something_urgent_joins(store: Store) -> None:
    await keep(store, mention(1))
    held = [complaint(one, not_before=later(3600)) for one in await store.unjudged(1, NOW)]
    await store.record(held, NOW)
    assert await claim(store) == []
    assert await store.next_due() == later(3600)
    await complain(store, mention(2))
    assert len(await claim(store)) == 1


async def test_cards_of_the_day_count_cases_with_a_chat(store: Store) -> None:
    await complain(store, mention(1))
    await keep(store, mention(2, thread="t2"))
    silent = [replace(complaint(one).told[0], chats=()) for one in await store.unjudged(1, NOW)]
    (waiting,) = await store.unjudged(1, later(60))
    await store.record([replace(complaint(waiting), told=tuple(silent))], NOW)
    assert (await store.figures()).cases == 2
    assert await store.cards_today("romashka", NOW) == 1
    assert await store.cards_today("romashka", later(86_400)) == 0
    assert await store.cards_today("vasilek", NOW) == 0


async def test_a_judgement_that_cannot_be_stored_does_not_sink_its_batch(store: Store) -> None:
    await keep(store, mention(1), mention(2, thread="t2"), mention(3, thread="t3"))
    one, two, three = (complaint(stored) for stored in await store.unjudged(3, NOW))
    broken = replace(two, opinions=(replace(two.opinions[0], outcome=None),))
    assert await store.record([one, broken, three], NOW) == Recorded(judged=2, refused=1, cases_new=2)
    assert (await store.figures()).waiting == 1


async def test_judges_on_the_same_mentions_make_each_case_once(open_store: OpenStore) -> None:
    one, other = await open_store(), await open_store()
    await keep(one, *(mention(number, thread=f"t{number % 7}") for number in range(40)))
    judged = [complaint(stored, Chat(messenger="console", chat="k")) for stored in await one.unjudged(40, NOW)]
    halves = [judged[:25], judged[15:], list(reversed(judged)), judged]
    recorded = await asyncio.gather(
        *((one, other)[number % 2].record(half, NOW) for number, half in enumerate(halves))
    )
    assert sum(part.judged for part in recorded) == 40
    figures = await one.figures()
    assert (figures.cases, figures.complaints, figures.deliveries) == (7, 40, {"due": 7})
