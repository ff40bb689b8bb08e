"""X's refusals for every way of speaking to a customer: what happens next, why, and what is remembered."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from alerts.outreach.outbound import OutboundKind, Sent
from alerts.outreach.ports import OutreachError
from listener.networks.x.outreach_errors import BY_STATUS, BY_WORDS
from simulator.faults import Fault
from simulator.x.writing import DUPLICATE, GONE, NO_DIRECT, NOT_ADDRESSED
from tests.contract.outreach_stages import ANSWER, XStage, x_stage
from tests.contract.test_x_schema import SPEC
from tests.vk_parts import NOON, OLGA

WINDOW: Final = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(NOON.timestamp()) + 300)}
DAY: Final = {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(int(NOON.timestamp()) + 7200)}
CAP: Final = {"title": "UsageCapExceeded", "type": "https://x.test/problems/usage-capped", "period": "Monthly"}
PROBLEMS: Final = "https://api.twitter.com/2/problems/"
AUTOMATED: Final = "This request looks like it might be automated."
NO_RIGHT: Final = ("refused", "no_right", "")
POST_GONE: Final = ("refused", "gone", "post gone")
CLOSED: Final = ("refused", "messages_closed", "author messages_closed")
Row = tuple[int, dict[str, Any], dict[str, str], tuple[str, str, str]]


def said(status: int, words: str, expected: tuple[str, str, str]) -> Row:
    return status, {"title": "Forbidden", "type": "about:blank", "status": status, "detail": words}, {}, expected


def problem(kind: str, status: int, words: str, expected: tuple[str, str, str]) -> Row:
    """One of the problems that X's description gives an address."""
    row = {"title": "Forbidden", "type": f"{PROBLEMS}{kind}", "status": status, "detail": words}
    return status, row, {}, expected


NAMED: Final[list[Row]] = [
    problem("client-forbidden", 403, "Your App must be attached to a Project.", NO_RIGHT),
    problem("conflict", 409, "This operation is not possible now.", ("refused", "other", "")),
    problem("disallowed-resource", 403, "This resource is not allowed here.", NO_RIGHT),
    problem("invalid-request", 400, "The request is invalid.", ("refused", "other", "")),
    problem("not-authorized-for-field", 403, "This field is not for you.", NO_RIGHT),
    problem("resource-unavailable", 403, "This resource cannot be had.", NO_RIGHT),
    problem("unsupported-authentication", 403, "Authenticating with this type is forbidden here.", NO_RIGHT),
    problem("usage-capped", 429, "Usage cap exceeded: Daily product cap", ("later 3600", "quota", "")),
]
"""Beside these X describes problems of rules, streams and connections, which nobody meets who speaks; and two
whose meaning depends on what was asked for, below.
"""
STREAMS: Final = frozenset(
    {
        "client-disconnected",
        "duplicate-rules",
        "invalid-rules",
        "noncompliant-rules",
        "operational-disconnect",
        "rule-cap",
        "streaming-connection",
    }
)

ALIKE: Final[list[Row]] = [
    *NAMED,
    said(400, "One or more parameters to your request was invalid.", ("refused", "other", "")),
    said(400, "Your Tweet text is too long. For more information, visit our help.", ("refused", "too_long", "")),
    said(401, "Unauthorized", ("refused", "no_token", "")),
    said(402, "Your enrolled account does not have any credits.", ("refused", "quota", "")),
    said(403, "Your client app is not configured with the appropriate oauth1 app permissions.", NO_RIGHT),
    said(403, "Your account is suspended and is not permitted to access this feature.", NO_RIGHT),
    said(403, AUTOMATED, ("refused", "captcha", "")),
    said(403, "You have been blocked from the author.", ("refused", "blocked", "author messages_closed")),
    said(413, "", ("refused", "too_long", "")),
    said(418, "", ("refused", "other", "")),
    (429, {"title": "Too Many Requests"}, WINDOW, ("later 301", "quota", "")),
    (429, {"title": "Too Many Requests"}, DAY, ("later 7201", "quota", "")),
    (429, {"title": "Too Many Requests"}, {"Retry-After": "7"}, ("later 7", "quota", "")),
    (429, {"title": "Too Many Requests"}, {}, ("later 60", "quota", "")),
    (429, CAP, {}, ("later 3600", "quota", "")),
    said(500, "", ("unknown", "unreachable", "")),
    said(503, "", ("unknown", "unreachable", "")),
]
PUBLIC: Final[list[Row]] = [
    *ALIKE,
    said(403, NOT_ADDRESSED, ("refused", "not_addressed", "post not_addressed")),
    said(403, GONE, POST_GONE),
    said(404, "Not Found", POST_GONE),
    problem("resource-not-found", 404, "Could not find tweet with id: [5].", POST_GONE),
    problem(
        "not-authorized-for-resource",
        403,
        "Sorry, you are not authorized to see the Tweet with id: [5].",
        ("refused", "privacy", "post gone"),
    ),
]
PRIVATE: Final[list[Row]] = [
    *ALIKE,
    said(403, NO_DIRECT, CLOSED),
    said(403, "You cannot send messages to this user.", CLOSED),
    said(403, "You cannot send messages to users who are not following you.", CLOSED),
    said(404, "Not Found", ("refused", "author_gone", "author author_gone")),
    problem("resource-not-found", 404, "Could not find user.", ("refused", "author_gone", "author author_gone")),
]
ROWS: Final[list[tuple[OutboundKind, Row]]] = [
    *(("reply", row) for row in PUBLIC),
    *(("invite", row) for row in PUBLIC),
    *(("message", row) for row in PRIVATE),
    *(("take_back", row) for row in ALIKE if "blocked" not in row[1].get("detail", "")),
]


def told(error: OutreachError) -> tuple[str, str, str]:
    wait = f" {error.retry_after.total_seconds():.0f}" if error.retry_after is not None else ""
    learned = " ".join(f"{word.scope} {word.reason}" for word in error.learned)
    return f"{error.outcome}{wait}", error.reason, learned


@pytest.fixture
async def stage() -> AsyncIterator[XStage]:
    async with x_stage() as stage:
        yield stage


async def test_xs_answer_means_one_thing_for_each_way_of_speaking() -> None:
    """Over a socket, through tweepy; a fresh client each time, for a used-up window is remembered."""
    for kind, (status, body, headers, expected) in ROWS:
        async with x_stage() as stage:
            path = stage.path_of(kind)
            stage.faults.add(Fault(path=path, kind="json", status=status, body=body, headers=headers))
            earlier = Sent(ref="5", url="https://x.com/romashka_ru/status/5") if kind == "take_back" else None
            with pytest.raises(OutreachError) as caught:
                await stage.outreach.send(stage.outbound(kind, of=earlier))
            assert (kind, status, body, told(caught.value)) == (kind, status, body, expected)


def test_every_word_and_status_of_the_table_is_tried() -> None:
    words = " ".join(str(row[1].get("detail", "")) for _, row in ROWS).lower() + DUPLICATE.lower()
    assert [part for part, _ in BY_WORDS if part not in words] == []
    assert BY_STATUS.keys() <= {row[0] for _, row in ROWS}


@pytest.mark.skipif(not SPEC.is_file(), reason="no ../shared/specs/x beside the project")
def test_every_problem_that_x_describes_is_tried() -> None:
    described = json.loads(SPEC.read_text(encoding="utf-8"))["components"]["schemas"]["Problem"]["discriminator"]
    tried = {str(body.get("type")) for _, (_, body, _, _) in ROWS}
    assert described["mapping"].keys() - {PROBLEMS + kind for kind in STREAMS} <= tried


async def test_who_did_not_mention_the_account_is_not_answered_by_the_program() -> None:
    async with x_stage(text="Ромашка, где связь?") as stage:
        with pytest.raises(OutreachError) as caught:
            await stage.outreach.send(stage.outbound("reply"))
    assert told(caught.value) == ("refused", "not_addressed", "post not_addressed")


async def test_who_quotes_the_account_is_answered() -> None:
    async with x_stage() as stage:
        own = await stage.outreach.send(stage.outbound("reply"))
        quoting = stage.x.post(OLGA, "Вот что отвечают", quoting=own.ref)
        target = replace(stage.target, mention=quoting, url=f"https://x.com/olga_p/status/{quoting}")
        await stage.outreach.send(stage.outbound("reply", "Проверили", id=9, target=target))


async def test_an_answer_that_x_calls_a_duplicate_is_the_one_that_stands_there(stage: XStage) -> None:
    first = await stage.outreach.send(stage.outbound("reply"))
    assert await stage.outreach.send(stage.outbound("reply")) == first
    assert stage.said(ANSWER) == 1


async def test_a_duplicate_of_something_older_is_refused(stage: XStage) -> None:
    await stage.outreach.send(stage.outbound("reply"))
    stage.clock.move(minutes=10)
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("reply", id=8, created_at=NOON + timedelta(minutes=9)))
    assert told(caught.value) == ("refused", "duplicate", "")


async def test_an_invitation_hangs_its_button_under_the_answer(stage: XStage) -> None:
    sent = await stage.outreach.send(stage.outbound("invite", link="https://x.com/romashka_ru"))
    assert stage.x.writing.links == {int(sent.ref): "https://twitter.com/messages/compose?recipient_id=900"}
    assert stage.said(ANSWER) == 1


async def test_an_answer_with_a_link_is_found_although_x_rewrites_it(stage: XStage) -> None:
    rewritten = "@olga_p Смотрите https://t.co/abc123, там всё & сразу"
    stage.x.writing.posts.add(
        stage.x.keys.signed["900-account-token"].account,
        rewritten,
        NOON,
        reply_to=stage.x.writing.posts.get(int(stage.target.mention)),
        seen_at=NOON,
    )
    text = "Смотрите https://romashka.ru/help?id=5, там всё & сразу"
    assert await stage.outreach.find(stage.outbound("reply", text)) is not None
    assert await stage.outreach.find(stage.outbound("reply", "Смотрите, там всё & сразу")) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Статус: vk.cc/aB3dE. Ждём вас", "Статус: https://t.co/abc123. Ждём вас"),
        ("Статус на romashka.store", "Статус на https://t.co/abc123"),
        ("Заи\u0306дите к нам", "За\u0439дите к нам"),
    ],
)
async def test_what_was_said_is_found_as_x_keeps_it(stage: XStage, text: str, kept: str) -> None:
    """Else it would be taken for unsaid, and said again."""
    stage.x.writing.posts.add(
        stage.x.keys.signed["900-account-token"].account,
        f"@olga_p {kept}",
        NOON,
        reply_to=stage.x.writing.posts.get(int(stage.target.mention)),
        seen_at=NOON,
    )
    assert await stage.outreach.find(stage.outbound("reply", text)) is not None
    assert await stage.outreach.find(stage.outbound("reply", "Статус неизвестен")) is None


async def test_an_answer_is_found_under_either_generation_of_xs_names(stage: XStage) -> None:
    for name in ("referenced_tweets", "referenced_posts"):
        row = {"id": "77", "author_id": "900", "text": f"@olga_p {ANSWER}"}
        row |= {name: [{"type": "replied_to", "id": stage.target.mention}]}
        stage.faults.add(Fault(path="/users/900/tweets", kind="json", body={"data": [row], "meta": {}}))
        found = await stage.outreach.find(stage.outbound("reply"))
        assert found == Sent(ref="77", url="https://x.com/romashka_ru/status/77")


async def test_what_was_said_before_the_outbound_was_written_is_another_answer(stage: XStage) -> None:
    stage.customer_writes()
    for kind in ("reply", "message"):
        await stage.outreach.send(stage.outbound(kind))
        later = stage.outbound(kind, id=8, created_at=NOON + timedelta(minutes=2))
        assert await stage.outreach.find(later) is None


async def test_a_post_that_is_gone_already_is_taken_back(stage: XStage) -> None:
    sent = await stage.outreach.send(stage.outbound("reply"))
    stage.x.delete(sent.ref)
    assert await stage.outreach.send(stage.outbound("take_back", id=8, of=sent)) == sent


@pytest.mark.parametrize("kind", ["edit", "remove", "restore"])
async def test_what_x_does_not_let_anybody_do_is_refused(stage: XStage, kind: OutboundKind) -> None:
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound(kind))
    assert told(caught.value) == NO_RIGHT
