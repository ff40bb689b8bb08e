"""What somebody of the brand answers past us is an answer of the case; what we have sent is never taken for it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from alerts.cases.commands import Claim, Close, Confirm
from alerts.cases.events import NO_DEADLINES, AnsweredElsewhere
from alerts.outreach.outbound import Sent
from domain.mention import Author, Mention, Quote
from listener.store import cases
from listener.store.stores import Stores
from tests.contract.store_samples import (
    NOW,
    claim,
    complain,
    complaint,
    do,
    keep,
    later,
    mention,
    nothing,
    promise,
    show_all,
)
from tests.contract.store_samples import notices as due_notices
from tests.contract.test_store_messages import case_of, hear, invited, message
from tests.contract.test_store_outbound import SENT, confirmed, draft, step

PAGE = Author(id="-1", name="Ромашка", handle="romashka_help")
FORM = "Разберёмся"


def own(
    number: int | str = 9, text: str = "Коллеги, это мы: уже чиним", *, at: float = 60, to: str = "-1_1"
) -> Mention:
    """What the brand's page says under the customer's words."""
    return mention(
        number, author=PAGE, text=text, published_at=later(at), kind="comment", parent=Quote(id=to), thread="-1_1"
    )


async def say(
    store: Stores, *mentions: Mention, now: datetime | None = None, of: frozenset[str] = frozenset({"romashka"})
) -> None:
    """The page's own words are heard and decided on."""
    at = now or later(70)
    await keep(store, *mentions, now=at)
    stored = await store.mentions.undecided(99, at)
    await store.decisions.record([replace(nothing(one), answers_for=of) for one in stored], at)


def elsewhere(case: Any) -> list[AnsweredElsewhere]:
    return [event.fact for event in case.events if isinstance(event.fact, AnsweredElsewhere)]


async def promised(store: Stores) -> None:
    await complain(store, mention(), deadlines=promise(600))
    await show_all(store)


async def test_a_colleagues_comment_in_the_networks_window_is_the_first_answer(store: Stores) -> None:
    await promised(store)
    await say(store, own())
    case = await case_of(store)
    assert [(fact.text, fact.url, fact.is_last) for fact in elsewhere(case)] == [
        ("Коллеги, это мы: уже чиним", "https://vk.com/wall-1_9", True)
    ]
    assert (case.state.stage, case.state.waiting_for, case.state.deadlines) == (
        "replied",
        "customer",
        NO_DEADLINES,
    )
    assert case.state.owner is None, "nobody of ours has taken it"
    assert [card.case for card in await claim(store, later(71))], "the card says so"
    assert (await store.timers.tick(later(9_000))).changed == 0


async def test_whoever_has_the_case_is_told(store: Stores) -> None:
    await promised(store)
    await do(store, Claim())
    await show_all(store, later(1))
    await say(store, own())
    assert [(notice.draft.kind, notice.draft.to) for notice in await due_notices(store, later(71))] == [
        ("elsewhere", ("owner",))
    ]


async def test_it_is_told_once_however_often_it_is_heard_and_edited(store: Stores) -> None:
    await promised(store)
    await say(store, own())
    await say(store, own(), now=later(80))
    await say(store, own(text="Уже починили"), now=later(90))
    assert len(elsewhere(await case_of(store))) == 1


async def test_an_answer_before_the_customers_last_word_stops_no_clock(store: Stores) -> None:
    await promised(store)
    await complain(store, mention(2, published_at=later(65)), now=later(66), deadlines=promise(700))
    await say(store, own(at=60))
    case = await case_of(store)
    assert [fact.is_last for fact in elsewhere(case)] == [False]
    assert (case.state.stage, case.state.deadlines) == ("replied", promise(600))


async def test_a_complaint_and_its_answer_read_in_one_batch_after_an_outage(store: Stores) -> None:
    await keep(store, mention(), own(at=-1))
    stored = await store.mentions.undecided(9, NOW)
    of_brand = frozenset({"romashka"})
    decided = [
        replace(nothing(one), answers_for=of_brand)
        if one.mention.author == PAGE
        else complaint(one, deadlines=promise(600))
        for one in stored
    ]
    await store.decisions.record(decided, NOW)
    case = await case_of(store)
    assert len(elsewhere(case)) == 1
    assert case.state.deadlines == NO_DEADLINES


@pytest.mark.parametrize(
    "words",
    [own(to="-1_500"), own(to="-1_9"), mention(9, author=PAGE, thread="-1_1", kind="comment")],
    ids=["to somebody else", "to itself", "to nobody"],
)
async def test_what_the_page_says_to_others_answers_nobody(store: Stores, words: Mention) -> None:
    await promised(store)
    await say(store, words)
    case = await case_of(store)
    assert not elsewhere(case)
    assert case.state.deadlines == promise(600)


async def test_who_is_about_to_write_knows_what_the_author_was_answered_past_us_in_other_cases(
    store: Stores,
) -> None:
    await promised(store)
    await complain(store, mention(2, thread="t2"))
    await complain(store, mention(3, thread="t3"))
    await complain(store, mention(4, thread="t4", author=replace(mention().author, id="8")))
    await say(store, own(), own(10, to="-1_4"))
    closely = [
        await store.database.read(lambda c, number=number: cases.load_closely(c, number, later(80)))
        for number in (1, 2, 3)
    ]
    answered = [[(each.at, each.target.mention) for each in case.contact.past_us] for case in closely]
    assert answered == [[], [(later(60), "-1_1")], [(later(60), "-1_1")]]


async def test_another_brands_account_answers_for_its_own_brand_alone(store: Stores) -> None:
    await promised(store)
    await say(store, own(), of=frozenset({"vasilek"}))
    assert not elsewhere(await case_of(store))


async def test_an_ended_case_is_left_alone(store: Stores) -> None:
    await promised(store)
    await do(store, Claim())
    await do(store, Close())
    await say(store, own())
    assert not elsewhere(await case_of(store))


async def sending(store: Stores, text: str = FORM, **named: Any) -> Any:
    await confirmed(store, text, **named)
    (due,) = await store.outbound.claim(mention().network, NOW)
    return due.outbound


async def test_our_own_comment_is_not_taken_for_a_colleagues_once_it_is_marked(store: Stores) -> None:
    await promised(store)
    assert await store.outbound.sent(await sending(store), SENT, later(50))
    await say(store, own(9, FORM))
    assert not elsewhere(await case_of(store))


async def test_our_own_comment_is_not_taken_for_a_colleagues_while_it_is_on_its_way(store: Stores) -> None:
    """The network tells of it before it answers us, and a crash may come in between."""
    await promised(store)
    await sending(store, "Разберёмся, см. https://romashka.ru/help")
    await say(store, own(9, "[id77|Пётр], разберёмся, см. https://t.co/abc"), own(10, "А это коллега"))
    assert [fact.text for fact in elsewhere(await case_of(store))] == ["А это коллега"]
    await store.outbound.recover(later(80))
    await say(store, own(11, "Разберёмся, см. romashka.ru/help"), now=later(81))
    assert len(elsewhere(await case_of(store))) == 1, "nor after a crash, when nobody knows what became of it"


async def test_what_a_person_put_there_by_hand_is_not_heard_as_somebody_elses(store: Stores) -> None:
    await promised(store)
    drafted = await draft(store, FORM)
    await step(store, drafted, Confirm(outbound=drafted.id, kind="reply"), after="sent")
    await say(store, own(9, FORM))
    assert not elsewhere(await case_of(store))


async def talk(store: Stores) -> None:
    """Anna has invited Pyotr, who wrote."""
    await invited(store)
    (invitation,) = await store.outbound.claim(mention().network, NOW)
    await store.outbound.sent(invitation.outbound, SENT, NOW)
    await hear(store, message(1, ref="T0ken-1"), now=later(62))
    await due_notices(store, later(63))


async def test_a_colleagues_private_word_is_the_next_answer(store: Stores) -> None:
    await talk(store)
    kept = await hear(store, message(2, "Это Лида из офиса, всё вижу", incoming=False), now=later(70))
    assert (kept.written, kept.told) == (1, 1)
    case = await case_of(store)
    assert [(fact.message, fact.text, fact.is_last) for fact in elsewhere(case)] == [
        (case.messages[-1].row, "", True)
    ]
    assert (case.state.waiting_for, case.state.deadlines) == ("customer", NO_DEADLINES)
    said = {(notice.draft.kind, notice.draft.where) for notice in await due_notices(store, later(71))}
    assert said >= {("elsewhere", "cards"), ("elsewhere", "owner")}
    await hear(store, message(3, "А когда?"), now=later(80))
    case = await case_of(store)
    assert (case.state.waiting_for, case.state.deadlines) == ("us", promise(600))


async def test_a_robots_private_word_stands_in_the_talk_and_stops_no_clock(store: Stores) -> None:
    await talk(store)
    await hear(store, message(2, "Ваше обращение принято!", incoming=False, by_program=True), now=later(70))
    case = await case_of(store)
    assert not elsewhere(case)
    assert len(case.messages) == 2
    assert case.state.deadlines == promise(600)


async def test_a_late_private_word_of_a_colleague_stops_no_clock(store: Stores) -> None:
    await talk(store)
    await hear(store, message(2, "Это Лида", incoming=False, at=later(10)), now=later(70))
    case = await case_of(store)
    assert [fact.is_last for fact in elsewhere(case)] == [False]
    assert case.state.deadlines == promise(600)


async def test_a_colleague_who_writes_first_in_private_answers_the_open_case(store: Stores) -> None:
    await promised(store)
    await hear(store, message(2, "Здравствуйте, это Ромашка", incoming=False), now=later(70))
    case = await case_of(store)
    assert len(elsewhere(case)) == 1
    assert (case.state.stage, case.state.deadlines) == ("in_dm", NO_DEADLINES)


@pytest.mark.parametrize("crashed", [False, True])
async def test_our_own_private_word_is_not_taken_for_a_colleagues(store: Stores, *, crashed: bool) -> None:
    await talk(store)
    on_its_way = await sending_message(store)
    if crashed:
        await store.outbound.recover(later(70))
    await hear(store, message(2, "Разберёмся", incoming=False), now=later(71))
    assert not elsewhere(await case_of(store))
    assert not crashed or not await store.outbound.sent(on_its_way, Sent(ref="2"), later(72))


async def test_our_own_private_word_is_known_by_its_number(store: Stores) -> None:
    await talk(store)
    assert await store.outbound.sent(await sending_message(store), Sent(ref="2"), later(70))
    await hear(store, message(2, "Разберёмся, так его показала сеть", incoming=False), now=later(71))
    assert not elsewhere(await case_of(store))


async def sending_message(store: Stores) -> Any:
    await confirmed(store, FORM, kind="message", key="said")
    (due,) = await store.outbound.claim(mention().network, later(65))
    return due.outbound
