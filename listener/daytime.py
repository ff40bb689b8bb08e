"""What belongs to a time of day: when the receivers' day begins, their people are told what waits for them."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from alerts.cards.handover import OpenCase, hand_over
from alerts.cards.note import Note
from alerts.routing import Receiver
from alerts.sla import MOSCOW, Hours, opens_at
from listener.ports import Budget, Clock, SourceError
from listener.rules import Rules
from listener.store.engine import Database
from listener.store.errors import StoreError
from listener.store.handover import waiting_for_us, withheld
from listener.store.usage import is_first_today

log = logging.getLogger(__name__)

UNTOLD: Final = (9, 0)
"""When a day begins where the config names no hours: hour and minute in Moscow."""
LATE: Final = timedelta(minutes=30)
"""A morning's word that is later than this is none: a machine slept, or its clock was set."""
DAY: Final = timedelta(days=1)
LOOK: Final = 60.0
"""Seconds between looks at the config's hours and at a clock that was set meanwhile."""

Say = Callable[[Receiver, Note], None]
Plan = Callable[[Hours | None], Sequence[Any]]


def mornings(hours: Hours | None) -> Sequence[Any]:
    """Triggers for each moment at which a day may begin; whether today's does is asked when it comes."""
    zone = hours.timezone if hours else MOSCOW
    begins = {UNTOLD}
    if hours is not None:
        begins = {(start.hour, start.minute) for blocks in (hours.weekdays, hours.weekend) for start, _ in blocks}
    return [CronTrigger(hour=hour, minute=minute, timezone=zone) for hour, minute in sorted(begins)]


def begins_now(hours: Hours | None, now: datetime) -> bool:
    """Whether the day has just begun: the second block of a day is no morning, and a holiday keeps other hours."""
    if hours is None:
        return True
    opening = opens_at(hours, now.astimezone(ZoneInfo(hours.timezone)).date())
    return opening is not None and timedelta() <= now - opening <= LATE


class Daytime:
    """APScheduler's cron jobs over the rules in force; `plan` says when they run."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        budget: Budget,
        clock: Clock,
        say: Say,
        plan: Plan = mornings,
    ) -> None:
        self._database = database
        self._rules = rules
        self._budget = budget
        self._clock = clock
        self._say = say
        self._plan = plan

    async def run(self) -> None:
        """Until cancelled. The hours are looked at every minute, for a config may have changed them."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.start()
        planned: list[Hours | None] = []
        try:
            while True:
                hours = self._hours()
                if planned != hours:
                    self._replan(scheduler, hours)
                    planned = hours
                # It sleeps by the loop's clock until the wall's next morning; the wall may be set meanwhile.
                scheduler.wakeup()
                await asyncio.sleep(LOOK)
        finally:
            scheduler.shutdown(wait=False)

    def _hours(self) -> list[Hours | None]:
        """Those of the receivers, each once."""
        routing = self._rules().decider.routing
        return list(dict.fromkeys((routing.hours, *map(routing.hours_of, routing.receivers))))

    async def morning(self) -> int:
        """Tell every receiver whose day begins what waits, once a day however many daemons run; returns how many
        were told.
        """
        rules, now = self._rules(), self._clock.now()
        routing = rules.decider.routing
        beginning = {hours for hours in self._hours() if begins_now(hours, now)}
        if not beginning:
            return 0
        try:
            waiting = await waiting_for_us(self._database, now)
            unseen = await withheld(self._database, now - DAY)
            names = [
                name
                for name in sorted(waiting.keys() | unseen.keys())
                if routing.hours_of(routing.receiver(name)) in beginning
            ]
            return sum(
                [await self._hand_over(name, waiting.get(name, ()), unseen.get(name, {})) for name in names]
            )
        except (StoreError, SourceError) as error:
            log.error("nobody is told what waits this morning: %s", error)  # noqa: TRY400  # the error says it all
            return 0

    async def _hand_over(self, name: str, cases: Sequence[OpenCase], unseen: Mapping[str, int]) -> bool:
        """Whether the receiver had to be told, and this daemon was the first to do so."""
        rules, now = self._rules(), self._clock.now()
        receiver = rules.context.receivers.get(name)
        note = hand_over(receiver, cases, rules.context, now, withheld=unseen) if receiver else None
        if receiver is None or note is None or not await is_first_today(self._budget, f"handover:{name}"):
            return False
        self._say(receiver, note)
        return True

    def _replan(self, scheduler: Any, all_hours: Sequence[Hours | None]) -> None:
        scheduler.remove_all_jobs()
        for trigger in (trigger for hours in all_hours for trigger in self._plan(hours)):
            scheduler.add_job(self.morning, trigger, coalesce=True, misfire_grace_time=int(LATE.total_seconds()))
