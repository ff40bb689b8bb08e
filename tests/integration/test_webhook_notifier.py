"""Events over real sockets: each answer of a receiver has its meaning, and a receiver that fails rests alone."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientTimeout, TCPConnector, web

from alerts.cards.context import CardContext
from alerts.cases.case import Case
from alerts.delivery.showing import Showing
from alerts.delivery.worker import MOST_REFUSALS, Worker
from alerts.notifiers.webhook import WEBHOOK
from alerts.notifiers.webhook.addresses import is_allowed
from alerts.notifiers.webhook.notifier import MOST_READ, WebhookNotifier
from alerts.notifiers.webhook.resolver import CarefulResolver, ForbiddenAddressError
from alerts.notifiers.webhook.signing import key_of
from alerts.ports import Delivery, NotifyError
from alerts.routing import Chat, Endpoint, Receiver
from simulator.server import system_now
from tests.acceptance.running import until
from tests.helpdesk import FORMER, SECRET, Fault, Helpdesk, helpdesk
from tests.outbox import NOON, Clocks, MemoryOutbox, a_delivery, a_notice, a_told_case

KEYS = {"desk": (key_of(SECRET),), "other": (key_of(SECRET),)}


now = system_now


def connect(private: bool) -> TCPConnector:  # noqa: FBT001 - as the notifier calls it
    return TCPConnector(resolver=CarefulResolver(private=private))


def chat_of(url: str, name: str = "desk", **endpoint: bool) -> Chat:
    return Chat(messenger=WEBHOOK, chat=name, endpoint=Endpoint(url=url, **endpoint))


@pytest.fixture
async def desk() -> AsyncIterator[Helpdesk]:
    async with helpdesk() as one:
        yield one


@pytest.fixture
async def notifier() -> AsyncIterator[WebhookNotifier]:
    one = WebhookNotifier(KEYS, now, connect)
    yield one
    await one.close()


async def tell(notifier: WebhookNotifier, chat: Chat, case: Case | None = None, *, shown: int = 0) -> str:
    return await notifier.snapshot(chat, case or a_told_case(), CardContext(), shown=shown)


async def refusal(notifier: WebhookNotifier, chat: Chat) -> NotifyError:
    with pytest.raises(NotifyError) as refused:
        await tell(notifier, chat)
    return refused.value


async def test_an_event_arrives_signed_under_the_key_of_its_revision(
    desk: Helpdesk, notifier: WebhookNotifier
) -> None:
    chat = chat_of(desk.url)
    await tell(notifier, chat)
    await tell(notifier, chat, a_told_case(revision=2), shown=1)
    assert list(desk.events) == ["otklik-case-12-r1", "otklik-case-12-r2"]
    assert [event["event"] for event in desk.events.values()] == ["case.opened", "case.changed"]
    assert desk.refused == []


async def test_the_same_event_again_is_the_same_to_the_byte(desk: Helpdesk, notifier: WebhookNotifier) -> None:
    desk.faults.append(Fault(cut=True, wait=0.01))
    assert (await refusal(notifier, chat_of(desk.url))).retry_after is not None
    await tell(notifier, chat_of(desk.url))
    await tell(notifier, chat_of(desk.url))
    assert desk.keys == ["otklik-case-12-r1"] * 3
    assert len(desk.events) == 1


async def test_while_a_secret_is_replaced_both_sides_go_on(desk: Helpdesk) -> None:
    both = WebhookNotifier({"desk": (key_of(SECRET), key_of(FORMER))}, now, connect)
    for known in (SECRET, FORMER):
        desk.secret = known
        await both.probe(chat_of(desk.url), "k")
    await both.close()
    assert desk.refused == []


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(status=429, headers={"Retry-After": "17"}), (False, False, 17.0)),
        (Fault(status=429), (False, False, 1.0)),
        (Fault(status=503, headers={"Retry-After": "99999999"}), (False, False, 3600.0)),
        (Fault(status=503, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), (False, False, 1.0)),
        (Fault(status=503, headers={"Retry-After": "-5"}), (False, False, 1.0)),
        (Fault(status=503, headers={"Retry-After": "0"}), (False, False, 1.0)),
        (Fault(status=500), (False, False, 1.0)),
        (Fault(status=502, body=b"<html>"), (False, False, 1.0)),
        (Fault(status=408), (False, False, 1.0)),
        (Fault(status=409), (False, False, 1.0)),
        (Fault(cut=True), (False, False, 1.0)),
        (Fault(status=400), (False, True, None)),
        (Fault(status=413), (False, True, None)),
        (Fault(status=422), (False, True, None)),
        (Fault(status=401), (True, True, None)),
        (Fault(status=403), (True, True, None)),
        (Fault(status=404), (True, True, None)),
        (Fault(status=410), (True, True, None)),
        (Fault(status=301, headers={"Location": "https://elsewhere.example/x"}), (True, True, None)),
        (Fault(status=307, headers={"Location": "/otklik"}), (True, True, None)),
        (Fault(status=304), (True, True, None)),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Fault) else "",
)
async def test_what_a_receiver_answers_means_one_thing(
    desk: Helpdesk, notifier: WebhookNotifier, fault: Fault, meaning: tuple[bool, bool, float | None]
) -> None:
    desk.faults.append(fault)
    error = await refusal(notifier, chat_of(desk.url))
    assert (error.closed, error.permanent, error.retry_after) == meaning, "closed, permanent, rest"
    assert not error.ambiguous, "what is known by its key is never looked for"
    assert not error.everywhere
    await tell(notifier, chat_of(desk.url))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_success_is_one(desk: Helpdesk, notifier: WebhookNotifier, status: int) -> None:
    desk.faults.append(Fault(status=status))
    await tell(notifier, chat_of(desk.url))


async def test_a_redirect_is_named_and_nobody_else_is_called(desk: Helpdesk, notifier: WebhookNotifier) -> None:
    async with helpdesk() as other:
        desk.faults.append(Fault(status=308, headers={"Location": other.url}))
        assert other.url in str(await refusal(notifier, chat_of(desk.url)))
        assert other.keys == []


async def test_a_receiver_that_fails_again_and_again_rests_for_five_seconds_at_most(
    desk: Helpdesk, notifier: WebhookNotifier
) -> None:
    desk.always = Fault(status=500)
    rests = [(await refusal(notifier, chat_of(desk.url))).retry_after for _ in range(6)]
    assert rests == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    desk.always = None
    await tell(notifier, chat_of(desk.url))
    desk.faults.append(Fault(status=500))
    assert (await refusal(notifier, chat_of(desk.url))).retry_after == 1.0


async def test_nobody_at_the_address_is_a_rest(notifier: WebhookNotifier, desk: Helpdesk) -> None:
    await desk.stop()
    error = await refusal(notifier, chat_of(desk.url))
    assert error.retry_after == 1.0
    assert "ClientConnectorError" in str(error)


async def test_a_name_that_nobody_has_is_a_rest(notifier: WebhookNotifier) -> None:
    assert (await refusal(notifier, chat_of("https://nobody.invalid/"))).retry_after == 1.0


async def test_an_answer_without_end_is_left_alone(notifier: WebhookNotifier) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * MOST_READ)

    app = web.Application()
    app.router.add_post("/", endless)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with asyncio.timeout(120):
        await tell(notifier, chat_of(f"http://127.0.0.1:{runner.addresses[0][1]}/"))
    await runner.cleanup()


async def test_without_its_secret_a_receiver_is_shut_and_nothing_is_sent(
    desk: Helpdesk, notifier: WebhookNotifier
) -> None:
    error = await refusal(notifier, chat_of(desk.url, "nameless"))
    assert error.closed
    assert "LISTENER_WEBHOOK_SECRETS" in str(error)
    assert desk.keys == []


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", (True, True)),
        ("2606:2800:220:1:248:1893:25c8:1946", (True, True)),
        ("10.0.0.1", (False, True)),
        ("192.168.1.1", (False, True)),
        ("172.16.0.1", (False, True)),
        ("100.64.0.1", (False, True)),
        ("127.0.0.1", (False, True)),
        ("::1", (False, True)),
        ("fd00::1", (False, True)),
        ("::ffff:10.0.0.1", (False, True)),
        ("64:ff9b::a00:1", (False, True)),
        ("2002:a00:1::", (False, True)),
        ("169.254.169.254", (False, False)),
        ("::ffff:169.254.169.254", (False, False)),
        ("fe80::1", (False, False)),
        ("fe80::1%eth0", (False, False)),
        ("0.0.0.0", (False, False)),
        ("224.0.0.1", (False, False)),
        ("255.255.255.255", (False, False)),
    ],
)
def test_which_addresses_may_be_called(address: str, allowed: tuple[bool, bool]) -> None:
    """By everybody, and by who says that it is in a private network."""
    assert (is_allowed(address, private=False), is_allowed(address, private=True)) == allowed


@pytest.mark.parametrize("host", ["10.1.2.3", "[::ffff:10.1.2.3]", "169.254.169.254", "[fe80::1]"])
async def test_an_address_of_our_own_network_is_not_called(notifier: WebhookNotifier, host: str) -> None:
    error = await refusal(notifier, chat_of(f"https://{host}/"))
    assert error.closed
    assert "private: true" in str(error)


async def test_a_name_that_leads_into_our_own_network_is_not_called(desk: Helpdesk) -> None:
    """However the name is spelled: what it resolves to counts, at the very call."""
    careful = WebhookNotifier(KEYS, now, lambda _private: connect(private=False))
    error = await refusal(careful, chat_of(f"http://localhost:{desk.port}/otklik"))
    await careful.close()
    assert error.closed
    assert desk.keys == []
    for spelled in ("localhost", "2130706433", "0x7f.1"):
        with pytest.raises(ForbiddenAddressError):
            await CarefulResolver(private=False).resolve(spelled, 80)


class Told:
    """An outbox, the worker and real helpdesks."""

    def __init__(self, *chats: Chat, clocks: Clocks | None = None) -> None:
        self.outbox = MemoryOutbox()
        self.notifier = WebhookNotifier(KEYS, now, connect)
        self.context = CardContext(receivers={"support": Receiver(name="support", chats=chats)})
        self.showing = Showing(self.notifier, self.context)
        self.outcomes: list[str] = []
        clock = clocks.now if clocks else lambda: NOON
        monotonic = clocks.seconds if clocks else time.monotonic
        self.worker = Worker(WEBHOOK, self.outbox, self.showing, clock, observer=self, monotonic=monotonic)

    def delivered(self, due: object, outcome: str, seconds: float) -> None:
        self.outcomes.append(outcome)

    def chat(self, chat: Chat, state: object) -> None: ...

    async def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await self.worker.step()
                await asyncio.sleep(0.02)


@pytest.fixture
async def told(desk: Helpdesk) -> AsyncIterator[Told]:
    one = Told(chat_of(desk.url), chat_of(desk.url, "other"))
    yield one
    await one.notifier.close()


def due(number: int = 1, name: str = "desk", **fields: Any) -> Delivery:
    chat = Chat(messenger=WEBHOOK, chat=name)
    return a_delivery(number, chat=chat, case=fields.pop("case", a_told_case(number)), **fields)


async def test_any_number_of_changes_is_one_event_of_the_latest_state(desk: Helpdesk, told: Told) -> None:
    told.outbox.put(due())
    for revision in range(2, 9):
        told.outbox.become(1, a_told_case(1, revision=revision))
    await told.until(lambda: told.outbox.row().done)
    assert list(desk.events) == ["otklik-case-1-r8"]
    assert told.outbox.delivery().shown == 8


async def test_a_word_for_people_is_no_event(desk: Helpdesk, told: Told) -> None:
    told.outbox.put(a_notice(5, chat=Chat(messenger=WEBHOOK, chat="desk")))
    await told.until(lambda: told.outbox.row(5, "notice").done)
    assert desk.keys == []


async def test_a_helpdesk_that_dies_and_comes_back_gets_everything_once(desk: Helpdesk, told: Told) -> None:
    for number in range(1, 21):
        told.outbox.put(due(number))
    await desk.stop()
    for _ in range(10):
        await told.worker.step()
    await desk.start()
    await told.until(lambda: len(desk.events) == 20)
    assert {case["id"] for case in (event["case"] for event in desk.events.values())} == set(range(1, 21))
    assert len(desk.keys) == 20


async def test_one_that_hangs_does_not_hold_up_another(desk: Helpdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with helpdesk() as slow:
        slow.always = Fault(wait=3_600)
        monkeypatch.setattr("alerts.notifiers.webhook.notifier.PATIENCE", ClientTimeout(total=3_600))
        told = Told(chat_of(desk.url), chat_of(slow.url, "other"))
        for number in range(1, 6):
            told.outbox.put(due(number), due(number + 100, "other"))
        step = asyncio.create_task(told.worker.step())
        await until(lambda: len(desk.events) == 5, every=0.02)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        await told.notifier.close()


async def test_one_that_wants_no_more_is_parked_alone_and_asked_again(desk: Helpdesk, told: Told) -> None:
    desk.faults.append(Fault(status=410))
    told.outbox.put(due())
    await told.until(lambda: bool(told.outbox.chats))
    (state,) = told.outbox.chats.values()
    assert (state.chat.chat, state.state) == ("desk", "parked")
    assert "410 Gone" in state.reason
    told.outbox.put(due(2, "other"))
    await told.until(lambda: told.outbox.row(2).done)
    assert list(desk.events) == ["otklik-case-2-r1"]


async def test_an_event_that_is_refused_again_and_again_by_one_who_takes_others_is_given_up(
    desk: Helpdesk,
) -> None:
    clocks = Clocks()
    told = Told(chat_of(desk.url), clocks=clocks)
    told.outbox.put(due(1))
    desk.refuses = "otklik-case-1-r1"
    for number in range(2, 60):
        told.outbox.put(due(number))
        for _ in range(4):
            await told.worker.step()
            clocks.turn(10)
    assert told.outbox.row(1).failed
    assert "HTTP 422" in (told.outbox.row(1).error or "")
    assert told.outbox.row(2).done
    assert MOST_REFUSALS <= desk.keys.count("otklik-case-1-r1") < 2 * MOST_REFUSALS
    await told.notifier.close()


async def test_a_change_that_is_refused_is_tried_again_and_the_next_one_is_told(desk: Helpdesk) -> None:
    clocks = Clocks()
    told = Told(chat_of(desk.url), clocks=clocks)
    told.outbox.put(due(1))
    await told.worker.step()
    desk.refuses = "otklik-case-1-r2"
    told.outbox.become(1, a_told_case(1, revision=2))
    for _ in range(400):
        await told.worker.step()
        clocks.turn(5)
    tries = desk.keys.count("otklik-case-1-r2")
    assert 7 < tries < 30, "some half an hour, less and less often"
    assert not told.outbox.chats, "the receiver takes others: it is not shut"
    told.outbox.become(1, a_told_case(1, revision=3))
    await told.worker.step()
    assert list(desk.events) == ["otklik-case-1-r1", "otklik-case-1-r3"]
    await told.notifier.close()


async def test_who_stands_in_the_config_no_more_is_told_nothing(desk: Helpdesk, told: Told) -> None:
    told.outbox.put(due())
    await told.until(lambda: told.outbox.row().done)
    told.worker.reword(CardContext())
    told.outbox.become(1, a_told_case(1, revision=2))
    await told.until(lambda: told.outbox.row().done)
    assert list(desk.events) == ["otklik-case-1-r1"]
    with pytest.raises(NotifyError) as refused:
        await told.showing.show(due(2), NOON)
    assert refused.value.closed


async def test_the_address_and_what_may_be_read_there_are_those_of_the_config_now(
    desk: Helpdesk, told: Told
) -> None:
    case = a_told_case(1)
    phone = replace(case, mentions=(replace(case.mentions[0], text="Мой телефон +7 912 345-67-12"),))
    told.outbox.put(due(case=phone))
    await told.until(lambda: told.outbox.row().done)
    whole = chat_of(desk.url, whole=True)
    told.worker.reword(CardContext(receivers={"support": Receiver(name="support", chats=(whole,))}))
    told.outbox.become(1, replace(phone, state=replace(phone.state, revision=2)))
    await told.until(lambda: told.outbox.row().done)
    first, second = (event["case"] for event in desk.events.values())
    assert (first["masked"], first["mentions"][0]["text"]) == (True, "Мой телефон +7 9•• •••-••-12")
    assert (second["masked"], second["mentions"][0]["text"]) == (False, "Мой телефон +7 912 345-67-12")


async def test_neither_secret_nor_words_of_the_customer_stand_in_the_log(
    desk: Helpdesk, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.faults += [Fault(status=500, body=b"stack trace"), Fault(status=422)]
    told.outbox.put(due())
    for _ in range(3):
        await told.worker.step()
    assert "Нет связи" not in caplog.text
    assert SECRET not in caplog.text


def test_the_schemas_are_where_the_document_says() -> None:
    docs = Path(__file__).parents[2] / "docs"
    text = (docs / "webhook.md").read_text(encoding="utf-8")
    for name in ("event", "order", "answer"):
        assert f"webhook-{name}.schema.json" in text
        assert (docs / f"webhook-{name}.schema.json").is_file()
