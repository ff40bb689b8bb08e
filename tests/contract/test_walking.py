"""«Ответить всем»: one draft for an incident, then each customer shown and confirmed by a person, nobody twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.cards.incident import ANSWER_ALL
from alerts.cards.prompt import Prompt
from alerts.cards.walking import GO, OWN, WALK, WALK_WORDS, WORDS_FOR_ALL
from alerts.cases.commands import Claim, Close, MoveTo
from alerts.incidents.group import Group
from alerts.incidents.usual import Usual
from alerts.outreach.policy import Approach, Policy
from alerts.outreach.templates import Template
from alerts.ports import Answer, Delivery
from domain.mention import Author, Mention
from domain.person import Person
from listener.store.export import export
from listener.store.stores import Stores
from tests.contract.answering import Desk
from tests.contract.store_samples import ANNA, NOW, OLEG, claim_all, complain, do, later, mention, press, wish
from tests.contract.test_store_incidents import lists, open_desk
from tests.contract.test_store_moving import ELSEWHERE

WORDS = "{имя}, здравствуйте! Авария, чиним до шести"
LIST = 1


@pytest.fixture
async def desk(store: Stores) -> Desk:
    """An incident of six people on one list, which is shown."""
    return await an_incident(store, 6)


async def an_incident(store: Stores, count: int, *more: Mention, **named: Any) -> Desk:
    surges = open_desk(store)
    await complain(store, *more, *(surges.said(None, NOW) for _ in range(count)), now=NOW)
    usual = Usual(per_hour=1.0, shape=1.0)
    hour = timedelta(hours=1)
    group = Group(brand="romashka", what="связь")
    assert await store.incidents.begin(group, usual, NOW - hour, NOW, hour, ("telegram", "slack")) == 1
    (digest,) = lists(await surges.due(1))
    assert digest.id == LIST
    return Desk(store, **named)


def of_one_author() -> tuple[Mention, ...]:
    """Two troubles of one customer in two places."""
    author = Author(id="99", name="Пётр")
    return tuple(
        mention(number, thread=f"t{number}", author=author, text=text, published_at=NOW - timedelta(seconds=2))
        for number, text in (
            (98, "Ромашка, не работает интернет в офисе на Ленина"),
            (99, "Ромашка, на даче телефон не ловит сеть вторые сутки"),
        )
    )


async def begin(desk: Desk, person: Person = ANNA) -> Answer:
    return await desk.press(ANSWER_ALL, case=LIST, person=person, ref=f"Digest-{LIST}")


async def first(desk: Desk, words: str = WORDS, person: Person = ANNA) -> Prompt:
    """The preview of the first who waits."""
    asked = await begin(desk, person)
    assert asked.prompt is not None, asked
    shown = await desk.press(f"{WORDS_FOR_ALL}.{LIST}", words, case=asked.prompt.case, person=person)
    assert shown.prompt is not None, shown
    return shown.prompt


async def choose(desk: Desk, prompt: Prompt, label: str, person: Person = ANNA) -> Answer:
    (value,) = [option.value for option in prompt.options if option.label == label]
    return await desk.press(prompt.action, value, case=prompt.case, person=person)


async def goes_on(desk: Desk, prompt: Prompt, label: str, person: Person = ANNA) -> Prompt:
    answered = await choose(desk, prompt, label, person)
    assert answered.prompt is not None, answered
    return answered.prompt


def said(desk: Desk) -> list[tuple[int, str]]:
    return [(outbound.case, outbound.text) for outbound in desk.outreach.sent]


async def answer_all(desk: Desk) -> None:
    while await desk.answer():
        pass


async def test_everybody_is_shown_and_hears_what_was_confirmed_for_him(desk: Desk) -> None:
    asked = await begin(desk)
    assert asked.prompt is not None
    assert "каждое вы отправите или пропустите" in asked.prompt.question
    shown = await first(desk)
    seen = []
    for _ in range(5):
        seen.append(shown.case)
        assert [option.label for option in shown.options] == ["Отправить", "Изменить", "Пропустить", "Закончить"]
        shown = await goes_on(desk, shown, "Отправить")
    seen.append(shown.case)
    last = await choose(desk, shown, "Отправить")
    assert (last.prompt, last.alert) == (None, False)
    assert "Больше никто не ждёт" in last.text
    await answer_all(desk)
    assert seen == [1, 2, 3, 4, 5, 6]
    assert [case for case, _ in said(desk)] == seen
    assert {text for _, text in said(desk)} == {"Здравствуйте! Авария, чиним до шести"}
    for case in seen:
        assert (await desk.case(case)).state.owner == "anna"
    assert (await begin(desk)).text.startswith("Отвечать некому")


async def test_the_preview_says_whom_it_is_for_and_how_many_wait(desk: Desk) -> None:
    shown = await first(desk)
    assert shown.question.startswith("Ждут ответа: 6.\nАвтор 1: «")
    assert "Авария, чиним до шести" in shown.question
    last = shown
    for _ in range(5):
        last = await goes_on(desk, last, "Пропустить")
    assert last.question.startswith("Это последний, кто ждёт ответа.\nАвтор 6: «")


async def test_what_a_group_may_not_read_is_masked_in_the_question(store: Stores) -> None:
    author = Author(id="99", name="Пётр 89161234567")
    text = "Ромашка, третий день нет связи, мой номер 89161234567"
    told = mention(98, thread="t98", author=author, text=text, published_at=NOW - timedelta(seconds=2))
    shown = await first(await an_incident(store, 0, told))
    assert "Пётр 89•••••••67: «" in shown.question
    assert "89161234567" not in shown.question


async def test_nothing_goes_out_that_nobody_has_confirmed(desk: Desk) -> None:
    shown = await first(desk)
    shown = await goes_on(desk, shown, "Пропустить")
    shown = await goes_on(desk, shown, "Отправить")
    ended = await choose(desk, shown, "Закончить")
    assert "остановились" in ended.text
    await answer_all(desk)
    assert [case for case, _ in said(desk)] == [2]
    assert [(await desk.case(case)).state.owner for case in (1, 2, 3)] == [None, "anna", None]
    assert await desk.kinds(1) == ["Opened"], "who was passed over has nothing in his history"


async def test_a_walk_is_taken_up_again_by_anybody_with_the_words_of_before(desk: Desk) -> None:
    shown = await goes_on(desk, await first(desk), "Отправить")
    assert shown.case == 2
    again = await begin(desk, OLEG)
    assert again.prompt is not None
    assert "Текст, Анна Иванова в" in again.prompt.question
    assert WORDS in again.prompt.question
    assert [option.value for option in again.prompt.options] == [GO, OWN, "no"]
    desk.clock.turn(minutes=6)
    shown = await goes_on(desk, again.prompt, "Дальше с этим текстом", OLEG)
    assert shown.case == 2
    await choose(desk, shown, "Отправить", OLEG)
    await answer_all(desk)
    assert [case for case, _ in said(desk)] == [1, 2]
    other = await goes_on(desk, again.prompt, "Другой текст", OLEG)
    assert (other.action, other.options) == (f"{WORDS_FOR_ALL}.{LIST}", ())
    assert (await choose(desk, again.prompt, "Не отвечать", OLEG)).text == "Хорошо, никому не отвечаем"


async def test_words_are_changed_for_one_alone(desk: Desk) -> None:
    shown = await first(desk)
    asked = await goes_on(desk, shown, "Изменить")
    assert (asked.action, asked.case, "Авария" in asked.initial) == (f"{WALK_WORDS}.{LIST}", 1, True)
    other = await desk.ask(asked.action, "Мы вам уже звонили", case=1)
    assert "Мы вам уже звонили" in other.question
    following = await goes_on(desk, other, "Отправить")
    assert "Авария, чиним до шести" in following.question
    await answer_all(desk)
    assert said(desk) == [(1, "Мы вам уже звонили")]


async def test_an_earlier_preview_sends_no_later_words(desk: Desk) -> None:
    shown = await first(desk)
    await desk.ask(f"{WALK_WORDS}.{LIST}", "Мы вам уже звонили", case=1)
    again = await goes_on(desk, shown, "Отправить")
    assert "Текст с тех пор изменили" in again.question
    assert again.action == f"{WALK}.{LIST}"
    await answer_all(desk)
    assert said(desk) == []


async def test_a_template_is_for_all_too(store: Stores) -> None:
    template = Template(name="авария", text="{имя}, авария, чиним. {оператор}")
    desk = await an_incident(store, 3, templates=(template,))
    asked = await begin(desk)
    assert asked.prompt is not None
    assert [option.label for option in asked.prompt.options] == ["авария", "Свой текст", "Не отвечать"]
    shown = await goes_on(desk, asked.prompt, "авария")
    await choose(desk, shown, "Отправить")
    await answer_all(desk)
    assert said(desk) == [(1, "Авария, чиним. Анна Иванова")]


async def test_whom_a_colleague_has_or_has_answered_is_not_shown(desk: Desk) -> None:
    await do(desk.stores, Claim(), person=OLEG, case=1, now=later(2))
    await desk.confirmed("Сами знаете", case=2, person=OLEG)
    await do(desk.stores, Close(), case=3, now=later(2))
    shown = await first(desk)
    assert shown.case == 4
    assert shown.question.startswith("Ждут ответа: 3.")


async def test_who_was_answered_while_he_was_shown_is_not_answered_again(desk: Desk) -> None:
    shown = await first(desk, person=OLEG)
    desk.clock.turn(minutes=6)
    others = await first(desk)
    assert others.case == shown.case == 1
    await choose(desk, others, "Отправить")
    refused = await choose(desk, shown, "Отправить", OLEG)
    assert (refused.alert, refused.reason) == (True, "answered_already")
    assert refused.text == "Ему уже ответили. Дальше — «Пропустить»"
    assert (await goes_on(desk, shown, "Пропустить", OLEG)).case == 3, "the second is shown to Anna"
    await answer_all(desk)
    assert [case for case, _ in said(desk)] == [1]


async def test_two_who_walk_are_shown_two_customers(desk: Desk) -> None:
    shown = {person.id: await first(desk, person=person) for person in (ANNA, OLEG)}
    assert [prompt.case for prompt in shown.values()] == [1, 2]
    assert "Ждут ответа: 6." in shown["oleg"].question
    for _ in range(2):
        for person in (ANNA, OLEG):
            shown[person.id] = await goes_on(desk, shown[person.id], "Отправить", person)
    assert [prompt.case for prompt in shown.values()] == [5, 6]
    for person in (ANNA, OLEG):
        await choose(desk, shown[person.id], "Отправить", person)
    await answer_all(desk)
    assert sorted(case for case, _ in said(desk)) == [1, 2, 3, 4, 5, 6]


async def test_two_who_ask_at_the_same_moment_are_shown_two_customers(desk: Desk) -> None:
    await first(desk)
    desk.clock.turn(minutes=6)
    both = [desk.press(f"{WALK}.{LIST}", GO, case=1, person=person) for person in (ANNA, OLEG)]
    shown = [answered.prompt for answered in await asyncio.gather(*both)]
    assert sorted(prompt.case for prompt in shown if prompt is not None) == [1, 2]


async def test_who_is_last_reads_whom_colleagues_answer(store: Stores) -> None:
    desk = await an_incident(store, 2)
    theirs, mine = await first(desk), await first(desk, person=OLEG)
    said_last = await choose(desk, mine, "Отправить", OLEG)
    assert "Остальным сейчас отвечают коллеги: 1. Загляните" in said_last.text
    assert (await begin(desk, OLEG)).text.startswith("Остальным сейчас отвечают коллеги: 1")
    await choose(desk, theirs, "Пропустить")
    again = await begin(desk, OLEG)
    assert again.prompt is not None
    assert (await goes_on(desk, again.prompt, "Дальше с этим текстом", OLEG)).case == theirs.case


async def test_who_left_his_question_open_gives_it_up(desk: Desk) -> None:
    await first(desk)
    assert (await first(desk, person=OLEG)).case == 2
    desk.clock.turn(minutes=6)
    assert (await first(desk, person=OLEG)).case == 1


async def test_what_was_moved_to_another_receiver_waits_in_its_chats(desk: Desk) -> None:
    moves = replace(wish(MoveTo(receiver="money")), elsewhere=ELSEWHERE)
    moved = await desk.stores.presses.obey(press("moves", 1, "transfer"), "Анна", lambda _case: moves, later(2))
    assert moved.applied, moved
    shown = await first(desk)
    assert shown.case == 2
    assert shown.question.startswith("Ждут ответа: 5.")


async def test_an_author_with_two_cases_hears_it_once(store: Stores) -> None:
    desk = await an_incident(store, 1, *of_one_author())
    his = [number for number in (1, 2, 3) if (await desk.case(number)).author_id == "99"]
    shown = await first(desk)
    if shown.case not in his:
        shown = await goes_on(desk, shown, "Отправить")
    answered = shown.case
    ended = await choose(desk, shown, "Отправить")
    (passed,) = [number for number in his if number != answered]
    told = ended.prompt.question if ended.prompt is not None else ended.text
    assert f"Пропущено: №\u00a0{passed} (ему уже ответили в №\u00a0{answered})." in told
    await answer_all(desk)
    assert [case for case, _ in said(desk) if case in his] == [answered]


async def test_two_who_answer_one_author_s_two_cases_at_once_say_it_once(store: Stores) -> None:
    desk = await an_incident(store, 0, *of_one_author())
    mine, theirs = await first(desk), await first(desk, person=OLEG)
    assert (mine.case, theirs.case) == (1, 2)
    answers = await asyncio.gather(choose(desk, mine, "Отправить"), choose(desk, theirs, "Отправить", OLEG))
    assert sorted(answer.alert for answer in answers) == [False, True]
    await answer_all(desk)
    assert len(said(desk)) == 1


def not_to(author: str) -> Policy:
    return Policy(approach=Approach(do_not_contact=(author,)))


async def test_whom_the_guard_holds_back_is_passed_over_with_the_reason(desk: Desk) -> None:
    desk.policy = not_to("vk:2")
    following = await goes_on(desk, await first(desk), "Отправить")
    assert following.case == 3
    assert "Пропущено: №\u00a02 (автор просил ему не писать)." in following.question
    assert await desk.kinds(2) == ["Opened"]


async def test_the_guard_is_asked_again_when_it_is_confirmed(desk: Desk) -> None:
    shown = await first(desk)
    desk.policy = not_to("vk:1")
    refused = await choose(desk, shown, "Отправить")
    assert (refused.alert, refused.prompt) == (True, None)
    await answer_all(desk)
    assert said(desk) == []


async def test_where_nobody_can_be_answered_all_are_named(desk: Desk) -> None:
    desk.reach.reply = "no"
    asked = await begin(desk)
    assert asked.prompt is not None
    ended = await desk.press(f"{WORDS_FOR_ALL}.{LIST}", WORDS, case=asked.prompt.case)
    assert ended.prompt is None
    assert ended.text.startswith("Больше никто не ждёт. Пропущено: №\u00a01 (Ответить здесь нельзя")
    assert "и ещё 1." in ended.text


async def test_behind_many_who_cannot_be_answered_the_walk_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.loops.walking.MOST_SKIPPED", 2)
    desk.policy = Policy(approach=Approach(do_not_contact=("vk:1", "vk:2", "vk:3", "vk:4")))
    asked = await first(desk)
    assert "Пропущено: №\u00a01 (автор просил ему не писать); №\u00a02" in asked.question
    again = await goes_on(desk, asked, "Дальше")
    shown = await goes_on(desk, again, "Дальше")
    assert (asked.case, again.case, shown.case) == (2, 4, 5)
    ended = await choose(desk, again, "Закончить")
    assert "остановились" in ended.text


async def test_what_every_network_refuses_is_not_offered_to_be_sent(desk: Desk) -> None:
    shown = await first(desk, "Очень длинно. " * 40)
    assert [option.label for option in shown.options] == ["Изменить", "Пропустить", "Закончить"]


async def test_a_press_that_is_delivered_again_says_nothing_twice(desk: Desk) -> None:
    shown = await first(desk)
    (value,) = [option.value for option in shown.options if option.label == "Отправить"]
    once, again = [await desk.press(shown.action, value, case=shown.case, key="the same") for _ in range(2)]
    assert once.prompt is not None
    assert again.prompt is not None
    assert once.prompt.case == again.prompt.case == 2
    await answer_all(desk)
    assert [case for case, _ in said(desk)] == [1]


async def test_words_of_nothing_and_of_nobody_are_refused(desk: Desk) -> None:
    assert (await desk.press(f"{WORDS_FOR_ALL}.{LIST}", "  ", case=1)).alert
    stranger = replace(ANNA, users={"telegram": "999"})
    for action, value in ((ANSWER_ALL, None), (f"{WORDS_FOR_ALL}.{LIST}", "Чиним"), (f"{WALK}.{LIST}", GO)):
        assert "нет в people.yaml" in (await desk.press(action, value, person=stranger)).text
    assert (await desk.press(f"{WALK}.404", GO, case=1)).text == "Больше никто не ждёт."
    assert (await desk.press(f"{WORDS_FOR_ALL}.404", "Чиним", case=1)).alert
    assert (await desk.press(ANSWER_ALL, case=LIST, ref="another")).text == "Этого происшествия больше нет"


async def test_the_words_stand_in_the_incident_s_history(desk: Desk) -> None:
    await first(desk)
    await first(desk)
    (row,) = [each async for each in export(desk.stores.database, "incidents", None)]
    assert [(event["kind"], event["person"]) for event in row["events"]] == [("began", None), ("drafted", "anna")]
    assert row["events"][1]["payload"]["text"] == WORDS


async def test_who_was_answered_gets_a_card_behind_what_others_wait_for(desk: Desk) -> None:
    await goes_on(desk, await first(desk), "Отправить")
    now = desk.now() + timedelta(minutes=1)
    assert [thing.case.id for thing in await claim_all(desk.stores, now) if isinstance(thing, Delivery)] == [1]


async def test_a_mention_that_is_answered_on_a_card_stays_out_of_a_walk(desk: Desk) -> None:
    """The ordinary way and the walk know each other."""
    await complain(desk.stores, mention(77, thread="t77"))
    await desk.confirmed("Уже чиним", case=1)
    assert (await first(desk)).case == 2
