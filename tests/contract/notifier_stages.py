"""A stage for each messenger: the notifier under test, and what its chat shows, over a real socket."""

import html
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from aiohttp import web

from alerts.cards.buttons import Button
from alerts.cards.card import Card, Line
from alerts.cards.note import Note
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.ports import Notifier
from alerts.routing import Chat
from domain.person import Person
from simulator.faults import Faults
from simulator.slack import Slack
from simulator.telegram import Telegram
from simulator.telegram_entities import plain_text
from tests.outbox import MemoryMessenger
from tests.people import users

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
TOKEN = "7:secret-of-the-bot"
QUOTE = "Третий день не работает интернет, Ромашка молчит!"
CARD = Card(
    case=12,
    revision=1,
    urgent=True,
    title="Обращение № 12 · Ромашка Телеком",
    above=(Line(text="Пётр Сидоров, 120 подписчиков", tone="strong"),),
    quote=QUOTE,
    evidence_spans=((12, 23), (0, 11)),
    brand_spans=((34, 41),),
    below=(
        Line(text="жалоба, 93 %: «не работает», «третий день»", sign="💡"),
        Line(text="комментарий ВКонтакте · связь", tone="faint"),
        Line(text="обращение № 3, закрыто 1 ноября", tone="faint", sign="🕓"),
        Line(text="Ответить до 14:30", tone="strong", sign="⏰"),
    ),
    status="Новое",
    buttons=(
        (
            Button(label="Взять", action="claim", style="primary"),
            Button(label="Не жалоба", action="not_complaint"),
        ),
        (Button(label="Открыть", url="https://vk.com/wall-1_2"),),
    ),
)
CLAIMED = replace(
    CARD,
    revision=2,
    status="Взяла Анна Иванова в 14:05",
    below=(*CARD.below, Line(text="14:05 Анна Иванова взяла", tone="italic")),
)
ANNA = Person(id="anna", name="Анна Иванова", role="operator", users=users(telegram="111", slack="U01"))
VERA = Person(id="vera", name="Вера Безномерная", role="lead")
NOTE = Note(text="Обращение № 12: просрочено на 12 минут", to=(ANNA, VERA), quote="Так и не работает!")


def clock() -> datetime:
    return NOW


class Stage(Protocol):
    """`shown` is what people read, markup resolved, oldest first."""

    notifier: Notifier
    chat: Chat

    def shown(self) -> list[str]: ...


class NetworkStage(Stage, Protocol):
    """A stage with a network that can break; `send_path` names the request that shows a card."""

    faults: Faults
    send_path: str

    def throw_out(self) -> None:
        """The bot may no longer write into the chat."""

    def under(self, ref: str) -> str | None:
        """The message under which this one stands."""

    def rung(self, ref: str) -> set[str]:
        """The people whom the message rings, by their ids in people.yaml."""


@dataclass(slots=True, kw_only=True)
class TelegramStage:
    telegram: Telegram
    notifier: Notifier
    chat: Chat
    address: str
    send_path: str = "sendMessage"

    @property
    def faults(self) -> Faults:
        return self.telegram.faults

    def shown(self) -> list[str]:
        chat = self.telegram.snapshot()["chats"][0]
        return [plain_text(message["html"]) for message in chat["messages"]]

    def throw_out(self) -> None:
        self.telegram.kick(-1001)

    def under(self, ref: str) -> str | None:
        answered = self.telegram.chats[-1001].messages[int(ref)].reply_to
        return str(answered.id) if answered else None

    def rung(self, ref: str) -> set[str]:
        mentioned = self.telegram.chats[-1001].messages[int(ref)].parsed.mentioned
        return {person.id for person in (ANNA, VERA) if int(person.users.get("telegram", 0)) in mentioned}


@dataclass(slots=True, kw_only=True)
class SlackStage:
    slack: Slack
    notifier: Notifier
    chat: Chat
    address: str
    send_path: str = "chat.postMessage"

    @property
    def faults(self) -> Faults:
        return self.slack.faults

    def shown(self) -> list[str]:
        channel = self.slack.snapshot()["channels"][0]
        return ["\n".join(_slack_texts(message["blocks"])) for message in channel["messages"]]

    def throw_out(self) -> None:
        self.slack.archive("C01")

    def under(self, ref: str) -> str | None:
        thread = self.slack.channels["C01"].messages[ref.partition(":")[2]].thread
        return f"C01:{thread}" if thread else None

    def rung(self, ref: str) -> set[str]:
        text = self.slack.channels["C01"].messages[ref.partition(":")[2]].text
        return {person.id for person in (ANNA, VERA) if f"<@{person.users.get('slack')}>" in text}


@dataclass(slots=True, kw_only=True)
class MemoryStage:
    """The messenger that the tests of the delivery use: it keeps to what the real ones do."""

    notifier: MemoryMessenger
    chat: Chat

    def shown(self) -> list[str]:
        return [_words(said) for said in self.notifier.shown.values()]


@dataclass(slots=True, kw_only=True)
class ConsoleStage:
    stream: io.StringIO
    notifier: Notifier
    chat: Chat

    def shown(self) -> list[str]:
        return [self.stream.getvalue()] if self.stream.getvalue() else []


@asynccontextmanager
async def telegram_stage(*, patience: float = 60.0, per_minute: int | None = None) -> AsyncIterator[TelegramStage]:
    telegram = Telegram(clock, token=TOKEN, per_minute=per_minute)
    telegram.add_chat(-1001, "Поддержка", topics=frozenset({7}))
    async with serving("/telegram", telegram.app()) as address:
        notifier = TelegramNotifier(f"{address}/telegram/", TOKEN, timeout=patience)
        chat = Chat(messenger="telegram", chat="-1001", topic=7)
        try:
            yield TelegramStage(telegram=telegram, notifier=notifier, chat=chat, address=f"{address}/telegram/")
        finally:
            await notifier.close()


@asynccontextmanager
async def slack_stage(*, patience: float = 60.0, per_second: float | None = None) -> AsyncIterator[SlackStage]:
    slack = Slack(clock, bot_token=TOKEN, per_second=per_second)
    slack.add_channel("C01", "support")
    async with serving("/slack", slack.app()) as address:
        notifier = SlackNotifier(f"{address}/slack/api/", TOKEN, timeout=patience)
        chat = Chat(messenger="slack", chat="#support")
        try:
            yield SlackStage(slack=slack, notifier=notifier, chat=chat, address=f"{address}/slack/api/")
        finally:
            await notifier.close()


@asynccontextmanager
async def console_stage() -> AsyncIterator[ConsoleStage]:
    stream = io.StringIO()
    yield ConsoleStage(
        stream=stream, notifier=ConsoleNotifier(stream), chat=Chat(messenger="console", chat="терминал")
    )


@asynccontextmanager
async def memory_stage() -> AsyncIterator[MemoryStage]:
    yield MemoryStage(notifier=MemoryMessenger(), chat=Chat(messenger="web", chat="память"))


@asynccontextmanager
async def serving(prefix: str, app: web.Application) -> AsyncIterator[str]:
    """The app on a free port, as the whole simulator mounts it."""
    root = web.Application()
    root.add_subapp(prefix, app)
    runner = web.AppRunner(root, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _slack_texts(blocks: list[dict[str, Any]]) -> list[str]:
    texts = [block["text"]["text"] for block in blocks if "text" in block]
    texts += [element["text"] for block in blocks if block["type"] == "context" for element in block["elements"]]
    return [html.unescape(text) for text in texts]


def _words(said: Card | Note) -> str:
    repeat = "возможный повтор" if said.repeat else ""
    if isinstance(said, Note):
        return "\n".join([repeat, said.text, said.quote, *(person.name for person in said.to)])
    lines = [*said.above, *said.below]
    return "\n".join([repeat, said.title, said.quote, *(line.text for line in lines), said.status])
