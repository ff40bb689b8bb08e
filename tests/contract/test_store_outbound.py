"""What is said to customers: drafted, confirmed, leased, settled once; nothing twice, nothing without a person."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from alerts.cards.asking import asker_of
from alerts.cards.prompt import Prompt
from alerts.cases.commands import Cancel, Claim, Close, Command, Confirm
from alerts.cases.events import HeldBack, ReplyGone, ReplyRefused, ReplySent, ReplyUnknown
from alerts.cases.state import fold
from alerts.outreach.abilities import Learned
from alerts.outreach.outbound import Draft, Outbound, OutboundKind, OutboundState, Sent, Step, Target
from alerts.ports import Answer, Notice, Press
from domain.mention import network_id
from domain.person import Person
from listener.store.outbound import LEASE, LOOKS, SETTLES, ToSend, Waiting
from listener.store.presses import Answered, Drafting, Wish
from listener.store.stores import Stores
from tests.contract.store_samples import ANNA, NOW, OLEG, OpenStore, claim_all, complain, do, later, mention

VK = network_id("vk")
TARGET = Target(
    brand="romashka",
    network=VK,
    mention="-1_1",
    kind="comment",
    url="https://vk.com/wall-1_1",
    author="77",
    author_handle="petr",
    thread="-1_1",
    wall="vk:romashka_help",
    page="vk:romashka_help",
    text="Ромашка, связь не работает",
)
SENT = Sent(ref="-1_9", url="https://vk.com/wall-1_1?reply=9")


def press_of(key: str, *, case: int = 1, person: Person = ANNA) -> Press:
    return Press(
        messenger="telegram",
        key=key,
        user=person.users["telegram"],
        user_name=person.name,
        case=case,
        action="reply",
        at=NOW,
    )


async def draft(
    store: Stores,
    text: str = "Разберёмся",
    *,
    case: int = 1,
    key: str | None = None,
    kind: OutboundKind = "reply",
    rewrites: int | None = None,
    **named: Any,
) -> Outbound:
    seen: list[Outbound] = []

    def shown(drafted: Outbound) -> Answer:
        seen.append(drafted)
        return Answer(text="", prompt=Prompt(case=case, action="send", title="Ответ", question=drafted.text))

    new = Draft(kind=kind, target=replace(TARGET, author=named.pop("to", "77")), text=text, author="anna", **named)
    wish = Drafting(draft=new, shown=shown, rewrites=rewrites)
    await store.presses.obey(press_of(key or f"d{case}{text}{kind}", case=case), "Анна", lambda _case: wish, NOW)
    return seen[-1]


async def step(
    store: Stores,
    drafted: Outbound,
    command: Command,
    *,
    before: OutboundState = "draft",
    after: OutboundState = "confirmed",
    key: str | None = None,
    person: Person = ANNA,
    now: Any = NOW,
) -> Answered:
    made = Step(
        outbound=drafted.id,
        before=frozenset({before}),
        after=after,
        confirmed_by=person.id if after == "confirmed" else None,
    )

    def read(case: Any) -> Wish | Answered:
        here = [each for each in case.contact.outbounds if each.id == drafted.id]
        if not here or here[0].state != before:
            return Answered(answer=Answer(text="уже не черновик", alert=True), reason="not_a_draft")
        return Wish(
            command=command,
            asker=asker_of(person),
            done=lambda _case: "готово",
            refused=lambda _case, refusal: refusal.reason,
            steps=(made,),
        )

    name = key or f"{after}{drafted.id}{person.id}"
    return await store.presses.obey(press_of(name, case=drafted.case, person=person), person.name, read, now)


async def confirmed(store: Stores, text: str = "Разберёмся", **named: Any) -> Outbound:
    drafted = await draft(store, text, **named)
    await step(store, drafted, Confirm(outbound=drafted.id, kind=drafted.kind))
    return drafted


async def events(store: Stores, case: int = 1) -> Any:
    found = await store.cases.case(case)
    assert found is not None
    assert fold(found.events) == found.state
    return found


def facts(case: Any) -> list[Any]:
    return [event.fact for event in case.events]


async def test_a_draft_is_written_once_however_often_its_press_comes(store: Stores) -> None:
    await complain(store, mention())
    first, second = await draft(store, key="a"), await draft(store, "другое", key="a")
    assert (first.id, first.state, second) == (1, "draft", first)
    assert facts(await events(store)) == facts(await events(store))
    assert len(facts(await events(store))) == 1


async def test_a_draft_is_rewritten_until_it_is_confirmed(store: Stores) -> None:
    await complain(store, mention())
    drafted = await draft(store)
    assert (await draft(store, "иначе", key="b", rewrites=drafted.id)).text == "иначе"
    await step(store, drafted, Confirm(outbound=drafted.id, kind="reply"))
    (claimed,) = await store.outbound.claim(VK, NOW)
    assert claimed.outbound.text == "иначе"


async def test_nothing_is_handed_out_that_nobody_confirmed(store: Stores) -> None:
    await complain(store, mention())
    drafted = await draft(store)
    assert await store.outbound.claim(VK, later(10**6)) == []
    await step(store, drafted, Confirm(outbound=drafted.id, kind="reply"))
    assert [each.outbound.id for each in await store.outbound.claim(VK, NOW)] == [drafted.id]


async def test_a_hundred_presses_of_five_people_confirm_once(open_store: OpenStore) -> None:
    stores = [await open_store() for _ in range(2)]
    await complain(stores[0], mention())
    drafted = await draft(stores[0])
    people = [replace(OLEG, id=f"p{number}", name=f"П{number}") for number in range(5)]
    command = Confirm(outbound=drafted.id, kind="reply")
    outcomes = await asyncio.gather(
        *(
            step(stores[number % 2], drafted, command, key=f"k{number}", person=people[number % 5])
            for number in range(100)
        )
    )
    assert sum(outcome.applied for outcome in outcomes) == 1
    claimed = [each for store in stores for each in await store.outbound.claim(VK, NOW)]
    assert len(claimed) == 1
    kinds = [type(fact).__name__ for fact in facts(await events(stores[0]))]
    assert kinds == ["Opened", "Claimed", "ReplyConfirmed"]


async def test_what_was_sent_is_told_and_moves_the_case(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    assert await store.outbound.sent(claimed.outbound, SENT, later(2))
    assert not await store.outbound.sent(claimed.outbound, SENT, later(3))
    case = await events(store)
    assert (case.state.stage, case.state.waiting_for, case.state.owner) == ("replied", "customer", "anna")
    told = ReplySent(outbound=drafted.id, kind="reply", url=SENT.url, text="Разберёмся", by="anna")
    assert facts(case)[-1] == told
    assert case.contact.outbounds[0].sent == SENT
    assert await store.outbound.claim(VK, later(10**6)) == []


async def test_of_one_case_the_second_word_waits_for_the_first(store: Stores) -> None:
    await complain(store, mention())
    await confirmed(store, "раз")
    await confirmed(store, "два")
    (first,) = await store.outbound.claim(VK, NOW)
    assert await store.outbound.claim(VK, NOW) == []
    await store.outbound.put_off(first.outbound, later(60), "502", unknown=False)
    assert await store.outbound.claim(VK, later(30)) == []
    (again,) = await store.outbound.claim(VK, later(60))
    assert (again.outbound.text, again.outbound.tries, again.outbound.unknown) == ("раз", 1, False)
    await store.outbound.sent(again.outbound, SENT, later(61))
    (second,) = await store.outbound.claim(VK, later(62))
    assert second.outbound.text == "два"


async def test_what_a_dead_sender_left_comes_back_unknown(open_store: OpenStore) -> None:
    dead, alive = await open_store(worker="a"), await open_store(worker="b")
    await complain(dead, mention())
    await confirmed(dead)
    (lost,) = await dead.outbound.claim(VK, NOW)
    assert await alive.outbound.claim(VK, later(LEASE.total_seconds() - 1)) == []
    (found,) = await alive.outbound.claim(VK, later(LEASE.total_seconds() + 1))
    assert found.outbound.unknown
    assert not await dead.outbound.sent(lost.outbound, SENT, later(200))
    assert await alive.outbound.sent(found.outbound, SENT, later(201))


async def test_what_was_under_way_at_a_kill_is_looked_for_once_the_network_has_had_its_time(
    open_store: OpenStore,
) -> None:
    store = await open_store(worker="a")
    await complain(store, mention())
    await confirmed(store)
    await store.outbound.claim(VK, NOW)
    assert await store.outbound.recover(later(1)) == 1
    assert not await store.outbound.claim(VK, later(SETTLES.total_seconds()))
    (found,) = await store.outbound.claim(VK, later(1 + SETTLES.total_seconds()))
    assert found.outbound.unknown


async def test_a_clock_set_back_holds_up_no_lost_lease(store: Stores) -> None:
    await complain(store, mention())
    await confirmed(store)
    await store.outbound.claim(VK, later(86_400))
    (found,) = await store.outbound.claim(VK, NOW)
    assert found.outbound.unknown


async def test_a_refusal_is_told_to_who_sent_it_and_remembered(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    lesson = Learned(
        network=VK, page="vk:romashka_help", scope="author", key="77", reason="messages_closed", at=later(1)
    )
    assert await store.outbound.refused(claimed.outbound, "privacy", "[902]", later(1), (lesson,))
    case = await events(store)
    assert facts(case)[-1] == ReplyRefused(outbound=drafted.id, kind="reply", reason="privacy", by="anna")
    assert case.state.stage == "claimed"
    assert case.contact.learned == (lesson,)
    (notice,) = [due for due in await claim_all(store, later(2)) if isinstance(due, Notice)]
    assert (notice.draft.kind, notice.draft.sender) == ("refused", "anna")
    newer = replace(lesson, reason=None, at=later(5))
    await confirmed(store, "ещё раз")
    (next_one,) = await store.outbound.claim(VK, later(5))
    await store.outbound.sent(next_one.outbound, SENT, later(5), (newer,))
    assert (await events(store)).contact.learned == (newer,)


async def test_what_may_not_be_sent_any_more_is_held_back(store: Stores) -> None:
    await complain(store, mention())
    await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    assert await store.outbound.held_back(claimed.outbound, "do_not_contact", later(1))
    assert [type(fact) for fact in facts(await events(store))[-2:]] == [HeldBack, ReplyRefused]
    assert await store.outbound.claim(VK, later(10**6)) == []


async def test_an_unknown_end_is_named_and_never_handed_out_again(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    assert await store.outbound.lost(claimed.outbound, "timed out", later(1))
    assert facts(await events(store))[-1] == ReplyUnknown(outbound=drafted.id, kind="reply", by="anna")
    assert await store.outbound.claim(VK, later(10**6)) == []
    assert await store.outbound.waiting() == Waiting(unknown=1)


async def test_what_was_stopped_before_it_was_sent_is_not_sent(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    stop = Cancel(outbound=drafted.id, kind="reply", author="anna")
    assert (await step(store, drafted, stop, before="confirmed", after="cancelled")).applied
    assert await store.outbound.claim(VK, later(10**6)) == []


async def test_what_is_on_its_way_can_no_longer_be_stopped(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    await store.outbound.claim(VK, NOW)
    stop = Cancel(outbound=drafted.id, kind="reply", author="anna")
    assert not (await step(store, drafted, stop, before="confirmed", after="cancelled")).applied


async def test_nobody_is_answered_in_an_ended_case(store: Stores) -> None:
    await complain(store, mention())
    drafted = await draft(store)
    await do(store, Close(), key="close")
    outcome = await step(store, drafted, Confirm(outbound=drafted.id, kind="reply"))
    assert (outcome.applied, outcome.reason) == (False, "ended")
    assert await store.outbound.claim(VK, later(10**6)) == []


async def test_an_edit_and_a_withdrawal_know_what_they_speak_of_and_change_it(store: Stores) -> None:
    await complain(store, mention())
    answer = await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    await store.outbound.sent(claimed.outbound, SENT, later(1))
    await confirmed(store, "Исправлено", kind="edit", of_id=answer.id)
    (edit,) = await store.outbound.claim(VK, later(2))
    assert edit.outbound.of == SENT
    await store.outbound.sent(edit.outbound, SENT, later(3))
    assert (await events(store)).contact.outbounds[0].text == "Исправлено"
    await confirmed(store, "", kind="take_back", of_id=answer.id)
    (withdrawal,) = await store.outbound.claim(VK, later(4))
    await store.outbound.sent(withdrawal.outbound, Sent(ref="-1_9"), later(5))
    assert (await events(store)).contact.outbounds[0].gone_at == later(5)
    assert (await events(store)).state.stage == "replied"


async def test_only_the_first_answer_of_a_thread_names_the_others_that_wait(store: Stores) -> None:
    await complain(
        store, *(mention(number, author=replace(mention().author, id=str(number))) for number in (1, 2, 3))
    )
    named = []
    for case in (1, 2):
        await confirmed(store, to=str(case), case=case)
        (claimed,) = await store.outbound.claim(VK, later(case))
        await store.outbound.sent(claimed.outbound, SENT, later(case))
        found = await store.cases.case(case)
        assert found is not None
        named += [event.fact.similar for event in found.events if isinstance(event.fact, ReplySent)]
    assert named == [(2, 3), ()]


async def test_an_answer_names_the_others_of_the_thread_that_wait(store: Stores) -> None:
    await complain(
        store, *(mention(number, author=replace(mention().author, id=str(number))) for number in (1, 2, 3))
    )
    await do(store, Close(), case=3, key="c")
    await confirmed(store, to="1")
    (claimed,) = await store.outbound.claim(VK, NOW)
    await store.outbound.sent(claimed.outbound, SENT, later(1))
    fact = facts(await events(store))[-1]
    assert fact.similar == (2,)
    known: list[Any] = []
    await store.presses.obey(
        press_of("look", case=2),
        "Анна",
        lambda case: (known.append(case.contact), Answered(answer=Answer(text="")))[1],
        NOW,
    )
    assert (known[0].nearby.case, known[0].nearby.text) == (1, "Разберёмся")


async def test_an_approach_counts_in_the_author_s_other_cases(store: Stores) -> None:
    await complain(store, mention(1, thread="t1"), mention(2, thread="t2"))
    await confirmed(store, unsolicited=True)
    known: list[Any] = []
    await store.presses.obey(
        press_of("look", case=2),
        "Анна",
        lambda case: (known.append(case.contact), Answered(answer=Answer(text="")))[1],
        NOW,
    )
    assert known[0].approached == (NOW,)
    assert known[0].receivers == ("support",)


async def test_an_answer_is_looked_at_after_an_hour_a_day_and_a_week_until_it_is_gone(store: Stores) -> None:
    await complain(store, mention())
    drafted = await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    await store.outbound.sent(claimed.outbound, SENT, NOW)
    looks = []
    for hours in range(0, 24 * 9, 1):
        now = NOW + timedelta(hours=hours, minutes=1)
        for answer in await store.outbound.to_look_at(VK, now):
            looks.append(now - NOW - timedelta(minutes=1))
            await store.outbound.looked(answer, now, stands=True)
    assert looks == list(LOOKS)
    found = (await events(store)).contact.outbounds[0]
    await store.outbound.looked(found, later(10), stands=False)
    await store.outbound.looked(found, later(11), stands=False)
    assert [fact for fact in facts(await events(store)) if isinstance(fact, ReplyGone)] == [
        ReplyGone(outbound=drafted.id)
    ]


async def test_the_case_comes_with_what_is_to_be_sent(store: Stores) -> None:
    await complain(store, mention())
    await do(store, Claim(), key="claim")
    await confirmed(store)
    (claimed,) = await store.outbound.claim(VK, NOW)
    assert isinstance(claimed, ToSend)
    assert claimed.case.contact.outbounds[0].state == "sending"
    assert claimed.outbound.target == TARGET
