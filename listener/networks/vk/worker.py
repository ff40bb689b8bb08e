"""One daemon thread that makes blocking calls one after another for the event loop."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, Final

_STOP: Final = None


class WorkerClosedError(RuntimeError):
    """The call was still waiting when the worker was closed."""


class Worker:
    """Like a one-thread executor, but its thread is a daemon: an executor's is joined when the interpreter ends,

    and a call that hangs in name resolution, which no time-out reaches, would hold the whole daemon's stop.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], _Answer] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._closed = False

    async def run(self, job: Callable[[], Any]) -> Any:
        """The job's result, or its exception. Cancelling stops the waiting, not the job."""
        if self._closed:
            raise WorkerClosedError(self._thread.name)
        if not self._thread.is_alive():
            self._thread.start()
        answer = _Answer(asyncio.get_running_loop())
        self._jobs.put((job, answer))
        return await answer.future

    def close(self) -> None:
        """Take no more jobs. The running one ends on its own time; nobody waits for it."""
        if not self._closed:
            self._closed = True
            self._jobs.put(_STOP)

    def _work(self) -> None:
        while (item := self._jobs.get()) is not _STOP:
            job, answer = item
            if self._closed:
                answer.give(None, WorkerClosedError(self._thread.name))
                continue
            try:
                answer.give(job(), None)
            except Exception as error:  # noqa: BLE001  # belongs to the caller, who waits on the other side
                answer.give(None, error)


class _Answer:
    """Carries a result from the thread to the loop that asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()

    def give(self, result: Any, error: Exception | None) -> None:
        # The loop may be gone when a late answer comes; then there is nobody to tell.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: Any, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)
