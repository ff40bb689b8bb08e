"""One contract for every network's Outreach: what it says, once, and what its errors tell who asked for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from alerts.outreach.outbound import OutboundKind, Sent
from alerts.outreach.ports import OutreachError
from simulator.faults import Fault
from tests.contract.outreach_stages import ANSWER, Stage, vk_stage, x_stage
from tests.ports import own_port

STAGES: Final[dict[str, Any]] = {"vk": vk_stage, "x": x_stage}
SPEAKING: Final[tuple[OutboundKind, ...]] = ("reply", "message")
SLOW: Final = 1.2
"""Seconds: longer than a client of these tests waits."""


@pytest.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    hasty = request.node.get_closest_marker("hasty") is not None
    async with STAGES[request.param](hasty=hasty) as stage:
        yield stage


async def refused(stage: Stage, kind: OutboundKind, **changes: Any) -> OutreachError:
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound(kind, **changes))
    assert not any(secret in str(caught.value) for secret in stage.secrets)
    return caught.value


async def test_a_reply_is_seen_once_and_has_an_address(stage: Stage) -> None:
    sent = await stage.outreach.send(stage.outbound("reply"))
    assert stage.said(ANSWER) == 1
    assert sent.ref
    assert sent.url.startswith("https://")
    assert await stage.outreach.stands(stage.outbound("reply", sent=sent))


async def test_a_message_reaches_a_customer_who_wrote_and_has_no_public_address(stage: Stage) -> None:
    stage.customer_writes()
    sent = await stage.outreach.send(stage.outbound("message"))
    assert stage.said(ANSWER) == 1
    assert (bool(sent.ref), sent.url) == (True, "")
    assert await stage.outreach.stands(stage.outbound("message", sent=sent))


async def test_a_message_to_who_never_wrote_is_refused_and_remembered_of_the_author(stage: Stage) -> None:
    outbound = stage.outbound("message")
    error = await refused(stage, "message")
    assert (error.outcome, error.reason) == ("refused", "messages_closed")
    assert [(word.scope, word.key, word.reason) for word in error.learned] == [
        ("author", outbound.target.author, "messages_closed")
    ]
    assert stage.said(ANSWER) == 0


@pytest.mark.hasty
@pytest.mark.parametrize("kind", SPEAKING)
async def test_what_was_said_and_lost_its_answer_is_found_and_not_said_again(
    stage: Stage, kind: OutboundKind
) -> None:
    stage.customer_writes()
    stage.faults.add(Fault(path=stage.path_of(kind), kind="hang", seconds=SLOW))
    error = await refused(stage, kind)
    assert (error.outcome, error.reason) == ("unknown", "unreachable")
    await asyncio.sleep(SLOW)
    found = await stage.outreach.find(stage.outbound(kind))
    assert isinstance(found, Sent)
    assert await stage.outreach.stands(stage.outbound(kind, sent=found))
    assert stage.said(ANSWER) == 1


@pytest.mark.parametrize("kind", SPEAKING)
async def test_what_never_arrived_is_not_found_and_may_be_said_again(stage: Stage, kind: OutboundKind) -> None:
    stage.customer_writes()
    stage.faults.add(Fault(path=stage.path_of(kind), kind="reset"))
    assert (await refused(stage, kind)).outcome == "unknown"
    assert await stage.outreach.find(stage.outbound(kind)) is None
    await stage.outreach.send(stage.outbound(kind))
    assert stage.said(ANSWER) == 1


@pytest.mark.parametrize("kind", SPEAKING)
@pytest.mark.parametrize(
    "body", [{}, {"unheard": None}, {"data": 7}, {"response": {}}, {"response": {"items": 7}}, {"response": None}]
)
async def test_an_answer_that_lists_nothing_does_not_say_that_it_was_not_said(
    stage: Stage, kind: OutboundKind, body: object
) -> None:
    stage.customer_writes()
    await stage.outreach.send(stage.outbound(kind))
    stage.faults.add(Fault(path=stage.looked_up_at(kind), kind="json", body=body))
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.find(stage.outbound(kind))
    assert caught.value.outcome == "unknown"
    assert await stage.outreach.find(stage.outbound(kind)) is not None


@pytest.mark.parametrize("kind", SPEAKING)
async def test_an_answer_that_says_nothing_does_not_say_that_it_stands_no_more(
    stage: Stage, kind: OutboundKind
) -> None:
    stage.customer_writes()
    sent = stage.outbound(kind, sent=await stage.outreach.send(stage.outbound(kind)))
    for path in ("wall.getComments", "messages.getById", "/2/tweets", "/2/dm_events"):
        stage.faults.add(Fault(path=path, kind="json", body={"response": {}}))
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.stands(sent)
    assert caught.value.outcome == "unknown"
    assert await stage.outreach.stands(sent)


@pytest.mark.parametrize("kind", SPEAKING)
async def test_another_answer_to_the_same_customer_is_not_taken_for_a_lost_one(
    stage: Stage, kind: OutboundKind
) -> None:
    stage.customer_writes()
    await stage.outreach.send(stage.outbound(kind, text="Другой ответ"))
    assert await stage.outreach.find(stage.outbound(kind, id=8)) is None


@pytest.mark.parametrize("kind", SPEAKING)
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(path="", kind="status", status=502), "unknown"),
        (Fault(path="", kind="html"), "unknown"),
        (Fault(path="", kind="json", body=["?"]), "unknown"),
        (Fault(path="", kind="status", status=429, headers={"Retry-After": "7"}), "later"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.kind}{value.status}",
)
async def test_a_fault_of_the_network_says_whether_it_may_have_been_done(
    stage: Stage, kind: OutboundKind, fault: Fault, outcome: str
) -> None:
    stage.customer_writes()
    await stage.outreach.may_message(stage.outbound("message").target.page or "", "1")
    stage.faults.add(replace(fault, path=stage.path_of(kind)))
    error = await refused(stage, kind)
    assert error.outcome == outcome
    if outcome == "later":
        assert error.retry_after is not None
        assert error.retry_after.total_seconds() == 7


@pytest.mark.parametrize("kind", SPEAKING)
@pytest.mark.parametrize("network", sorted(STAGES))
async def test_where_no_connection_is_made_nothing_was_said(network: str, kind: OutboundKind) -> None:
    async with STAGES[network](address=f"http://127.0.0.1:{own_port()}/") as stage:
        error = await refused(stage, kind)
    assert (error.outcome, error.reason) == ("later", "unreachable")
    assert error.retry_after is not None


@pytest.mark.parametrize("kind", SPEAKING)
async def test_keys_that_are_not_taken_any_more_are_named_and_not_shown(stage: Stage, kind: OutboundKind) -> None:
    stage.customer_writes()
    stage.revoke()
    error = await refused(stage, kind)
    assert (error.outcome, error.reason) == ("refused", "no_token")


async def test_a_page_without_keys_says_nothing(stage: Stage) -> None:
    target = replace(stage.outbound("reply").target, page=None)
    error = await refused(stage, "reply", target=target)
    assert (error.outcome, error.reason) == ("refused", "no_token")


async def test_an_answer_to_what_is_gone_is_refused_and_remembered_of_the_post(stage: Stage) -> None:
    stage.customer_disappears()
    error = await refused(stage, "reply")
    assert (error.outcome, error.reason) == ("refused", "gone")
    assert [(word.scope, word.reason) for word in error.learned] == [("post", "gone")]


@pytest.mark.parametrize("kind", SPEAKING)
async def test_what_was_taken_back_is_not_seen_and_does_not_stand(stage: Stage, kind: OutboundKind) -> None:
    stage.customer_writes()
    sent = await stage.outreach.send(stage.outbound(kind))
    if kind not in stage.taken_back:
        assert (await refused(stage, "take_back", id=8, of=sent)).outcome == "refused"
        return
    await stage.outreach.send(stage.outbound("take_back", id=8, of=sent))
    assert stage.said(ANSWER) == 0
    assert not await stage.outreach.stands(stage.outbound(kind, sent=sent))


async def test_whether_a_message_is_taken_is_known_before_it_is_written(stage: Stage) -> None:
    target = stage.outbound("message").target
    assert target.page is not None
    assert not await stage.outreach.may_message(target.page, target.author)
    stage.customer_writes()
    assert await stage.outreach.may_message(target.page, target.author)
    assert not await stage.outreach.may_message("nobody", target.author)
