"""The tell step of one messenger: what is due is shown at least once, whatever the messenger answers."""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal, Protocol, assert_never

from alerts.backoff import Backoff
from alerts.cards.context import CardContext
from alerts.delivery.pace import SILENCE, Pace
from alerts.delivery.showing import EditRefusedError, Showing, Shown, key
from alerts.ports import FARTHEST, Due, Notice, NotifyError, Outbox
from alerts.routing import Chat
from domain.person import MessengerId

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Things of one step, if the chats may get so many: in small steps the outbox is asked more than it is told."""
LANES: Final = 10
"""Chats that are told side by side. Within one chat it goes in order."""
TIMEOUT: Final = 12.0
"""Seconds for all calls of one thing."""
LAST_START: Final = 40.0
"""Seconds of a step after which nothing new is begun: with TIMEOUT it stays under the lease of a minute."""
AGAIN: Final = Backoff(first=1.0, longest=FARTHEST.total_seconds())

Outcome = Literal["sent", "edited", "found", "postponed", "retried", "unknown", "failed"]


class Observer(Protocol):
    """Told of each thing that was tried; `seconds` is what the try took."""

    def __call__(self, due: Due, outcome: Outcome, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Later:
    """Not shown yet: due again at `at`. `unknown`: it may be there all the same."""

    due: Due
    at: datetime
    error: str
    unknown: bool
    outcome: Literal["postponed", "retried", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """The outbox gives it out again under the new address, unless its case is known there already."""

    due: Due
    chat: Chat
    outcome: Literal["postponed"] = "postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Never:
    """The chat will not take it."""

    due: Due
    error: str
    outcome: Literal["failed"] = "failed"


_Tried = Shown | _Later | _Moved | _Never


class Worker:
    """Shows what is due in one messenger. One step runs at a time; several processes may share an outbox.

    `failed` counts what chats will never take.
    """

    def __init__(
        self,
        messenger: MessengerId,
        outbox: Outbox,
        showing: Showing,
        clock: Callable[[], datetime],
        *,
        observed: Observer | None = None,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.failed = 0
        self._messenger: MessengerId = messenger
        self._outbox = outbox
        self._showing = showing
        self._clock = clock
        self._observed = observed
        self._chance = chance
        self._monotonic = monotonic
        self._pace = Pace(showing.limits, monotonic)
        self._lanes = asyncio.Semaphore(LANES)
        self._unmarked: list[_Tried] = []

    def reword(self, context: CardContext) -> None:
        """From the next card on, these are the people, titles and times that cards are worded with."""
        self._showing.context = context

    async def step(self) -> int:
        """Try what is due and what the chats may get now, and return how much that was.

        Raises what the outbox raises. What it could not mark is kept, and marked before anything else is claimed.
        """
        await self.settle()
        now = self._clock()
        due = await self._outbox.claim(self._messenger, partial(self._pace.room, most=AT_ONCE), now)
        last_start = self._monotonic() + LAST_START
        lanes = defaultdict[str, list[Due]](list)
        for thing in due:
            lanes[thing.chat.chat].append(thing)
        await _all(self._tell(lane, last_start) for lane in lanes.values())
        return len(due)

    async def settle(self) -> None:
        """Write the marks that the outbox could not write before. Raises what it raises."""
        await _all(self._write_off(tried) for tried in tuple(self._unmarked))

    async def _tell(self, lane: Sequence[Due], last_start: float) -> None:
        """Tell one chat in order.

        What is sent and not marked is sent again where the daemon is killed in between. A chat with a limit is
        slow anyhow: there each mark is waited for. Without one, marks go on meanwhile and are written together.
        """
        marks: list[asyncio.Future[None]] = []
        try:
            async with self._lanes:
                for due in lane:
                    began = self._monotonic()
                    tried = await self._try(due, last_start)
                    marks.append(asyncio.ensure_future(self._mark(tried)))
                    if self._observed is not None:
                        self._observed(due, tried.outcome, self._monotonic() - began)
                    if self._pace.has_limit(due.chat):
                        await asyncio.wait(marks)
        finally:
            await _all(marks)

    async def _try(self, due: Due, last_start: float) -> _Tried:
        """One try; whatever goes wrong in it stays in it."""
        now = self._clock()
        if not self._pace.may(due.chat) or self._monotonic() > last_start:
            return _later(due, now, "the chat rests", outcome="postponed")
        self._pace.take(due.chat)
        try:
            async with asyncio.timeout(TIMEOUT):
                shown = await self._showing.show(due, now)
        except NotifyError as error:
            return self._after(due, error, now)
        except TimeoutError:
            return self._after(due, NotifyError("no answer in time", ambiguous=True), now)
        except Exception as fault:  # the loop that isolates one card from the others
            log.exception("%s: the %s notifier broke", key(due), self._messenger)
            return _later(due, now + self._wait(due), type(fault).__name__, outcome="unknown")
        self._pace.answered(due.chat)
        return shown

    def _after(self, due: Due, error: NotifyError, now: datetime) -> _Later | _Moved | _Never:
        """What a failed try means for the thing, its chat and its messenger."""
        chat, at = due.chat, now + self._wait(due)
        if error.retry_after is not None:
            # The rest is kept by a clock that nobody sets; the thing itself is due.
            return self._rested(due, error, now)
        if error.ambiguous:
            self._pace.silent()
            return _later(due, at, str(error), outcome="unknown")
        if error.moved_to is not None:
            self._pace.answered(chat)
            return _Moved(due=due, chat=replace(chat, chat=error.moved_to))
        if error.permanent:
            self._pace.answered(chat)
            return _Never(due=due, error=str(error))
        if error.gone or isinstance(error, EditRefusedError):
            self._pace.answered(chat)
        else:
            # Nobody was reached: the messenger rests, and the card goes out as soon as it is back.
            self._pace.silent()
            at = min(at, now + timedelta(seconds=SILENCE.longest))
        return _later(due, at, str(error), outcome="retried")

    def _rested(self, due: Due, error: NotifyError, now: datetime) -> _Later:
        seconds = error.retry_after or 0.0
        if error.everywhere:
            self._pace.rest_everywhere(seconds)
        else:
            self._pace.heard()
            self._pace.rest(due.chat, seconds)
        return _later(due, now, str(error), outcome="retried")

    def _wait(self, due: Due) -> timedelta:
        return timedelta(seconds=AGAIN.after(due.tries, self._chance()))

    async def _mark(self, tried: _Tried) -> None:
        """What cannot be marked now is kept: a card that was sent is not to be sent again."""
        self._unmarked.append(tried)
        await self._write_off(tried)

    async def _write_off(self, tried: _Tried) -> None:
        await self._write(tried)
        self._unmarked.remove(tried)

    async def _write(self, tried: _Tried) -> None:
        match tried:
            case Shown(due=due, ref=ref):
                await self._outbox.shown(due, ref, self._clock())
            case _Later(due=due, at=at, error=error, unknown=unknown):
                level = logging.DEBUG if tried.outcome == "postponed" else logging.WARNING
                log.log(level, "%s to %s waits: %s", key(due), due.receiver, error)
                await self._outbox.retry(due, at, error, unknown=unknown)
            case _Moved(due=due, chat=chat):
                log.warning("chat %s has moved to %s", due.chat.chat, chat.chat)
                await self._outbox.redirect(due, chat, self._clock())
            case _Never(due=due, error=error):
                await self._outbox.fail(due, error, self._clock())
                self._lose(due, error)
            case _:
                assert_never(tried)

    def _lose(self, due: Due, error: str) -> None:
        self.failed += 1
        what = f"a notice of case {due.cases[0].id}" if isinstance(due, Notice) else f"case {due.case.id}"
        words = "%s does not reach %s (%s %s): %s"
        log.critical(words, what, due.receiver, due.chat.messenger, due.chat.chat, error)


def _later(due: Due, at: datetime, error: str, *, outcome: Literal["postponed", "retried", "unknown"]) -> _Later:
    """What one try left unknown stays unknown until a later one shows it."""
    return _Later(due=due, at=at, error=error, unknown=outcome == "unknown" or due.unknown, outcome=outcome)


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """Wait for all and then raise the first fault: one that fails must not cut off a card that is being sent."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
