"""What belongs to a time of day: receivers' people are told what waits when they come, and what they leave."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from alerts.cards.handover import OpenCase, hand_over, remainder, shift_over
from alerts.cards.note import Note
from alerts.routing import Chat, Receiver, Routing
from alerts.sla import MOSCOW, Hours, closes_at, opens_at
from domain.person import Person
from listener.ports import Budget, Clock, SourceError
from listener.rules import Rules
from listener.store.engine import Database
from listener.store.errors import StoreError
from listener.store.handover import left_with, silent, waiting_for_us, withheld
from listener.store.usage import is_first_today

log = logging.getLogger(__name__)

UNTOLD: Final = (9, 0)
"""When a day begins where the config names no hours: hour and minute in Moscow."""
UNTOLD_END: Final = (21, 0)
LATE: Final = timedelta(minutes=30)
"""A word that is later than this is none: a machine slept, or its clock was set."""
DAY: Final = timedelta(days=1)
LOOK: Final = 60.0
"""Seconds between looks at the config's hours and at a clock that was set meanwhile."""

Say = Callable[[Receiver, Note, str], None]
"""Tell a receiver's chats; of two words about the same thing (the last) only the newer is said."""
Plan = Callable[[Hours | None], Sequence[Any]]
Job = Callable[[], Awaitable[Any]]


def mornings(hours: Hours | None) -> Sequence[Any]:
    """Triggers for each moment at which a day may begin; whether today's does is asked when it comes."""
    if hours is None:
        return _daily({UNTOLD}, MOSCOW)
    starts = (start for blocks in (hours.weekdays, hours.weekend) for start, _ in blocks)
    return _daily({UNTOLD, *((start.hour, start.minute) for start in starts)}, hours.timezone)


def evenings(hours: Hours | None) -> Sequence[Any]:
    """The same for each moment at which a day may be over; 24:00 is the next day's first."""
    if hours is None:
        return _daily({UNTOLD_END}, MOSCOW)
    ends = (end for blocks in (hours.weekdays, hours.weekend) for _, end in blocks)
    return _daily({(0, 0) if end.microsecond else (end.hour, end.minute) for end in ends}, hours.timezone)


def _daily(times: set[tuple[int, int]], zone: str) -> Sequence[Any]:
    return [CronTrigger(hour=hour, minute=minute, timezone=zone) for hour, minute in sorted(times)]


def begins_now(hours: Hours | None, now: datetime) -> bool:
    """Whether the day has just begun: the second block of a day is no morning, and a holiday keeps other hours."""
    if hours is None:
        return True
    opening = opens_at(hours, now.astimezone(ZoneInfo(hours.timezone)).date())
    return opening is not None and timedelta() <= now - opening <= LATE


def ends_now(hours: Hours | None, now: datetime) -> bool:
    """Whether the day has just ended: a break is no evening, and a block over midnight ends the next day."""
    if hours is None:
        return True
    today = now.astimezone(ZoneInfo(hours.timezone)).date()
    ends = (closes_at(hours, day) for day in (today - DAY, today))
    return any(end is not None and timedelta() <= now - end <= LATE for end in ends)


async def keep_times(
    hours: Callable[[], Sequence[Hours | None]],
    plans: Sequence[tuple[Plan, Job]],
    every: float,
    look: Job | None = None,
) -> None:
    """Run each job at the times that its plan makes of the hours, until cancelled. After so many seconds the hours
    are looked at again, and `look` is done.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start()
    grace = int(LATE.total_seconds())
    planned: list[Hours | None] | None = None
    try:
        while True:
            if planned != (wanted := list(hours())):
                planned = wanted
                scheduler.remove_all_jobs()
                for plan, job in plans:
                    for trigger in (trigger for each in planned for trigger in plan(each)):
                        scheduler.add_job(job, trigger, coalesce=True, misfire_grace_time=grace)
            if look is not None:
                await look()
            # It sleeps by the loop's clock until the wall's next moment; the wall may be set meanwhile.
            scheduler.wakeup()
            await asyncio.sleep(every)
    finally:
        scheduler.shutdown(wait=False)


class Daytime:
    """APScheduler's cron jobs over the rules in force; `morning_plan` and `evening_plan` say when they run."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        budget: Budget,
        clock: Clock,
        say: Say,
        morning_plan: Plan = mornings,
        evening_plan: Plan = evenings,
    ) -> None:
        self._database = database
        self._rules = rules
        self._budget = budget
        self._clock = clock
        self._say = say
        self._plans: tuple[tuple[Plan, Job], ...] = (
            (morning_plan, self.morning),
            (evening_plan, self.evening),
        )

    async def run(self) -> None:
        """Until cancelled. The hours are looked at every minute, for a config may have changed them."""
        await keep_times(self._hours, self._plans, LOOK)

    @property
    def _routing(self) -> Routing:
        return self._rules().decider.routing

    def _hours(self) -> list[Hours | None]:
        """Those of the receivers and of people, each once."""
        routing = self._routing
        of_receivers = map(routing.hours_of, routing.receivers)
        return list(dict.fromkeys((routing.hours, *of_receivers, *routing.shifts.values())))

    async def morning(self) -> int:
        """Tell every receiver whose day begins what waits, once a day however many daemons run; returns how many
        were told.
        """
        return await self._told("this morning", self._morning)

    async def evening(self) -> int:
        """The same of what is left, for every receiver whose day ends; and for everybody whose shift does."""
        return await self._told("this evening", self._evening)

    async def _told(self, when: str, tell: Callable[[datetime], Awaitable[int]]) -> int:
        try:
            return await tell(self._clock.now())
        except (StoreError, SourceError) as error:
            log.error("nobody is told what waits %s: %s", when, error)  # noqa: TRY400  # the error says it all
            return 0

    async def _morning(self, now: datetime) -> int:
        beginning = self._receivers(begins_now, now)
        if not beginning:
            return 0
        waiting = await waiting_for_us(self._database, now)
        unseen = await withheld(self._database, now - DAY)
        lost = await silent(self._database, now - DAY)
        context, told = self._rules().context, 0
        for receiver in beginning:
            name = receiver.name
            note = hand_over(
                receiver,
                waiting.get(name, ()),
                context,
                now,
                withheld=unseen.get(name, {}),
                silent=lost.get(name, ()),
            )
            told += await self._tell(receiver, note, "handover")
        return told

    async def _evening(self, now: datetime) -> int:
        told = await self._shifts(now)
        ending = self._receivers(ends_now, now)
        if not ending:
            return told
        waiting = await waiting_for_us(self._database, now)
        lost = await silent(self._database, now - DAY)
        context = self._rules().context
        for receiver in ending:
            left = waiting.get(receiver.name, ())
            note = remainder(receiver, left, context, now, silent=lost.get(receiver.name, ()))
            told += await self._tell(receiver, note, "evening")
        return told

    async def _shifts(self, now: datetime) -> int:
        """To who goes home before the others, and to those who stay."""
        rules = self._rules()
        shifts = rules.decider.routing.shifts
        there = [person for person in rules.context.people if not person.is_absent(rules.context.day(now))]
        going = [person for person in there if person.id in shifts and ends_now(shifts[person.id], now)]
        told = 0
        for person in going:
            left = await left_with(self._database, (person.id, *person.former_ids))
            told += await self._shift(person, left, now)
        return told

    async def _shift(self, person: Person, left: Mapping[str, Sequence[OpenCase]], now: datetime) -> int:
        context, told = self._rules().context, 0
        whole = tuple({case.id: case for cases in left.values() for case in cases}.values())
        chats = tuple(Chat(messenger=name, chat=user) for name, user in person.private.items())
        if chats and whole:
            alone = Receiver(name=f"@{person.id}", chats=chats)
            told += await self._tell(alone, shift_over(person, whole, context, now), f"shift:{person.id}")
        for name in sorted(left):
            receiver = context.receivers.get(name)
            if receiver is not None:
                note = shift_over(person, left[name], context, now)
                told += await self._tell(receiver, note, f"shift:{person.id}")
        return told

    def _receivers(self, comes: Callable[[Hours | None, datetime], bool], now: datetime) -> Sequence[Receiver]:
        """Those for whose hours the moment has come, by name."""
        routing = self._routing
        now_for = {hours for hours in self._hours() if comes(hours, now)}
        receivers = self._rules().context.receivers
        known = (receivers[name] for name in sorted(receivers))
        return [each for each in known if routing.hours_of(routing.receiver(each.name)) in now_for]

    async def _tell(self, receiver: Receiver, note: Note | None, about: str) -> bool:
        """Whether the receiver had to be told, and this daemon was the first to do so."""
        if note is None or not await is_first_today(self._budget, f"{about}:{receiver.name}"):
            return False
        self._say(receiver, note, about)
        return True
