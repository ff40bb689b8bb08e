"""Questions in Slack: a modal for whoever pressed, whose answer is a press with a value, over real sockets."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.slack import modals
from alerts.ports import Answer, Press
from simulator.faults import Fault
from simulator.slack import Slack
from tests.integration.test_slack_inbox import NOW, Desk, opened
from tests.waiting import until

NOTE = Prompt(
    case=12,
    action="note",
    title="Заметка к № 12 от постоянного клиента",
    question="Что запомнить об этом обращении?",
    hint="Например: звонил, ждёт мастера завтра",
    longest=1_000,
)
WHOM = Prompt(
    case=12,
    action="transfer",
    title="Передать № 12",
    question="Кому передать обращение?",
    options=tuple(Option(value=f"p{number}", label=f"Сотрудник {number} " + "я" * 100) for number in range(120)),
)


async def ask(press: Press) -> Answer:
    """What the daemon answers: it asks for what is missing, and takes what it is given."""
    if press.value is None:
        return Answer(text="", prompt=WHOM if press.action == "transfer" else NOTE)
    if press.value == "ещё":
        return Answer(text="", prompt=WHOM)
    if press.value == "плохо":
        return Answer(text="Так <нельзя>", alert=True)
    return Answer(text="Записано")


@dataclass
class Clock:
    time: datetime = NOW

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Slack:
    slack = Slack(clock.now, bot_token="xoxb-secret", app_token="xapp-secret", per_second=None)
    slack.add_channel("C01", "support")
    buttons = [
        {"type": "button", "text": {"type": "plain_text", "text": name}, "action_id": name, "value": "12"}
        for name in ("note", "transfer")
    ]
    slack.post("#support", "Обращение", [{"type": "actions", "elements": buttons}], None)
    return slack


async def press(slack: Slack, action: str = "note") -> str:
    ts = next(iter(slack.channels["C01"].messages))
    await slack.press("C01", ts, action, "12", user="U01", name="Анна")
    return ts


def whispers(slack: Slack) -> list[str]:
    return [line.text for line in slack.channels["C01"].ephemerals]


def open_modals(slack: Slack) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = slack.snapshot()["modals"]
    return shown


async def test_a_text_is_asked_in_a_modal_and_comes_back_as_a_press_with_a_value(slack: Slack) -> None:
    desk = Desk(ask)
    async with opened(slack, desk):
        ts = await press(slack)
        await until(lambda: bool(open_modals(slack)))
        view = open_modals(slack)[0]["view"]
        assert await slack.submit("U01", {modals.BLOCK: "звонил\nдважды"}) == "closed"
        await until(lambda: whispers(slack) == ["Записано"])
    assert view["title"]["text"] == "Заметка к № 12 от посто…"
    assert view["blocks"][0]["text"]["text"] == NOTE.question
    assert view["blocks"][1]["element"]["max_length"] == 1_000
    asking, answer = desk.presses
    assert (answer.case, answer.action, answer.value, answer.user) == (12, "note", "звонил\nдважды", "U01")
    assert (asking.chat, asking.ref) == (answer.chat, answer.ref) == ("C01", f"C01:{ts}")
    assert answer.key != asking.key


async def test_a_choice_is_a_menu(slack: Slack) -> None:
    desk = Desk(ask)
    async with opened(slack, desk):
        await press(slack, "transfer")
        await until(lambda: bool(open_modals(slack)))
        assert await slack.submit("U01", {modals.BLOCK: "p7"}) == "closed"
        await until(lambda: whispers(slack) == ["Записано"])
    assert desk.presses[-1].value == "p7"


async def test_a_refused_answer_is_told_in_the_modal_which_stays(slack: Slack) -> None:
    desk = Desk(ask)
    async with opened(slack, desk):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        assert await slack.submit("U01", {modals.BLOCK: "плохо"}) == "errors"
        assert open_modals(slack)[0]["errors"] == {modals.BLOCK: "Так <нельзя>"}
        assert await slack.submit("U01", {modals.BLOCK: "хорошо"}) == "closed"
        await until(lambda: whispers(slack) == ["Записано"])
    assert [press.value for press in desk.presses] == [None, "плохо", "хорошо"]
    assert len({press.key for press in desk.presses}) == 3


async def test_the_same_answer_given_again_is_another_press(slack: Slack) -> None:
    desk = Desk(ask)
    async with opened(slack, desk):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        for _ in range(2):
            assert await slack.submit("U01", {modals.BLOCK: "плохо"}) == "errors"
    assert len({press.key for press in desk.presses}) == 3


async def test_a_further_question_takes_the_place_of_the_first(slack: Slack) -> None:
    async with opened(slack, Desk(ask)):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        assert await slack.submit("U01", {modals.BLOCK: "ещё"}) == "changed"
        assert open_modals(slack)[0]["view"]["title"]["text"] == "Передать № 12"


async def test_a_modal_that_came_too_late_says_to_press_again(slack: Slack, clock: Clock) -> None:
    async def slow(pressed: Press) -> Answer:
        clock.time += timedelta(seconds=4)
        return await ask(pressed)

    async with opened(slack, Desk(slow)):
        await press(slack)
        await until(lambda: bool(whispers(slack)))
    assert whispers(slack) == [":no_entry: Не получилось задать вопрос. Нажмите ещё раз."]
    assert not open_modals(slack)


async def test_a_modal_that_is_open_already_is_no_trouble(slack: Slack) -> None:
    slack.faults.add(
        Fault(path="views.open", kind="json", body={"ok": False, "error": "exchanged_trigger_id"}),
    )
    async with opened(slack, Desk(ask)):
        await press(slack)
        await asyncio.sleep(0.1)
    assert whispers(slack) == []


async def test_an_answer_that_takes_long_stays_open_and_is_known_when_it_is_sent_again(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.slack_socket.PRESS_WAITS", 0.1)

    async def slow(pressed: Press) -> Answer:
        if pressed.value is not None:
            await asyncio.sleep(0.3)
        return await ask(pressed)

    desk = Desk(slow)
    async with opened(slack, desk):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        assert await slack.submit("U01", {modals.BLOCK: "звонил"}) == "unanswered"
        monkeypatch.setattr("simulator.slack_socket.PRESS_WAITS", 120.0)
        assert await slack.submit("U01", {modals.BLOCK: "звонил"}) == "closed"
    assert len({press.key for press in desk.presses if press.value}) == 1


async def test_an_answer_is_the_same_press_for_the_next_process_too(slack: Slack) -> None:
    """The first was killed between the store and the acknowledgement; the person sends the open window again."""
    killed, desk = Desk(ask), Desk(ask)
    async with opened(slack, killed):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        modal = slack.modals.of("U01")
        assert await slack.submit("U01", {modals.BLOCK: "звонил"}) == "closed"
    slack.modals._open[modal.person.id] = modal  # Slack never heard that it was taken
    async with opened(slack, desk):
        assert await slack.submit("U01", {modals.BLOCK: "звонил"}) == "closed"
    assert killed.presses[-1].key == desk.presses[-1].key


async def test_an_answer_delivered_again_is_taken_once_and_refused_again(slack: Slack) -> None:
    desk = Desk(ask)
    async with opened(slack, desk):
        await press(slack)
        await until(lambda: bool(open_modals(slack)))
        payload = {
            "type": "view_submission",
            "user": {"id": "U01", "name": "Анна"},
            "trigger_id": "5.5.u01",
            "view": slack.modals.of("U01").json()
            | {
                "state": {"values": {modals.BLOCK: {modals.FIELD: {"type": "plain_text_input", "value": "плохо"}}}}
            },
        }
        envelopes = [await slack.socket.deliver(payload, answerable=True) for _ in range(2)]
    assert [envelope.answer for envelope in envelopes] == [modals.mistake("Так <нельзя>")] * 2
    assert len(desk.presses) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"view": None},
        {"view": {}},
        {"view": {"callback_id": "another_app"}},
        {"view": {"callback_id": modals.CALLBACK, "private_metadata": "{"}},
        {"view": {"callback_id": modals.CALLBACK, "private_metadata": "[]"}},
        {"view": {"callback_id": modals.CALLBACK, "private_metadata": '{"case": "12", "action": "note"}'}},
        {"view": {"callback_id": modals.CALLBACK, "private_metadata": '{"case": 12, "action": "n; drop"}'}},
        {"view": {"callback_id": modals.CALLBACK, "private_metadata": '{"case": 12, "action": "note"}'}},
        {"user": {}},
        {"type": "view_closed"},
    ],
)
def test_what_is_no_answer_to_ours_is_nothing(change: dict[str, Any]) -> None:
    payload = {"type": "view_submission", "user": {"id": "U1"}, "view": {}}
    assert modals.read_submission({"payload": payload | change}) is None
    assert modals.read_submission({}) is None
