"""The judge on another core: a process of its own is asked batch by batch, and begun again when it dies.

Nothing is lost with it: what it was reading still waits in the store.
"""

import asyncio
import contextlib
import logging
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from classifiers.model import ModelError
from classifiers.pace import Pace
from classifiers.verdict import Question
from domain.verdict import Verdict
from listener.judge_hanging import EVERY, LOOKS, Hanging, use_of
from listener.judge_launch import launched, put_away
from listener.judge_worker import LENGTH, Answer, Batch, Ready, Setup, framed
from listener.reader import Asked, DiedError, EndedError, Readings
from listener.shapes import unpacker

log = logging.getLogger(__name__)

PATIENCE: Final = 120.0
"""Seconds for a batch and the one before it: whoever takes longer hangs, and is killed. Who uses no processor
meanwhile is found sooner (`listener.judge_hanging`), where the system says what a process uses.
"""
START: Final = 120.0
LEAVE: Final = 10.0
"""Seconds to end in, once nothing more is asked."""


class JudgeProcess:
    """`listener.reader.ReadsApart`. Batches that are asked while one is under way wait in the process's pipe.

    `model` and `second` as in `listener.settings.Settings`; `begun` is a process that loads them already.
    """

    def __init__(
        self, setup: Setup, *, model: Path | None = None, second: bool = True, begun: Process | None = None
    ) -> None:
        self._setup = setup
        self._model = model
        self._second = second
        self._begun = begun
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._pending: deque[asyncio.Future[bytes]] = deque()
        self._answered = 0
        self._beginning = asyncio.Lock()
        self._answers = unpacker(Answer)
        self._closed = False
        self._reads = False
        self._refused: ModelError | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process that reads now."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Return when it can read; raises ModelError where it has no model for that, DiedError where it dies."""
        async with self._beginning:
            if self._refused is not None:
                raise self._refused
            if self._process is None:
                await self._begin()

    def begin(self) -> None:
        """Let it start while others do something else; `start` waits for it and says what became of it."""
        starting = asyncio.create_task(self.start())
        starting.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def read(self, asked: Sequence[Asked], levels: Mapping[str, float], pace: Pace) -> Readings:
        """See `ReadsApart`."""
        await self.start()
        batch = Batch(asked=list(asked), levels=dict(levels), waiting=pace.waiting)
        answer = self._answers.decode(await self._ask(framed(batch), PATIENCE))
        answer.paced.told(pace)
        return answer.read

    async def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        """See `ReadsApart`."""
        await self.start()
        batch = Batch(asked=[], levels={}, waiting=0, questions=list(questions))
        return self._answers.decode(await self._ask(framed(batch), PATIENCE)).verdicts

    async def close(self) -> None:
        """Let it answer what it was asked, and end."""
        self._closed = True
        process, listening = self._process, self._listening
        if process is None or listening is None:
            async with self._beginning:  # what is being launched just now is put away by whoever launches it
                begun, self._begun = self._begun, None
            if begun is not None:
                await put_away(begun)
            return
        await self._end(process, listening)

    async def _end(self, process: Process, listening: "asyncio.Task[None]") -> None:
        if process.stdin is not None:
            process.stdin.close()
        if not self._reads:  # it is loading, and would not hear until it has loaded
            _kill(process)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE):
                await asyncio.shield(listening)
        _kill(process)
        await listening

    async def _begin(self) -> None:
        if self._closed:
            raise EndedError("the judge's process is put away")
        try:
            begun, self._begun = self._begun, None
            process = begun or await launched(self._model, second=self._second)
        except OSError as error:
            raise DiedError(f"the judge's process cannot be begun: {error}") from error
        if self._closed:
            await put_away(process)
            raise EndedError("the judge's process is put away")
        self._process = process
        self._listening = listening = asyncio.create_task(self._listen(process))
        ready = unpacker(Ready).decode(await self._ask(framed(self._setup), START))
        if ready.error is not None:
            self._closed = True
            self._refused = ModelError(ready.error)
            await self._end(process, listening)
            raise self._refused
        self._reads = True
        self._watching = asyncio.create_task(self._watch(process))
        if ready.lacking is not None:
            log.warning("the second opinion is off: %s", ready.lacking)

    async def _ask(self, frame: bytes, patience: float) -> bytes:
        """The answer. Raises DiedError, EndedError."""
        process = self._process
        if process is None or process.stdin is None:
            raise DiedError("the judge's process has just died")
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._pending.append(answer)
        with contextlib.suppress(ConnectionError):  # whoever listens will say that it died
            process.stdin.write(frame)
            await process.stdin.drain()
        try:
            async with asyncio.timeout(patience):
                return await answer
        except TimeoutError:
            _kill(process)
            raise DiedError(f"the judge's process gave no answer within {patience:.0f} s") from None

    async def _listen(self, process: Process) -> None:
        """Hand the answers out in the order of the questions, until the process ends."""
        answers = process.stdout
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while answers is not None:
                length = int.from_bytes(await answers.readexactly(LENGTH), "big")
                content = await answers.readexactly(length)
                waits = self._pending.popleft()
                self._answered += 1
                if not waits.done():  # else nobody wants it any more
                    waits.set_result(content)
        code = await process.wait()
        self._process = None
        self._reads = False
        if self._watching is not None:
            self._watching.cancel()
        pending, self._pending = self._pending, deque()
        for waits in pending:
            if not waits.done():
                words = f"the judge's process ended with {code}"
                waits.set_exception(EndedError(words) if self._closed else DiedError(words))
        if not self._closed:
            log.error("the judge's process died (%d): it is begun again for the next texts", code)

    async def _watch(self, process: Process) -> None:
        """Kill it when it hangs; whoever listens will say that it died. It has been loaded: only then does it
        nothing but compute.
        """
        hanging = Hanging(lambda: use_of(process.pid))
        while process.returncode is None:
            await asyncio.sleep(EVERY)
            if await asyncio.to_thread(hanging.look, self._answered, asked=bool(self._pending)):
                seconds = EVERY * LOOKS
                log.error("the judge's process hangs: no answer and no processor used for %.0f s; killed", seconds)
                _kill(process)
                return


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
