"""`listener doctor` against the simulated world: every red line once, and what to do stands beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from listener.commands.doctor import _config as read_config
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.doctor import machine
from listener.doctor.checkup import check_up, of_dotenv
from listener.messengers.telegram.doctor import likely
from listener.networks.vk.client import token_hash
from listener.networks.vk.quota import quota_key
from listener.ports import Budget, money_key
from listener.settings import read_settings
from simulator.corpus import load_corpus
from simulator.faults import Fault, Faults
from simulator.server import Simulator, system_now
from tests.loopback_proxies import proxy
from tests.waiting import until

BRAND = """\
id: romashka
title: Ромашка Телеком
names: [Ромашка Телеком]
accounts: {vk: [romashka_help]}
watch: {vk: {community: [romashka_help], every: 15m}, x: {}}
limits: {x_usd_per_day: 5}
"""
ROUTES = """\
receivers:
  support: {telegram: [{chat: -1001}], slack: ["#support"]}
route: {to: support}
"""
PEOPLE = "people: [{name: Анна Иванова, role: operator, telegram: 111, slack: U01}]\n"


@dataclass(slots=True, kw_only=True)
class World:
    """The simulator, the settings that point at it and a config; `look` runs the doctor."""

    simulator: Simulator
    environ: dict[str, str]
    folder: Path
    fix: bool = False
    budget: Budget | None = None

    def routes(self, old: str, new: str) -> None:
        text = (self.folder / "routes.yaml").read_text(encoding="utf-8")
        assert old in text
        (self.folder / "routes.yaml").write_text(text.replace(old, new), encoding="utf-8")

    @property
    def base(self) -> Path:
        return Path(self.environ["LISTENER_DATABASE_URL"].removeprefix("sqlite:///"))

    async def look(self, *, send_test: float | None = None, until: str = "") -> dict[str, list[Line]]:
        """The parts and their lines, up to the part `until`."""
        environ = {"LISTENER_SECOND_OPINION": "off", **self.environ}
        settings = read_settings(environ, config_dir=self.folder)
        config, _ = await asyncio.to_thread(read_config, self.folder)
        look = Look(
            now=lambda: system_now().timestamp(), fix=self.fix, config_read=config is not None, budget=self.budget
        )
        parts: dict[str, list[Line]] = {}
        async for part in check_up(settings, config, look, send_test=send_test):
            parts[part.title] = list(part.lines)
            if part.title == until:
                break
        return parts


@pytest.fixture(scope="session")
def corpus() -> Any:
    return load_corpus()


@pytest.fixture
async def world(tmp_path: Path, corpus: Any) -> AsyncIterator[World]:
    simulator = Simulator(corpus, system_now, rate=0, seed=0)
    await simulator.start()
    folder = tmp_path / "config"
    (folder / "brands").mkdir(parents=True)
    for name, text in {"brands/romashka.yaml": BRAND, "routes.yaml": ROUTES, "people.yaml": PEOPLE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    tokens = {"romashka_help": "vk1.simulated.romashka_help"}
    environ = {
        **simulator.environment(),
        "LISTENER_VK_COMMUNITY_TOKENS": json.dumps(tokens),
        "LISTENER_DATABASE_URL": f"sqlite:///{tmp_path / 'var' / 'otklik.db'}",
    }
    yield World(simulator=simulator, environ=environ, folder=folder)
    await simulator.stop()


async def test_a_key_without_the_right_to_messages_and_their_events_is_named_and_is_no_fault(world: World) -> None:
    vk = world.simulator.vk
    group = next(one for one in vk.world.communities.values() if one.screen_name == "romashka_help")
    vk.world.communities[group.number] = replace(group, permissions=("wall", "manage"))
    vk.channels[group.number].settings["message_edit"] = 0
    told = {line.what: line for line in (await world.look(until=VK))[VK]}
    rights, events = told[f"{PAGE}, права"], told[f"{PAGE}, Long Poll"]
    assert (rights.state, events.state) == ("warn", "warn")
    assert "нет права «сообщения сообщества»" in rights.says
    assert "message_edit: личных сообщений не слышим" in events.says


async def test_keys_without_messages_and_accounts_of_nobody_are_named_and_are_no_fault(world: World) -> None:
    _level_of(world.simulator, "read-write")
    lines = (await world.look(until="X"))["X"]
    about = {(line.state, line.says) for line in lines if line.what == "аккаунт @romashka_ru"}
    assert ("warn", "отвечать можно, личных сообщений ключи не видят") in about
    assert red(lines) == []
    strange = [line for line in lines if "ни один бренд" in line.says]
    assert strange
    assert all(line.state == "warn" for line in strange)


async def test_keys_without_messages_are_fine_where_nobody_wants_messages(world: World) -> None:
    _level_of(world.simulator, "read-write")
    (world.folder / "policy.yaml").write_text("messages: off\n", encoding="utf-8")
    account = [line for line in (await world.look(until="X"))["X"] if line.what == "аккаунт @romashka_ru"]
    assert [line.state for line in account if "messages: off" in line.says] == ["ok"]


async def test_without_keys_of_accounts_a_person_answers(world: World) -> None:
    world.environ |= {"LISTENER_X_USER_KEYS": "{}", "LISTENER_X_BEARER_TOKEN": ""}
    assert [line.what for line in (await world.look(until="X"))["X"]] == ["токен"]


def _level_of(simulator: Simulator, level: str) -> None:
    keys = simulator.x.keys.signed
    keys |= {token: replace(one, level=level) for token, one in keys.items()}


def red(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.state == "bad"]


async def test_a_broken_config_is_not_taken_for_one_without_chats_and_brands(world: World) -> None:
    world.routes("to: support", "to: suport")
    parts = await world.look(until="Slack")
    said = [line for part in ("Telegram", "Slack") for line in parts[part] if line.what in ("чаты", "каналы")]
    assert [(line.state, line.says) for line in said] == [("off", "какие, неизвестно: настройки с ошибками")] * 2
    assert not any("ни один" in line.says for lines in parts.values() for line in lines)


async def test_a_world_that_is_well_has_no_red_line(world: World) -> None:
    parts = await world.look()
    assert [line for lines in parts.values() for line in red(lines)] == []
    assert list(parts) == ["ВКонтакте", "X", "Telegram", "Slack", "Webhook", "Машина", "Вместе"]
    told = {line.what: line for lines in parts.values() for line in lines}
    assert "«Поддержка», бот на месте" in told["чат -1001"].says
    assert told["сообщество romashka_help, Long Poll"].says == "включён, нужные события тоже"
    assert told["сообщество romashka_help, права"].says == "отвечать в комментариях и писать в личку можно"
    assert "Socket Mode открывается" in told["ключ (xapp-)"].says
    assert "сходятся" in told["часы"].says


Spoil = Callable[[World], None]


def _token(name: str, value: str) -> Spoil:
    return lambda world: world.environ.update({name: value})


def _answers(network: str, path: str, body: object, **more: Any) -> Spoil:
    def spoil(world: World) -> None:
        faults: Faults = world.simulator.faults[network]
        faults.add(Fault(path=path, kind="json", times=9, body=body, **more))

    return spoil


def _fault(network: str, kind: Any, path: str = "/", **more: Any) -> Spoil:
    return lambda world: world.simulator.faults[network].add(Fault(path=path, kind=kind, times=9, **more))


def _vk_error(method: str, code: int, **more: Any) -> Spoil:
    return _answers("vk", method, {"error": {"error_code": code, "error_msg": "words of VK", **more}})


def _telegram_error(method: str, code: int, words: str, **parameters: Any) -> Spoil:
    body = {"ok": False, "error_code": code, "description": words, "parameters": parameters}
    return _answers("telegram", method, body, status=code)


def _slack_error(method: str, word: str, **more: Any) -> Spoil:
    return _answers("slack", method, {"ok": False, "error": word, **more})


def _chat(new: str) -> Spoil:
    return lambda world: world.routes("{chat: -1001}", new)


def _brand(changes: Mapping[str, str]) -> Spoil:
    """What stands in the brand's file, by what is put there instead."""

    def spoil(world: World) -> None:
        file = world.folder / "brands" / "romashka.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    return spoil


def _in_slack(new: str) -> Spoil:
    return lambda world: world.routes("#support", new)


def _do(act: Callable[[Simulator], None]) -> Spoil:
    return lambda world: act(world.simulator)


def _nowhere(name: str) -> Spoil:
    """An address where nobody listens."""
    return lambda world: world.environ.update({name: "http://127.0.0.1:1/"})


def _dead_proxy(name: str) -> Spoil:
    return lambda world: world.environ.update({name: "socks5://me:s3cret@127.0.0.1:1"})


def _closed_channel(simulator: Simulator) -> None:
    simulator.slack.archive("C01")


VK, TELEGRAM = "ВКонтакте", "Telegram"
PAGE = "сообщество romashka_help"
COMMUNITY = "LISTENER_VK_COMMUNITY_TOKENS"
OWN = "vk1.simulated.romashka_help"
OTHER = json.dumps({"romashka_help": "vk1.simulated.tulpar_help"})
CAPPED = {"type": "https://api.twitter.com/2/problems/usage-capped", "title": "UsageCapExceeded"}
USAGE = {"data": {"project_usage": "100", "project_cap": "100"}}

# how it is spoilt → the part, what the line is about, what it says, what it advises
RED: dict[str, tuple[Spoil, str, str, str, str]] = {
    # VK
    "VK: nobody listens": (_nowhere("LISTENER_VK_API_URL"), VK, "связь", "не принимает", "_API_URL"),
    "VK: a page of somebody else": (_fault("vk", "html"), VK, "связь", "заблокировано здесь", "PROXIES_VK"),
    "VK: the connection is cut": (
        _fault("vk", "reset"),
        VK,
        "связь",
        "обрывает соединение: похоже, заблокировано здесь",
        "PROXIES_VK",
    ),
    "VK: a dead proxy": (_dead_proxy("LISTENER_PROXIES_VK"), VK, "связь", "ни один прокси", "назовите другой"),
    "VK: a revoked service key": (
        _do(lambda simulator: simulator.vk.revoke(simulator.vk.service_token)),
        VK,
        "сервисный ключ",
        "ключ отозван",
        "выпустите новый",
    ),
    "VK: a community's key for the service key": (
        _token("LISTENER_VK_SERVICE_TOKEN", OWN),
        VK,
        "сервисный ключ",
        "не тот ключ: здесь ключ сообщества",
        "connect-vk",
    ),
    "VK: a key of VK ID": (
        _token("LISTENER_VK_SERVICE_TOKEN", "vk2.a.xyz"),
        VK,
        "сервисный ключ",
        "ключ VK ID",
        "connect-vk",
    ),
    "VK: a captcha": (
        _vk_error("newsfeed.search", 14, redirect_uri="https://id.vk.com/captcha"),
        VK,
        "сервисный ключ",
        "капчу",
        "https://id.vk.com/captcha",
    ),
    "VK: a right is missing": (
        _vk_error("getLongPollSettings", 15),
        VK,
        f"{PAGE}, Long Poll",
        "нет права «управление сообществом»",
        "создайте ключ заново",
    ),
    "VK: no key for a watched community": (
        _token(COMMUNITY, "{}"),
        VK,
        PAGE,
        "нет ключа",
        "LISTENER_VK_COMMUNITY_TOKENS",
    ),
    "VK: the service key for a community's": (
        lambda world: world.environ.update(
            {COMMUNITY: json.dumps({"romashka_help": world.simulator.vk.service_token})}
        ),
        VK,
        PAGE,
        "не тот ключ: здесь сервисный ключ",
        "поменяйте",
    ),
    "VK: another community's key": (_token(COMMUNITY, OTHER), VK, PAGE, "от другого сообщества", "местами"),
    "VK: no such community": (
        _token(COMMUNITY, json.dumps({"romashka_helpp": OWN})),
        VK,
        "сообщество romashka_helpp",
        "такого сообщества нет",
        "после vk.com/",
    ),
    "VK: the long poll is off": (
        _do(lambda simulator: setattr(_channel_of(simulator), "enabled", False)),
        VK,
        f"{PAGE}, Long Poll",
        "выключен",
        "--fix",
    ),
    "VK: an event is off": (
        _do(lambda simulator: _channel_of(simulator).settings.update({"wall_reply_new": 0})),
        VK,
        f"{PAGE}, Long Poll",
        "выключены события: wall_reply_new",
        "--fix",
    ),
    # X
    "X: keys of an account that were copied badly": (
        _token("LISTENER_X_USER_KEYS", '{"romashka_ru": "1-a:b"}'),
        "X",
        "аккаунт @romashka_ru",
        "скопированы не все",
        "Access Token and Secret",
    ),
    "X: keys of another account": (
        lambda world: world.environ.update(
            {"LISTENER_X_USER_KEYS": world.environ["LISTENER_X_USER_KEYS"].replace('"romashka_ru"', '"romashka"')}
        ),
        "X",
        "аккаунт @romashka",
        "ключи от другого аккаунта: @romashka_ru",
        "впишите",
    ),
    "X: keys that only read": (
        _do(lambda simulator: _level_of(simulator, "read")),
        "X",
        "аккаунт @romashka_ru",
        "только читают",
        "Read and write and Direct message",
    ),
    "X: a consent that is over": (
        lambda world: world.environ.update(
            {
                "LISTENER_X_USER_KEYS": "{}",
                "LISTENER_X_USER_TOKENS": '{"romashka_ru": "old"}',
                "LISTENER_X_CLIENT_ID": "client",
                "LISTENER_X_TOKENS_STORE": str(world.folder / "x-tokens.json"),
            }
        ),
        "X",
        "аккаунт @romashka_ru",
        "ключи не обновить",
        "Отвечать",
    ),
    "X: a revoked token": (
        _token("LISTENER_X_BEARER_TOKEN", "AAAAxyz"),
        "X",
        "Bearer Token",
        "отозван",
        "Regenerate",
    ),
    "X: another kind of token": (
        _token("LISTENER_X_BEARER_TOKEN", "xyz"),
        "X",
        "Bearer Token",
        "не тот ключ",
        "шаги",
    ),
    "X: an account that it does not have": (
        _brand({"x: {}": "x: {mentions: true}", "accounts: {vk": "accounts: {x: [romashka_nowhere], vk"}),
        "X",
        "аккаунт @romashka_nowhere",
        "в X такого нет",
        "файле бренда romashka",
    ),
    "X: no right to search": (
        _answers("x", "search/recent", {"title": "Forbidden"}, status=403),
        "X",
        "поиск",
        "нет права",
        "тариф",
    ),
    "X: no money": (
        _answers("x", "search/recent", {"title": "Credits"}, status=402),
        "X",
        "деньги",
        "кончились",
        "Billing",
    ),
    "X: the cap is reached": (
        _answers("x", "search/recent", CAPPED, status=429),
        "X",
        "деньги",
        "предел",
        "Billing",
    ),
    "X: the month's posts are read": (
        _answers("x", "usage/tweets", USAGE),
        "X",
        "деньги",
        "100 из 100",
        "Billing",
    ),
    "X: a page of somebody else": (
        _fault("x", "html", status=403),
        "X",
        "связь",
        "заблокировано здесь",
        "PROXIES_X",
    ),
    # Telegram
    "Telegram: nobody listens": (
        _nowhere("LISTENER_TELEGRAM_API_URL"),
        TELEGRAM,
        "связь",
        "не принимает",
        "_API_URL",
    ),
    "Telegram: a dead proxy": (
        _dead_proxy("LISTENER_PROXIES_TELEGRAM"),
        TELEGRAM,
        "связь",
        "ни один прокси",
        "назовите другой",
    ),
    "Telegram: a revoked token": (
        _token("LISTENER_TELEGRAM_TOKEN", "1:xyz"),
        TELEGRAM,
        "бот",
        "отозван",
        "@BotFather",
    ),
    "Telegram: another kind of token": (
        _token("LISTENER_TELEGRAM_TOKEN", "xyz"),
        TELEGRAM,
        "бот",
        "не тот ключ",
        "/token",
    ),
    "Telegram: no token and yet routes": (
        _token("LISTENER_TELEGRAM_TOKEN", ""),
        TELEGRAM,
        "токен",
        "маршруты ведут в Telegram",
        "LISTENER_TELEGRAM_TOKEN",
    ),
    "Telegram: a webhook": (
        _answers("telegram", "getWebhookInfo", {"ok": True, "result": {"url": "https://other.example/hook"}}),
        TELEGRAM,
        "бот",
        "мешает другой",
        "выключите",
    ),
    "Telegram: the minus is missing": (
        _chat("{chat: 1001}"),
        TELEGRAM,
        "чат 1001",
        "зато есть -1001 «Поддержка»",
        "chat: -1001",
    ),
    "Telegram: the -100 is missing": (_chat("{chat: -1}"), TELEGRAM, "чат -1", "зато есть -1001", "chat: -1001"),
    "Telegram: no such chat": (
        _chat("{chat: -424242}"),
        TELEGRAM,
        "чат -424242",
        "такого чата нет",
        "/id@otklik_bot",
    ),
    "Telegram: thrown out": (
        _do(lambda simulator: simulator.telegram.kick(-1001)),
        TELEGRAM,
        "чат -1001",
        "бота нет в чате",
        "добавьте @otklik_bot",
    ),
    "Telegram: may not write": (
        _do(lambda simulator: simulator.telegram.stand(-1001, "restricted")),
        TELEGRAM,
        "чат -1001",
        "не может писать",
        "администратором",
    ),
    "Telegram: the group has moved": (
        _do(lambda simulator: simulator.telegram.migrate(-1001, -1009)),
        TELEGRAM,
        "чат -1001",
        "номер сменился",
        "chat: -1009",
    ),
    "Telegram: the topic General": (
        _chat("{chat: -1001, topic: 1}"),
        TELEGRAM,
        "чат -1001, тема 1",
        "General",
        "уберите topic",
    ),
    "Telegram: a deleted topic": (
        lambda world: (
            _chat("{chat: -1001, topic: 7}")(world),
            _telegram_error("sendChatAction", 400, "Bad Request: message thread not found")(world),
        )[0],
        TELEGRAM,
        "чат -1001, тема 7",
        "темы нет",
        "/id",
    ),
    "Telegram: a closed topic": (
        lambda world: (
            _chat("{chat: -1001, topic: 7}")(world),
            _telegram_error("sendChatAction", 400, "Bad Request: TOPIC_CLOSED")(world),
        )[0],
        TELEGRAM,
        "чат -1001, тема 7",
        "закрыта",
        "откройте",
    ),
    # Slack
    "Slack: nobody listens": (_nowhere("LISTENER_SLACK_API_URL"), "Slack", "связь", "не принимает", "_API_URL"),
    "Slack: a revoked token": (
        _token("LISTENER_SLACK_BOT_TOKEN", "xoxb-z"),
        "Slack",
        "бот (xoxb-)",
        "отозван",
        "connect-slack",
    ),
    "Slack: a revoked app token": (
        _token("LISTENER_SLACK_APP_TOKEN", "xapp-z"),
        "Slack",
        "ключ (xapp-)",
        "отозван",
        "connect-slack",
    ),
    "Slack: another kind of token": (
        _slack_error("apps.connections.open", "not_allowed_token_type"),
        "Slack",
        "ключ (xapp-)",
        "не тот ключ",
        "перепутаны",
    ),
    "Slack: Socket Mode is off": (
        _slack_error("apps.connections.open", "socket_mode_disabled"),
        "Slack",
        "ключ (xapp-)",
        "Socket Mode выключен",
        "Enable",
    ),
    "Slack: a right is missing": (
        _answers(
            "slack",
            "auth.test",
            {"ok": True, "user": "otklik"},
            headers={"x-oauth-scopes": "chat:write,groups:read"},
        ),
        "Slack",
        "бот (xoxb-)",
        "нет права: channels:read",
        "Reinstall",
    ),
    "Slack: a right is missing for the list": (
        _slack_error("conversations.list", "missing_scope", needed="channels:read"),
        "Slack",
        "каналы",
        "нет права: channels:read",
        "Reinstall",
    ),
    "Slack: no such channel": (_in_slack("#suport"), "Slack", "канал #suport", "канала нет", "/invite"),
    "Slack: not in the channel": (
        _do(lambda simulator: simulator.slack.join("C01", joined=False)),
        "Slack",
        "канал #support",
        "бота нет в канале",
        "/invite",
    ),
    "Slack: an archived channel": (_do(_closed_channel), "Slack", "канал #support", "в архиве", "верните"),
    # the machine
    "nothing is heard": (
        lambda world: (
            [
                world.environ.pop(name)
                for name in (
                    COMMUNITY,
                    "LISTENER_VK_SERVICE_TOKEN",
                    "LISTENER_X_BEARER_TOKEN",
                    "LISTENER_X_USER_KEYS",
                    "LISTENER_X_API_KEY",
                    "LISTENER_X_API_SECRET",
                )
            ]
            and None
        ),
        "Вместе",
        "слышим",
        "ни одной сети",
        "docs/connect",
    ),
    "a damaged database": (
        lambda world: _write_base(world, b"not a database at all" * 500),
        "Машина",
        "база",
        "не читается",
        "runbook",
    ),
    "a file in the place of the folder": (
        lambda world: world.base.parent.write_bytes(b""),
        "Машина",
        "база",
        "файл, а нужна папка",
        "уберите",
    ),
    "a folder in the place of the database": (
        lambda world: world.base.mkdir(parents=True),
        "Машина",
        "база",
        "папка, а нужен файл",
        "уберите",
    ),
    "no PostgreSQL": (
        _token("LISTENER_DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/otklik"),
        "Машина",
        "PostgreSQL",
        "не принимает соединений",
        "порт",
    ),
}


def _channel_of(simulator: Simulator) -> Any:
    return next(channel for channel in simulator.vk.channels.values() if channel.group == 201001)


def _write_base(world: World, content: bytes) -> None:
    world.base.parent.mkdir()
    world.base.write_bytes(content)


@pytest.mark.parametrize("fault", RED)
async def test_a_fault_is_a_red_line_with_what_to_do(world: World, fault: str) -> None:
    spoil, part, what, says, remedy = RED[fault]
    spoil(world)
    lines = (await world.look(until=part))[part]
    assert any(line.what == what and says in line.says and remedy in line.remedy for line in red(lines)), lines
    for line in lines:
        for secret in ("s3cret", OWN, world.simulator.telegram.token, world.simulator.slack.bot_token):
            assert secret not in line.says + line.remedy


async def test_a_right_that_only_the_look_up_of_private_words_needs_is_no_fault(world: World) -> None:
    rights = "chat:write, channels:read, groups:read, channels:history, groups:history, im:write"
    body = {"ok": True, "user": "otklik"}
    _answers("slack", "auth.test", body, headers={"x-oauth-scopes": rights})(world)
    lines = [line for line in (await world.look(until="Slack"))["Slack"] if line.what == "бот (xoxb-)"]
    assert [line.state for line in lines] == ["ok", "warn"]
    assert lines[1].says.startswith("нет права: im:history;")
    assert "Reinstall" in lines[1].remedy


async def test_networks_that_all_have_a_red_line_are_not_called_heard(world: World) -> None:
    world.environ |= dict.fromkeys(("LISTENER_VK_API_URL", "LISTENER_X_API_URL"), "http://127.0.0.1:1/")
    (heard,) = (line for line in (await world.look())["Вместе"] if line.what == "слышим")
    assert (heard.state, heard.remedy) == ("warn", "начните с них")


def test_where_no_key_is_set_the_missing_dotenv_is_named_and_what_lies_beside_it(tmp_path: Path) -> None:
    (line,) = of_dotenv(read_settings({}), tmp_path)
    assert (line.state, str(tmp_path) in line.says, "listener init" in line.remedy) == ("warn", True, True)
    (tmp_path / ".env.txt").touch()
    (line,) = of_dotenv(read_settings({}), tmp_path)
    assert line.remedy == "рядом лежит .env.txt: назовите его .env"
    assert list(of_dotenv(read_settings({"LISTENER_TELEGRAM_TOKEN": "1:a"}), tmp_path)) == []
    (tmp_path / ".env").touch()
    assert list(of_dotenv(read_settings({}), tmp_path)) == []


async def test_the_likely_chat_is_the_minus_the_100_or_neither() -> None:
    assert likely(1234) == (-1234, -1001234)
    assert likely(-1234) == (-1001234,)
    assert likely(-1001234) == (-1001001234, -1234)


async def test_fix_switches_the_events_on_and_closes_the_base_to_others(world: World) -> None:
    _channel_of(world.simulator).enabled = False
    _channel_of(world.simulator).settings["board_post_new"] = 0
    _write_base(world, b"")
    world.base.chmod(0o644)
    assert any("читает кто угодно" in line.says for line in (await world.look())["Машина"])
    world.fix = True
    parts = await world.look()
    assert "включено сейчас" in {line.what: line.says for line in parts[VK]}[f"{PAGE}, Long Poll"]
    assert _channel_of(world.simulator).enabled
    assert _channel_of(world.simulator).settings["board_post_new"] == 1
    assert mode(world.base) == 0o600
    assert mode(world.base.parent) == 0o700


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_card_that_would_wait_for_the_morning_is_said(world: World) -> None:
    shut = 'hours: {weekdays: ["00:00-00:01"], weekend: ["00:00-00:01"], night: urgent, timezone: UTC}'
    world.routes("route: {to: support}", "route: {to: support}\n" + shut)
    told = {line.what: line.says for line in (await world.look())["Вместе"]}
    assert "карточки, кроме срочных, ждут до" in told["часы работы"]


async def test_one_dead_proxy_among_two_is_a_warning(world: World) -> None:
    async with proxy() as good:
        world.environ["LISTENER_PROXIES_TELEGRAM"] = f"http://127.0.0.1:1 {good.address}"
        lines = (await world.look())[TELEGRAM]
        assert [line.state for line in lines[:2]] == ["warn", "ok"]
        assert "http://127.0.0.1:1 не работает" in lines[0].says
        assert f"через прокси {good.address}" in lines[1].says
        assert red(lines) == []


@dataclass(frozen=True, slots=True)
class Counted:
    """A budget that has counted so much under one key, as the daemon would."""

    key: str
    count: int

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        raise AssertionError("the doctor spends nothing")

    async def used(self, key: str) -> int:
        return self.count if key == self.key else 0


async def test_what_is_left_of_the_days_searches_is_said(world: World) -> None:
    name = token_hash(world.simulator.vk.service_token)
    world.budget = Counted(quota_key(name), 640)
    (line,) = [line for line in (await world.look(until=VK))[VK] if line.what == "сервисный ключ"]
    assert "поисков сегодня 640 из" in line.says


async def test_what_the_day_on_x_has_cost_is_said_with_the_answers(world: World) -> None:
    world.budget = Counted(money_key("x", "romashka"), 1_235)
    says = [line.says for line in (await world.look(until="X"))["X"] if line.what == "деньги"]
    assert "romashka: сегодня на чтение и ответы ушло до 1,235 $ из 5,00 $" in says


async def test_a_spent_quota_is_no_red_line(world: World) -> None:
    _vk_error("newsfeed.search", 29)(world)
    (line,) = [line for line in (await world.look())[VK] if line.what == "сервисный ключ"]
    assert line.state == "warn"
    assert "ключ хорош" in line.remedy


async def _pressed(act: Callable[[], Awaitable[Any]], shown: Callable[[], bool]) -> None:
    await until(shown)
    await act()


async def test_a_test_card_is_shown_in_every_chat_and_its_press_is_seen(world: World) -> None:
    telegram, slack = world.simulator.telegram, world.simulator.slack

    async def press_in_telegram() -> None:
        number = max(telegram.chats[-1001].messages)
        await telegram.press(-1001, number, "otklik-doctor", user=111, name="Анна")

    async def press_in_slack() -> None:
        ts = max(slack.channels["C01"].messages)
        await slack.press("C01", ts, "otklik_doctor", "", user="U01", name="anna")

    async with asyncio.TaskGroup() as group:
        group.create_task(_pressed(press_in_telegram, lambda: bool(telegram.chats[-1001].messages)))
        group.create_task(_pressed(press_in_slack, lambda: bool(slack.channels["C01"].messages)))
        parts = await world.look(send_test=10)
    seen = {line.what: line for lines in parts.values() for line in lines if "проба" in line.what}
    assert {what: line.state for what, line in seen.items()} == {"проба в -1001": "ok", "проба в #support": "ok"}
    assert all("кнопку нажал" in line.says for line in seen.values())


async def test_a_test_card_that_nobody_presses_is_a_warning(world: World) -> None:
    parts = await world.look(send_test=0.5)
    seen = [line for lines in parts.values() for line in lines if "проба" in line.what]
    assert [(line.state, "никто не нажал" in line.says) for line in seen] == [("warn", True), ("warn", True)]


async def test_beside_a_running_daemon_nobody_waits_for_the_presses_that_it_takes(world: World) -> None:
    parts = await world.look(send_test=0)
    seen = [line for lines in parts.values() for line in lines if "проба" in line.what]
    assert [line.state for line in seen] == ["ok", "ok"]
    assert all("посмотрите в чат" in line.says for line in seen)
    assert world.simulator.telegram.chats[-1001].messages
    assert world.simulator.slack.channels["C01"].messages


def test_a_clock_that_is_wrong_is_named_with_its_direction() -> None:
    fast, slow = Look(now=lambda: 0.0, clocks=[-3600.0]), Look(now=lambda: 0.0, clocks=[7200.0])
    assert "спешат на 3600" in str(machine.clock(fast))
    assert "отстают на 7200" in str(machine.clock(slow))
    assert machine.clock(Look(now=lambda: 0.0)) is None
