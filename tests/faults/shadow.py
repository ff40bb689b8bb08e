"""One life of the daemon over a real store, step by step, beside the plainest model of what it must remember.

Every step is drawn from a seed, and so is every fault. After each step the invariants hold; when the faults stop,
everything that was published is shown in every chat within a bounded number of steps.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Final, Self

from sqlalchemy import text

from alerts.cases.state import fold
from alerts.delivery.showing import Showing, Shown, key
from alerts.delivery.worker import Worker
from alerts.ports import Notice, NotifyError, Press
from alerts.routing import Chat, Receiver, Routing
from classifiers.verdict import Question
from domain.brand import Brand
from domain.person import MessengerId
from domain.verdict import Verdict
from listener.brands.matcher import Matcher
from listener.built_rules import card_context
from listener.decision import Decider
from listener.metrics import Metrics
from listener.pipeline import Pipeline
from listener.ports import SourceError
from listener.rules import Rules
from listener.store.cases import load
from listener.store.errors import StoreError
from listener.store.export import export
from listener.store.stores import Stores, open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.contract.store_samples import ANNA, NOW, OLEG, verdict_of
from tests.fakes import TurnedClock
from tests.faults.world import Fate, Killed, Messenger, Network, failing_store

TELEGRAM: Final = MessengerId("telegram")
CONSOLE: Final = MessengerId("console")
CHATS: Final = ("-1001", "-1002")
ROMASHKA: Final = Brand(id="romashka", title="Ромашка", names=("Ромашка",))
ROUTING: Final = Routing(
    receivers=tuple(
        Receiver(name=f"r{chat}", chats=(Chat(messenger=TELEGRAM, chat=chat),), owner="anna") for chat in CHATS
    ),
    default=tuple(f"r{chat}" for chat in CHATS),
)
CALM_ROUNDS: Final = 100
"""Rounds without a fault within which all must be shown: half of them half a minute apart, half five minutes."""


class BrokenError(AssertionError):
    """An invariant does not hold; the message names the seed and the step."""


class Complains:
    """A judge to whom everything is a complaint."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [verdict_of().verdict for _ in questions]


@cache
def rules_in_force() -> Rules:
    """Call it first off the loop: the dictionary is read once."""
    decider = Decider(
        matcher=Matcher((ROMASHKA,)), judge=Complains(), brands={ROMASHKA.id: ROMASHKA}, routing=ROUTING
    )
    return Rules(decider=decider, context=card_context(ROUTING, (ANNA, OLEG)))


class Life:
    """The daemon's parts over one database file, and what is known of the world from outside."""

    def __init__(self, url: str, seed: int, *, often: float = 0.12) -> None:
        self.seed = seed
        self.steps = 0
        self.fate = Fate(random.Random(seed), often=often)
        self.clock = TurnedClock(NOW)
        self.network = Network(self.fate, self.clock)
        self.messenger = Messenger(self.fate)
        self.kills = 0
        self.pressed: dict[str, str] = {}
        self._url = url
        self._cursor = 0
        self._revisions: dict[int, int] = {}
        self._executor = ThreadPoolExecutor(1)
        self._failing = contextlib.ExitStack()
        self.stores: Stores
        self.pipeline: Pipeline
        self._worker: Worker

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._end()
        self._executor.shutdown()

    async def live(self, steps: int) -> None:
        """So many steps with faults, then as many as it takes without."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self._publish),
            (8, self._hear),
            (6, self._judge),
            (9, self._tell),
            (4, self._press),
            (2, self._tick),
            (4, self._pass_time),
            (1, self._set_clock),
            (1, self._change_chats),
            (1, self._kill),
        ]
        choices = [act for weight, act in acts for _ in range(weight)]
        for _ in range(steps):
            await self._step(self.fate.random.choice(choices))
        await self._calm_down()

    def repeats(self) -> int:
        """Messages that stand in a chat once more."""
        return sum(
            len(messages) - len({message.key for message in messages})
            for messages in self.messenger.chats.values()
        )

    async def _calm_down(self) -> None:
        self.fate.calm = True
        self.messenger.dead.clear()
        for number in range(CALM_ROUNDS):
            for act in (self._hear, self._judge, self._tell, self._tick):
                await self._step(act)
            if await self._all_is_shown():
                return
            self.clock.turn(seconds=30 if number < CALM_ROUNDS // 2 else 300)
        raise self._broken(f"not all is shown: {await self._missing()}")

    async def _step(self, act: Callable[[], Awaitable[None]]) -> None:
        self.steps += 1
        # A process that dies takes along what it was about to do.
        step = asyncio.ensure_future(act())
        await asyncio.wait({step})
        fault = step.exception()
        if isinstance(fault, Killed):
            await self._kill()
        elif fault is not None and not isinstance(fault, StoreError | SourceError | NotifyError):
            raise self._broken(f"{act.__name__}: {type(fault).__name__}: {fault}") from fault
        if act not in (self._publish, self._pass_time, self._set_clock, self._change_chats):
            await self._check()

    # what happens

    async def _publish(self) -> None:
        for _ in range(self.fate.random.randrange(1, 6)):
            self.network.publish()

    async def _hear(self) -> None:
        await self.pipeline.hear(self.network)

    async def _judge(self) -> None:
        await self.pipeline.judge.step()

    async def _tell(self) -> None:
        await self.pipeline.tell(TELEGRAM)

    async def _tick(self) -> None:
        await self.pipeline.tick.step()

    async def _pass_time(self) -> None:
        self.clock.turn(seconds=self.fate.random.choice([1, 5, 30, 70, 400]))

    async def _set_clock(self) -> None:
        if self.fate.strikes("clock jump", 4):
            self.clock.set_by(hours=self.fate.random.choice([-24, -1, 1]))

    async def _change_chats(self) -> None:
        chat = self.fate.random.choice(CHATS)
        if chat in self.messenger.dead:
            self.messenger.dead.discard(chat)
        elif self.fate.strikes("dead chat", 4):
            self.messenger.dead.add(chat)

    async def _kill(self) -> None:
        """What was sent and could not be marked yet is forgotten: it may be sent once more."""
        self.kills += 1
        for tried in self._worker._unmarked:
            if isinstance(tried, Shown):
                name = key(tried.due)
                said = isinstance(tried.due, Notice)
                self.messenger.doubtful[f"{tried.due.chat.chat} {name}" if said else name] += 1
        await self._end()
        await self._begin()

    async def _press(self) -> None:
        """Somebody presses a card that is on the screen; a press may be delivered again."""
        chat = self.fate.random.choice(CHATS)
        if not self.messenger.chats[chat]:
            return
        place = self.fate.random.randrange(len(self.messenger.chats[chat]))
        case = int(self.messenger.chats[chat][place].key.split("-")[1])
        name = f"k{self.fate.random.randrange(40)}"
        person = self.fate.random.choice([ANNA, OLEG])
        press = Press(
            messenger=TELEGRAM,
            key=f"{name}:{case}",
            user=person.users[TELEGRAM],
            user_name=person.name,
            case=case,
            action=self.fate.random.choice(["claim", "release", "close", "reopen"]),
            at=self.clock.now(),
            chat=chat,
            ref=str(place),
        )
        answer = await self.pipeline.obey(press)
        if not answer.text.startswith("Не получилось"):
            first = self.pressed.setdefault(press.key, answer.text)
            if first != answer.text:
                raise self._broken(f"press {press.key} was answered «{first}» and then «{answer.text}»")

    # what must hold

    async def _check(self) -> None:
        database = self.stores.database
        rows = [row async for row in export(database, "mentions", None)]
        stored = [row["id"] for row in rows]
        if len(stored) != len(set(stored)):
            raise self._broken("I1: a mention is stored twice")
        published = [post.id for post in self.network.posts]
        if not set(stored) <= set(published):
            raise self._broken(f"I1: stored and never published: {sorted(set(stored) - set(published))[:3]}")
        cursor = int(await self.stores.mentions.cursor(self.network.name) or 0)
        if cursor < self._cursor:
            raise self._broken(f"I4: the cursor went back from {self._cursor} to {cursor}")
        self._cursor = cursor
        missing = set(published[:cursor]) - set(stored)
        if missing:
            raise self._broken(f"I4: the cursor is at {cursor} and these are not stored: {sorted(missing)[:3]}")
        await self._check_cases()
        self._check_screens()

    async def _check_cases(self) -> None:
        numbers = [row["id"] async for row in export(self.stores.database, "cases", None)]
        for case in (await self.stores.database.read(lambda c: load(c, numbers))).values():
            if fold(case.events) != case.state:
                raise self._broken(f"case {case.id} is not the fold of its events")
            if case.revision < self._revisions.get(case.id, 0):
                raise self._broken(f"case {case.id} lost what had happened to it")
            self._revisions[case.id] = case.revision

    def _check_screens(self) -> None:
        """What is said for certain is said once; each end that nobody was told allows for one more."""
        for chat, messages in self.messenger.chats.items():
            for name in {message.key for message in messages}:
                if self.messenger.times(chat, name) > 1 + self.messenger.doubtful[name]:
                    raise self._broken(f"I3: {name} stands {self.messenger.times(chat, name)} times in {chat}")
        for name, times in self.messenger.notes.items():
            if times > 1 + self.messenger.doubtful[name]:
                raise self._broken(f"I3: {name} was said {times} times")

    async def _all_is_shown(self) -> bool:
        return not await self._missing()

    async def _missing(self) -> list[str]:
        """What is published and not stored, decided on, and up to date in every chat."""
        cursor = int(await self.stores.mentions.cursor(self.network.name) or 0)
        lacking = [post.id for post in self.network.posts[cursor:]]
        waiting = await self.stores.database.read(
            lambda c: c.scalar(text("SELECT count(*) FROM mentions WHERE stage = 0"))
        )
        lacking += [f"{waiting} undecided"] if waiting else []
        views = [row async for row in export(self.stores.database, "deliveries", None)]
        shown = {message.key.rsplit("-", 1)[0] for chat in self.messenger.chats.values() for message in chat}
        for view in views:
            if view["messenger"] == TELEGRAM and not view["up_to_date"]:
                lacking.append(f"case {view['case']} in {view['chat']}: {view['state']}")
        cases = {row["case"] for row in views}
        lacking += [
            f"case {case}" for case in cases if not any(name.startswith(f"otklik-{case}") for name in shown)
        ]
        return lacking

    def _broken(self, what: str) -> BrokenError:
        return BrokenError(f"seed {self.seed}, step {self.steps}: {what}; faults met: {dict(self.fate.met)}")

    # life and death

    async def _begin(self) -> None:
        self.stores = await open_stores(self._url)
        rules = rules_in_force()
        worker = self._worker = Worker(
            TELEGRAM,
            self.stores.outbox,
            Showing(self.messenger, rules.context),
            self.clock.now,
            chance=self.fate.random.random,
            monotonic=self.clock.monotonic,
        )
        self.pipeline = Pipeline(
            stores=self.stores,
            rules=rules,
            workers={TELEGRAM: worker},
            clock=self.clock,
            telemetry=Telemetry(Metrics(), Health(), self.clock),
            executor=self._executor,
            outreaches={},
        )
        await self.stores.outbox.recover(self.clock.now())
        self._failing.enter_context(failing_store(self.stores.database, self.fate))

    async def _end(self) -> None:
        self._failing.close()
        await self.stores.close()
