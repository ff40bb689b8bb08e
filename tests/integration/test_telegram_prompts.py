"""Questions in Telegram: asked under the card, answered by the person who pressed, over real sockets."""

import asyncio
import itertools
from functools import partial
from typing import Any

import pytest

from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.telegram import hearing
from alerts.ports import Answer, Press
from simulator.faults import Fault
from simulator.telegram import Telegram
from simulator.telegram_chats import Message
from tests.integration.test_telegram_inbox import NOW, TOKEN, Desk, opened
from tests.outbox import MemoryPromptBook
from tests.waiting import until

CHAT, CARD, ANNA, OLEG = -1001, 1, 111, 222
NOTE = Prompt(
    case=12,
    action="note",
    title="Заметка к № 12",
    question="Что запомнить <об> этом обращении?",
    hint="Например: звонил, ждёт мастера завтра, перезвонить после обеда и ещё раз вечером",
)
WHOM = Prompt(
    case=999_999_999_999_999_999,
    action="transfer",
    title="Передать № 12",
    question="Кому передать обращение?",
    options=(Option(value="oleg", label="Олег Смирнов"), Option(value="~" + "f" * 24, label="Вера")),
)


async def ask(press: Press) -> Answer:
    """What the daemon answers: it asks for what is missing, and takes what it is given."""
    if press.value is None:
        return Answer(text="", prompt=WHOM if press.action == "transfer" else NOTE)
    if press.value == "oleg":
        return Answer(text="Передано")
    if len(press.value) > 20:
        return Answer(text="Слишком длинно", alert=True)
    return Answer(text="Заметка записана")


@pytest.fixture
def telegram() -> Telegram:
    telegram = Telegram(lambda: NOW, token=TOKEN, per_minute=None)
    telegram.add_chat(CHAT, "Поддержка", topics=frozenset({7}))
    buttons = [[{"text": name, "callback_data": f"c:12:{name}"} for name in ("note", "transfer")]]
    telegram.send(CHAT, "Обращение", markup={"inline_keyboard": buttons}, topic=7, html=True)
    return telegram


async def press(telegram: Telegram, action: str = "note", user: int = ANNA) -> str | None:
    return await telegram.press(CHAT, CARD, f"c:12:{action}", user=user, name=names[user])


names = {ANNA: "Анна", OLEG: "Олег"}


def last(telegram: Telegram) -> Message:
    return list(telegram.chats[CHAT].messages.values())[-1]


def said(telegram: Telegram) -> list[str]:
    return [message.text for message in telegram.chats[CHAT].messages.values() if message.author is None]


async def test_a_text_is_asked_of_the_person_under_the_card(telegram: Telegram) -> None:
    async with opened(telegram, Desk(ask)):
        toast = await press(telegram)
    prompt = last(telegram)
    assert toast == hearing.WRITE
    assert prompt.text == "Анна, Заметка к № 12\nЧто запомнить <об> этом обращении?"
    assert prompt.asked() == {ANNA}
    assert (prompt.reply_to and prompt.reply_to.id, prompt.topic) == (CARD, 7)
    assert prompt.markup["input_field_placeholder"].startswith("Например: звонил")


async def test_the_answer_is_a_press_with_a_value_and_the_question_goes(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        await press(telegram)
        number = telegram.answer_prompt(CHAT, "звонил", user=ANNA, name="Анна")
        await until(lambda: "Заметка записана" in said(telegram))
        await until(lambda: not any(message.prompt for message in telegram.chats[CHAT].messages.values()))
    asking, answer = desk.presses
    assert (answer.case, answer.action, answer.value, answer.user) == (12, "note", "звонил", "111")
    assert (asking.chat, asking.ref) == ("-1001", "1")
    assert answer.chat == "-1001"
    assert answer.key == f"tg:{CHAT}:{number}"
    confirmation = last(telegram)
    assert confirmation.reply_to
    assert confirmation.reply_to.id == number


async def test_a_question_is_known_after_a_restart(telegram: Telegram) -> None:
    book, desk = MemoryPromptBook(), Desk(ask)
    async with opened(telegram, Desk(ask), book=book):
        await press(telegram)
    async with opened(telegram, desk, book=book):
        telegram.answer_prompt(CHAT, "звонил", user=ANNA, name="Анна")
        await until(lambda: bool(desk.presses))
    assert desk.presses[0].value == "звонил"


async def test_an_answer_handed_out_again_has_the_same_key(telegram: Telegram) -> None:
    """The process dies before it has told Telegram that the answer was handled."""
    book, keys = MemoryPromptBook(), []
    async with opened(telegram, Desk(ask), book=book):
        await press(telegram)
        telegram.answer_prompt(CHAT, "звонил", user=ANNA, name="Анна")
        held = list(telegram.updates.waiting)
        await until(lambda: "Заметка записана" in said(telegram))
    for _ in range(2):
        desk = Desk(ask)
        telegram.updates.waiting[:] = held
        async with opened(telegram, desk, book=book):
            await until(partial(answered_at, desk))
        keys += [press.key for press in desk.presses if press.value]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_a_refused_answer_is_told_and_may_be_given_again(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        await press(telegram)
        prompt = last(telegram)
        telegram.answer_prompt(CHAT, "длинно " * 10, user=ANNA, name="Анна")
        await until(lambda: "Слишком длинно" in said(telegram))
        assert prompt.id in telegram.chats[CHAT].messages
        telegram.write(CHAT, "короче", user=ANNA, name="Анна", reply_to=prompt.id)
        await until(lambda: "Заметка записана" in said(telegram))
    assert [answer.value for answer in desk.presses[1:]] == ["длинно " * 10, "короче"]


async def test_somebody_else_s_answer_is_told_whose_question_it_is(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        await press(telegram)
        telegram.write(CHAT, "я напишу", user=OLEG, name="Олег", reply_to=last(telegram).id)
        await until(lambda: any("отвечает Анна" in text for text in said(telegram)))
    assert len(desk.presses) == 1


async def test_a_question_that_nobody_remembers_says_so(telegram: Telegram) -> None:
    async with opened(telegram, Desk(ask)):
        await press(telegram)
    desk = Desk(ask)
    async with opened(telegram, desk, book=MemoryPromptBook()):
        telegram.answer_prompt(CHAT, "звонил", user=ANNA, name="Анна")
        await until(lambda: hearing.FORGOTTEN in said(telegram))
    assert not [press for press in desk.presses if press.value is not None]


async def test_talk_under_a_card_is_left_alone(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        for text in ("кто возьмёт?", "я", "ок"):
            telegram.write(CHAT, text, user=OLEG, name="Олег", reply_to=CARD)
        await press(telegram)
    assert len(desk.presses) == 1
    assert len(said(telegram)) == 2


async def test_a_picture_is_no_answer(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        await press(telegram)
        telegram.answer_prompt(CHAT, "  ", user=ANNA, name="Анна")
        await until(lambda: hearing.NO_TEXT in said(telegram))
    assert len(desk.presses) == 1


async def test_a_choice_is_offered_under_the_card_and_goes_when_it_was_taken(telegram: Telegram) -> None:
    desk = Desk(ask)
    async with opened(telegram, desk):
        assert await press(telegram, "transfer") == hearing.CHOOSE
        choice = last(telegram)
        buttons = list(itertools.chain.from_iterable(choice.markup["inline_keyboard"]))
        assert [button["text"] for button in buttons] == ["Олег Смирнов", "Вера"]
        assert max(len(button["callback_data"].encode()) for button in buttons) <= 64
        assert choice.reply_to
        assert choice.reply_to.id == CARD
        toast = await telegram.press(CHAT, choice.id, buttons[0]["callback_data"], user=ANNA, name="Анна")
        assert toast == "Передано"
        await until(lambda: choice.id not in telegram.chats[CHAT].messages)
    chosen = desk.presses[-1]
    assert (chosen.case, chosen.action, chosen.value) == (WHOM.case, "transfer", "oleg")
    assert chosen.ref == str(CARD), "it comes from the card, though its own message is another"


async def test_a_choice_that_was_refused_stays(telegram: Telegram) -> None:
    async with opened(telegram, Desk(ask)):
        await press(telegram, "transfer")
        choice = last(telegram)
        *_, refused = itertools.chain.from_iterable(choice.markup["inline_keyboard"])
        data = refused["callback_data"]
        toast = await telegram.press_and_see(CHAT, choice.id, data, user=ANNA, name="Анна")
        assert toast is not None
        assert toast.alert
        await asyncio.sleep(0.05)
    assert choice.id in telegram.chats[CHAT].messages


async def test_a_question_that_cannot_be_asked_says_when_to_try_again(telegram: Telegram) -> None:
    body: dict[str, Any] = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 7"}
    body["parameters"] = {"retry_after": 7}
    telegram.faults.add(Fault(path="sendMessage", kind="json", status=429, body=body))
    async with opened(telegram, Desk(ask)):
        toast = await telegram.press_and_see(CHAT, CARD, "c:12:note", user=ANNA, name="Анна")
    assert toast is not None
    assert toast.text == "Не получилось задать вопрос. Нажмите ещё раз через 7 с"
    assert toast.alert


async def test_a_question_that_could_not_be_remembered_does_not_stay(telegram: Telegram) -> None:
    book = MemoryPromptBook()
    book.faults.append(OSError("disk full"))
    async with opened(telegram, Desk(ask), book=book):
        toast = await press(telegram)
        assert toast is not None
        assert toast.startswith("Не получилось")
        await until(lambda: len(book.asked) == 1)
    assert sum(message.prompt for message in telegram.chats[CHAT].messages.values()) == 1


async def test_a_question_is_asked_where_its_card_is_gone(telegram: Telegram) -> None:
    async def ask_late(pressed: Press) -> Answer:
        del telegram.chats[CHAT].messages[CARD]
        return await ask(pressed)

    async with opened(telegram, Desk(ask_late)):
        assert await press(telegram) == hearing.WRITE
    assert last(telegram).prompt


async def test_a_refusal_that_came_too_late_for_a_toast_is_said(telegram: Telegram) -> None:
    async def slow(_press: Press) -> Answer:
        await asyncio.sleep(0.3)
        return Answer(text="Уже взял Олег", alert=True)

    async with opened(telegram, Desk(slow), answer_within=0.05):
        toast = await press(telegram)
        assert toast is not None
        assert toast.startswith("Принято")
        await until(lambda: "Анна: Уже взял Олег" in said(telegram))


async def test_an_answer_that_is_never_written_down_is_told(telegram: Telegram) -> None:
    async def fail(pressed: Press) -> Answer:
        if pressed.value is not None:
            raise OSError("disk full")
        return await ask(pressed)

    async with opened(telegram, Desk(fail)):
        await press(telegram)
        telegram.answer_prompt(CHAT, "звонил", user=ANNA, name="Анна")
        await until(lambda: hearing.GIVEN_UP in said(telegram))


async def test_four_hundred_strangers_delay_no_press(telegram: Telegram) -> None:
    telegram.add_chat(-2, "Чужая группа")
    telegram.faults.add(Fault(path="sendMessage", kind="hang", seconds=3600, times=1000))
    for _ in range(400):
        telegram.write(-2, "/id", user=333, name="Посторонний")
    async with opened(telegram, Desk(lambda _press: answered())):
        assert await press(telegram, "claim") == "Вы взяли"


def answered_at(desk: Desk) -> bool:
    return any(press.value for press in desk.presses)


async def answered() -> Answer:
    return Answer(text="Вы взяли")
