"""Surges: complaints that come faster than is usual become an incident, which is followed until they do not."""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from alerts.incidents.group import Group
from alerts.incidents.surge import ALPHA, LONGEST, surge_in
from alerts.incidents.usual import Habit, Usual
from alerts.outreach.policy import Surges as Policy
from domain.person import MessengerId
from listener.ports import Clock
from listener.rules import Rules
from listener.store.incidents import IncidentStore

log = logging.getLogger(__name__)

LEARN_EVERY: Final = timedelta(hours=1)
MOST_KNOWN: Final = 1_000
"""Groups whose habits are kept in mind."""
IN_WORDS: Final = 0.02
"""What share of a brand's complaints says the same words on a usual day: a group of words has no past of its
own.
"""


class Surges:
    """`lists` names the messengers that can show a list; `told` is called when there is something to be shown."""

    def __init__(
        self,
        store: IncidentStore,
        rules: Callable[[], Rules],
        clock: Clock,
        lists: Callable[[], Collection[MessengerId]],
        told: Callable[[], None],
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._lists = lists
        self._told = told
        self._habits: dict[Group, tuple[datetime, Habit]] = {}
        self._forgot_at: datetime | None = None

    async def notice(self, groups: Collection[Group]) -> int:
        """Look at the groups in which cases have opened; returns how many incidents began. Raises StoreError."""
        policy, now = self._rules().context.policy.surges, self._clock.now()
        if policy is None or not groups:
            return 0
        followed = await self._store.follow(groups, now, self._lists())
        counts = await self._store.counts(sorted(set(groups) - followed), now)
        # The largest first: what is about two things is in the incident of the one that more speak of.
        many = [group for group, said in counts.items() if said[LONGEST] >= policy.least]
        many.sort(key=lambda group: (-counts[group][LONGEST], group))
        return sum([await self._begin(group, policy, now) for group in many])

    async def look(self) -> int:
        """Follow the incidents whose time has come; returns how many ended. Raises StoreError."""
        policy, now = self._rules().context.policy.surges or Policy(), self._clock.now()
        ended = 0
        for watched in await self._store.due(now, policy.calm):
            usual = await self._usual(watched.group, now)
            over = await self._store.look(watched, usual, now, policy.calm, self._lists())
            if over:
                log.info("incident %d of %s is over", watched.id, watched.group.brand)
                ended += 1
                self._told()
        await self._forget(now)
        return ended

    async def _begin(self, group: Group, policy: Policy, now: datetime) -> bool:
        """Counted anew: what has just joined another incident is no surge of this group."""
        said = (await self._store.counts([group], now)).get(group, {})
        usual, today = await self._usual(group, now), await self._today(group, now)
        surge = surge_in(said, today, alpha=ALPHA[policy.notice], least=policy.least)
        if surge is None:
            return False
        began = await self._store.begin(group, usual, now - surge.window, now, policy.calm, self._lists())
        if began is None:
            return False
        words = "incident %d of %s (%s): %d in %s, where %.1f are usual"
        log.warning(words, began, group.brand, group.what, surge.count, surge.window, surge.expected)
        return True

    async def _usual(self, group: Group, now: datetime) -> Usual:
        """What an hour like this brings."""
        habit = await self._habit(group, now)
        # Eight weeks of hours are some thousands of sums: not on the loop that every press waits for.
        return _of(group, await asyncio.to_thread(habit.usual, now))

    async def _today(self, group: Group, now: datetime) -> Usual:
        """What it may bring on a day like this."""
        habit, recent = await self._habit(group, now), await self._store.recent(group, now)
        return _of(group, await asyncio.to_thread(habit.forecast, now, recent))

    async def _habit(self, group: Group, now: datetime) -> Habit:
        learned_at, habit = self._habits.get(group, (None, None))
        if habit is None or learned_at is None or not timedelta() <= now - learned_at < LEARN_EVERY:
            timezone = self._rules().context.timezone
            habit = await self._store.habit(group, now, timezone)
            if len(self._habits) >= MOST_KNOWN:
                self._habits.clear()
            self._habits[group] = now, habit
        return habit

    async def _forget(self, now: datetime) -> None:
        if self._forgot_at is None or not timedelta() <= now - self._forgot_at < LEARN_EVERY:
            self._forgot_at = now
            await self._store.forget(now)


def _of(group: Group, usual: Usual) -> Usual:
    """A group of words is known by its brand's hours."""
    return usual if group.kind != "words" else Usual(per_hour=usual.per_hour * IN_WORDS, shape=usual.shape)
