"""Replay: mentions from a file through the whole pipeline and the real store to messengers."""

import asyncio
import logging
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO, Final, TypeVar

import orjson

from alerts.backoff import Backoff
from domain.mention import Mention
from domain.person import MessengerId
from listener.mention_format import MalformedMentionError, parse_mention
from listener.networks.registry import NETWORKS
from listener.pipeline import Pipeline
from listener.ports import Batch, Clock, SourceError
from listener.store.errors import StoreError
from listener.store.stores import Stores

log = logging.getLogger(__name__)

Worked = TypeVar("Worked")

AT_ONCE: Final = 500
LONGEST_LINE: Final = 1_000_000
"""Bytes of a line; the longest text that is kept has 64 thousand characters."""
SOURCE: Final = "replay"
NEARLY: Final = 60.0
"""Seconds for which a replay waits for cards that a messenger has put off; later ones stay for the daemon."""
PATIENCE: Final = 60.0
"""Seconds for which a store that is away (locked, full, restarted) is asked again."""
WAITS: Final = Backoff(first=0.2, longest=5.0)


class ReplayError(Exception):
    """The replay cannot go on; what was kept so far is kept."""


@dataclass(slots=True)
class Progress:
    """Counted while the replay runs; `new` are mentions that the store did not have."""

    lines: int = 0
    bytes: int = 0
    bad: int = 0
    new: int = 0
    judged: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    number: int
    error: str


def read_mentions(file: BinaryIO, progress: Progress, on_bad: Callable[[BadLine], None]) -> Iterator[Mention]:
    """The mentions of a JSONL file; a line that is none is reported and passed over."""
    while line := file.readline(LONGEST_LINE):
        progress.lines += 1
        progress.bytes += len(line)
        if progress.lines == 1:
            line = line.removeprefix(BOM_UTF8)  # editors on Windows begin a file so
        try:
            if line.strip():
                yield parse_mention(orjson.loads(_whole(line, file, progress)), NETWORKS)
        except (orjson.JSONDecodeError, MalformedMentionError) as error:
            progress.bad += 1
            on_bad(BadLine(number=progress.lines, error=str(error)))


def _whole(line: bytes, file: BinaryIO, progress: Progress) -> bytes:
    """The line, if it was read to its end; a longer one is skipped without ever being held in memory."""
    if line.endswith(b"\n") or len(line) < LONGEST_LINE:
        return line
    while part := file.readline(LONGEST_LINE):
        progress.bytes += len(part)
        if part.endswith(b"\n"):
            break
    raise MalformedMentionError(f"the line is longer than {LONGEST_LINE} bytes")


class Replaying:
    """One replay. Keeping, judging and telling go on side by side, as in the daemon."""

    def __init__(
        self,
        pipeline: Pipeline,
        stores: Stores,
        messengers: tuple[MessengerId, ...],
        clock: Clock,
        progress: Progress,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._pipeline = pipeline
        self._stores = stores
        self._clock = clock
        self._messengers = messengers
        self._progress = progress
        self._kept_all = False
        self._judged_all = False

    async def run(self, mentions: Iterator[Mention]) -> None:
        """Return when every mention is kept and judged and every card that is due was told. Raises ReplayError."""
        failed: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep(mentions))
                group.create_task(self._judge())
                for messenger in self._messengers:
                    group.create_task(self._tell(messenger))
        except* (SourceError, StoreError) as errors:
            failed = errors.exceptions[0]
        if failed is not None:
            # Raised in the handler it would come out in a group of its own, as Python 3.11.2 has it.
            raise ReplayError(str(failed)) from failed

    async def _keep(self, mentions: Iterator[Mention]) -> None:
        while some := tuple(islice(mentions, AT_ONCE)):
            keep = partial(self._pipeline.hear.keep, SOURCE, Batch(mentions=some))
            self._progress.new += await self._patiently(keep)
        self._kept_all = True

    async def _judge(self) -> None:
        while True:
            last = self._kept_all
            count = await self._patiently(self._pipeline.judge.step)
            self._progress.judged += count
            if not count:
                if last:
                    break
                await asyncio.sleep(0.005)
        self._judged_all = True

    async def _tell(self, messenger: MessengerId) -> None:
        waited = 0.0
        while waited < NEARLY:
            last = self._judged_all
            count = await self._patiently(partial(self._pipeline.tell, messenger))
            self._progress.told += count
            if count:
                waited = 0.0
                continue
            if last and not await self._patiently(self._due_soon):
                return
            await asyncio.sleep(0.05)
            waited += 0.05 * last

    async def _patiently(self, step: Callable[[], Awaitable[Worked]]) -> Worked:
        """The step's result, begun again while the store is away. Raises SourceError, StoreError."""
        until, failures = self._clock.monotonic() + self._patience, 0
        while True:
            try:
                return await step()
            except (SourceError, StoreError) as error:
                if not _is_passing(error) or self._clock.monotonic() >= until:
                    raise
                log.warning("the replay waits for the store: %s", error)
            await asyncio.sleep(WAITS.after(failures))
            failures += 1

    async def _due_soon(self) -> bool:
        """Whether something is to be shown now or soon."""
        due = await self._stores.outbox.next_due(self._messengers)
        return due is not None and (due - self._clock.now()).total_seconds() <= NEARLY


def _is_passing(error: Exception) -> bool:
    """Whether it is the store that fails, and may serve again."""
    fault = error if isinstance(error, StoreError) else error.__cause__
    return isinstance(fault, StoreError) and fault.transient
