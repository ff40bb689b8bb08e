"""Answers to notes in Telegram, over real sockets: what they become, and what stays colleagues' talk."""

import asyncio
from datetime import timedelta

import pytest

from alerts.cards.note import Note
from alerts.cards.talk import TO_CUSTOMER, WELL
from alerts.notifiers.telegram import TELEGRAM, hearing
from alerts.notifiers.telegram.markup import note_keyboard, render_note
from alerts.ports import Answer, Asked, Press
from simulator.faults import Fault
from simulator.telegram import Telegram
from tests.contract.notifier_stages import serving
from tests.integration.test_telegram_inbox import NOW, TOKEN, Desk, listening, opened
from tests.outbox import MemoryPromptBook
from tests.waiting import until

CHAT, ANNA, OLEG = -1001, 111, 222
NOTE = Note(text="Клиент пишет", quote="Во сколько?", case=12, answerable=TO_CUSTOMER, buttons=(WELL,))


async def take(press: Press) -> Answer:
    return Answer(text=f"Отправляю «{press.value}»")


@pytest.fixture
def telegram() -> Telegram:
    telegram = Telegram(lambda: NOW, token=TOKEN, per_minute=None)
    telegram.add_chat(CHAT, "Поддержка")
    buttons = [[{"text": "Взять", "callback_data": "c:12:claim"}]]
    telegram.send(CHAT, "Обращение", markup={"inline_keyboard": buttons}, topic=None, html=True)
    markup = {"inline_keyboard": note_keyboard(NOTE)}
    telegram.send(CHAT, render_note(NOTE), markup=markup, topic=None, html=True)
    return telegram


def note_in(telegram: Telegram) -> int:
    return list(telegram.chats[CHAT].messages)[1]


def asked(telegram: Telegram) -> Asked:
    return Asked(
        messenger=TELEGRAM,
        chat=str(CHAT),
        ref=str(note_in(telegram)),
        user=None,
        case=12,
        action="write_private",
        at=NOW,
    )


def said(telegram: Telegram) -> list[str]:
    return [message.text for message in telegram.chats[CHAT].messages.values() if message.author is None][2:]


async def test_whoever_answers_a_note_presses_its_action(telegram: Telegram) -> None:
    book, desk = MemoryPromptBook(), Desk(take)
    await book.remember(asked(telegram))
    async with opened(telegram, desk, book=book):
        for user, name in ((ANNA, "Анна"), (OLEG, "Олег")):
            telegram.write(CHAT, f"В 18:00, {name}", user=user, name=name, reply_to=note_in(telegram))
        await until(lambda: len(said(telegram)) == 2)
    assert {(one.user, one.action, one.case, one.value) for one in desk.presses} == {
        ("111", "write_private", 12, "В 18:00, Анна"),
        ("222", "write_private", 12, "В 18:00, Олег"),
    }
    assert note_in(telegram) in telegram.chats[CHAT].messages, "the customer's words stay where they are"


async def test_an_answer_that_comes_before_the_note_is_noted_is_not_lost(telegram: Telegram) -> None:
    book, desk = MemoryPromptBook(), Desk(take)
    async with opened(telegram, desk, book=book):
        telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note_in(telegram))
        await asyncio.sleep(0.4)
        assert not desk.presses
        await book.remember(asked(telegram))
        await until(lambda: bool(desk.presses))
    assert desk.presses[0].value == "В 18:00"


async def test_an_answer_to_a_note_that_nobody_knows_is_said_to_be_so(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "NOTED_WITHIN", (0.05,))
    desk = Desk(take)
    async with opened(telegram, desk):
        telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note_in(telegram))
        await until(lambda: hearing.FORGOTTEN_NOTE in said(telegram))
    assert not desk.presses


async def test_a_burst_of_answers_that_are_not_taken_leaves_nobody_untold(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "NOTED_WITHIN", ())
    people = range(300, 324)
    rest = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}
    telegram.faults.add(Fault(path="sendMessage", kind="json", status=429, body=rest, times=3))
    async with opened(telegram, Desk(take)):
        for user in people:
            telegram.write(CHAT, "В 18:00", user=user, name=f"Анна {user}", reply_to=note_in(telegram))
        await until(lambda: said(telegram).count(hearing.FORGOTTEN_NOTE) == len(people))


async def test_one_who_answers_again_and_again_is_told_a_few_times(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "NOTED_WITHIN", ())
    async with opened(telegram, Desk(take)):
        for _ in range(30):
            telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note_in(telegram))
        telegram.write(CHAT, "В 18:00", user=OLEG, name="Олег", reply_to=note_in(telegram))
        await until(lambda: len(said(telegram)) == 4)
        await asyncio.sleep(0.3)
        assert len(said(telegram)) == 4


async def test_a_process_that_is_killed_before_it_said_so_leaves_the_word_to_the_next(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "NOTED_WITHIN", ())
    telegram.faults.add(Fault(path="sendMessage", kind="hang", seconds=60))
    async with serving("/telegram", telegram.app()) as address:
        async with listening(f"{address}/telegram/", Desk(take)):
            telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note_in(telegram))
            await until(lambda: telegram.faults.met == 1)
        assert not said(telegram)
        async with listening(f"{address}/telegram/", Desk(take)):
            await until(lambda: said(telegram) == [hearing.FORGOTTEN_NOTE])


async def test_nobody_waits_for_an_old_note_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "NOTED_WITHIN", (60.0,))
    now = NOW - hearing.FRESH - timedelta(seconds=1)
    telegram = Telegram(lambda: now, token=TOKEN, per_minute=None)
    telegram.add_chat(CHAT, "Поддержка")
    note = telegram.send(CHAT, render_note(NOTE), markup={}, topic=None, html=True)
    desk = Desk(take)
    async with opened(telegram, desk):
        telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note.id)
        await until(lambda: telegram.chats[CHAT].messages[max(telegram.chats[CHAT].messages)].author is None)
    assert list(telegram.chats[CHAT].messages.values())[-1].text == hearing.FORGOTTEN_NOTE
    assert not desk.presses


async def test_what_colleagues_answer_to_a_card_or_to_each_other_stays_theirs(telegram: Telegram) -> None:
    book, desk = MemoryPromptBook(), Desk(take)
    await book.remember(asked(telegram))
    async with opened(telegram, desk, book=book):
        card = next(iter(telegram.chats[CHAT].messages))
        telegram.write(CHAT, "ну и хам", user=ANNA, name="Анна", reply_to=card)
        chatter = telegram.write(CHAT, "да уж", user=OLEG, name="Олег")
        telegram.write(CHAT, "и не говори", user=ANNA, name="Анна", reply_to=chatter)
        telegram.write(CHAT, "В 18:00", user=ANNA, name="Анна", reply_to=note_in(telegram))
        await until(lambda: bool(desk.presses))
    assert [press.value for press in desk.presses] == ["В 18:00"]
    assert len(said(telegram)) == 1
