"""Slack's inbox against the simulator: each press once, over connections that come and go."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest

from alerts.notifiers.slack.inbox import SlackInbox
from alerts.ports import Answer, OnPress, Press
from simulator.faults import Fault
from simulator.slack import Slack
from tests.contract.notifier_stages import serving
from tests.waiting import until

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


class Desk:
    """Remembers presses; `then` is what happens to each of them."""

    def __init__(self, then: Callable[[Press], Awaitable[Answer]] | None = None) -> None:
        self.presses: list[Press] = []
        self._then = then

    async def __call__(self, press: Press) -> Answer:
        self.presses.append(press)
        return await self._then(press) if self._then else Answer(text="Вы взяли обращение № 12")


@pytest.fixture
def slack() -> Slack:
    slack = Slack(lambda: NOW, bot_token="xoxb-secret", app_token="xapp-secret", per_second=None)
    slack.add_channel("C01", "support")
    slack.post("#support", "Обращение", None, None)
    return slack


@asynccontextmanager
async def opened(slack: Slack, on_press: OnPress) -> AsyncIterator[None]:
    async with serving("/slack", slack.app()) as address, listening(f"{address}/slack/api/", on_press):
        yield


@asynccontextmanager
async def listening(address: str, on_press: OnPress) -> AsyncIterator[None]:
    inbox = SlackInbox(address, "xoxb-secret", "xapp-secret", lambda: NOW)
    running = asyncio.create_task(inbox.run(on_press))
    try:
        yield
        assert not running.done(), running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_an_explanation_is_read_whole_by_its_person_only_and_is_no_refusal(slack: Slack) -> None:
    explanation = "Маршрут 1: тема связь. " * 20

    async def explain(_press: Press) -> Answer:
        return Answer(text=explanation, is_long=True)

    async with opened(slack, explain):
        await _press(slack)
        await until(lambda: bool(slack.channels["C01"].ephemerals))
    (line,) = slack.channels["C01"].ephemerals
    assert (line.user, line.text) == ("U01", explanation)
    assert len(slack.channels["C01"].messages) == 1


async def test_a_press_is_handled_acknowledged_and_answered_to_its_person_only(slack: Slack) -> None:
    desk = Desk()
    async with opened(slack, desk):
        await _press(slack)
        await until(lambda: bool(slack.channels["C01"].ephemerals))
    (press,) = desk.presses
    assert (press.messenger, press.user, press.user_name) == ("slack", "U01", "Анна")
    assert (press.case, press.action, press.at) == (12, "claim", NOW)
    assert press.key.startswith("slack:U01:")
    assert len(slack.socket.acked) == 1
    (line,) = slack.channels["C01"].ephemerals
    assert (line.user, line.text) == ("U01", "Вы взяли обращение № 12")


async def test_a_press_delivered_twice_is_handled_once(slack: Slack) -> None:
    desk = Desk()
    async with opened(slack, desk):
        await _press(slack)
        (number,) = slack.socket.acked
        payload = {
            "type": "block_actions",
            "user": {"id": "U01", "name": "Анна"},
            "container": {"message_ts": _ts(slack), "channel_id": "C01"},
            "actions": [{"action_id": "claim", "value": "12", "action_ts": desk.presses[0].key.split(":")[2]}],
        }
        await slack.socket.deliver(payload)
    assert len(slack.socket.acked) == 2
    assert number != slack.socket.acked[1]
    assert len(desk.presses) == 1


async def test_an_unacknowledged_press_comes_again_under_the_same_key(slack: Slack) -> None:
    async def never(_press: Press) -> Answer:
        await asyncio.sleep(60)
        return Answer(text="")

    first, second = Desk(never), Desk()
    async with serving("/slack", slack.app()) as address:
        async with listening(f"{address}/slack/api/", first):
            pressing = asyncio.create_task(_press(slack))
            await until(lambda: bool(first.presses))
        async with listening(f"{address}/slack/api/", second):
            await until(lambda: bool(second.presses))
            await pressing
    assert [press.key for press in first.presses] == [press.key for press in second.presses]


async def test_a_slow_handler_is_acknowledged_in_time(slack: Slack) -> None:
    acknowledged = asyncio.Event()

    async def slow(_press: Press) -> Answer:
        await acknowledged.wait()
        return Answer(text="готово")

    desk = Desk(slow)
    async with opened(slack, desk):
        await _press(slack)  # returns when it is acknowledged
        assert slack.socket.acked
        acknowledged.set()
        await until(lambda: bool(slack.channels["C01"].ephemerals))
    assert len(desk.presses) == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_the_inbox_comes_back_after_a_disconnect(slack: Slack, reason: str) -> None:
    desk = Desk()
    async with opened(slack, desk):
        await until(lambda: bool(slack.socket.connections))
        await slack.socket.disconnect(reason)
        await _press(slack)
    assert len(desk.presses) == 1


async def test_the_inbox_comes_back_after_a_cut(slack: Slack) -> None:
    desk = Desk()
    async with opened(slack, desk):
        await until(lambda: bool(slack.socket.connections))
        await slack.socket.cut()
        await _press(slack)
    assert len(desk.presses) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path="apps.connections.open", kind="html", status=502),
        Fault(path="apps.connections.open", kind="reset"),
        Fault(path="apps.connections.open", kind="json", body={"ok": False, "error": "internal_error"}),
        Fault(path="apps.connections.open", kind="json", body={"ok": True, "url": None}),
        Fault(path="apps.connections.open", kind="json", body={"ok": True, "url": "http://127.0.0.1:9/"}),
        Fault(
            path="apps.connections.open", kind="json", status=429, headers={"Retry-After": "1"}, body={"ok": False}
        ),
        Fault(path="socket", kind="html", status=502),
        Fault(path="chat.postEphemeral", kind="html", status=502),
    ],
    ids=lambda fault: f"{fault.path} {fault.kind} {fault.body}",
)
async def test_the_inbox_survives_a_bad_answer(slack: Slack, fault: Fault) -> None:
    slack.faults.add(Fault(**{name: getattr(fault, name) for name in Fault.__slots__}))
    desk = Desk()
    async with opened(slack, desk):
        await _press(slack)
    assert len(desk.presses) == 1


async def test_a_failing_press_is_tried_again(slack: Slack) -> None:
    async def fail_once(_press: Press) -> Answer:
        if len(desk.presses) == 1:
            raise RuntimeError("disk full")
        return Answer(text="ок")

    desk = Desk(fail_once)
    async with opened(slack, desk):
        await _press(slack)
        await until(lambda: bool(slack.channels["C01"].ephemerals))
    assert len({press.key for press in desk.presses}) == 1
    assert slack.channels["C01"].ephemerals[0].text == "ок"


async def test_a_press_that_cannot_be_stored_is_given_back_to_its_person(slack: Slack) -> None:
    async def fail(_press: Press) -> Answer:
        raise RuntimeError("disk full")

    desk = Desk(fail)
    async with opened(slack, desk):
        await _press(slack)
        await until(lambda: bool(slack.channels["C01"].ephemerals))
    assert len(desk.presses) == 3
    assert "Нажмите ещё раз" in slack.channels["C01"].ephemerals[0].text


async def test_a_switched_off_socket_mode_is_reported(slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(slack, Desk()):
        await until(lambda: bool(slack.socket.connections))
        await slack.socket.disconnect("link_disabled")
        await until(lambda: "switched off" in caplog.text)


async def test_an_address_button_is_acknowledged_and_nothing_else(slack: Slack) -> None:
    desk = Desk()
    async with opened(slack, desk):
        await slack.press("C01", _ts(slack), "open", None, user="U01", name="Анна")
    assert len(slack.socket.acked) == 1
    assert desk.presses == []


async def test_a_refused_token_is_named_and_stays_secret(slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    slack.app_token = "xapp-another"
    async with opened(slack, Desk()):
        await until(lambda: "check LISTENER_SLACK" in caplog.text)
    assert "secret" not in caplog.text


async def _press(slack: Slack) -> None:
    await slack.press("C01", _ts(slack), "claim", "12", user="U01", name="Анна")


def _ts(slack: Slack) -> str:
    return next(iter(slack.channels["C01"].messages))
