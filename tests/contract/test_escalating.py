"""The engineers' alarm over the real store: counted of events, told once, over once, whatever starts anew."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from alerts.cards.note import Note
from alerts.cases.commands import AskEngineers, Claim
from alerts.outreach.policy import DEFAULT, Engineers, EngineersAlarm
from alerts.routing import Receiver
from listener.loops.escalating import Escalating
from listener.metrics import Metrics
from listener.store.stores import Stores
from listener.telemetry import Telemetry
from listener.web.health import Health
from tests.contract.answering import rules_with
from tests.contract.store_samples import ANNA, NOW, OLEG, SUPPORT, complain, dismiss, do, mention
from tests.fakes import TurnedClock
from tests.outreach import Reach

LEADS = Receiver(name="leads", chats=(SUPPORT,))
POLICY = replace(DEFAULT, engineers=Engineers(alarm=EngineersAlarm(over=10, days=7, least=5)))


@dataclass
class Watch:
    """`looks` is one look of a daemon that has just started."""

    stores: Stores
    clock: TurnedClock = field(default_factory=lambda: TurnedClock(NOW))
    metrics: Metrics = field(default_factory=Metrics)
    receiver: Receiver | None = LEADS
    said: list[Note] = field(default_factory=list)

    async def looks(self) -> list[str]:
        rules = rules_with(Reach().context((ANNA, OLEG), policy=POLICY))
        before = len(self.said)
        await Escalating(
            self.stores.database,
            lambda: rules,
            lambda: self.receiver,
            self.stores.budget(self.clock),
            self.clock,
            Telemetry(self.metrics, Health(), self.clock),
            lambda _receiver, note: self.said.append(note),
        ).step()
        return [note.text.partition(" ")[0] for note in self.said[before:]]


@pytest.fixture
def watch(store: Stores) -> Watch:
    return Watch(stores=store)


async def cases(store: Stores, *, asked: int, quiet: int, first: int = 1) -> None:
    for number in range(first, first + asked + quiet):
        await complain(store, mention(number, thread=f"-1_{number}"))
        if number < first + asked:
            await do(store, Claim(), case=number)
            await do(store, AskEngineers(question="Что с узлом?"), case=number)


async def test_more_than_a_tenth_is_told_once_and_its_end_once(store: Stores, watch: Watch) -> None:
    await cases(store, asked=1, quiet=3)
    assert await watch.looks() == []
    await cases(store, asked=0, quiet=1, first=5)
    assert [await watch.looks(), await watch.looks()] == [["⚠️"], []]
    watch.clock.turn(days=1)
    assert await watch.looks() == []
    await cases(store, asked=0, quiet=10, first=6)
    assert [await watch.looks(), await watch.looks()] == [["✅"], []]


async def test_what_comes_back_on_another_day_is_told_again(store: Stores, watch: Watch) -> None:
    await cases(store, asked=1, quiet=4)
    assert await watch.looks() == ["⚠️"]
    await cases(store, asked=0, quiet=10, first=6)
    assert await watch.looks() == ["✅"]
    await cases(store, asked=2, quiet=0, first=16)
    assert await watch.looks() == []
    watch.clock.turn(days=1)
    assert await watch.looks() == ["⚠️"]


async def test_old_cases_and_what_was_no_complaint_do_not_count(store: Stores, watch: Watch) -> None:
    await cases(store, asked=1, quiet=4)
    await dismiss(store, 5)
    assert await watch.looks() == []
    await cases(store, asked=0, quiet=1, first=6)
    watch.clock.turn(seconds=timedelta(days=7, minutes=1).total_seconds())
    assert await watch.looks() == []


async def test_the_figure_stands_in_the_metrics_and_goes_with_its_cases(store: Stores, watch: Watch) -> None:
    await cases(store, asked=1, quiet=4)
    await watch.looks()
    shown = watch.metrics.exposition().decode()
    assert 'otklik_engineers_share{brand="romashka"} 0.2' in shown
    assert 'otklik_engineers_cases{brand="romashka",what="asked"} 1.0' in shown
    assert "romashka" not in watch.metrics.exposition(names=False).decode()
    watch.clock.turn(days=8)
    await watch.looks()
    assert "romashka" not in watch.metrics.exposition().decode()


async def test_without_anybody_to_tell_nothing_is_marked_as_told(store: Stores, watch: Watch) -> None:
    await cases(store, asked=1, quiet=4)
    watch.receiver = None
    assert await watch.looks() == []
    watch.receiver = LEADS
    assert await watch.looks() == ["⚠️"]
