"""The tell step of one messenger: what is due is shown at least once, whatever the messenger answers."""

import asyncio
import logging
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, assert_never

from alerts.backoff import Backoff
from alerts.cards.context import CardContext
from alerts.cards.note import Note
from alerts.cases.telling import Priority
from alerts.delivery.pace import SILENCE, Pace
from alerts.delivery.showing import EditRefusedError, Showing, Shown, key
from alerts.ports import FARTHEST, ChatState, Delivery, Digest, Due, Notice, NotifyError, Outbox, Share
from alerts.routing import Chat
from domain.person import MessengerId

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Things of one step, if the chats may get so many: in small steps the outbox is asked more than it is told."""
LANES: Final = 10
"""Chats that are told side by side. Within one chat it goes in order."""
TIMEOUT: Final = 12.0
"""Seconds for all calls of one thing."""
PROBE_TIMEOUT: Final = 4.0
"""Seconds for them while the messenger is silent: what hangs must not put off the next try."""
MOST_REFUSALS: Final = 5
"""After so many a chat that takes other things is believed: it is this thing that it will not take."""
LOOK_EVERY: Final = 10.0
"""Seconds between looks at what others have noted of the chats."""
TOLD_REST: Final = 5.0
"""Seconds of a rest that is worth writing down."""
LAST_START: Final = 40.0
"""Seconds of a step after which nothing new is begun: with TIMEOUT it stays under the lease of a minute."""
AGAIN: Final = Backoff(first=1.0, longest=FARTHEST.total_seconds())

Outcome = Literal["sent", "edited", "found", "postponed", "retried", "unknown", "barred", "parked", "failed"]
"""What came of a try. `barred`: the messenger refuses our token, whatever is sent."""


class Observer(Protocol):
    """Told of what the worker does and finds."""

    def delivered(self, due: Due, outcome: Outcome, seconds: float) -> None:
        """One thing was tried; `seconds` is what the try took."""

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        """The chat fell ill, or is well again (None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Later:
    """Not shown yet: due again at `at`. `unknown`: it may be there all the same."""

    due: Due
    at: datetime
    error: str
    unknown: bool
    outcome: Literal["postponed", "retried", "unknown", "barred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """The outbox gives it out again under the new address, unless its case is known there already."""

    due: Due
    chat: Chat
    outcome: Literal["postponed"] = "postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parked:
    """The chat refuses everything: this is due again at `at`, the chat is tried at `state.until`."""

    due: Due
    at: datetime
    state: ChatState
    outcome: Literal["parked"] = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resting:
    """The chat asked for rest."""

    state: ChatState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Well:
    """The chat takes messages again."""

    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class _Never:
    """The chat will not take it."""

    due: Due
    error: str
    outcome: Literal["failed"] = "failed"


_Tried = Shown | _Later | _Moved | _Parked | _Never
_Mark = _Tried | _Resting | _Well


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
        observer: Observer | None = None,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.failed = 0
        self._messenger: MessengerId = messenger
        self._outbox = outbox
        self._showing = showing
        self._clock = clock
        self._observer = observer
        self._since: dict[Chat, datetime] = {}
        self._refusals = Counter[str]()
        self._looked_at = float("-inf")
        self._chance = chance
        self._monotonic = monotonic
        self._pace = Pace(showing.limits, monotonic)
        self._lanes = asyncio.Semaphore(LANES)
        self._unmarked: list[_Mark] = []

    @property
    def lists(self) -> bool:
        """Whether its messenger can show a list of cases."""
        return self._showing.lists

    def reword(self, context: CardContext) -> None:
        """From the next card on, these are the people, titles and times that cards are worded with."""
        self._showing.context = context

    async def step(self) -> int:
        """Try what is due and what the chats may get now, and return how much that was.

        Raises what the outbox raises. What it could not mark is kept, and marked before anything else is claimed.
        """
        await self.settle()
        if self._pace.may_ask and not await self._is_back():
            return 0
        await self._look_at_chats()
        now = self._clock()
        due = await self._outbox.claim(self._messenger, self._room, now)
        last_start = self._monotonic() + LAST_START
        lanes = defaultdict[str, list[Due]](list)
        for thing in due:
            lanes[thing.chat.chat].append(thing)
        await _all(self._tell(lane, last_start) for lane in lanes.values())
        return len(due)

    async def settle(self) -> None:
        """Write the marks that the outbox could not write before. Raises what it raises."""
        await _all(self._write_off(tried) for tried in tuple(self._unmarked))

    async def say(self, chat: Chat, note: Note, name: str) -> bool:
        """Say a word past the outbox, for it may be about the store itself; False where the chat cannot now."""
        if not self._pace.may(chat):
            return False
        self._pace.take(chat)
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._showing.say(chat, note, name)
        except NotifyError as error:
            log.warning("a word to %s %s was not said: %s", chat.messenger, chat.chat, error)
            if error.retry_after is not None:
                self._pace.rest(chat, error.retry_after)
            return False
        except TimeoutError:
            return False
        return True

    async def _look_at_chats(self) -> None:
        """Which chats are ill, as an earlier life of the daemon or another daemon has noted it."""
        if self._monotonic() < self._looked_at + LOOK_EVERY:
            return
        ill = {state.chat: state for state in await self._outbox.ill(self._messenger)}
        self._looked_at = self._monotonic()
        for chat in self._since.keys() - ill.keys():
            del self._since[chat]
            self._pace.unpark(chat)
            self._note(chat, None)
        for chat in ill.keys() - self._since.keys():
            self._since[chat] = ill[chat].since
            if ill[chat].state == "parked":
                self._pace.doubt(chat, ill[chat].tries)
            self._note(chat, ill[chat])

    def _note(self, chat: Chat, state: ChatState | None) -> None:
        if self._observer is not None:
            self._observer.chat(chat, state)

    def _room(self, waiting: Mapping[Chat, Priority]) -> Mapping[Chat, Share]:
        room = self._pace.room(waiting, AT_ONCE)
        if self._showing.lists:
            return room
        return {chat: replace(share, folds=None) for chat, share in room.items()}

    async def _is_back(self) -> bool:
        """A silent messenger is asked before a card is tried: one that was tried may be shown twice."""
        began = self._monotonic()
        try:
            async with asyncio.timeout(PROBE_TIMEOUT):
                await self._showing.ping()
        except NotifyError as error:
            if error.retry_after is not None:
                self._pace.rest_everywhere(error.retry_after)
            else:
                self._pace.silent(began)
        except TimeoutError:
            self._pace.silent(began)
        else:
            return True
        return False

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
                    tried, *more = await self._try(due, last_start)
                    marks += [asyncio.ensure_future(self._mark(mark)) for mark in (tried, *more)]
                    if self._observer is not None:
                        self._observer.delivered(due, _outcome(tried), self._monotonic() - began)
                    if self._pace.has_limit(due.chat):
                        await asyncio.wait(marks)
        finally:
            await _all(marks)

    async def _try(self, due: Due, last_start: float) -> tuple[_Mark, ...]:
        """One try and what it means; whatever goes wrong in it stays in it."""
        now, began = self._clock(), self._monotonic()
        if not self._pace.may(due.chat) or began > last_start:
            return (_later(due, now, "the chat rests", outcome="postponed"),)
        self._pace.take(due.chat)
        if isinstance(due, Digest) and due.ref is None:
            self._pace.digest(due.chat)
        try:
            async with asyncio.timeout(PROBE_TIMEOUT if self._pace.is_silent else TIMEOUT):
                shown = await self._showing.show(due, now)
        except NotifyError as error:
            return self._after(due, error, now, began)
        except TimeoutError:
            return self._after(due, NotifyError("no answer in time", ambiguous=True), now, began)
        except Exception as fault:  # the loop that isolates one card from the others
            log.exception("%s: the %s notifier broke", key(due), self._messenger)
            return (_later(due, now + self._wait(due), type(fault).__name__, outcome="unknown"),)
        self._refusals.pop(key(due), None)
        return (shown, *self._took(due.chat))

    def _took(self, chat: Chat) -> tuple[_Mark, ...]:
        self._pace.took(chat)
        if self._since.pop(chat, None) is None:
            return ()
        log.warning("chat %s %s takes messages again", chat.messenger, chat.chat)
        self._note(chat, None)
        return (_Well(chat=chat),)

    def _after(self, due: Due, error: NotifyError, now: datetime, began: float) -> tuple[_Mark, ...]:
        """What a failed try means for the thing, its chat and its messenger."""
        chat, at = due.chat, now + self._wait(due)
        if error.retry_after is not None and not error.ambiguous:
            # The rest is kept by a clock that nobody sets; the thing itself is due.
            return self._rested(due, error, now)
        if error.ambiguous:
            self._pace.silent(began)
            if error.retry_after is not None:
                # A server that fails and says for how long: nobody is asked before.
                self._pace.rest_everywhere(error.retry_after)
            return (_later(due, at, str(error), outcome="unknown"),)
        if error.moved_to is not None:
            self._pace.answered(chat)
            return (_Moved(due=due, chat=replace(chat, chat=error.moved_to)),)
        if error.gone or isinstance(error, EditRefusedError):
            self._pace.answered(chat)
        elif error.permanent and isinstance(due, Notice) and due.draft.where == "owner":
            # He has not started the bot: nothing is to be tried there before he does.
            self._pace.answered(chat)
            return (_Never(due=due, error=str(error)),)
        elif error.permanent:
            return (self._refused(due, error, now),)
        else:
            # Nobody was reached: the messenger rests, and the card goes out as soon as it is back.
            self._pace.silent(began)
            at = min(at, now + timedelta(seconds=SILENCE.longest))
        return (_later(due, at, str(error), outcome="retried"),)

    def _refused(self, due: Due, error: NotifyError, now: datetime) -> _Parked | _Never:
        """Whether the chat is shut or the thing is at fault shows with the next one: the chat is tried with it.

        A thing that is refused again and again by a chat that took others meanwhile is given up.
        """
        shut = error.closed or self._pace.is_parked(due.chat)
        self._refusals[key(due)] += 1
        if not shut and self._refusals[key(due)] >= MOST_REFUSALS:
            del self._refusals[key(due)]
            self._pace.answered(due.chat)
            return _Never(due=due, error=str(error))
        seconds = self._pace.park(due.chat, self._chance())
        state = ChatState(
            chat=due.chat,
            state="parked",
            since=self._since.setdefault(due.chat, now),
            until=now + timedelta(seconds=seconds),
            reason=str(error),
            tries=self._pace.refusals(due.chat),
        )
        self._note(due.chat, state)
        return _Parked(due=due, at=state.until, state=state)

    def _rested(self, due: Due, error: NotifyError, now: datetime) -> tuple[_Mark, ...]:
        seconds = error.retry_after or 0.0
        if error.everywhere:
            self._pace.rest_everywhere(seconds)
            return (_later(due, now, str(error), outcome="barred"),)
        later = _later(due, now, str(error), outcome="retried")
        self._pace.heard()
        seconds = self._pace.rest(due.chat, seconds)
        if seconds < TOLD_REST:
            return (later,)
        state = ChatState(
            chat=due.chat,
            state="resting",
            since=self._since.setdefault(due.chat, now),
            until=now + timedelta(seconds=seconds),
            reason=str(error),
        )
        if not self._pace.is_parked(due.chat):
            self._note(due.chat, state)
        return (later, _Resting(state=state))

    def _wait(self, due: Due) -> timedelta:
        return timedelta(seconds=AGAIN.after(due.tries, self._chance()))

    async def _mark(self, mark: _Mark) -> None:
        """What cannot be marked now is kept: a card that was sent is not to be sent again."""
        self._unmarked.append(mark)
        await self._write_off(mark)

    async def _write_off(self, mark: _Mark) -> None:
        await self._write(mark)
        self._unmarked.remove(mark)

    async def _write(self, mark: _Mark) -> None:
        match mark:
            case Shown(due=due, ref=ref):
                await self._outbox.shown(due, ref, self._clock())
            case _Later(due=due, at=at, error=error, unknown=unknown):
                level = logging.DEBUG if mark.outcome == "postponed" else logging.WARNING
                log.log(level, "%s to %s waits: %s", key(due), due.receiver, error)
                await self._outbox.retry(due, at, error, unknown=unknown)
            case _Moved(due=due, chat=chat):
                log.warning("chat %s has moved to %s", due.chat.chat, chat.chat)
                await self._outbox.redirect(due, chat, self._clock())
            case _Parked(due=due, at=at, state=state):
                level = logging.CRITICAL if state.tries == 1 else logging.INFO
                words = "%s %s takes nothing, tried again until it does; %s waits: %s"
                log.log(level, words, due.chat.messenger, due.chat.chat, key(due), state.reason)
                now = self._clock()
                await self._outbox.park(due, at, state, now, self._showing.stand_ins(now))
            case _Resting(state=state):
                await self._outbox.rest(state)
            case _Well(chat=chat):
                await self._outbox.well(chat, self._clock())
            case _Never(due=due, error=error):
                now = self._clock()
                await self._outbox.fail(due, error, now, self._showing.stand_ins(now))
                self._lose(due, error)
            case _:
                assert_never(mark)

    def _lose(self, due: Due, error: str) -> None:
        if isinstance(due, Notice) and due.draft.where == "owner":
            # The words stand in the thread as well; there the person is asked to let the bot write to him.
            log.warning("%s cannot be told in private in %s: %s", due.receiver, due.chat.messenger, error)
            return
        self.failed += 1
        what = _name(due)
        words = "%s does not reach %s (%s %s): %s"
        log.critical(words, what, due.receiver, due.chat.messenger, due.chat.chat, error)


def _outcome(mark: _Mark) -> Outcome:
    """Of a try; a mark of a chat's alone is none."""
    return "postponed" if isinstance(mark, _Resting | _Well) else mark.outcome


def _name(due: Due) -> str:
    match due:
        case Delivery():
            return f"case {due.case.id}"
        case Notice():
            return f"a notice of case {due.cases[0].id}" if due.cases else "a notice"
        case Digest():
            return f"digest {due.id}"
        case _:
            assert_never(due)


def _later(
    due: Due, at: datetime, error: str, *, outcome: Literal["postponed", "retried", "unknown", "barred"]
) -> _Later:
    """What one try left unknown stays unknown until a later one shows it."""
    return _Later(due=due, at=at, error=error, unknown=outcome == "unknown" or due.unknown, outcome=outcome)


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """Wait for all and then raise the first fault: one that fails must not cut off a card that is being sent."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
