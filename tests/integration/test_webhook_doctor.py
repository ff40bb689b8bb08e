"""The doctor about webhooks: what is missing, what would be refused, and a signed event about nothing."""

from collections.abc import AsyncIterator

import pytest

from alerts.notifiers.webhook import WEBHOOK
from alerts.routing import Chat, Endpoint
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.environment import Secret
from listener.messengers.webhook.doctor import diagnose
from listener.messengers.webhook.options import WebhookOptions
from simulator.server import system_now
from tests.helpdesk import FORMER, SECRET, Fault, Helpdesk, helpdesk

SET = WebhookOptions(by_name={"desk": (Secret(SECRET),)})


@pytest.fixture
async def desk() -> AsyncIterator[Helpdesk]:
    async with helpdesk() as one:
        yield one


async def looked(
    options: WebhookOptions, *chats: Chat, test: bool = False, config_read: bool = True
) -> dict[str, Line]:
    look = Look(now=lambda: system_now().timestamp(), config_read=config_read)
    lines = [line async for line in diagnose(options, chats, look, send_test=0.0 if test else None)]
    return {line.what: line for line in lines}


def chat_of(url: str, name: str = "desk", **endpoint: bool) -> Chat:
    return Chat(messenger=WEBHOOK, chat=name, endpoint=Endpoint(url=url, **endpoint))


async def test_what_nobody_switched_on_is_no_fault() -> None:
    (line,) = (await looked(WebhookOptions())).values()
    assert (line.state, "docs/webhook.md" in line.says) == ("off", True)
    (line,) = (await looked(SET, config_read=False)).values()
    assert line.says == "какие, неизвестно: настройки с ошибками"


async def test_a_receiver_that_is_well_is_told_nothing_unless_it_is_asked_for(desk: Helpdesk) -> None:
    lines = await looked(SET, chat_of(desk.url, answers=True))
    assert {line.state for line in lines.values()} == {"ok"}
    assert "POST /hooks/desk" in lines["desk, ответы"].says
    assert desk.keys == []
    lines = await looked(SET, chat_of(desk.url, whole=True), test=True)
    assert "целиком" in lines["desk, данные"].says
    assert lines["desk, проба"].says == f"событие ping принято ({desk.url})"
    (event,) = desk.events.values()
    assert event == {"schema": "otklik.event/1", "event": "ping"}


async def test_a_secret_that_is_missing_or_stands_for_nobody_is_named(desk: Helpdesk) -> None:
    lines = await looked(SET, chat_of(desk.url, "other"), test=True)
    assert (lines["other"].state, "LISTENER_WEBHOOK_SECRETS" in lines["other"].remedy) == ("bad", True)
    assert lines["desk"].state == "warn"
    assert "other, проба" not in lines
    both = WebhookOptions(by_name={"desk": (Secret(SECRET), Secret(FORMER))})
    assert "секретов 2" in (await looked(both, chat_of(desk.url)))["desk"].says


async def test_a_receiver_that_refuses_the_signature_says_what_to_compare(desk: Helpdesk) -> None:
    desk.secret = FORMER
    line = (await looked(SET, chat_of(desk.url), test=True))["desk, проба"]
    assert line.state == "bad"
    assert "compare the secret" in line.says
    desk.secret, desk.always = SECRET, Fault(status=500)
    assert "HTTP 500" in (await looked(SET, chat_of(desk.url), test=True))["desk, проба"].says


async def test_a_road_that_is_cut_names_the_key_of_the_file(desk: Helpdesk) -> None:
    await desk.stop()
    lines = await looked(SET, chat_of(desk.url), test=True)
    assert "url в routes.yaml" in lines["desk, связь"].remedy
    assert "desk, проба" not in lines


async def test_an_address_of_our_own_network_is_named_before_anything_is_sent() -> None:
    line = (await looked(SET, chat_of("https://10.255.255.1/"), test=True))["desk, связь"]
    assert (line.state, line.remedy) == ("bad", "если так и надо: private: true")
