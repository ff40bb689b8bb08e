"""Orders at the program's own port, over real sockets: who may ask, how often it counts, what is answered."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.webhook import WEBHOOK
from alerts.notifiers.webhook.inbox import WebhookInbox
from alerts.notifiers.webhook.signing import key_of
from alerts.ports import Answer, Press, Response
from alerts.routing import Chat, Endpoint
from listener.metrics import Metrics
from listener.telemetry import Telemetry
from listener.web.health import Health
from listener.web.server import MOST_BODY, WebServer
from simulator.server import system_now
from tests.fakes import TurnedClock
from tests.helpdesk import FORMER, SECRET, Agent

DESK = Chat(messenger=WEBHOOK, chat="desk", endpoint=Endpoint(url="https://desk.example/", answers=True))
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "webhook-answer.schema.json").read_text(encoding="utf-8")
)
VALID = jsonschema.Draft202012Validator(SCHEMA)
CLAIM: dict[str, Any] = {"case": 12, "user": "agent-17", "command": "claim"}


@dataclass
class Port:
    """The server, the inbox behind it, and the presses that came through; `answer` is what each meets with."""

    inbox: WebhookInbox
    server: WebServer
    agent: Agent
    presses: list[Press] = field(default_factory=list)
    answer: Answer | Exception = field(default_factory=lambda: Answer(text="Обращение ваше"))

    async def on_press(self, press: Press) -> Answer:
        self.presses.append(press)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    inbox = WebhookInbox({"desk": (key_of(SECRET), key_of(FORMER))}, system_now)

    async def asked(name: str, headers: Mapping[str, str], body: bytes) -> Response | None:
        return await inbox.call(DESK, headers, body) if name == "desk" else None

    server = WebServer(Telemetry(Metrics(), Health(), TurnedClock()), asked=asked)
    await server.start("127.0.0.1", 0)
    assert server.address is not None
    agent = Agent(url="http://{}:{}/hooks/desk".format(*server.address))
    one = Port(inbox, server, agent)
    running = asyncio.create_task(inbox.run(one.on_press))
    await asyncio.sleep(0)
    yield one
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await server.stop()


def checked(answer: tuple[int, dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    VALID.validate(answer[1])
    return answer


async def test_an_order_is_pressed_in_the_persons_name_where_the_case_was_told(port: Port) -> None:
    status, body = checked(await port.agent.order("k-1", **CLAIM))
    assert (status, body["done"], body["reason"], body["message"]) == (200, True, None, "Обращение ваше")
    (press,) = port.presses
    assert (press.messenger, press.key, press.user, press.case) == (WEBHOOK, "desk:k-1", "agent-17", 12)
    assert (press.action, press.value, press.chat, press.ref) == ("claim", None, "desk", None)


async def test_the_former_secret_counts_until_it_is_taken_away(port: Port) -> None:
    assert (await replace(port.agent, secret=FORMER).order(**CLAIM))[0] == 200
    stranger = replace(port.agent, secret="whsec_" + "QUJD" * 11 + "QUE=")
    assert checked(await stranger.order(**CLAIM))[1]["reason"] == "bad_signature"


@pytest.mark.parametrize(("off", "status"), [(0, 200), (-290, 200), (290, 200), (-310, 401), (310, 401)])
async def test_what_is_older_or_younger_than_five_minutes_is_refused(port: Port, off: float, status: int) -> None:
    agent = replace(port.agent, clock=lambda: time.time() + off)
    answer = checked(await agent.order(**CLAIM))
    assert (answer[0], answer[1]["reason"]) == (status, None if status == 200 else "stale")
    assert len(port.presses) == (status == 200)


async def test_without_a_signature_nothing_is_read(port: Port) -> None:
    body = json.dumps(CLAIM).encode()
    for headers, reason in (
        ({}, "no_id"),
        ({"webhook-id": "k"}, "no_timestamp"),
        ({"webhook-id": "k", "webhook-timestamp": str(int(time.time()))}, "no_signature"),
    ):
        assert checked(await port.agent.send(body, headers)) == (401, _refused(reason))
    assert port.presses == []


def _refused(reason: str) -> dict[str, Any]:
    message = "Запрос не подписан как надо; см. docs/webhook.md"
    return {"schema": "otklik.answer/1", "done": False, "reason": reason, "message": message}


async def test_a_flood_of_what_is_not_signed_is_one_line_a_minute(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = replace(port.agent, secret="whsec_" + "QUJD" * 11 + "QUE=")
    for _ in range(20):
        await stranger.order(**CLAIM)
    said = [record.getMessage() for record in caplog.records if record.name.endswith("webhook.inbox")]
    assert said == ["requests at /hooks that are refused: 1, the last as desk: bad_signature"]


async def test_another_body_or_key_under_the_same_signature_is_refused(port: Port) -> None:
    headers: dict[str, str] = {}
    original = port.agent.send

    async def catch(body: bytes, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        headers.update(sent)
        return await original(body, sent)

    port.agent.send = catch  # type: ignore[method-assign]  # a listener on the wire
    await port.agent.order("k-1", **CLAIM)
    body = json.dumps(CLAIM | {"case": 13}).encode()
    assert (await original(body, headers))[1]["reason"] == "bad_signature"
    good = json.dumps(CLAIM, ensure_ascii=False).encode()
    assert (await original(good, headers | {"webhook-id": "k-2"}))[1]["reason"] == "bad_signature"
    assert (await original(good, headers))[0] == 200, "the same again is the same key: the store answers as before"
    assert {press.key for press in port.presses} == {"desk:k-1"}


async def test_one_key_is_for_one_request(port: Port) -> None:
    await port.agent.order("k-1", **CLAIM)
    status, body = checked(await port.agent.order("k-1", **CLAIM | {"command": "release"}))
    assert (status, body["reason"]) == (422, "key_reused")
    assert len(port.presses) == 1
    status, body = checked(await port.agent.post("k-9", json.dumps(CLAIM).encode(), Idempotency_Key="k-8"))
    assert (status, body["reason"]) == (400, "bad_key")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 30_000, "body"),
        (b'{"case": 12, "user": "a", "command": "steal"}', "command"),
        (b'{"case": 12, "user": "a", "command": "claim", "by": 1}', "by"),
    ],
    ids=["empty", "half", "list", "bytes", "deep", "unknown", "more"],
)
async def test_what_is_no_order_is_said_with_its_field(port: Port, body: bytes, field: str) -> None:
    status, answer = checked(await port.agent.post("k-1", body))
    assert (status, answer["reason"], answer["field"]) == (400, "bad_order", field)
    assert port.presses == []


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("stranger", 403),
        ("no_case", 404),
        ("elsewhere", 404),
        ("not_yours", 409),
        ("night", 409),
        ("do_not_contact", 409),
        ("not_stored", 503),
    ],
)
async def test_a_refusal_has_a_name_and_words(port: Port, reason: str, status: int) -> None:
    port.answer = Answer(text="Нельзя", alert=True, reason=reason)
    answer = checked(await port.agent.order(**CLAIM))
    assert (answer[0], answer[1]["done"], answer[1]["reason"], answer[1]["message"]) == (
        status,
        False,
        reason,
        "Нельзя",
    )


async def test_a_preview_is_shown_with_what_may_be_answered(port: Port) -> None:
    options = (Option(value="ok-7", label="Отправить"), Option(value="drop-7", label="Не отправлять"))
    prompt = Prompt(case=12, action="send", title="Ответ № 12", question="Его увидят все", options=options)
    port.answer = Answer(text="", prompt=prompt)
    order = {**CLAIM, "command": "reply", "text": "Здравствуйте"}
    status, body = checked(await port.agent.order(**order))
    assert (status, body["done"], body["reason"]) == (202, False, "to_be_confirmed")
    assert body["ask"]["to"] == "send"
    assert body["ask"]["options"][0] == {"value": "ok-7", "label": "Отправить"}
    await port.agent.order(case=12, user="agent-17", command="answer", to="send", value="ok-7")
    assert (port.presses[-1].action, port.presses[-1].value) == ("send", "ok-7")


async def test_a_fault_of_ours_asks_for_the_same_again(port: Port) -> None:
    port.answer = RuntimeError("broken")
    status, body = checked(await port.agent.order("k-1", **CLAIM))
    assert (status, body["reason"], body["retry_after"]) == (503, "not_stored", 5)
    port.answer = Answer(text="Обращение ваше")
    assert (await port.agent.order("k-1", **CLAIM))[0] == 200


async def test_a_body_is_bounded_and_only_post_is_heard(port: Port) -> None:
    assert (await port.agent.post("k-1", b"x" * (MOST_BODY + 1)))[0] == 413
    other = replace(port.agent, url=port.agent.url.replace("desk", "nobody"))
    assert (await other.order(**CLAIM))[0] == 404
    assert port.presses == []


async def test_where_nobody_obeys_nothing_is_taken() -> None:
    inbox = WebhookInbox({"desk": (key_of(SECRET),)}, system_now)
    agent = Agent(url="")

    async def straight(body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        response = await inbox.call(DESK, headers, body)
        return response.status, dict(response.body)

    agent.send = straight  # type: ignore[method-assign]  # past the port
    assert (await agent.order(**CLAIM))[0] == 503
