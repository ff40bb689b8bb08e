"""Judge: kept mentions become verdicts, events of cases and due cards in one transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from alerts.incidents.group import Group
from classifiers.pace import Pace
from listener.decided import Decided, Routed, Stored
from listener.decision import Decider, decide_apart
from listener.halves import Halves
from listener.limits import unmuted, within_limits
from listener.loops.levels import Levels
from listener.ports import Clock
from listener.reader import DiedError, EndedError, Reading, ReadsApart
from listener.rules import Rules
from listener.store.errors import StoreError
from listener.store.stores import Stores
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
BEHIND: Final = 1_000
"""As many are taken at once when that many more wait: a mention then costs less, and the writer is held for
a tenth of a second longer.
"""
Result = TypeVar("Result")
MOST_COUNTED: Final = 10_000
"""Of more waiting mentions it makes no difference how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Mentions in hand and the decisions on them that are on their way, by the rules of the moment. `full`: others
    may wait behind them.
    """

    stored: Sequence[Stored]
    full: bool
    rules: Rules
    now: datetime
    deciding: asyncio.Task[tuple[list[Decided], list[tuple[Stored, str]]]]


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
        self._ahead: _Batch | None = None
        self._behind = 0

    async def step(self) -> int:
        """Decide on one micro-batch and return its size; 0 when nothing waits."""
        batch, self._ahead = self._ahead or await self._taken(), None
        if batch is None:
            return 0
        if batch.rules.apart is not None and batch.full:
            # The next one is read on the other core while this one is recorded.
            self._ahead = await self._taken(skip=batch)
        try:
            decided, culprits = await batch.deciding
        except EndedError:
            return len(batch.stored)  # they still wait, for whoever reads by the rules of now
        self._telemetry.paced(batch.rules.pace)
        await self._record(decided, batch.now)
        for culprit, error in culprits:
            await self._set_aside(culprit, error)
        return len(batch.stored)

    async def _taken(self, skip: "_Batch | None" = None) -> "_Batch | None":
        """The next mentions that wait, those of the batch in hand left out, on their way to a decision."""
        in_hand = [stored.row for stored in skip.stored] if skip is not None else []
        most = BEHIND if self._behind >= BEHIND else AT_ONCE
        stored = await self._stores.mentions.undecided(most, self._clock.now(), skip=in_hand)
        if not stored:
            return None
        now, rules = self._clock.now(), self._rules()
        decider = await self._levels.applied(rules.decider, now)
        full = len(stored) == most
        rules.pace.waiting = self._behind = await self._counted(len(stored) + len(in_hand)) if full else 0
        deciding = asyncio.create_task(self._decisions(stored, decider, rules, now))
        # Nobody may be left to ask for it when the loop ends.
        deciding.add_done_callback(lambda task: task.cancelled() or task.exception())
        return _Batch(stored=stored, full=full, rules=rules, now=now, deciding=deciding)

    async def _decisions(
        self, stored: Sequence[Stored], decider: Decider, rules: Rules, now: datetime
    ) -> tuple[list[Decided], list[tuple[Stored, str]]]:
        """The decisions, and the mentions that break the judge with the fault of each."""
        if rules.apart is None:
            # Morphology and the model are pure Python: on the loop they would hold up presses and deliveries.
            return await self._in_thread(decide_apart, decider.decide_all, stored, now)
        read, broken = await self._read(rules.apart, stored, decider, rules.pace)
        decided, culprits = await self._in_thread(decide_apart, _by_readings(decider), read, now)
        return decided, [*broken, *((kept, error) for (kept, _), error in culprits)]

    async def _read(
        self, apart: ReadsApart, stored: Sequence[Stored], decider: Decider, pace: Pace
    ) -> tuple[list[tuple[Stored, Reading]], list[tuple[Stored, str]]]:
        """What was read of each, and what cannot be read.

        A process that dies may have been killed by anybody, so that its batch is tried once more as it is; then by
        halves, until the text that it dies of stands alone.
        """
        read: list[tuple[Stored, Reading]] = []
        broken: list[tuple[Stored, str]] = []
        halves, once_more = Halves(stored), True
        for part in halves:
            try:
                found = await apart.read(decider.asked(part), decider.levels(), pace)
            except DiedError as error:
                self._telemetry.judge_died()
                if once_more:
                    once_more = False
                    halves.again(part)
                elif not halves.split(part):
                    broken.append((part[0], str(error)))
                continue
            for place, pair in enumerate(zip(part, found.readings, strict=True)):
                if (fault := found.faults.get(place)) is None:
                    read.append(pair)
                else:
                    broken.append((pair[0], fault))
        return read, broken

    async def _in_thread(self, work: Callable[..., Result], *given: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work, *given)

    async def _counted(self, in_hand: int) -> int:
        """How many mentions wait behind those in hand."""
        return max(0, await self._stores.mentions.waiting(MOST_COUNTED) - in_hand)

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


def _by_readings(
    decider: Decider,
) -> Callable[[Sequence[tuple[Stored, Reading]], datetime], list[Decided]]:
    def decide_all(read: Sequence[tuple[Stored, Reading]], now: datetime) -> list[Decided]:
        return decider.decide([kept for kept, _ in read], [reading for _, reading in read], now)

    return decide_all


def _say_what_waits(route: Routed) -> None:
    """A card that is held back is said at once, also where only some of its receivers sleep."""
    name = f"{route.candidate.network} {route.candidate.mention}"
    if route.not_before is not None:
        log.info("a card of %s waits until %s: nobody works now", name, route.not_before.isoformat())
        return
    for receiver, until in route.held.items():
        log.info("a card of %s waits until %s in the chats of %s", name, until.isoformat(), receiver)
