"""SQLite's side of the store: a transaction goes to a thread once, and runs there whole.

Its work is a coroutine, for on PostgreSQL it waits for the server. Here nothing in it waits: each statement is a
plain call of the driver, so that the coroutine comes to its end at its first step. A way to the thread and back
costs more than most statements, and a busy loop makes a transaction wait for it at every one.
"""

import asyncio
import contextvars
import heapq
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from itertools import count
from typing import Any, Final, Generic, TypeVar, cast

from sqlalchemy import Connection as PlainConnection
from sqlalchemy.engine import CursorResult, Dialect, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from listener.store.connection import Connection

Result = TypeVar("Result")
Work = Callable[[Connection], Awaitable[Result]]


class Direct:
    """What the store's functions ask of a Connection, over SQLAlchemy's plain one of this very thread."""

    def __init__(self, connection: PlainConnection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.exec_driver_sql(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self._connection.scalar(statement, parameters)


class Threads:
    """One engine and the threads that use it, as many as it has connections. What is urgent goes first."""

    def __init__(self, engine: Engine, number: int, patience: float) -> None:
        self.engine: Final = engine
        self._patience = patience
        self._jobs = _Jobs[Any]()
        self._number = number
        self._threads: list[threading.Thread] = []

    async def run(self, work: Work[Result], *, urgent: bool = False) -> Result:
        """Run the work in one transaction: whole, or not at all.

        Raises what the work and the driver raise, and SQLAlchemy's TimeoutError where no thread was free in time.
        """
        return await self._handed(partial(_transaction, self.engine, work), urgent=urgent)

    async def close(self) -> None:
        """Let what was handed over come to its end, then disconnect."""
        if self._threads:
            await self._handed(self.engine.dispose, urgent=False)
            self._jobs.end(len(self._threads))
        self._threads = []

    async def _handed(self, call: Callable[[], Result], *, urgent: bool) -> Result:
        if not self._threads:
            self._begin()
        done: Future[Result] = Future()
        self._jobs.put(partial(contextvars.copy_context().run, call), done, urgent=urgent)
        answer = asyncio.wrap_future(done)
        await asyncio.wait({answer}, timeout=self._patience)
        if not answer.done() and done.cancel():
            raise PoolTimeoutError("other transactions took too long")
        return await answer

    def _begin(self) -> None:
        # A database that nobody closed must not keep the process alive.
        self._threads = [
            threading.Thread(target=_work_off, args=(self._jobs,), name="sqlite", daemon=True)
            for _ in range(self._number)
        ]
        for thread in self._threads:
            thread.start()


_Job = tuple[Callable[[], Result], "Future[Result]"]


class _Jobs(Generic[Result]):
    """What waits for a thread: the urgent first, else in the order in which it came."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, _Job[Result] | None]] = []
        self._numbers = count()
        self._some = threading.Condition(threading.Lock())

    def put(self, call: Callable[[], Result], done: "Future[Result]", *, urgent: bool) -> None:
        with self._some:
            heapq.heappush(self._waiting, (0 if urgent else 1, next(self._numbers), (call, done)))
            self._some.notify()

    def end(self, number: int) -> None:
        """So many threads find nothing more, once all that waits is done."""
        with self._some:
            for _ in range(number):
                heapq.heappush(self._waiting, (2, next(self._numbers), None))
            self._some.notify_all()

    def take(self) -> _Job[Result] | None:
        with self._some:
            while not self._waiting:
                self._some.wait()
            return heapq.heappop(self._waiting)[-1]


def _work_off(jobs: _Jobs[Any]) -> None:
    while (job := jobs.take()) is not None:
        call, done = job
        if not done.set_running_or_notify_cancel():
            continue
        try:
            result = call()
        except BaseException as fault:  # noqa: BLE001  # whoever waits raises it
            done.set_exception(fault)
        else:
            done.set_result(result)
        # Nothing of it is held while the next job is waited for.
        job = call = done = result = None  # type: ignore[assignment]


def _transaction(engine: Engine, work: Work[Result]) -> Result:
    with engine.connect() as connection, connection.begin():
        return _at_once(work(cast("Connection", Direct(connection))))


def _at_once(work: Awaitable[Result]) -> Result:
    """The result of a coroutine that waits for nothing."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return cast("Result", end.value)
    raise RuntimeError("a transaction may wait for its statements alone")
