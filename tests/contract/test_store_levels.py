"""`complaint_at: auto`: a brand's level follows what the store knows of its latest texts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.routing import Receiver, Routing
from classifiers.threshold import LEAST_HEARD, LOWEST, USUAL
from domain.brand import Brand
from listener.decided import Decided
from listener.decision import Decider
from listener.loops.levels import EVERY, Levels
from listener.store.stores import Stores
from tests.contract.store_samples import NOW, keep, later, mention, verdict_of

FOLLOWS = Brand(id="romashka", title="Ромашка", names=("Ромашка",), per_day=20, follows_budget=True)
STANDS = Brand(id="vasilek", title="Василёк", names=("Василёк",), complaint_at=0.7, per_day=20)
DAY = timedelta(days=1)


class Unused:
    def match(self, text: str) -> list[object]:
        raise AssertionError(text)

    def classify(self, questions: object) -> list[object]:
        raise AssertionError(questions)


def decider() -> Decider:
    unused = Unused()
    return Decider(
        matcher=unused,  # type: ignore[arg-type]
        judge=unused,  # type: ignore[arg-type]
        brands={brand.id: brand for brand in (FOLLOWS, STANDS)},
        routing=Routing(receivers=(Receiver(name="support", chats=()),), default=("support",), routes=()),
    )


async def heard(store: Stores, count: int, outcome: str = "below threshold", brand: str = "romashka") -> None:
    """So many texts, the likelier the later, from nothing to one."""
    await keep(store, *(mention(f"{brand}{outcome}{number}") for number in range(count)))
    stored = await store.mentions.undecided(count, NOW)
    decided = []
    for number, one in enumerate(stored):
        verdict = verdict_of(brand, outcome)
        said = replace(verdict, verdict=replace(verdict.verdict, complaint=number / count))
        decided.append(Decided(stored=one, verdicts=(said,), routed=()))
    await store.decisions.record(decided, NOW)


async def test_the_level_gives_as_many_cards_as_the_brand_can_take_a_day(store: Stores) -> None:
    await heard(store, 200)
    applied = await Levels(store.decisions).applied(decider(), NOW + DAY)
    assert applied.brands["romashka"].complaint_at == pytest.approx(0.9)
    assert applied.brands["vasilek"] == STANDS


async def test_until_enough_was_heard_the_level_is_the_usual_one(store: Stores) -> None:
    await heard(store, LEAST_HEARD - 1)
    applied = await Levels(store.decisions).applied(decider(), NOW + DAY)
    assert applied.brands["romashka"].complaint_at == USUAL


async def test_only_texts_of_the_brand_that_the_threshold_decides_on_are_counted(store: Stores) -> None:
    await heard(store, LEAST_HEARD, outcome="advertisement")
    await heard(store, LEAST_HEARD, brand="vasilek")
    applied = await Levels(store.decisions).applied(decider(), NOW + DAY)
    assert applied.brands["romashka"].complaint_at == USUAL


async def test_the_level_is_looked_up_anew_after_a_while(store: Stores) -> None:
    levels = Levels(store.decisions)
    assert (await levels.applied(decider(), later(0))).brands["romashka"].complaint_at == USUAL
    await heard(store, LEAST_HEARD)
    now = NOW + EVERY - timedelta(seconds=1)
    assert (await levels.applied(decider(), now)).brands["romashka"].complaint_at == USUAL
    week = NOW + 6 * DAY
    assert (await levels.applied(decider(), week)).brands["romashka"].complaint_at == LOWEST
