"""The daemon's life: start, run, reload, stop."""

import asyncio
import contextlib
import logging
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from alerts.cards.note import Note
from alerts.delivery.announcing import Announcer
from alerts.outreach.ports import Outreach
from alerts.ports import Doors, Notifier, Response
from alerts.routing import Receiver, stand_ins
from classifiers.corrected import InForce
from classifiers.model import ModelError
from classifiers.morphology import put_dictionary_away
from classifiers.verdict import Question
from domain.mention import NetworkId
from domain.person import MessengerId
from domain.verdict import Verdict
from listener.app import (
    Messengers,
    build_messengers,
    build_outreaches,
    build_pipeline,
    build_sources,
    build_worker,
    forget_roads,
    open_messengers,
    with_news_of_roads,
    with_vault,
)
from listener.clock import NeverBack, SystemClock
from listener.config.load import load
from listener.config.news import accepted, refused
from listener.config.values import Config, ConfigError
from listener.daytime import Daytime
from listener.gc_tuning import settle
from listener.judge_process import JudgeProcess
from listener.learning import Learning
from listener.loops.alarm import Alarm
from listener.loops.escalating import Escalating
from listener.loops.keeping import Keeper
from listener.loops.levels import Levels
from listener.loops.reschedule import follow
from listener.messengers.registry import MESSENGERS
from listener.metrics import Metrics
from listener.nightly import Nightly
from listener.opened_rules import begun_apart, open_rules
from listener.pipeline import Pipeline
from listener.polling import Polling
from listener.ports import Clock, Source
from listener.reader import DiedError
from listener.redaction import Redactor
from listener.roles import ROLES
from listener.rules import Rules
from listener.settings import Settings
from listener.store.errors import StoreError
from listener.store.lateness import late
from listener.store.resend import rehouse
from listener.store.stores import Stores, open_stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from listener.web.server import WebServer

log = logging.getLogger(__name__)

STEPPING: Final = ("judge", "tell", "tick", "answer")
"""Loops whose step under way is waited for at the end."""
LAG_EVERY: Final = 1.0
LOOK_EVERY: Final = 5.0
"""Seconds between looks at what waits: for the morning, or longer than was promised."""
PULSE_EVERY: Final = 3.0
SLOW_PULSE: Final = 4.0
"""Seconds after which a store that does not answer counts as one that fails."""
PROMISED: Final = timedelta(minutes=30)
"""Within which a card must be shown where the config promises nothing."""
LAST_STEPS: Final = 5.0
"""Seconds that the steps under way get at the end; what takes longer is found again at the next start."""


class Daemon:
    """One process of Otklik with some or all roles.

    `start` returns when it is ready and raises ConfigError, ModelError, DiedError, StoreError or OSError with
    nothing left open; `stop` returns when everything is put away.
    """

    def __init__(
        self,
        settings: Settings,
        roles: Iterable[str] = ROLES,
        *,
        clock: Clock | None = None,
        judge: Process | None = None,
    ) -> None:
        """`judge` is a process that loads what the settings name already (`listener.judge_launch`)."""
        self._roles = frozenset(roles)
        self._judge = judge
        self._clock = clock or SystemClock()
        self._hearing_clock = NeverBack(self._clock)
        self._telemetry = Telemetry(Metrics(), Health(), self._clock)
        self._keeper = Keeper(self._telemetry)
        self._settings = with_news_of_roads(settings, self._telemetry)
        self._workers = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._learners = ThreadPoolExecutor(1, thread_name_prefix="learn")
        self._corrections = InForce()
        self._stack = contextlib.AsyncExitStack()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hearing = contextlib.AsyncExitStack()
        self.stores: Stores
        self.pipeline: Pipeline
        self._messengers: Messengers
        self._announcer: Announcer
        self._learning: Learning
        self._config: Config
        self._refusal: str | None = None

    async def start(self) -> None:
        """Read the config, open the store, start every loop."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End every loop, then close what they used. What was under way is found again at the next start."""
        await self._hearing.aclose()
        if self._tasks:
            self.pipeline.end()
            stepping = [task for name, task in self._tasks.items() if name.startswith(STEPPING)]
            if stepping:
                await asyncio.wait(stepping, timeout=LAST_STEPS)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._stack.aclose()
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._learners.shutdown(wait=False, cancel_futures=True)

    def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> Coroutine[Any, Any, None]:
        """Run a loop beside the daemon's own; one that dies is said, counted and begun again like them."""
        return self._keeper.keep(name, run)

    async def reload(self, settings: Settings | None = None) -> None:
        """Read the config and the model again; a broken one changes nothing.

        New `settings` are in force for what is built anew here: tokens and proxies of networks and messengers, the
        model. The database and the port stay until the next start.
        """
        wanted = self._settings
        if settings is not None:
            wanted = with_vault(with_news_of_roads(settings, self._telemetry), self.stores.vault(self._clock))
        before = self._settings.messengers
        changed = {name: options for name, options in wanted.messengers.items() if options != before[name]}
        fresh = open_messengers(changed, self._clock.now, self.stores.prompts)
        messengers = self._messengers.with_changed(changed, fresh)
        async with contextlib.AsyncExitStack() as unused:
            for notifier in fresh.notifiers.values():
                unused.push_async_callback(notifier.close)
            try:
                config = await asyncio.to_thread(load, wanted.config_dir)
                self.pipeline.dismiss(config.people)
                rules = await self._build_rules(config, wanted, messengers)
            except (ConfigError, ModelError, DiedError) as error:
                self._refuse(error)
                log.error("the new configuration is not used:\n%s", error)  # noqa: TRY400  # a traceback helps nobody
                return
            unused.pop_all()
        self._settings = wanted
        former = self.pipeline.rules
        self.pipeline.use(rules)
        if former.apart is not None:
            await former.apart.close()
        with contextlib.suppress(StoreError):
            await self._rehouse(rules)
        if "tell" in self._roles:
            await self._reschedule(rules)
        await self._change_messengers({MESSENGERS[name].id for name in changed}, messengers)
        await self._change_outreaches(config)
        await self._hearing.aclose()
        await self._begin_hearing(config)
        self._settle()
        forget_roads(wanted)
        self._accept(config)
        log.info("the new configuration is in use: %d brands", len(config.brands))

    def settings_read(self, refusal: str | None) -> None:
        """Why changed settings (.env, files with secrets) were refused; None when the newest are in use."""
        self._telemetry.settings(refusal)

    def _refuse(self, error: ConfigError | ModelError | DiedError) -> None:
        """Tell the people who write the config, once for each refusal."""
        words = (
            refused(error.mistakes, self._settings.config_dir) if isinstance(error, ConfigError) else str(error)
        )
        self._telemetry.config(str(error).partition("\n")[0])
        if words != self._refusal:
            self._refusal = words
            self._say_to_writers(words)

    def _accept(self, config: Config) -> None:
        self._telemetry.config(None)
        self._config = config
        if self._refusal is not None:
            self._refusal = None
            self._say_to_writers(accepted(len(config.brands)))

    def _say_to_writers(self, words: str) -> None:
        receiver = self.pipeline.rules.context.receivers.get(self._config.notices.config or "")
        if receiver is not None and "tell" in self._roles:
            self._announcer.say(receiver, Note(text=words), about="config")

    async def _change_messengers(self, changed: Collection[MessengerId], messengers: Messengers) -> None:
        """End what tells and hears them after the step it is in, and begin anew with other tokens."""
        if not changed:
            return
        before, self._messengers = self._messengers, messengers
        self._announcer.notifiers = messengers.notifiers
        for turning in [self.pipeline.telling[name] for name in changed if name in self.pipeline.telling]:
            turning.end()
        names = [f"{role} {name}" for role in ("tell", "obey") for name in changed]
        ending = {name: self._tasks.pop(name) for name in names if name in self._tasks}
        if telling := [task for name, task in ending.items() if name.startswith("tell")]:
            await asyncio.wait(telling, timeout=LAST_STEPS)
        for task in ending.values():
            task.cancel()
        await asyncio.gather(*ending.values(), return_exceptions=True)
        for name in changed:
            await self._take_up(name, before.notifiers.get(name))
        self._begin_loops()
        log.info("new tokens are in use: %s", ", ".join(sorted(changed)))

    async def _change_outreaches(self, config: Config) -> None:
        """Answer with the tokens and for the brands of now; what is on its way ends first."""
        if "answer" not in self._roles:
            return
        for turning in self.pipeline.answering.values():
            turning.end()
        names = [turning.name for turning in self.pipeline.answering.values()]
        ending = [task for name in names if (task := self._tasks.pop(name, None)) is not None]
        if ending:
            await asyncio.wait(ending, timeout=LAST_STEPS)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self._close_outreaches()
        self.pipeline.answer_by(self._outreaches(config))
        self._begin_loops()

    async def _close_outreaches(self) -> None:
        for outreach in self.pipeline.outreaches.values():
            await outreach.close()

    async def _take_up(self, name: MessengerId, before: Notifier | None) -> None:
        if before is not None:
            await before.close()
        notifier, worker = self._messengers.notifiers.get(name), None
        if notifier is not None:
            worker = build_worker(name, notifier, self.pipeline.rules, self.stores, self._clock, self._telemetry)
        self.pipeline.tell_by(name, worker)
        self._telemetry.changed(name)

    async def _start(self) -> None:
        self._config = config = await asyncio.to_thread(load, self._settings.config_dir)
        apart = begun_apart(config, self._settings, judges="judge" in self._roles, begun=self._judge)
        if apart is not None:
            self._stack.push_async_callback(apart.close)
        self.stores = await open_stores(self._settings.database_url)
        self._stack.push_async_callback(self.stores.close)
        self._settings = with_vault(self._settings, self.stores.vault(self._clock))
        if "tell" in self._roles:
            await self.stores.outbox.recover(self._clock.now())
        if "answer" in self._roles:
            await self.stores.outbound.recover(self._clock.now())
        self._messengers = build_messengers(self._settings, self._clock.now, self.stores.prompts)
        self._stack.push_async_callback(self._close_messengers)
        self._announcer = Announcer(self._messengers.notifiers)
        self._stack.push_async_callback(self._announcer.close)
        rules = await self._build_rules(config, self._settings, self._messengers, apart)
        self._stack.push_async_callback(self._put_judge_away)
        self.pipeline = build_pipeline(
            rules,
            self.stores,
            self._messengers,
            self._clock,
            self._telemetry,
            self._workers,
            self._outreaches(config) if "answer" in self._roles else {},
        )
        self._stack.push_async_callback(self._close_outreaches)
        await self._take_up_what_was_learned()
        if "tell" in self._roles:
            await self._rehouse(rules)
            await self._reschedule(rules)
            await self._say_what_waits()
        if "web" in self._roles:
            await self._begin_serving()
        self._begin_loops()
        await self._begin_hearing(config)
        self._settle()
        log.info("ready: %d brands, roles %s", len(config.brands), ", ".join(sorted(self._roles)))

    def _settle(self) -> None:
        """Where another process reads, this one asked the dictionary about names alone, and needs it no more."""
        if self.pipeline.rules.apart is not None:
            put_dictionary_away()
        settle()

    def _outreaches(self, config: Config) -> dict[NetworkId, Outreach]:
        return build_outreaches(config, self._settings, self.stores.budget(self._clock), self._clock)

    async def _close_messengers(self) -> None:
        for notifier in self._messengers.notifiers.values():
            await notifier.close()

    async def _build_rules(
        self, config: Config, settings: Settings, messengers: Messengers, apart: JudgeProcess | None = None
    ) -> Rules:
        people = await self.stores.people.recognise(config.people, self._clock.now())
        rules = await open_rules(
            config,
            people,
            frozenset(messengers.notifiers),
            settings,
            self._workers,
            judges="judge" in self._roles,
            apart=apart,
        )
        return replace(rules, decider=replace(rules.decider, corrections=self._corrections))

    async def _put_judge_away(self) -> None:
        if self.pipeline.rules.apart is not None:
            await self.pipeline.rules.apart.close()

    async def _rehouse(self, rules: Rules) -> None:
        """A chat's number that was wrong is mended: what waited for it goes where it should have gone."""
        context, now = rules.context, self._clock.now()
        instead = stand_ins(context.receivers, context.people, context.day(now))
        private = {chat for chats in instead.values() for chat in chats}
        count = await rehouse(self.stores.database, tuple(context.receivers.values()), now, private)
        if count:
            log.warning(
                "%d cards waited in chats that nobody has any more: they go to their receivers' chats", count
            )

    async def _reschedule(self, rules: Rules) -> None:
        """What was promised by other hours or terms, by a reload's or by those of before the start."""
        try:
            await follow(
                self.stores.database,
                rules,
                self._clock.now(),
                lambda receiver, note: self._announcer.say(receiver, note, about="deadlines"),
            )
        except StoreError as error:
            log.error("open cases keep their deadlines: %s", error)  # noqa: TRY400  # the error says it all

    async def _say_what_waits(self) -> None:
        """Warn of cards for messengers that are off: they go out only when the token is back."""
        for messenger, count in (await self.stores.outbox.waiting()).items():
            if messenger not in self._messengers.notifiers:
                log.warning("%s is off, and %d cards wait for it: they need its token", messenger, count)

    def _daytime(self) -> Daytime:
        return Daytime(
            self.stores.database,
            lambda: self.pipeline.rules,
            self.stores.budget(self._clock),
            self._clock,
            lambda receiver, note, about: self._announcer.say(receiver, note, about=about),
        )

    async def _take_up_what_was_learned(self) -> None:
        """Before the first mention is judged; where the store fails, the loop looks again."""
        self._learning = Learning(
            self.stores.learning,
            self._ask_judge,
            self._corrections,
            self._clock,
            self._learners,
        )
        with contextlib.suppress(StoreError):
            await self._learning.refresh()

    async def _ask_judge(self, questions: Sequence[Question]) -> list[Verdict]:
        """In its own process, or in a thread that no mention waits for."""
        rules = self.pipeline.rules
        if rules.apart is not None:
            return await rules.apart.classify(questions)
        return await asyncio.get_running_loop().run_in_executor(
            self._learners, rules.decider.judge.classify, questions
        )

    def _nightly(self) -> Nightly:
        return Nightly(
            self._learning,
            lambda: self.pipeline.rules.decider.routing.hours,
            lambda: self._reads(self._config.notices.learning),
            self.stores.budget(self._clock),
            lambda receiver, note: self._announcer.say(receiver, note, about="learning"),
            lambda: Levels(self.stores.decisions).followed(self.pipeline.rules.decider, self._clock.now()),
            words=lambda: self._config.words.watch,
        )

    def _escalating(self) -> Escalating:
        return Escalating(
            self.stores.database,
            lambda: self.pipeline.rules,
            lambda: self._reads(self._config.notices.escalations),
            self.stores.budget(self._clock),
            self._clock,
            self._telemetry,
            lambda receiver, note: self._announcer.say(receiver, note, about="escalations"),
        )

    def _reads(self, named: str | None) -> Receiver | None:
        """Who reads a word for the leads: whom the config names, else the first whom cards go to."""
        rules = self.pipeline.rules
        names = (named or "", *rules.decider.routing.default)
        return next((rules.context.receivers[name] for name in names if name in rules.context.receivers), None)

    def _begin_loops(self) -> None:
        """Run every loop that does not run yet."""
        for name, loop in self._loops():
            if name not in self._tasks:
                self._tasks[name] = asyncio.create_task(self._keeper.keep(name, loop), name=name)

    def _loops(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        loops: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("lag", self._measure_lag),
            ("pulse", self._pulse),
        ]
        if "judge" in self._roles:
            loops.append(("judge", self.pipeline.judging.run))
            loops.append(("learning", self._nightly().run))
        if "tell" in self._roles:
            loops += [(turning.name, turning.run) for turning in self.pipeline.telling.values()]
            loops.append(("tick", self.pipeline.ticking.run))
            loops.append(("held", self._watch_what_waits))
            loops.append(("alarm", Alarm(self._problems, self._say_to_engineers, self._clock).run))
            loops.append(("daytime", self._daytime().run))
            loops.append(("escalating", self._escalating().run))
        if "answer" in self._roles:
            loops += [(turning.name, turning.run) for turning in self.pipeline.answering.values()]
            loops.append(("unsaid", self._watch_what_is_unsaid))
        if "obey" in self._roles:
            loops.append(("presses", self._watch_inboxes))
            for name, inbox in self._messengers.inboxes.items():
                loops.append((f"obey {name}", partial(inbox.run, self.pipeline.obey)))
        return loops

    async def _begin_hearing(self, config: Config) -> None:
        self._hearing = contextlib.AsyncExitStack()
        if "hear" not in self._roles:
            return
        clock = self._hearing_clock
        sources: list[Source] = build_sources(config, self._settings, self.stores.budget(clock), clock)
        polling = Polling(self.pipeline.hear, clock, self._telemetry, self._keeper)
        for source in sources:
            self._hearing.push_async_callback(source.close)
        # Put away first: a source is closed only when nobody fetches from it.
        self._hearing.push_async_callback(polling.stop)
        self._telemetry.sources({source.name: source.every for source in sources})
        polling.start(sources)

    async def _begin_serving(self) -> None:
        token = self._settings.http_token
        redacted = Redactor(self._settings.secrets())
        server = WebServer(self._telemetry, token.reveal() if token else None, redacted, self._asked)
        self._stack.push_async_callback(server.stop)
        await server.start(self._settings.http_host, self._settings.http_port)

    async def _asked(self, name: str, headers: Mapping[str, str], body: bytes) -> Response | None:
        """A request at the port, for the program that the config has under this name and takes answers from."""
        for receiver in self.pipeline.rules.context.receivers.values():
            for chat in receiver.chats:
                inbox = self._messengers.inboxes.get(chat.messenger)
                takes = chat.endpoint is not None and chat.endpoint.answers
                if chat.chat == name and takes and isinstance(inbox, Doors):
                    return await inbox.call(chat, headers, body)
        return None

    async def _watch_what_waits(self) -> None:
        """A card that waits for the morning must not look like one that was lost, nor a lost one like that."""
        while True:
            with contextlib.suppress(StoreError):
                now = self._clock.now()
                self._telemetry.held(*await self.stores.outbox.held(now))
                sla = self.pipeline.rules.decider.routing.sla
                promised = sla.due if sla else PROMISED
                self._telemetry.late(*await late(self.stores.database, now - promised))
            await asyncio.sleep(LOOK_EVERY)

    def _problems(self) -> Mapping[str, str]:
        """What engineers are told of: all that is wrong, but a refused config where its writers are told."""
        by_name = dict(self._telemetry.verdict().by_name)
        if self._config.notices.config:
            by_name.pop("config", None)
        return by_name if self._config.notices.troubles else {}

    async def _say_to_engineers(self, note: Note, key: str) -> bool:
        """In their own chats where one works, else wherever people read; once."""
        receivers = self.pipeline.rules.context.receivers
        wanted = self._config.notices.troubles
        in_order = sorted(receivers.values(), key=lambda receiver: receiver.name != wanted)
        for chat in dict.fromkeys(chat for receiver in in_order for chat in receiver.chats):
            if await self.pipeline.say(chat, note, key):
                return True
        return False

    async def _watch_inboxes(self) -> None:
        """Presses that cannot come are a trouble, also while there are no cards to send."""
        while True:
            for name, inbox in self._messengers.inboxes.items():
                self._telemetry.hears_presses(name, inbox.deaf)
            await asyncio.sleep(LOOK_EVERY)

    async def _watch_what_is_unsaid(self) -> None:
        """What people let out and no customer has got is seen, also where no loop answers its network."""
        while True:
            with contextlib.suppress(StoreError):
                self._telemetry.unsaid(await self.stores.outbound.waiting())
            await asyncio.sleep(LOOK_EVERY)

    async def _pulse(self) -> None:
        """Write a word every few seconds: a full disk is seen although nobody complains just now."""
        while True:
            beat = asyncio.ensure_future(self.stores.pulse(self._clock.now()))
            done, _ = await asyncio.wait({beat}, timeout=SLOW_PULSE)
            if not done:
                slow = StoreError(f"нет ответа дольше {SLOW_PULSE:.0f} с", transient=True)
                self._telemetry.store_failed("pulse", slow)
            try:
                await beat
            except StoreError as error:
                self._telemetry.store_failed("pulse", error)
            else:
                self._telemetry.store_served("pulse")
            await asyncio.sleep(PULSE_EVERY)

    async def _measure_lag(self) -> None:
        """How late the event loop runs: what blocks it holds up every press and every card."""
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._telemetry.lag(loop.time() - asked)
