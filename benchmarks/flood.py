"""Ten thousand complaints in five minutes to one Telegram group and one Slack channel, at their real limits."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.notifiers.telegram.inbox import TelegramInbox
from alerts.notifiers.telegram.notifier import TelegramNotifier
from alerts.routing import Chat, Receiver, Route, Routing, When
from benchmarks.row import Row
from benchmarks.stream import complaining_lines, invented_config
from classifiers.verdict import Question
from domain.mention import Author, Mention
from domain.person import Person
from listener.app import Messengers, build_pipeline
from listener.built_rules import build_rules
from listener.clock import SystemClock
from listener.config.values import Config
from listener.metrics import Metrics
from listener.pipeline import Pipeline
from listener.ports import Batch
from listener.replaying import Progress, read_mentions
from listener.rules import Rules
from listener.store.digests import FEW
from listener.store.stores import open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from simulator.slack import Slack
from simulator.telegram import Telegram

COUNT: Final = 10_000
SECONDS: Final = 300
DRAIN: Final = 45.0
"""Seconds after the last complaint within which everything must be taken up by a digest."""
PATIENCE: Final = 60.0
"""Seconds that anything is waited for."""
EVERY: Final = 0.25
LOOK: Final = 0.05
PRESSES: Final = 6
SIGN: Final = "📋"
HASTY: Final = 429
WAITS: Final = ("due", "sending", "digest")
WAITING: Final = "SELECT count(*) FROM card_views WHERE delivered_at IS NULL"
CARDS: Final = "SELECT case_id, chat, state, ref, delivered_at FROM card_views"
TOKEN: Final = "1:bench"  # the made-up token of a made-up bot
GROUP: Final = -1001
CRISIS: Final = -1003
ANNA: Final = Person(id="anna", name="Анна Иванова", role="operator", users={"telegram": "111", "slack": "U01"})
QUIET: Final = "tulpar"
"""The brand that has a chat of its own, and of which the flood says nothing."""
URGENT: Final = "Тулпар Банк, третий день без связи, ребёнок болеет, не вызвать скорую, подаю в суд!"


@dataclass(slots=True, kw_only=True)
class World:
    """The messengers, what they refused for haste by chat and minute, the daemon's pipeline and its database."""

    telegram: Telegram
    pipeline: Pipeline
    database: sqlite3.Connection
    began: float
    refused: Counter[tuple[str, int]]

    def group(self) -> list[Any]:
        return list(self.telegram.chats[GROUP].messages.values())

    def waiting(self) -> int:
        """Cards that stand nowhere yet."""
        return int(self.database.execute(WAITING).fetchone()[0])

    def cards(self) -> list[Any]:
        return self.database.execute(CARDS).fetchall()


@dataclass(slots=True, kw_only=True)
class Measured:
    """Seconds, or counts."""

    first: float = 0.0
    urgent: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    digest: float = 0.0
    cases: int = 0
    own_cards: int = 0
    listed: int = 0
    lost: int = 0
    waiting: int = 0
    digests: int = 0
    claimed: int = 0
    hasty: int = 0


def run() -> list[Row]:
    done = asyncio.run(flood(COUNT, SECONDS))
    return [
        Row(name="complaints that became cases", value=done.cases, unit="cases"),
        _bound("first card", done.first, "s", 3),
        _bound("an urgent card of another chat, slowest", max(done.urgent), "s", 5),
        _bound("a press shown, slowest", max(done.presses), "s", 10),
        _bound("429 in a minute of one chat, most", done.hasty, "", 1),
        Row(name="first digest after the sixth card waited", value=done.digest, unit="s"),
        Row(name="cards of their own in the group", value=done.own_cards, unit="cards"),
        Row(name="digests in the group", value=done.digests, unit="digests"),
        Row(name="cases in digests of the group", value=done.listed, unit="cases"),
        Row(name=f"claimed from a digest, of {PRESSES}", value=done.claimed, unit="cases"),
        Row(name="still waiting at the end", value=done.waiting, unit="cases"),
        Row(name="lost (in no card, no digest, and not waiting)", value=done.lost, unit="cases"),
    ]


def _bound(name: str, value: float, unit: str, most: float) -> Row:
    return Row(name=name, value=value, unit=unit, against=f"at most {most}", ratio=value / most)


async def flood(count: int, seconds: float) -> Measured:
    """So many complaints, evenly over so many seconds, with urgent ones and presses meanwhile."""
    measured = Measured()
    async with world() as around:
        async with asyncio.TaskGroup() as group:
            group.create_task(_publish(around, count, seconds))
            group.create_task(_watch_beginning(around, measured))
            group.create_task(_urgent(around, measured, seconds))
            group.create_task(_press(around, measured, seconds))
        await _drained(around)
        _count(around, measured)
    return measured


async def _publish(around: World, count: int, seconds: float) -> None:
    """As a network's source would: kept in small batches, the text written this moment."""
    progress = Progress()
    matcher = around.pipeline.rules.decider.matcher
    every = read_mentions(BytesIO(complaining_lines(3 * count)), progress, lambda _bad: None)
    loud = (mention for mention in every if QUIET not in {match.brand for match in matcher.match(mention.words)})
    mentions = islice(loud, count)
    done = 0
    for mention in mentions:
        due = time.monotonic() - around.began
        batch = [_fresh(mention)]
        while done + len(batch) < min(count, count * (due + EVERY) / seconds):
            if (following := next(mentions, None)) is None:
                break
            batch.append(_fresh(following))
        await around.pipeline.hear.keep("bench", Batch(mentions=tuple(batch)))
        done += len(batch)
        await asyncio.sleep(max(0.0, done / count * seconds - (time.monotonic() - around.began)))


def _fresh(mention: Mention) -> Mention:
    return replace(mention, published_at=_now())


async def _watch_beginning(around: World, measured: Measured) -> None:
    await _until(lambda: bool(around.group()))
    measured.first = time.monotonic() - around.began
    while around.waiting() <= FEW:  # noqa: ASYNC110  # as below
        await asyncio.sleep(LOOK)
    sixth = time.monotonic()
    await _until(lambda: _digest(around) is not None)
    measured.digest = time.monotonic() - sixth


async def _urgent(around: World, measured: Measured, seconds: float) -> None:
    """An urgent complaint about another brand, whose chat is quiet."""
    for number in range(3):
        await asyncio.sleep(seconds / 5)
        before, asked = len(around.telegram.chats[CRISIS].messages), time.monotonic()
        author = Author(id=f"u{number}", name="Пётр", handle=None, followers=None)
        mention = Mention(
            network="vk",
            kind="post",
            id=f"-9_{number}",
            url=f"https://vk.com/wall-9_{number}",
            author=author,
            text=URGENT,
            published_at=_now(),
        )
        await around.pipeline.hear.keep("bench", Batch(mentions=(mention,)))
        await _until(lambda before=before: len(around.telegram.chats[CRISIS].messages) > before)  # type: ignore[misc]
        measured.urgent.append(time.monotonic() - asked)


async def _press(around: World, measured: Measured, seconds: float) -> None:
    """Somebody takes cases from the newest digest, and each gets its own card with her name."""
    await _until(lambda: _digest(around) is not None)
    chance = random.Random(20261128)  # which case is taken decides no secret
    for _ in range(PRESSES):
        await asyncio.sleep(seconds / (PRESSES + 2))
        message = _digest(around)
        buttons = [
            one for row in message.markup["inline_keyboard"] for one in row if one["callback_data"][0] == "c"
        ]
        chosen = chance.choice(buttons)["callback_data"]
        asked = time.monotonic()
        await around.telegram.press(GROUP, message.id, chosen, user=111, name=ANNA.name)
        case = chosen.split(":")[1]
        await _until(lambda case=case: _has_card(around, case))  # type: ignore[misc]
        measured.presses.append(time.monotonic() - asked)
        measured.claimed += 1


def _has_card(around: World, case: str) -> bool:
    """Its own card stands in the group and names who has it."""
    return any(
        f"c:{case}:close" in str(message.markup) and ANNA.name in message.text for message in around.group()
    )


def _digest(around: World) -> Any:
    """The newest digest of the group that still has a case to be taken."""
    lists = [
        message for message in around.group() if message.text.startswith(SIGN) and "'c:" in str(message.markup)
    ]
    return lists[-1] if lists else None


async def _drained(around: World) -> None:
    ends = time.monotonic() + DRAIN
    while around.waiting() and time.monotonic() < ends:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.5)


def _count(around: World, measured: Measured) -> None:
    rows = around.cards()
    mine = [row for row in rows if row[1] == str(GROUP)]
    measured.cases = len({row[0] for row in rows})
    measured.own_cards = sum(ref is not None for _, _, _, ref, _ in mine)
    measured.listed = sum(state == "digest" and at is not None for _, _, state, _, at in mine)
    unseen = [state for _, _, state, _, at in rows if at is None]
    measured.waiting = sum(state in WAITS for state in unseen)
    measured.lost = len(unseen) - measured.waiting
    measured.digests = sum(message.text.startswith(SIGN) for message in around.group())
    measured.hasty = max(around.refused.values(), default=0)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a benchmark is its own composition root


async def _until(condition: Callable[[], bool]) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # the simulator tells nobody of its messages
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """The simulated messengers over sockets, and the daemon's loops on a new SQLite file."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otklik-bench-")))
        stores = await open_stores(f"sqlite:///{folder}/otklik.db")
        stack.push_async_callback(stores.close)
        database = stack.enter_context(closing(sqlite3.connect(folder / "otklik.db")))
        telegram = Telegram(_now, token=TOKEN, per_minute=20, per_second=30)
        slack = Slack(_now, bot_token=TOKEN, per_second=1.0)
        for chat in (GROUP, CRISIS):
            telegram.add_chat(chat, "Группа")
        slack.add_channel("C01", "support")
        refused = Counter[tuple[str, int]]()
        address = await _serve(stack, telegram, slack, refused)
        clock, executor = SystemClock(), stack.enter_context(ThreadPoolExecutor(1))
        notifiers = {
            "telegram": TelegramNotifier(f"{address}/telegram/", TOKEN),
            "slack": SlackNotifier(f"{address}/slack/api/", TOKEN),
        }
        inbox = TelegramInbox(f"{address}/telegram/", TOKEN, clock.now, stores.prompts)
        rules = await asyncio.to_thread(lambda: build_rules(_config(), (ANNA,), frozenset(notifiers)))
        telemetry = Telemetry(Metrics(), Health(), clock)
        messengers = Messengers(notifiers=notifiers, inboxes=(inbox,))
        pipeline = build_pipeline(rules, stores, messengers, clock, telemetry, executor)
        loops = [inbox.run(pipeline.obey), pipeline.judging.run(), pipeline.ticking.run()]
        loops += [turning.run() for turning in pipeline.telling.values()]
        # Dictionaries are loaded with the first text; a daemon has had one.
        await asyncio.get_running_loop().run_in_executor(executor, _judge_one, rules)
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield World(
                telegram=telegram,
                pipeline=pipeline,
                database=database,
                began=time.monotonic(),
                refused=refused,
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for notifier in notifiers.values():
                await notifier.close()


def _judge_one(rules: Rules) -> None:
    rules.decider.matcher.match(URGENT)
    rules.decider.judge.classify([Question(text=URGENT, brand=())])


async def _serve(
    stack: AsyncExitStack, telegram: Telegram, slack: Slack, refused: Counter[tuple[str, int]]
) -> str:
    """The messengers on a free port; `refused` counts what each refused for haste, by the minute."""

    @web.middleware
    async def count(request: web.Request, handler: Any) -> web.StreamResponse:
        answer: web.StreamResponse = await handler(request)
        if answer.status == HASTY:
            body = await request.json() if request.content_type == "application/json" else await request.post()
            refused[str(body.get("chat_id") or body.get("channel")), int(time.monotonic() // 60)] += 1
        return answer

    root = web.Application(middlewares=[count])
    root.add_subapp("/telegram", telegram.app())
    root.add_subapp("/slack", slack.app())
    runner = web.AppRunner(root, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


def _config() -> Config:
    """The demo's brands; one of them has a chat of its own, all others share a group and a channel."""
    group, channel = Chat(messenger="telegram", chat=str(GROUP)), Chat(messenger="slack", chat="#support")
    crisis = Chat(messenger="telegram", chat=str(CRISIS))
    receivers = (Receiver(name="support", chats=(group, channel)), Receiver(name="crisis", chats=(crisis,)))
    routes = (Route(when=When(brands=(QUIET,)), to=("crisis",)),)
    routing = Routing(receivers=receivers, default=("support",), routes=routes)
    config = invented_config()
    # Without incidents: the digests of a flood are what is measured.
    return replace(config, routing=routing, policy=replace(config.policy, surges=None))
