"""Answer: what a person confirmed goes to the customer once; what may have gone is looked for before a second try.

A row is leased before the network is asked and settled after it answered. Killed in between, it comes back marked:
then the network is asked what became of it, and only its certain «no» lets the words out again. Where nobody can
tell, a person is asked.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from alerts.backoff import Backoff
from alerts.cards.reaching import ask_of
from alerts.outreach.delicacy import HeldBack, held_back
from alerts.outreach.outbound import Outbound, Sent
from alerts.outreach.ports import Outreach, OutreachError
from domain.mention import NetworkId
from listener.loops.permissions import Permissions
from listener.ports import Clock
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.outbound import OutboundStore, ToSend
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

MOST_TRIES: Final = 8
"""After so many tries, or looks, without a certain end a person is asked."""
LOOK_AFTER: Final = timedelta(seconds=20)
"""A network that fell silent may still be working on it."""
LOOK_LATER: Final = timedelta(minutes=10)
AGAIN: Final = Backoff(first=5.0, longest=300.0)
FRESH: Final = timedelta(minutes=15)
"""For so long the guard's word at the confirmation holds: the queue may pass ten o'clock, an outage may not."""
MARK_TRIES: Final = 30


class Answer:
    """One network's sender. `answered` is called when cards must follow."""

    def __init__(
        self,
        network: NetworkId,
        outreach: Outreach,
        store: OutboundStore,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        answered: Callable[[], None],
    ) -> None:
        self._network = network
        self.outreach = outreach
        self._store = store
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._answered = answered
        self._permissions = Permissions(network, outreach, store, rules, clock)

    async def step(self) -> int:
        """Send what is due, or look whether earlier answers still stand; returns how much was done."""
        claimed = await self._store.claim(self._network, self._clock.now())
        for due in claimed:
            await self._take(due)
            self._answered()
        done = len(claimed) or await self._look()
        if not done:
            await self._permissions.step()  # at leisure: a flood of new cases is asked about ten a turn
        return done

    async def _take(self, due: ToSend) -> None:
        sending = due.outbound
        if sending.unknown and not await self._is_certainly_not_done(sending):
            return
        held = self._held(due)
        if held is not None:
            await self._hold(sending, held)
            return
        try:
            sent = await self.outreach.send(sending)
        except OutreachError as error:
            await self._failed(sending, error)
            return
        await self._sent(sending, sent)

    async def _is_certainly_not_done(self, sending: Outbound) -> bool:
        """Look what became of an earlier try, and settle it where that is known."""
        try:
            found = await self.outreach.find(sending)
        except OutreachError as error:
            if error.outcome == "later":
                await self._put_off(sending, error, unknown=True)
            else:
                await self._lost_or_later(sending, error)
            return False
        if found is not None:
            await self._sent(sending, found)
        return found is None

    def _held(self, due: ToSend) -> HeldBack | None:
        """The guard once more: somebody may have asked to be left since, and a long outage may end at night."""
        rules, sending, now = self._rules(), due.outbound, self._clock.now()
        confirmed_at = sending.confirmed_at or now
        at = confirmed_at if now - confirmed_at <= FRESH else now
        ask = ask_of(due.case, sending.kind, None, rules.context, outbound=sending, approved=True)
        return held_back(ask, rules.context.policy, due.case.contact, at)

    async def _hold(self, sending: Outbound, held: HeldBack) -> None:
        log.warning("outbound %d is held back: %s", sending.id, held.reason)
        if held.remedy == "wait" and held.until is not None:
            until = held.until
            await self._settle(lambda: self._store.put_off(sending, until, held.reason, unknown=False))
            return
        await self._settle(lambda: self._store.held_back(sending, held.reason, self._clock.now()))
        self._telemetry.answered(self._network, "held_back")

    async def _failed(self, sending: Outbound, error: OutreachError) -> None:
        log.warning("outbound %d was not sent (%s, %s): %s", sending.id, error.outcome, error.reason, error)
        match error.outcome:
            case "refused":
                await self._settle(
                    lambda: self._store.refused(
                        sending, error.reason, str(error), self._clock.now(), error.learned
                    )
                )
                self._telemetry.answered(self._network, "refused")
            case "later":
                await self._put_off(sending, error, unknown=False)
            case "unknown":
                await self._lost_or_later(sending, error)

    async def _put_off(self, sending: Outbound, error: OutreachError, *, unknown: bool) -> None:
        wait = error.retry_after or timedelta(seconds=AGAIN.after(sending.tries, 0.5))
        at = self._clock.now() + wait
        await self._settle(lambda: self._store.put_off(sending, at, str(error), unknown=unknown))
        self._telemetry.answered(self._network, "later")

    async def _lost_or_later(self, sending: Outbound, error: OutreachError) -> None:
        """A network that just fell silent is looked at again for a while, then a person is."""
        if sending.tries + 1 < MOST_TRIES:
            at = self._clock.now() + LOOK_AFTER
            await self._settle(lambda: self._store.put_off(sending, at, str(error), unknown=True))
            return
        await self._settle(lambda: self._store.lost(sending, str(error), self._clock.now()))
        self._telemetry.answered(self._network, "unknown")

    async def _sent(self, sending: Outbound, sent: Sent) -> None:
        await self._settle(lambda: self._store.sent(sending, sent, self._clock.now()))
        self._telemetry.answered(self._network, "sent")

    async def _settle(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write down what became of it, however troubled the store is: else it would come back as unknown."""
        for tries in range(MARK_TRIES):
            try:
                await write()
            except StoreError as error:
                if not error.transient or tries + 1 == MARK_TRIES:
                    raise
                log.warning("the end of an outbound waits for the store: %s", error)
                await asyncio.sleep(min(2.0, 0.1 * 2**tries))
            else:
                return

    async def _look(self) -> int:
        """Whether answers of an hour, a day, a week ago still stand; what cannot be seen now is seen later."""
        now = self._clock.now()
        due = await self._store.to_look_at(self._network, now)
        for answer in due:
            try:
                stands = await self.outreach.stands(answer)
            except OutreachError as error:
                log.info("whether outbound %d still stands is not known: %s", answer.id, error)
                await self._store.look_later(answer, now + (error.retry_after or LOOK_LATER))
                continue
            await self._store.looked(answer, now, stands=stands)
            if not stands:
                self._answered()
        return len(due)
