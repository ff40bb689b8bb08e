"""The tell step: due deliveries become cards in messengers, at least once, whatever the messengers answer."""

import asyncio
import logging
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, assert_never, get_args

from alerts.card import make_card
from alerts.ports import Delivery, Notifier, NotifyError, Outbox, Searchable
from domain.person import Messenger

log = logging.getLogger(__name__)

AT_ONCE: Final = 40
"""Deliveries of one step: few enough to be over before their leases of a minute run out."""
PER_MESSENGER: Final = 10
TIMEOUT: Final = 12.0
"""Seconds for all calls of one delivery. AT_ONCE / PER_MESSENGER * TIMEOUT stays under the lease."""
FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(minutes=5)
LONGEST_REST: Final = timedelta(seconds=30)
"""How long a silent messenger is left alone; each of its silences would hold up the others by TIMEOUT."""

Outcome = Literal["sent", "edited", "found", "postponed", "retried", "unknown", "failed"]


class Observer(Protocol):
    """Told of each delivery that was tried; `seconds` is what the try took."""

    def __call__(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The chat shows the card."""

    delivery: Delivery
    ref: str
    outcome: Literal["sent", "edited", "found"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Later:
    """Not shown yet: due again at `at`. `unknown`: it may be there all the same."""

    delivery: Delivery
    at: datetime
    error: str
    unknown: bool
    outcome: Literal["postponed", "retried", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """The outbox gives it out again under the new address, unless its case is known there already."""

    delivery: Delivery
    outcome: Literal["postponed"] = "postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Never:
    """The chat will not take it."""

    delivery: Delivery
    error: str
    outcome: Literal["failed"] = "failed"


def wait_after(tries: int, chance: float) -> timedelta:
    """How long a delivery rests after its failed try number `tries` (from 0); `chance` is 0 to 1.

    Doubles from a second to five minutes, and half of it is left to chance, so that what failed together does
    not come back together.
    """
    full = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(tries, 16)))
    return full * (0.5 + chance / 2)


class Delivering:
    """Shows what is due. One instance runs one step at a time; several processes may share an outbox.

    A messenger that asks for rest (`retry_after`) rests as a whole. `timezone` is the cards', and may be replaced.
    """

    def __init__(
        self,
        outbox: Outbox,
        notifiers: Mapping[Messenger, Notifier],
        clock: Callable[[], datetime],
        *,
        observed: Observer | None = None,
        chance: Callable[[], float] = random.random,
        timezone: str = "Europe/Moscow",
    ) -> None:
        self.timezone = timezone
        self.failed = 0
        self._outbox = outbox
        self._notifiers = notifiers
        self._clock = clock
        self._observed = observed
        self._chance = chance
        self._rests: dict[Messenger, datetime] = {}
        self._silences: Counter[Messenger] = Counter()
        self._slots: defaultdict[Messenger, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(PER_MESSENGER)
        )

    async def step(self) -> int:
        """Try what is due, once, and return how many deliveries that were. Raises what the outbox raises."""
        now = self._clock()
        due = await self._outbox.claim(now, limit=AT_ONCE, skip=self._resting(now))
        outcomes = await asyncio.gather(*map(self._deliver, due), return_exceptions=True)
        # Only after all are done: a store that fails for one must not cut off a card that is being sent.
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(due)

    def _resting(self, now: datetime) -> frozenset[Messenger]:
        """Messengers to leave alone: those that asked for rest, and those that are off."""
        self._rests = {messenger: until for messenger, until in self._rests.items() if now < until}
        return frozenset(name for name in MESSENGERS if name in self._rests or name not in self._notifiers)

    async def _deliver(self, delivery: Delivery) -> None:
        async with self._slots[delivery.chat.messenger]:
            began = time.monotonic()
            outcome = await self._isolated(delivery)
        # The slot is free meanwhile: an outbox marks cards together when they come at the same time.
        await self._mark(outcome)
        if self._observed is not None:
            self._observed(outcome.delivery, outcome.outcome, time.monotonic() - began)

    async def _isolated(self, delivery: Delivery) -> _Shown | _Later | _Moved | _Never:
        """One delivery's try; whatever goes wrong in it stays in it."""
        now = self._clock()
        rest = self._rests.get(delivery.chat.messenger)
        if rest is not None and now < rest:
            return self._later(delivery, rest, "the messenger asked for rest", outcome="postponed")
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._show(delivery, now)
        except NotifyError as error:
            return self._after(delivery, error, now)
        except TimeoutError:
            return self._after(delivery, NotifyError("no answer in time", ambiguous=True), now)
        except Exception as fault:  # the loop that isolates one notifier from the others
            log.exception("delivery %s: the %s notifier broke", delivery.id, delivery.chat.messenger)
            return self._after(delivery, NotifyError(type(fault).__name__, ambiguous=True), now)

    async def _show(self, delivery: Delivery, now: datetime) -> _Shown | _Moved:
        try:
            return await self._send_or_edit(delivery, now)
        except NotifyError as error:
            if error.moved_to is None:
                raise
            chat = replace(delivery.chat, chat=error.moved_to)
        log.warning("chat %s has moved to %s", delivery.chat.chat, chat.chat)
        await self._outbox.redirect(delivery, chat, now)
        return _Moved(delivery=delivery)

    async def _send_or_edit(self, delivery: Delivery, now: datetime) -> _Shown:
        if delivery.ref is not None:
            try:
                return await self._edit(delivery, delivery.ref, now)
            except NotifyError as error:
                if not error.gone:
                    raise
        return await self._anew(delivery, now)

    async def _anew(self, delivery: Delivery, now: datetime) -> _Shown:
        """Send a card that is not there, or may be there from a try that nobody knows the end of."""
        if not delivery.unknown:
            return await self._send(delivery, now)
        ref, certain = await self._look(delivery)
        if ref is None:
            return await self._send(delivery, now, repeat=not certain)
        # What is shown there may be an older revision.
        return replace(await self._edit(delivery, ref, now), outcome="found")

    async def _look(self, delivery: Delivery) -> tuple[str | None, bool]:
        """The message of an earlier try, and whether its absence is certain."""
        notifier = self._notifiers[delivery.chat.messenger]
        if not isinstance(notifier, Searchable):
            return None, False
        try:
            return await notifier.find(delivery.chat, key(delivery), delivery.created_at), True
        except NotifyError as error:
            if not error.permanent:
                raise
            log.warning("delivery %s: an earlier try cannot be looked up: %s", delivery.id, error)
            return None, False

    async def _send(self, delivery: Delivery, now: datetime, *, repeat: bool = False) -> _Shown:
        card = make_card(delivery.case, now, repeat=repeat, timezone=self.timezone)
        ref = await self._notifiers[delivery.chat.messenger].send(delivery.chat, card, key(delivery))
        return _Shown(delivery=delivery, ref=ref, outcome="sent")

    async def _edit(self, delivery: Delivery, ref: str, now: datetime) -> _Shown:
        card = make_card(delivery.case, now, timezone=self.timezone)
        await self._notifiers[delivery.chat.messenger].edit(delivery.chat, ref, card)
        return _Shown(delivery=delivery, ref=ref, outcome="edited")

    def _after(self, delivery: Delivery, error: NotifyError, now: datetime) -> _Later | _Never:
        """What a failed try means for the delivery, and for its messenger."""
        if error.permanent:
            return _Never(delivery=delivery, error=str(error))
        at = now + wait_after(delivery.tries, self._chance())
        if error.retry_after is not None:
            at = now + timedelta(seconds=error.retry_after)
            self._rest(delivery.chat.messenger, at)
        elif error.ambiguous:
            self._silent(delivery.chat.messenger, now)
        return self._later(delivery, at, str(error), outcome="unknown" if error.ambiguous else "retried")

    def _silent(self, messenger: Messenger, now: datetime) -> None:
        rest = wait_after(self._silences[messenger], self._chance())
        self._silences[messenger] += 1
        self._rest(messenger, now + min(rest, LONGEST_REST))

    def _rest(self, messenger: Messenger, until: datetime) -> None:
        self._rests[messenger] = max(until, self._rests.get(messenger, until))

    def _later(
        self, delivery: Delivery, at: datetime, error: str, *, outcome: Literal["postponed", "retried", "unknown"]
    ) -> _Later:
        # What one try left unknown stays unknown until a later one shows the card.
        unknown = outcome == "unknown" or delivery.unknown
        return _Later(delivery=delivery, at=at, error=error, unknown=unknown, outcome=outcome)

    async def _mark(self, outcome: _Shown | _Later | _Moved | _Never) -> None:
        match outcome:
            case _Shown(delivery=delivery, ref=ref):
                self._silences.pop(delivery.chat.messenger, None)
                await self._outbox.shown(delivery, ref, self._clock())
            case _Later(delivery=delivery, at=at, error=error, unknown=unknown):
                level = logging.DEBUG if outcome.outcome == "postponed" else logging.WARNING
                log.log(level, "delivery %s to %s waits: %s", delivery.id, delivery.receiver, error)
                await self._outbox.retry(delivery, at, error, unknown=unknown)
            case _Moved():
                pass
            case _Never(delivery=delivery, error=error):
                self.failed += 1
                log.critical(
                    "case %s does not reach %s (%s %s): %s",
                    delivery.case.id,
                    delivery.receiver,
                    delivery.chat.messenger,
                    delivery.chat.chat,
                    error,
                )
                await self._outbox.fail(delivery, error, self._clock())
            case _:
                assert_never(outcome)


def key(delivery: Delivery) -> str:
    """The delivery's own name in its messenger, the same at every try.

    A card sent anew, for a reopened case or because its message is gone, is not to be taken for the old one.
    """
    name = f"otklik-{delivery.case.id}-{delivery.id}"
    return f"{name}-{delivery.shown}" if delivery.shown else name


MESSENGERS: Final[tuple[Messenger, ...]] = get_args(Messenger)
