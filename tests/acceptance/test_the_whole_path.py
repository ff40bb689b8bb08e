"""From a post to a card in an operator's hand and back, in a daemon of its own process."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from alerts.notifiers.telegram.hearing import LATER
from simulator.server import Simulator
from tests.acceptance.running import LEAN, Process, cards, config_files, says, until, world

ANGRY = "Ромашка Телеком, третий день не работает интернет, в поддержке никто не отвечает! Верните деньги"
ENDS = 10.0
"""Seconds within which it ends on a quiet machine."""


async def test_a_complaint_in_vk_and_on_x_becomes_a_card_in_both_messengers(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path), fresh=True) as daemon,
    ):
        await daemon.start()
        simulator.publishing.by_hand("vk", "Пётр", ANGRY)
        simulator.publishing.by_hand("x", "Мария", ANGRY)
        simulator.publishing.by_hand("vk", "Ольга", ANGRY, community="romashka")
        await until(lambda: len(cards(simulator)) >= 6)
        shown = cards(simulator)
        cases = await daemon.exported("cases")
        assert cases == await daemon.export("cases"), "the command tells what the other tests read"
    assert {case["brand"] for case in cases} == {"romashka"}
    assert len(cases) == 3
    assert {chat for chat, _ in shown} >= {"telegram:-1001", "slack:support"}
    assert set(shown.values()) == {1}


async def test_a_comment_in_the_brands_own_community_need_not_name_it(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        simulator.publishing.by_hand("vk", "Ольга", "Всем доброе утро, хорошего дня!", community="romashka")
        simulator.publishing.by_hand(
            "vk", "Пётр", "Третий день нет интернета, поддержка не отвечает!", community="romashka"
        )
        await until(lambda: bool(cards(simulator)))
        verdicts, cases = await daemon.export("verdicts"), await daemon.export("cases")
        mentions = await daemon.export("mentions")
    # What the brands themselves have posted is kept too.
    customers = [one for one in mentions if one["network"] == "vk" and not one["author"]["id"].startswith("-")]
    assert {one["place"] for one in customers} == {"vk:romashka_help"}
    assert len(customers) == 2
    assert len(mentions) > len(customers)  # the brands' own posts are kept beside them, and judged by nobody
    assert [(one["brand"], one["author_name"]) for one in cases] == [("romashka", "Пётр")]
    assert {(one["brand"], one["reason"]) for one in verdicts} == {("romashka", "на своей странице")}
    assert len(verdicts) == 2


async def test_a_button_pressed_in_telegram_changes_the_case_and_both_cards_once(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await until(lambda: len(cards(simulator)) >= 2)
        message = _telegram_card(simulator)
        stranger = await simulator.telegram.press(-1001, message, "c:1:claim", user=999, name="Посторонний")
        toasts = await asyncio.gather(
            *(simulator.telegram.press(-1001, message, "c:1:claim", user=111, name="Анна") for _ in range(5))
        )
        other = await simulator.telegram.press(-1001, message, "c:1:close", user=333, name="Другой")
        await until(lambda: "Анна Иванова" in _texts(simulator)[0] and "Анна Иванова" in _texts(simulator)[1])
        await until(lambda: "people.yaml" in f"{stranger}{_said(simulator, -1001)}")
        actions, cases = await daemon.export("actions"), await daemon.export("cases")
    assert says(stranger, "people.yaml")
    assert other is not None
    at_once = sum(toast is not None and toast.startswith("Вы взяли") for toast in toasts)
    assert at_once == 1 or (at_once == 0 and any(toast == LATER.text for toast in toasts))
    assert cases[0]["state"] == "claimed"
    assert cases[0]["owner"] == "anna"
    assert [one["what"] for one in actions] == ["claim"]


async def test_a_button_pressed_in_slack_shows_in_telegram(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        simulator.publishing.by_hand("x", "Пётр", ANGRY)
        await until(lambda: len(cards(simulator)) >= 2)
        message = simulator.slack.snapshot()["channels"][0]["messages"][0]
        await simulator.slack.press("C01", message["ts"], "not_complaint", "1", user="U02", name="Олег")
        await until(lambda: "Олег Смирнов" in _texts(simulator)[0] and "Олег Смирнов" in _texts(simulator)[1])
        cases = await daemon.export("cases")
    assert cases[0]["state"] == "not_complaint"


async def test_a_customer_who_comes_back_after_the_case_was_closed_gets_a_new_card(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await until(lambda: len(cards(simulator)) >= 2)
        closing = "c:1:close:resolved-own_error"  # the last of the two questions that «Закрыть» asks
        await simulator.telegram.press(-1001, _telegram_card(simulator), closing, user=111, name="Анна")
        await until(lambda: all("Решено (наша ошибка) — Анна Иванова" in text for text in _texts(simulator)))
        simulator.publishing.by_hand("vk", "Пётр", f"Зачем закрыли? {ANGRY}", community="romashka")
        await until(lambda: all("Зачем закрыли?" in text for text in _texts(simulator)))
        await until(lambda: all("автор вернулся, отвечает Анна Иванова" in text for text in _texts(simulator)))
        await until(lambda: all("продолжение ниже" in text for text in _texts(simulator)))
        cases = await daemon.export("cases")
    assert [one["state"] for one in cases] == ["claimed"]


async def test_sigterm_ends_the_daemon_within_ten_seconds_and_cleanly(tmp_path: Path) -> None:
    async with (
        world(rate=20.0) as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        await until(lambda: bool(cards(simulator)))
        async with asyncio.timeout(ENDS * daemon.slower):
            code = await daemon.terminate()
    assert code == 0
    assert "Traceback" not in daemon.said()


async def test_sighup_brings_a_new_configuration_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    async with world() as simulator, Process(tmp_path, simulator.environment(), config) as daemon:
        await daemon.start()
        people = config / "people.yaml"
        good = people.read_text(encoding="utf-8")
        people.write_text("people: [", encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        await until(lambda: "people.yaml:" in daemon.said())
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await until(lambda: len(cards(simulator)) >= 2)
        people.write_text(
            good + "  - {name: Вера Новая, role: operator, telegram: 444, gender: f}\n", encoding="utf-8"
        )
        daemon.signal(signal.SIGHUP)
        await until(lambda: "new configuration is in use" in daemon.said())
        toast = await simulator.telegram.press(
            -1001, _telegram_card(simulator), "c:1:claim", user=444, name="Вера"
        )
        await until(lambda: "Вера Новая" in _texts(simulator)[0])
    assert says(toast, "Вы взяли")


async def test_a_dead_token_is_named_and_a_new_one_in_its_file_is_taken_up_by_sighup(tmp_path: Path) -> None:
    token = tmp_path / "vk-token"
    token.write_text("revoked", encoding="utf-8")
    async with world() as simulator:
        environ = {**simulator.environment(), "LISTENER_VK_SERVICE_TOKEN_FILE": str(token)}
        right = environ.pop("LISTENER_VK_SERVICE_TOKEN")
        async with Process(tmp_path, environ | LEAN, config_files(tmp_path), fresh=True) as daemon:
            await daemon.start()
            await until(lambda: _health_says(daemon, "остановлен, нужен человек"))
            assert (await daemon.get("/livez"))[0] == 200
            token.write_text(right, encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            await until(daemon.healthy)
            assert right not in daemon.said()


@pytest.mark.parametrize("messenger", ["telegram", "slack"])
async def test_a_messengers_new_token_in_its_file_is_taken_up_by_itself(tmp_path: Path, messenger: str) -> None:
    """Telegram's bot and Slack's app: what waited goes out, the press is heard, nobody is told twice."""
    setting = "LISTENER_TELEGRAM_TOKEN" if messenger == "telegram" else "LISTENER_SLACK_BOT_TOKEN"
    token = tmp_path / "token"
    async with world() as simulator:
        environ = {**simulator.environment(), f"{setting}_FILE": str(token)}
        right = environ.pop(setting)
        token.write_text(right[:-4] + "dead", encoding="utf-8")
        async with Process(tmp_path, environ | LEAN, config_files(tmp_path)) as daemon:
            await daemon.start()
            simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
            other = {"telegram": "slack:support", "slack": "telegram:-1001"}[messenger]
            await until(lambda: {chat for chat, _ in cards(simulator)} == {other})
            token.write_text(right, encoding="utf-8")
            await until(lambda: {chat for chat, _ in cards(simulator)} == {"telegram:-1001", "slack:support"})
            await until(lambda: f"new tokens are in use: {messenger}" in daemon.said())
            if messenger == "telegram":
                card = _telegram_card(simulator)
                toast = await simulator.telegram.press(-1001, card, "c:1:claim", user=111, name="Анна")
                assert says(toast, "Вы взяли")
                await until(lambda: "Анна Иванова" in _texts(simulator)[0])
            simulator.publishing.by_hand("vk", "Ольга", ANGRY, community="romashka")
            await until(lambda: set(cards(simulator).values()) == {1})
            await until(lambda: len(cards(simulator)) == 4)
            assert right not in daemon.said()
    assert "Traceback" not in daemon.said()


async def test_dead_proxies_are_a_trouble_until_they_are_taken_out(tmp_path: Path) -> None:
    dead = "".join(f"LISTENER_PROXIES_{platform}=http://127.0.0.1:1\n" for platform in ("VK", "X", "TELEGRAM"))
    (tmp_path / ".env").write_text(dead, encoding="utf-8")
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        await until(lambda: _health_says(daemon, "не работает ни один прокси", times=3))
        (tmp_path / ".env").write_text("", encoding="utf-8")
        await until(daemon.healthy)
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await until(lambda: ("telegram:-1001", 1) in cards(simulator))
    assert "Traceback" not in daemon.said()


async def test_settings_that_are_refused_are_a_trouble_in_words_and_the_old_ones_stay(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        (tmp_path / ".env").write_text(
            "LISTENER_TELEGRM_TOKEN=123:abcdef\nLISTENER_LOG_FORMAT=xml\n", encoding="utf-8"
        )
        daemon.signal(signal.SIGHUP)
        await until(lambda: _health_says(daemon, "изменённый .env не принят"))
        status, body = await daemon.get("/healthz")
        (problem,) = [each for each in json.loads(body)["problems"] if ".env" in each]
        assert status == 503
        assert "LISTENER_" in problem
        assert "и ещё 1" in problem
        assert "abcdef" not in problem
        (tmp_path / ".env").write_text("", encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        await until(daemon.healthy)


async def test_a_messenger_that_gets_its_first_token_is_told_and_one_that_loses_it_is_off(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# nothing yet\n", encoding="utf-8")
    async with world() as simulator:
        environ = simulator.environment()
        token = environ.pop("LISTENER_TELEGRAM_TOKEN")
        async with Process(tmp_path, environ | LEAN, config_files(tmp_path)) as daemon:
            await daemon.start()
            simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
            await until(lambda: {chat for chat, _ in cards(simulator)} == {"slack:support"})
            (tmp_path / ".env").write_text(f"LISTENER_TELEGRAM_TOKEN={token}\n", encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            await until(lambda: "new tokens are in use: telegram" in daemon.said())
            simulator.publishing.by_hand("vk", "Ольга", ANGRY, community="romashka")
            await until(lambda: ("telegram:-1001", 2) in cards(simulator))
            (tmp_path / ".env").write_text("", encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            await until(lambda: daemon.said().count("new tokens are in use: telegram") == 2)
            simulator.publishing.by_hand("vk", "Мария", ANGRY, community="romashka")
            await until(lambda: ("slack:support", 3) in cards(simulator))
            await until(daemon.healthy)
            _, body = await daemon.get("/healthz")
            assert "tell telegram" not in json.loads(body)["loops"]
    assert ("telegram:-1001", 3) not in cards(simulator)
    assert "Traceback" not in daemon.said()


async def test_a_saved_file_takes_effect_by_itself_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    async with world() as simulator, Process(tmp_path, simulator.environment(), config) as daemon:
        await daemon.start()
        people = config / "people.yaml"
        good = people.read_text(encoding="utf-8")
        people.write_text("people: [", encoding="utf-8")
        await until(lambda: "people.yaml:" in daemon.said())
        assert "new configuration is in use" not in daemon.said()
        people.write_text(good + "  - {name: Вера Новая, role: operator, telegram: 444}\n", encoding="utf-8")
        await until(lambda: "new configuration is in use" in daemon.said())


async def test_a_refused_config_is_told_to_the_chat_of_those_who_write_it(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    routes = config / "routes.yaml"
    routes.write_text(
        routes.read_text(encoding="utf-8").replace("notices: {", "notices: {config: crisis, "), encoding="utf-8"
    )
    async with world() as simulator, Process(tmp_path, simulator.environment() | LEAN, config) as daemon:
        await daemon.start()
        good = routes.read_text(encoding="utf-8")
        routes.write_text(good.replace("to: support\n", "to: suport\n", 1), encoding="utf-8")
        await until(lambda: len(_said(simulator, -1003)) == 1)
        (refused,) = _said(simulator, -1003)
        daemon.signal(signal.SIGHUP)
        await until(lambda: daemon.said().count("the new configuration is not used") == 2)
        routes.write_text(good, encoding="utf-8")
        await until(lambda: len(_said(simulator, -1003)) == 2)
        assert "Настройки приняты: 3" in _said(simulator, -1003)[-1]
        assert _said(simulator, -1001) == []
    assert "Новые настройки не приняты, в силе прежние." in refused
    assert "• routes.yaml, строка 7: получатель «suport» нигде не описан; возможно, вы имели в виду" in refused


async def test_the_daemon_says_that_it_is_well(tmp_path: Path) -> None:
    async with (
        world(rate=5.0) as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        await daemon.start()
        await until(lambda: bool(cards(simulator)))
        open_to_others = _open_to_others(tmp_path)
        await until(daemon.healthy)
        code, out, _ = await daemon.command("health")
        status, metrics = await daemon.get("/metrics")
    assert open_to_others == []
    assert code == 0, out
    assert status == 200
    assert 'otklik_deliveries_total{messenger="telegram",outcome="sent"}' in metrics


async def _health_says(daemon: Process, words: str, *, times: int = 1) -> bool:
    return (await daemon.get("/healthz"))[1].count(words) >= times


def _said(simulator: Simulator, chat: int) -> list[str]:
    chats = simulator.telegram.snapshot()["chats"]
    return [message["text"] for one in chats if one["id"] == chat for message in one["messages"]]


def _open_to_others(folder: Path) -> list[str]:
    """The files of the database that somebody else on the machine could read."""
    return [path.name for path in folder.glob("otklik.db*") if path.stat().st_mode & 0o077]


def _telegram_card(simulator: Simulator) -> int:
    chats = {chat["id"]: chat["messages"] for chat in simulator.telegram.snapshot()["chats"]}
    return int(chats[-1001][0]["id"])


def _texts(simulator: Simulator) -> tuple[str, str]:
    """Everything the two support chats show, as text."""
    chats = {chat["id"]: chat["messages"] for chat in simulator.telegram.snapshot()["chats"]}
    channels = {channel["name"]: channel["messages"] for channel in simulator.slack.snapshot()["channels"]}
    return str(chats[-1001]), str(channels["support"])
