"""A working day over the real store and the real presses, on a clock that is turned.

Nobody is silent for long, nothing is forgotten, and what helped in the morning helps in the evening.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.cards.note import Note
from alerts.cases.commands import Close, Report
from alerts.cases.events import ReplySent
from alerts.ports import Answer, Press
from alerts.routing import Receiver, Routing
from alerts.sla import Hours, Sla
from listener.daytime import Daytime
from listener.loops.obey import Obey
from listener.metrics import Metrics
from listener.rules import Rules
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.contract.store_samples import ANNA, OLEG, SUPPORT, complain, do, mention, show_all
from tests.contract.test_store_assigning import WAY
from tests.fakes import TurnedClock
from tests.integration.test_pipeline import rules_of

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 11, 23, 9, 1, tzinfo=MOSCOW)
HOURS = Hours(weekdays=((time(9), time(21)),), weekend=(), holidays=None, night="urgent")
TEAM = Receiver(name="support", chats=(SUPPORT,), owner="oleg", on_call="oleg")
ROUTING = Routing(
    receivers=(TEAM,),
    default=("support",),
    hours=HOURS,
    sla=Sla(warn=timedelta(hours=2), due=timedelta(hours=3), breach=timedelta(hours=4)),
    shifts={"anna": replace(HOURS, weekdays=((time(9), time(15)),))},
)


class Day:
    """Who presses what at which hour, and what is said to whom."""

    def __init__(self, store: Stores, rules: Rules) -> None:
        self.store, self.clock = store, TurnedClock(MONDAY)
        self.said: list[str] = []
        telemetry = Telemetry(Metrics(), Health(), self.clock)
        self._obey = Obey(store, lambda: rules, self.clock, telemetry, lambda: None)
        self._presses = 0
        self.elsewhere = rules.elsewhere
        self.daytime = Daytime(store.database, lambda: rules, store.budget(self.clock), self.clock, self._hear)

    def _hear(self, receiver: Receiver, note: Note, _about: str) -> None:
        self.said.append(f"{receiver.name}: {note.text}".replace("\xa0", " "))

    async def at(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """The clock goes on by minutes, as the daemon's loop would look."""
        until = MONDAY.replace(hour=hour, minute=minute) + timedelta(days=days)
        while self.clock.now() < until:
            self.clock.turn(minutes=min(5, (until - self.clock.now()).total_seconds() / 60))
            await self.store.timers.tick(self.clock.now(), self.elsewhere)

    async def press(self, user: str, case: int, action: str, value: str | None = None) -> Answer:
        self._presses += 1
        now = self.clock.now()
        return await self._obey(
            Press(
                messenger=SUPPORT.messenger,
                key=f"p{self._presses}",
                user=user,
                user_name=user,
                case=case,
                action=action,
                at=now,
                value=value,
            )
        )

    async def owner(self, case: int) -> str | None:
        found = await self.store.cases.case(case)
        assert found is not None
        return found.state.owner


@pytest.fixture
def rules() -> Rules:
    """Made before the loop runs: the dictionary of word forms is read with them."""
    made = rules_of(ROUTING, (ANNA, OLEG))
    return replace(made, context=replace(made.context, hours=HOURS))


async def test_a_day_of_two_people(store: Stores, rules: Rules) -> None:
    day = Day(store, rules)
    for number, words in enumerate(("Не горит лампочка на роутере", "Курьер опоздал и нагрубил"), start=1):
        await complain(store, mention(number, thread=f"t{number}", text=words), now=day.clock.now(), path=WAY)
    await show_all(store, day.clock.now())
    # Anna takes both, and works on the second only.
    for case in (1, 2):
        await day.press("111", case, "claim")
    await day.press("111", 2, "note", "звоню курьеру")
    await day.at(9, 31)
    assert [await day.owner(case) for case in (1, 2)] == [None, "anna"]
    # Oleg answers the first and closes it as solved.
    await day.press("222", 1, "claim")
    answer = Report(fact=ReplySent(outbound=1, kind="reply", text="Перезагрузите роутер", by="oleg"))
    await do(store, answer, case=1, person=OLEG, now=day.clock.now(), key="sent")
    await do(store, Close(outcome="resolved"), case=1, person=OLEG, now=day.clock.now(), key="end")
    # At three Anna's shift is over.
    await day.at(15)
    assert await day.daytime.evening() == 2
    assert day.said[-1].startswith("support: Анна Иванова, смена закончилась, за вами 1 открытое обращение.")
    # In the evening somebody has the same trouble as in the morning.
    await day.at(20)
    await complain(store, mention(3, thread="t3", text="Лампочка роутера погасла"), now=day.clock.now(), path=WAY)
    await show_all(store, day.clock.now())
    asked = (await day.press("222", 3, "solved")).prompt
    assert asked is not None
    assert "Не горит лампочка на роутере\n→ Перезагрузите роутер" in asked.question
    await day.at(21)
    assert await day.daytime.evening() == 1
    evening = day.said[-1].splitlines()
    assert evening[0] == "support: Конец дня: осталось 2 обращения без ответа."
    assert "Взяли и ничего не сделали за сутки: Анна Иванова — № 1" in evening
    assert evening[-1] == "На связи до 09:00 24 ноября, если срочно: Олег Смирнов"
    # Nobody has touched the second for a day: the leads are called, and the morning names it.
    await day.at(9, 2, days=1)
    assert await day.daytime.morning() == 1
    assert "Ждут больше суток: № 2 (24 ч 1 мин)" in day.said[-1]
    forgotten = await store.cases.case(2)
    assert forgotten is not None
    assert [event.actor.kind for event in forgotten.events if type(event.fact).__name__ == "Forgotten"] == [
        "clock"
    ]
    # Two daemons, or one that starts again, say nothing twice.
    assert await day.daytime.morning() == 0
