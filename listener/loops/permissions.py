"""Permissions: whether the author of a new case takes private messages is asked before anybody writes to him.

Many who follow a page have written to it or allowed its messages long before they complain; who has not is
invited. What the network says is remembered of the author, as what he does himself is.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from alerts.cards.reaching import abilities_of, target_of
from alerts.cases.case import Case
from alerts.outreach.abilities import Learned
from alerts.outreach.ports import Outreach, OutreachError
from domain.mention import NetworkId
from listener.ports import Clock
from listener.rules import Rules
from listener.store.outbound import OutboundStore

log = logging.getLogger(__name__)

FRESH: Final = timedelta(hours=1)
"""Older cases have been looked at by people."""
REST: Final = 60.0
"""Seconds after a network that did not say."""


class Permissions:
    """One network's; each case is asked about once in a process, and only where nothing is known of its author."""

    def __init__(
        self,
        network: NetworkId,
        outreach: Outreach,
        store: OutboundStore,
        rules: Callable[[], Rules],
        clock: Clock,
    ) -> None:
        self._network = network
        self._outreach = outreach
        self._store = store
        self._rules = rules
        self._clock = clock
        self._after = 0
        self._rests_until = float("-inf")

    async def step(self) -> int:
        """Ask about a few new cases; returns how many there were."""
        if not self._outreach.asks_ahead or self._clock.monotonic() < self._rests_until:
            return 0
        fresh = await self._store.opened_after(self._network, self._after, self._clock.now() - FRESH)
        for case in fresh:
            try:
                await self._ask(case)
            except OutreachError as error:
                log.info("whether the author of case %d takes messages is not known: %s", case.id, error)
                self._rests_until = self._clock.monotonic() + REST
                return 0
            self._after = case.id
        return len(fresh)

    async def _ask(self, case: Case) -> None:
        context, now = self._rules().context, self._clock.now()
        page, private = target_of(case, context).page, abilities_of(case, context, now).private
        if page is None or private.way != "invitation" or private.reason != "not_invited":
            return
        if await self._outreach.may_message(page, case.author_id):
            lesson = Learned(
                network=self._network, page=page, scope="author", key=case.author_id, reason=None, at=now
            )
            await self._store.learn(lesson)
