"""The composition root and the daemon's life: build, run, reload, stop."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from classifiers.model import ModelError
from listener.clock import SystemClock
from listener.config.load import load
from listener.config.values import Config, ConfigError
from listener.heap import settle
from listener.judging import Judging
from listener.metrics import Metrics
from listener.parts import Messengers, build_judging, build_messengers, build_pipeline, build_sources
from listener.pipeline import Pipeline
from listener.polling import Polling
from listener.ports import Clock, Source
from listener.settings import Settings
from listener.store.store import Store
from listener.watch import Watch
from listener.web.health import Health
from listener.web.server import WebServer

log = logging.getLogger(__name__)

ROLES: Final = ("hear", "judge", "tell", "obey", "web")
WAKE_EVERY: Final = 5.0
"""Seconds between looks for cases whose rest is over."""
LAG_EVERY: Final = 1.0
LAST_STEPS: Final = 5.0
"""Seconds that the steps under way get at the end; what takes longer is found again at the next start."""


class Daemon:
    """One process of Otklik with some or all roles.

    `start` returns when it is ready and raises ConfigError, ModelError, StoreError or OSError with nothing left
    open; `stop` returns when everything is put away.
    """

    def __init__(self, settings: Settings, roles: Iterable[str] = ROLES, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._roles = frozenset(roles)
        self._clock = clock or SystemClock()
        self._watch = Watch(Metrics(), Health(), self._clock)
        self._workers = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._stack = contextlib.AsyncExitStack()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hearing = contextlib.AsyncExitStack()
        self.store: Store
        self.pipeline: Pipeline
        self._messengers: Messengers

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
            stepping = [task for name, task in self._tasks.items() if name.startswith(("judge", "tell"))]
            if stepping:
                await asyncio.wait(stepping, timeout=LAST_STEPS)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._stack.aclose()
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def failed(self) -> None:
        """Wait until a loop dies, which none should, and raise what it died of."""
        done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def reload(self) -> None:
        """Read the config and the model again; a broken one changes nothing."""
        try:
            config = await asyncio.to_thread(load, self._settings.config_dir)
            judging = await self._build_judging(config)
        except (ConfigError, ModelError) as error:
            log.error("the new configuration is not used:\n%s", error)  # noqa: TRY400  # a traceback helps nobody here
            return
        self.pipeline.use(judging, config.people)
        settle()
        await self._hearing.aclose()
        await self._begin_hearing(config)
        log.info("the new configuration is in use: %d brands", len(config.brands))

    async def _start(self) -> None:
        config = await asyncio.to_thread(load, self._settings.config_dir)
        self.store = await Store.open(self._settings.database_url)
        self._stack.push_async_callback(self.store.close)
        if "tell" in self._roles:
            await self.store.recover(self._clock.now())
        self._messengers = build_messengers(self._settings, self._clock.now)
        for notifier in self._messengers.notifiers.values():
            self._stack.push_async_callback(notifier.close)
        judging = await self._build_judging(config)
        self.pipeline = build_pipeline(
            config, judging, self.store, self._messengers, self._clock, self._watch, self._workers
        )
        settle()
        if "tell" in self._roles:
            await self.pipeline.say_what_waits()
        if "web" in self._roles:
            await self._begin_serving()
        for name, loop in self._loops():
            self._tasks[name] = asyncio.create_task(loop, name=name)
        await self._begin_hearing(config)
        log.info("ready: %d brands, roles %s", len(config.brands), ", ".join(sorted(self._roles)))

    async def _build_judging(self, config: Config) -> Judging:
        reachable = frozenset(self._messengers.notifiers)
        loop = asyncio.get_running_loop()
        build = partial(
            build_judging, config, reachable, self._settings.model, second=self._settings.second_opinion
        )
        return await loop.run_in_executor(self._workers, build)

    def _loops(self) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        loops: list[tuple[str, Coroutine[Any, Any, None]]] = [("lag", self._measure_lag())]
        if "judge" in self._roles:
            loops.append(("judge", self.pipeline.judge_forever()))
        if "tell" in self._roles:
            loops += [(f"tell {name}", self.pipeline.tell_forever(name)) for name in self._messengers.notifiers]
            loops.append(("wake", self._wake_forever()))
        if "obey" in self._roles:
            for inbox in self._messengers.inboxes:
                loops.append((f"obey {type(inbox).__name__}", inbox.run(self.pipeline.obey)))
        return loops

    async def _begin_hearing(self, config: Config) -> None:
        self._hearing = contextlib.AsyncExitStack()
        if "hear" not in self._roles:
            return
        sources: list[Source] = build_sources(config, self._settings, self.store.budget(self._clock), self._clock)
        polling = Polling(self.pipeline.hear, self._clock, self._watch)
        for source in sources:
            self._hearing.push_async_callback(source.close)
        # Put away first: a source is closed only when nobody fetches from it.
        self._hearing.push_async_callback(polling.stop)
        self._watch.sources({source.name: source.every for source in sources}, self._clock.now())
        polling.start(sources)

    async def _begin_serving(self) -> None:
        server = WebServer(self._watch.health, self._watch.metrics, self._clock)
        self._stack.push_async_callback(server.stop)
        await server.start(self._settings.http_host, self._settings.http_port)

    async def _wake_forever(self) -> None:
        while True:
            await self.pipeline.wake()
            await asyncio.sleep(WAKE_EVERY)

    async def _measure_lag(self) -> None:
        """How late the event loop runs: what blocks it holds up every press and every card."""
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._watch.lag(loop.time() - asked)
