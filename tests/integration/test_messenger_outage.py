"""A messenger that was down is told again within five seconds of its return, and is left alone meanwhile."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from alerts.cards.context import CardContext
from alerts.delivery.showing import Showing
from alerts.delivery.worker import Worker
from simulator.faults import Fault, FaultKind
from tests.contract.notifier_stages import NetworkStage, slack_stage, telegram_stage
from tests.outbox import Clocks, MemoryOutbox, a_delivery
from tests.waiting import stopwatch, until

STAGES: dict[str, Any] = {"slack": slack_stage, "telegram": telegram_stage}
DOWN: dict[FaultKind, float] = {"status": 16.0, "reset": 16.0, "hang": 26.0}
"""Seconds; a first call that hangs is noticed after its time-out."""
CARDS = 8


@dataclass
class Outage:
    """One kind of outage of one messenger, with a worker that turns as in the daemon, by real time."""

    name: str
    kind: FaultKind
    asked: int = 0
    down: float = 0.0
    back_after: float = field(default=float("inf"))
    repeats: int = 0

    async def run(self) -> None:
        async with STAGES[self.name](patience=10.0) as stage:
            stage.faults.add(Fault(path="", kind=self.kind, status=503, seconds=60, times=10**6))
            outbox, loop = MemoryOutbox(), asyncio.get_running_loop()
            clocks = Clocks()
            outbox.put(*(a_delivery(number, chat=stage.chat) for number in range(1, CARDS + 1)))
            worker = Worker(self.name, outbox, Showing(stage.notifier, CardContext()), clocks.now)
            turning = asyncio.create_task(self._turn(worker, clocks))
            began = loop.time()
            await asyncio.sleep(DOWN[self.kind])
            stage.faults.waiting.clear()
            self.asked, self.down = stage.faults.met, loop.time() - began
            async with stopwatch() as watch:
                await until(lambda: bool(stage.shown()))
            self.back_after = watch.took
            await until(lambda: outbox.delivery(CARDS).shown > 0)
            self.repeats = self._repeats(stage)
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)

    async def _turn(self, worker: Worker, clocks: Clocks) -> None:
        """A look each second; the clocks of the outbox go with it."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            worked = await worker.step()
            await asyncio.sleep(0 if worked else 0.2)
            clocks.turn(loop.time() - last)
            last = loop.time()

    def _repeats(self, stage: NetworkStage) -> int:
        return sum("возможный повтор" in text for text in stage.shown())


@pytest.mark.slow
async def test_after_an_outage_cards_go_out_within_five_seconds_and_few_calls_were_wasted() -> None:
    outages = [Outage(name, kind) for name in STAGES for kind in DOWN]
    await asyncio.gather(*(outage.run() for outage in outages))
    for outage in outages:
        assert outage.back_after <= 5.5, outage
        assert outage.asked <= outage.down / 5 + 4, outage
        assert outage.repeats <= 1, outage
