"""Escalating: whoever leads is told once when engineers are asked too often, and once when it is over."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from alerts.cards.escalation import Escalations, News, news, news_note
from alerts.cards.note import Note
from alerts.outreach.policy import EngineersAlarm
from alerts.routing import Receiver
from listener.ports import Budget, Clock, SourceError
from listener.rules import Rules
from listener.store.engine import Database
from listener.store.errors import StoreError
from listener.store.escalations import escalations, last_day
from listener.store.usage import is_first_today
from listener.telemetry import Telemetry

log = logging.getLogger(__name__)

LOOK: Final = 60.0
"""Seconds between looks: hours pass until such a share has changed."""

Say = Callable[[Receiver, Note], None]


class Escalating:
    """`say` tells a receiver's chats; `receiver` is who reads such words, by the config in force.

    What was told is kept as the day of each word: one of a kind a brand and day, however many daemons run and
    however often they start.
    """

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        receiver: Callable[[], Receiver | None],
        budget: Budget,
        clock: Clock,
        telemetry: Telemetry,
        say: Say,
    ) -> None:
        self._database = database
        self._rules = rules
        self._receiver = receiver
        self._budget = budget
        self._clock = clock
        self._telemetry = telemetry
        self._say = say

    async def run(self) -> None:
        while True:
            try:
                await self.step()
            except (StoreError, SourceError) as error:
                log.warning("how often engineers are asked is not known: %s", error)
            await asyncio.sleep(LOOK)

    async def step(self) -> int:
        """Look at every brand once; returns how many words were said."""
        alarm = self._rules().context.policy.engineers.alarm
        found = await escalations(self._database, self._clock.now() - timedelta(days=alarm.days))
        self._telemetry.escalations({each.brand: (each.cases, each.asked) for each in found})
        said = 0
        for each in found:
            said += await self._tell(each, alarm)
        return said

    async def _tell(self, each: Escalations, alarm: EngineersAlarm) -> bool:
        what = news(each, alarm, told=await self._is_told(each.brand))
        receiver = self._receiver()
        if what is None or receiver is None or not await is_first_today(self._budget, _key(each.brand, what)):
            return False
        self._say(receiver, news_note(what, each, alarm, self._rules().context.leads))
        log.warning("engineers were asked of %d of %d cases of %s: %s", each.asked, each.cases, each.brand, what)
        return True

    async def _is_told(self, brand: str) -> bool:
        """Of a day with both words the second is the later one."""
        told = await last_day(self._database, _key(brand, "too_many"))
        over = await last_day(self._database, _key(brand, "over"))
        return told is not None and (over is None or told > over)


def _key(brand: str, what: News) -> str:
    return f"escalations:{brand}:{what}"
