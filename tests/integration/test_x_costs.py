"""What is said on X is counted with what is read there: at most what X may bill, also where X did not answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from alerts.outreach.outbound import OutboundKind
from alerts.outreach.ports import OutreachError
from domain.brand import Brand
from listener.networks.x.costs import bill_of
from listener.networks.x.outreach import XOutreach, build_outreach
from listener.ports import SourceError
from simulator.faults import Fault
from tests.contract.outreach_stages import ANSWER, PATIENT, QUICK, XStage, x_stage
from tests.vk_parts import Purse

BRAND = Brand(id="romashka", title="Ромашка", names=("Ромашка",), usd_per_day={"x": 0.01})
KEY = "x:mills:romashka"


class Broken(Purse):
    """A ledger that takes nothing."""

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        raise SourceError("the quota cannot be counted")


@dataclass
class Paying:
    stage: XStage
    purse: Purse = field(default_factory=Purse)
    hasty: bool = False

    def outreach(self, purse: Purse | None = None) -> XOutreach:
        bills = {BRAND.id: bill_of(BRAND, purse or self.purse, self.stage.clock)}
        made = build_outreach(
            self.stage.options, self.stage.clock, timeouts=QUICK if self.hasty else PATIENT, bills=bills
        )
        assert made is not None
        return made

    @property
    def spent(self) -> int:
        return self.purse.spent.get(KEY, 0)


@pytest.fixture
async def paying(request: pytest.FixtureRequest) -> AsyncIterator[Paying]:
    async with x_stage() as stage:
        stage.customer_writes()
        yield Paying(stage=stage, hasty=request.node.get_closest_marker("hasty") is not None)


@pytest.mark.parametrize(
    ("kind", "text", "more", "mills"),
    [
        ("reply", ANSWER, {}, 15),
        ("reply", "Пишите на romashka.ru", {}, 200),
        ("invite", "Напишите нам", {"link": "https://x.com/romashka_ru"}, 200),
        ("message", ANSWER, {}, 15),
    ],
)
async def test_what_is_said_is_counted_though_the_days_dollars_are_spent(
    paying: Paying, kind: OutboundKind, text: str, more: dict[str, Any], mills: int
) -> None:
    outreach = paying.outreach()
    await outreach.send(paying.stage.outbound(kind, text, **more))
    await outreach.close()
    assert paying.spent == mills
    assert mills > 10, "the brand may spend a cent a day"


async def test_a_withdrawal_and_looks_are_counted_too(paying: Paying) -> None:
    outreach = paying.outreach()
    sent = await outreach.send(paying.stage.outbound("reply"))
    assert await outreach.find(paying.stage.outbound("reply")) == sent
    assert paying.spent == 15 + 5
    assert await outreach.stands(paying.stage.outbound("reply", sent=sent))
    assert paying.spent == 15 + 5, "the same post of the same day"
    await outreach.send(paying.stage.outbound("take_back", of=sent))
    assert paying.spent == 15 + 5 + 10
    assert not await outreach.stands(paying.stage.outbound("reply", sent=sent))
    assert paying.spent == 15 + 5 + 10, "nothing is found, nothing is billed"
    await outreach.close()


@pytest.mark.hasty
async def test_what_x_refuses_costs_nothing_and_what_it_may_have_done_costs(paying: Paying) -> None:
    outreach = paying.outreach()
    for fault, mills in (
        (Fault(path="/2/tweets", kind="status", status=403), 0),
        (Fault(path="/2/tweets", kind="hang", seconds=2), 15),
    ):
        paying.stage.faults.add(fault)
        with pytest.raises(OutreachError):
            await outreach.send(paying.stage.outbound("reply"))
        assert paying.spent == mills
    await outreach.close()


async def test_a_ledger_that_takes_nothing_brings_no_word_twice(paying: Paying) -> None:
    outreach = paying.outreach(Broken())
    sent = await outreach.send(paying.stage.outbound("reply"))
    assert await outreach.find(paying.stage.outbound("reply")) == sent
    assert paying.stage.said(ANSWER) == 1
    await outreach.close()
