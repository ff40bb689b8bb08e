"""Buttons that ask: a note and a hand-over, in both messengers, in a daemon of its own process."""

import signal
from pathlib import Path

from simulator.server import Simulator
from tests.acceptance.running import LEAN, Process, cards, config_files, until, world

ANGRY = "Ромашка Телеком, третий день не работает интернет, в поддержке никто не отвечает! Верните деньги"
NOTE = "звонил в 15:40, ждёт <мастера> завтра"


async def test_a_note_that_telegram_asked_for_shows_on_both_cards_even_after_a_restart(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        await _first_case(simulator, daemon)
        await simulator.telegram.press(-1001, _card(simulator), "c:1:note", user=111, name="Анна")
        daemon.signal(signal.SIGTERM)
        await daemon.wait()
        await daemon.start()
        simulator.telegram.answer_prompt(-1001, NOTE, user=111, name="Анна")
        await until(lambda: all("мастера" in text for text in _cards(simulator)))
        await until(lambda: simulator.telegram.prompt_for(-1001, 111) is None)
        actions = await daemon.export("actions")
    assert [(one["who"], one["what"]) for one in actions] == [("Анна Иванова", "note")]


async def test_a_note_that_slack_asked_for_shows_on_both_cards(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        await _first_case(simulator, daemon)
        ts = simulator.slack.snapshot()["channels"][0]["messages"][0]["ts"]
        await simulator.slack.press("C01", ts, "note", "1", user="U02", name="Олег")
        await until(lambda: bool(simulator.slack.snapshot()["modals"]))
        assert await simulator.slack.submit("U02", {"answer": NOTE}) == "closed"
        await until(lambda: all("мастера" in text for text in _cards(simulator)))


async def test_a_case_given_to_a_colleague_is_his_and_he_is_called(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        await _first_case(simulator, daemon)
        await simulator.telegram.press(-1001, _card(simulator), "c:1:transfer", user=111, name="Анна")
        choice = list(simulator.telegram.chats[-1001].messages.values())[-1]
        (data,) = (
            button["callback_data"]
            for row in choice.markup["inline_keyboard"]
            for button in row
            if "Олег" in button["text"]
        )
        await simulator.telegram.press(-1001, choice.id, data, user=111, name="Анна")
        await until(lambda: all("Олег Смирнов" in text for text in _cards(simulator)))
        await until(lambda: choice.id not in simulator.telegram.chats[-1001].messages)
        await until(lambda: _called(simulator))
        cases = await daemon.export("cases")
    assert cases[0]["owner"] == "oleg"


async def _first_case(simulator: Simulator, daemon: Process) -> None:
    await daemon.start()
    simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
    await until(lambda: len(cards(simulator)) >= 2)


def _card(simulator: Simulator) -> int:
    return min(simulator.telegram.chats[-1001].messages)


def _cards(simulator: Simulator) -> tuple[str, str]:
    """The case's card in Telegram and in Slack, as text."""
    channel = simulator.slack.snapshot()["channels"][0]
    return simulator.telegram.chats[-1001].messages[_card(simulator)].text, str(channel["messages"][0]["blocks"])


def _called(simulator: Simulator) -> bool:
    """Oleg is named under the card in both messengers, so that each rings."""
    here = [message for message in simulator.telegram.chats[-1001].messages.values() if message.reply_to]
    there = [message for message in simulator.slack.snapshot()["channels"][0]["messages"] if message["thread"]]
    rung = any(222 in message.parsed.mentioned for message in here)
    return rung and any("<@U02>" in message["text"] for message in there)
