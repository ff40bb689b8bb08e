"""Judge: kept mentions become verdicts, events of cases and due cards in one transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import Final

from alerts.incidents.group import Group
from listener.decided import Decided, Routed, Stored
from listener.decision import decide_apart
from listener.limits import unmuted, within_limits
from listener.loops.levels import Levels
from listener.ports import Clock
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.stores import Stores
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
MOST_COUNTED: Final = 10_000
"""Of more waiting mentions it makes no difference how many there are."""


class Judge:
    """Decides on what was heard. `decided` is called when chats may have something new to be shown; `assign` gives
    new cases to people, `notice` looks whether they are more than usual.
    """

    def __init__(  # noqa: PLR0913  # what follows a decision is a step each
        self,
        stores: Stores,
        rules: Callable[[], Rules],
        clock: Clock,
        telemetry: Telemetry,
        workers: Executor,
        decided: Callable[[], None],
        *,
        assign: Callable[[], Awaitable[int]] | None = None,
        notice: Callable[[Collection[Group]], Awaitable[int]] | None = None,
    ) -> None:
        self._stores = stores
        self._rules = rules
        self._clock = clock
        self._telemetry = telemetry
        self._workers = workers
        self._decided = decided
        self._assign = assign
        self._notice = notice
        self._levels = Levels(stores.decisions)

    async def step(self) -> int:
        """Decide on one micro-batch and return its size; 0 when nothing waits."""
        stored = await self._stores.mentions.undecided(AT_ONCE, self._clock.now())
        if not stored:
            return 0
        now, rules = self._clock.now(), self._rules()
        decider = await self._levels.applied(rules.decider, now)
        rules.pace.waiting = await self._behind(len(stored))
        # Morphology and the model are pure Python: on the loop they would hold up presses and deliveries.
        decided, culprits = await asyncio.get_running_loop().run_in_executor(
            self._workers, decide_apart, decider.decide_all, stored, now
        )
        self._telemetry.paced(rules.pace)
        await self._record(decided, now)
        for culprit, error in culprits:
            await self._set_aside(culprit, error)
        return len(stored)

    async def _behind(self, taken: int) -> int:
        """How many mentions wait behind a batch: none where it is not full."""
        if taken < AT_ONCE:
            return 0
        return max(0, await self._stores.mentions.waiting(MOST_COUNTED) - taken)

    async def _record(self, decided: Sequence[Decided], now: datetime) -> None:
        limited = {brand.id: brand.per_day for brand in self._rules().decider.brands.values() if brand.per_day}
        found = {route.candidate.brand for decision in decided for route in decision.routed}
        decided = await self._heard(decided, found, now)
        cards = {
            brand: await self._stores.cases.cards_today(brand, now) for brand in sorted(found & limited.keys())
        }
        allowed, left_out = within_limits(decided, cards, limited)
        for candidate in left_out:
            words = "brand %s has had its %d cards of the day: no new card for %s, its case is kept"
            log.warning(words, candidate.brand, limited[candidate.brand], candidate.mention)
        recorded = await self._stores.decisions.record(allowed, now)
        self._telemetry.decided(allowed, recorded)
        for decision in allowed:
            for route in filter(lambda each: each.chats, decision.routed):
                _say_what_waits(route)
        # Before the cards are told: the first look at one shows whose it is, and whether it stands in a list.
        await self._give()
        await self._look(recorded.groups)
        self._decided()

    async def _give(self) -> None:
        """The cards go out whoever is given their cases; the clock's loop tries again."""
        try:
            if self._assign is not None:
                await self._assign()
        except StoreError as error:
            log.warning("new cases are given to nobody yet: %s", error)

    async def _look(self, groups: Collection[Group]) -> None:
        """What is not noticed now is with the next complaint of its kind."""
        try:
            if self._notice is not None and groups:
                await self._notice(groups)
        except StoreError as error:
            log.warning("nobody has looked whether complaints are more than usual: %s", error)

    async def _heard(
        self, decided: Sequence[Decided], brands: Collection[str], now: datetime
    ) -> Sequence[Decided]:
        """The decisions without the cards that nobody wants now."""
        if not brands:
            return decided
        mutes = await self._stores.mutes.in_force(brands, now)
        return unmuted(decided, [kept.mute for kept in mutes], now)

    async def _set_aside(self, stored: Stored, error: str) -> None:
        log.error("mention %s %s breaks the judge: %s", stored.mention.network, stored.mention.id, error)
        await self._stores.mentions.set_aside(stored, error, self._clock.now())
        self._telemetry.poison()


def _say_what_waits(route: Routed) -> None:
    """A card that is held back is said at once, also where only some of its receivers sleep."""
    name = f"{route.candidate.network} {route.candidate.mention}"
    if route.not_before is not None:
        log.info("a card of %s waits until %s: nobody works now", name, route.not_before.isoformat())
        return
    for receiver, until in route.held.items():
        log.info("a card of %s waits until %s in the chats of %s", name, until.isoformat(), receiver)
