"""From «Ответить» to the customer: once, by a person's word, through failures of network, store and process."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.cases.events import HeldBack, ReplyEdited, ReplyGone, ReplyRefused, ReplySent, ReplyTakenBack
from alerts.outreach.abilities import Learned
from alerts.outreach.policy import Approve, Policy
from listener.loops.answer import LOOK_AFTER, MOST_TRIES
from listener.store.errors import StoreError
from listener.store.stores import Stores
from tests.contract.answering import VK, Desk, number_of
from tests.contract.store_samples import ANNA, NOW, OLEG, complain, mention
from tests.outreach import URL, Fault, Killed, Reach


@pytest.fixture
async def desk(store: Stores) -> Desk:
    await complain(store, mention())
    return Desk(stores=store)


async def test_an_answer_goes_from_the_button_to_the_customer_and_back_onto_the_card(desk: Desk) -> None:
    asked = await desk.ask("reply")
    assert asked.action == "write_reply"
    shown = await desk.ask("write_reply", "Уже разбираемся")
    assert shown.question.endswith("Уже разбираемся")
    assert await desk.answer() == 0
    said = await desk.press("send", f"ok-{number_of(shown)}")
    assert said.text.replace("\xa0", " ") == "Отправляю: ответ, обращение № 1"
    assert await desk.answer() == 1
    assert [sent.text for sent in desk.outreach.sent] == ["Уже разбираемся"]
    case = await desk.case()
    assert case.events[-1].fact == ReplySent(outbound=1, kind="reply", url=URL, text="Уже разбираемся", by="anna")
    assert (case.state.stage, case.state.waiting_for, case.state.owner) == ("replied", "customer", "anna")
    assert await desk.answer() == 0


async def test_an_invitation_goes_out_with_the_link_that_its_row_remembers(desk: Desk) -> None:
    shown = await desk.ask("write_private", "Напишите нам")
    await desk.press("send", f"ok-{number_of(shown)}")
    await desk.answer()
    (sent,) = desk.outreach.sent
    assert sent.token is not None
    assert sent.link is not None
    assert sent.link.endswith(sent.token)
    assert sent.link in sent.text
    assert (await desk.case()).state.stage == "invited"


async def test_a_hundred_presses_of_five_people_send_one_answer(desk: Desk) -> None:
    crowd = [replace(OLEG, id=f"p{number}", users={"telegram": f"9{number}"}) for number in range(5)]
    desk.people = (ANNA, *crowd)  # type: ignore[assignment]  # five leads
    number = await desk.drafted()
    answers = await asyncio.gather(
        *(desk.press("send", f"ok-{number}", person=crowd[turn % 5], key=f"k{turn}") for turn in range(100))
    )
    assert sum(answer.text.startswith("Отправляю") for answer in answers) == 1
    assert all("Уже отправл" in answer.text for answer in answers if answer.alert)
    await asyncio.gather(*(desk.answer() for _ in range(5)))
    assert desk.outreach.numbers() == [number]


async def test_the_same_press_that_comes_again_reads_the_same_and_sends_nothing_more(desk: Desk) -> None:
    number = await desk.drafted()
    first = await desk.press("send", f"ok-{number}", key="a")
    again = await desk.press("send", f"ok-{number}", key="a")
    assert first.text == again.text
    await desk.answer()
    assert desk.outreach.numbers() == [number]


async def test_a_refusal_is_a_named_event_and_teaches(desk: Desk) -> None:
    lesson = Learned(
        network=VK, page="vk:romashka_help", scope="author", key="77", reason="messages_closed", at=NOW
    )
    desk.outreach.faults.append(Fault(outcome="refused", reason="privacy", learned=(lesson,)))
    number = await desk.confirmed()
    await desk.answer()
    assert desk.outreach.sent == []
    case = await desk.case()
    assert case.events[-1].fact == ReplyRefused(outbound=number, kind="reply", reason="privacy", by="anna")
    assert case.contact.learned == (lesson,)
    assert await desk.answer() == 0


async def test_a_network_that_asks_to_wait_is_waited_for(desk: Desk) -> None:
    desk.outreach.faults.append(Fault(outcome="later", reason="quota", retry_after=timedelta(minutes=5)))
    await desk.confirmed()
    await desk.answer()
    assert await desk.answer() == 0
    desk.clock.turn(minutes=5)
    await desk.answer()
    assert len(desk.outreach.sent) == 1
    assert "find" not in desk.outreach.calls


@pytest.mark.parametrize("done", [True, False])
async def test_a_network_that_fell_silent_is_looked_at_before_a_second_try(desk: Desk, done: bool) -> None:  # noqa: FBT001 - drawn
    desk.outreach.faults.append(Fault(outcome="unknown", reason="unreachable", done=done))
    await desk.confirmed()
    await desk.answer()
    desk.clock.turn(seconds=LOOK_AFTER.total_seconds() - 1)
    assert await desk.answer() == 0
    desk.clock.turn(seconds=1)
    await desk.answer()
    assert len(desk.outreach.sent) == 1
    assert desk.outreach.calls == (["send", "find"] if done else ["send", "find", "send"])
    assert (await desk.kinds())[-1] == "ReplySent"


async def test_where_nobody_can_tell_a_person_is_asked_and_nothing_goes_out_again(desk: Desk) -> None:
    desk.outreach.faults.append(Fault(outcome="unknown", reason="unreachable", done=True))
    desk.outreach.blind = 100
    number = await desk.confirmed()
    for _ in range(MOST_TRIES + 3):
        await desk.answer()
        desk.clock.turn(minutes=1)
    assert (await desk.kinds())[-1] == "ReplyUnknown"
    assert desk.outreach.calls.count("send") == 1
    shown = await desk.ask("send")
    assert [option.label for option in shown.options] == [
        "Ушло",
        "Не ушло, отправить снова",
        "Не ушло, и не нужно",
    ]
    await desk.press("send", f"went-{number}")
    assert (await desk.kinds())[-1] == "ReplySent"
    assert (await desk.case()).state.stage == "replied"
    await desk.answer()
    assert len(desk.outreach.sent) == 1


async def test_a_person_who_has_looked_lets_it_out_again(desk: Desk) -> None:
    desk.outreach.faults.append(Fault(outcome="unknown", reason="unreachable"))
    desk.outreach.blind = MOST_TRIES
    number = await desk.confirmed()
    for _ in range(MOST_TRIES + 1):
        await desk.answer()
        desk.clock.turn(minutes=1)
    await desk.press("send", f"again-{number}")
    await desk.answer()
    assert desk.outreach.numbers() == [number]
    assert (await desk.kinds())[-1] == "ReplySent"


@pytest.mark.parametrize("done", [True, False])
async def test_a_process_that_dies_while_it_sends_sends_nothing_twice(desk: Desk, done: bool) -> None:  # noqa: FBT001 - drawn
    desk.outreach.faults.append(Fault(killed=True, done=done))
    number = await desk.confirmed()
    with pytest.raises(Killed):
        await desk.answer()
    await desk.restart()
    await desk.answer()
    assert desk.outreach.numbers() == [number]
    assert (await desk.kinds())[-1] == "ReplySent"


async def test_a_store_that_fails_after_the_network_answered_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.confirmed()
    write, tries = desk.stores.outbound.sent, 0

    async def troubled(*given: Any) -> bool:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise StoreError("locked", transient=True)
        return await write(*given)

    monkeypatch.setattr(desk.stores.outbound, "sent", troubled)
    await desk.answer()
    assert (len(desk.outreach.sent), tries) == (1, 4)
    assert (await desk.kinds())[-1] == "ReplySent"


async def test_a_second_agrees_before_it_goes_out(desk: Desk) -> None:
    desk.policy = Policy(approve=Approve(receivers=("support",)))
    number = await desk.drafted()
    asked = await desk.press("send", f"ok-{number}")
    assert asked.text.startswith("Ждёт слова старшего")
    assert await desk.answer() == 0
    own = await desk.press("send", f"yes-{number}")
    assert "Свой ответ подтверждает другой" in own.text
    agreed = await desk.press("send", f"yes-{number}", person=OLEG)
    assert agreed.text.startswith("Отправляю с вашего разрешения")
    await desk.answer()
    (sent,) = desk.outreach.sent
    assert (sent.confirmed_by, sent.approved_by) == ("anna", "oleg")
    assert (await desk.kinds())[1:] == ["Claimed", "ApprovalAsked", "ReplyConfirmed", "ReplySent"]


async def test_a_second_who_does_not_agree_ends_it(desk: Desk) -> None:
    desk.policy = Policy(approve=Approve(receivers=("support",)))
    number = await desk.drafted()
    await desk.press("send", f"ok-{number}")
    await desk.press("send", f"no-{number}", person=OLEG)
    assert await desk.answer() == 0
    assert (await desk.kinds())[-1] == "ReplyCancelled"


async def test_one_approach_an_author_also_across_cases_and_the_try_is_written_down(store: Stores) -> None:
    await complain(store, mention(1, thread="t1"), mention(2, thread="t2"))
    desk = Desk(stores=store)
    await desk.confirmed()
    await desk.answer()
    refused = await desk.press("reply", case=2)
    assert "недавно уже писали" in refused.text
    assert "Можно будет с 15:00 22" in refused.text.replace("\xa0", " ")
    assert refused.alert
    case = await desk.case(2)
    assert case.events[-1].fact == HeldBack(reason="approached_before", kind="reply")
    assert case.events[-1].actor.id == "anna"
    desk.reach.addressed = True
    assert (await desk.press("reply", case=2)).prompt is not None


async def test_two_drafts_to_one_author_cannot_both_be_confirmed(store: Stores) -> None:
    await complain(store, mention(1, thread="t1"), mention(2, thread="t2"))
    desk = Desk(stores=store)
    first, second = await desk.drafted(case=1), await desk.drafted(case=2)
    await desk.press("send", f"ok-{first}", case=1)
    refused = await desk.press("send", f"ok-{second}", case=2)
    assert "недавно уже писали" in refused.text
    await desk.answer()
    assert desk.outreach.numbers() == [first]


async def test_what_the_guard_holds_back_is_named_for_programs_too_and_again_when_it_comes_again(
    desk: Desk,
) -> None:
    desk.policy = replace(desk.policy, approach=replace(desk.policy.approach, do_not_contact=("vk:77",)))
    first = await desk.press("say_reply", "Уже разбираемся", key="a")
    again = await desk.press("say_reply", "Уже разбираемся", key="a")
    assert first == again
    assert (first.alert, first.reason) == (True, "do_not_contact")
    assert (await desk.kinds()).count("HeldBack") == 1


async def test_words_that_their_writer_has_read_go_out_at_once_and_once(desk: Desk) -> None:
    for _ in range(3):
        said = await desk.press("say_reply", "Уже разбираемся", key="a")
        assert (said.alert, said.reason, said.prompt) == (False, None, None)
    await desk.answer()
    assert [sent.text for sent in desk.outreach.sent] == ["Уже разбираемся"]


async def test_what_gives_pause_is_shown_though_its_writer_has_read_it(desk: Desk) -> None:
    shown = await desk.ask("say_reply", "Гарантируем, сегодня всё заработает", key="a")
    assert "Обещание" in shown.question
    assert await desk.answer() == 0
    await desk.press("send", f"ok-{number_of(shown)}")
    await desk.answer()
    late = await desk.press("say_reply", "Гарантируем, сегодня всё заработает", key="a")
    assert late.reason is not None or late.prompt is not None
    await desk.answer()
    assert len(desk.outreach.sent) == 1, "its key was for the draft, which went its way"


async def test_what_was_confirmed_by_day_does_not_go_out_at_night_after_an_outage(desk: Desk) -> None:
    desk.clock.turn(hours=6, minutes=50)  # 21:50 in Moscow
    desk.outreach.faults.append(Fault(outcome="later", reason="unreachable", retry_after=timedelta(hours=1)))
    desk.reach.addressed = True
    await desk.confirmed()
    await desk.answer()
    desk.clock.turn(hours=1)
    await desk.answer()
    desk.clock.turn(hours=1)
    await desk.answer()
    assert desk.outreach.sent == []
    desk.clock.turn(hours=9, minutes=15)
    await desk.answer()
    assert len(desk.outreach.sent) == 1


async def test_the_night_that_falls_while_it_waits_in_the_queue_does_not_hold_it(desk: Desk) -> None:
    desk.clock.turn(hours=6, minutes=59)
    await desk.confirmed()
    desk.clock.turn(minutes=2)
    await desk.answer()
    assert len(desk.outreach.sent) == 1


async def test_an_answer_is_mended_and_taken_back(desk: Desk) -> None:
    number = await desk.confirmed()
    await desk.answer()
    shown = await desk.ask(f"fix.{number}", "Приедем в шесть")
    await desk.press("send", f"ok-{number_of(shown)}")
    await desk.answer()
    case = await desk.case()
    assert case.events[-1].fact == ReplyEdited(outbound=number, text="Приедем в шесть", by="anna")
    shown = await desk.ask("mend", f"back-{number}")
    await desk.press("send", f"ok-{number_of(shown)}")
    await desk.answer()
    case = await desk.case()
    assert case.events[-1].fact == ReplyTakenBack(outbound=number, by="anna")
    assert [(each.kind, each.of.ref if each.of else None) for each in desk.outreach.sent] == [
        ("reply", None),
        ("edit", f"-1_{number}"),
        ("take_back", f"-1_{number}"),
    ]


async def test_an_answer_that_somebody_else_took_off_is_noticed(desk: Desk) -> None:
    number = await desk.confirmed()
    await desk.answer()
    desk.clock.turn(minutes=61)
    desk.outreach.blind = 1
    assert await desk.answer() == 1
    desk.clock.turn(minutes=11)
    desk.outreach.gone.add(number)
    assert await desk.answer() == 1
    assert (await desk.case()).events[-1].fact == ReplyGone(outbound=number)
    assert await desk.answer() == 0


async def test_by_hand_a_person_says_that_it_is_done_and_the_program_sends_nothing(desk: Desk) -> None:
    desk.reach = Reach(reply="by_hand")
    number = await desk.drafted()
    await desk.press("send", f"hand-{number}")
    fact = (await desk.case()).events[-1].fact
    assert isinstance(fact, ReplySent)
    assert (fact.by_hand, fact.by) == (True, "anna")
    assert await desk.answer() == 0
    assert desk.outreach.sent == []
    assert (await desk.case()).state.stage == "replied"


async def test_the_neighbour_s_answer_is_offered_and_confirmed_for_itself(store: Stores) -> None:
    authors = [replace(mention().author, id=str(number), name=f"А{number}") for number in (1, 2)]
    await complain(store, *(mention(number, author=author) for number, author in enumerate(authors, start=1)))
    desk = Desk(stores=store)
    await desk.confirmed("Авария, чиним до шести")
    await desk.answer()
    fact = (await desk.case(1)).events[-1].fact
    assert isinstance(fact, ReplySent)
    assert fact.similar == (2,)
    asked = await desk.ask("reply", case=2)
    assert asked.options[0].label.replace("\xa0", " ") == "Как в № 1"
    shown = await desk.ask("reply", asked.options[0].value, case=2)
    assert shown.question.endswith("Авария, чиним до шести")
    said = await desk.press("send", f"ok-{number_of(shown)}", case=2)
    assert not said.alert, said
    await desk.answer()
    assert len(desk.outreach.sent) == 2


async def test_who_thinks_better_of_it_is_alarmed_no_more_by_the_second_delivery_than_by_the_first(
    desk: Desk,
) -> None:
    await desk.press("claim")
    answers = [await desk.press("close", "no", key="twice") for _ in range(2)]
    assert [answer.alert for answer in answers] == [False, False]
    assert len({answer.text for answer in answers}) == 1
