"""The answer loop over the networks' real clients and simulators: once, through cut and silent connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from alerts.cases.events import ReplySent
from domain.mention import Author
from listener.loops.answer import LOOK_AFTER, Answer
from listener.store.stores import Stores
from simulator.faults import Fault
from tests.contract.answering import Desk
from tests.contract.outreach_stages import ANSWER, Stage, vk_stage, x_stage
from tests.contract.store_samples import complain, mention

STAGES: Final[dict[str, Any]] = {"vk": vk_stage, "x": x_stage}
SLOW: Final = 1.2
"""Seconds: longer than a client of these tests waits."""


@pytest.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    hasty = request.node.get_closest_marker("hasty") is not None
    async with STAGES[request.param](hasty=hasty) as stage:
        yield stage


class RealDesk(Desk):
    """A desk whose answers go to a simulated network by its own client."""

    stage: Stage

    def sender(self) -> Answer:
        return Answer(
            self.stage.outbound("reply").target.network,
            self.stage.outreach,
            self.stores.outbound,
            self.rules,
            self.clock,
            self.telemetry,
            lambda: None,
        )


@pytest.fixture
async def desk(store: Stores, stage: Stage) -> Desk:
    target = stage.outbound("reply").target
    asked = mention(
        network=target.network,
        id=target.mention,
        kind=target.kind,
        url=target.url,
        author=Author(id=target.author, name="Ольга Ли", handle=target.author_handle),
        thread=target.thread,
        place=target.wall,
        text=target.text or "Третий день нет интернета",
    )
    await complain(store, asked)
    desk = RealDesk(stores=store)
    desk.stage = stage
    desk.reach = replace(desk.reach, addressed=True, page=target.page or "", network=target.network)
    return desk


async def test_a_confirmed_answer_stands_there_once_and_the_card_knows_where(desk: Desk, stage: Stage) -> None:
    await desk.confirmed(ANSWER)
    await desk.answer()
    fact = (await desk.case()).events[-1].fact
    assert isinstance(fact, ReplySent)
    assert fact.url.startswith("https://")
    assert stage.said(ANSWER) == 1
    assert await desk.answer() == 0


@pytest.mark.parametrize("kind", [pytest.param("hang", marks=pytest.mark.hasty), "reset"])
async def test_an_answer_whose_end_is_lost_is_looked_for_and_stands_there_once(
    desk: Desk, stage: Stage, kind: Any
) -> None:
    """`hang`: the network did it, and nobody heard; `reset`: it never arrived."""
    stage.faults.add(Fault(path=stage.path_of("reply"), kind=kind, seconds=SLOW))
    await desk.confirmed(ANSWER)
    await desk.answer()
    await asyncio.sleep(SLOW if kind == "hang" else 0)
    desk.clock.turn(seconds=LOOK_AFTER.total_seconds())
    await desk.answer()
    assert stage.said(ANSWER) == 1
    assert (await desk.kinds())[-1] == "ReplySent"


async def test_a_sender_that_dies_between_the_network_and_the_store_says_nothing_twice(
    desk: Desk, stage: Stage
) -> None:
    await desk.confirmed(ANSWER)
    network = stage.outbound("reply").target.network
    (due,) = await desk.stores.outbound.claim(network, desk.now())
    await stage.outreach.send(due.outbound)
    await desk.restart()
    await desk.answer()
    assert stage.said(ANSWER) == 1
    assert (await desk.kinds())[-1] == "ReplySent"
