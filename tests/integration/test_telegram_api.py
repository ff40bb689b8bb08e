"""The Bot API's client against servers that behave as no simulator should."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from alerts.notifiers.answers import MAX_BODY
from alerts.notifiers.telegram.api import TelegramApi, TelegramError
from tests.contract.notifier_stages import serving

TOKEN = "7:secret-of-the-bot"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def calling(answer: Handler, token: str = TOKEN) -> AsyncIterator[TelegramApi]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with serving("/any", app) as address:
        api = TelegramApi(f"{address}/any", token, timeout=5.0)
        try:
            yield api
        finally:
            await api.close()


def saying(body: object, status: int = 200) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body if isinstance(body, str) else json.dumps(body), status=status)

    return answer


async def failure(answer: Handler) -> TelegramError:
    async with calling(answer) as api:
        with pytest.raises(TelegramError) as caught:
            await api.call("getMe")
    return caught.value


async def test_parameters_go_as_json_and_those_without_a_value_stay_away() -> None:
    heard: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.path, request.content_type, await request.json()))
        return web.json_response({"ok": True, "result": {"message_id": 1}})

    async with calling(answer) as api:
        result = await api.call("sendMessage", chat_id=-1, text="Жалоба", message_thread_id=None, silent=False)
    assert result == {"message_id": 1}
    said = {"chat_id": -1, "text": "Жалоба", "silent": False}
    assert heard == [(f"/any/bot{TOKEN}/sendMessage", "application/json", said)]


async def test_a_token_of_any_letters_stays_one_part_of_the_address() -> None:
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.raw_path)
        return web.json_response({"ok": True, "result": True})

    async with calling(answer, token="7:a/b?c#d") as api:
        await api.call("getMe")
    assert heard == ["/any/bot7:a%2Fb%3Fc%23d/getMe"]


async def test_a_redirect_is_not_followed() -> None:
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.path)
        raise web.HTTPTemporaryRedirect("/any/elsewhere")

    error = await failure(answer)
    assert (error.code, error.sent) == (None, True)
    assert len(heard) == 1


async def test_an_endless_answer_is_given_up() -> None:
    passed = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal passed
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 2**20)
            passed += 2**20

    error = await failure(answer)
    assert error.code is None
    # The rest is what sockets hold by themselves.
    assert passed < MAX_BODY + 16 * 2**20


@pytest.mark.parametrize("body", ["", "<html>", "[" * 100_000, "[]", '{"ok": true', "\xff", '{"ok": 1}'])
async def test_what_is_no_answer_has_no_code_and_may_have_been_obeyed(body: str) -> None:
    error = await failure(saying(body))
    assert (error.code, error.sent) == (None, True)


async def test_a_number_that_nobody_can_read_costs_itself_alone() -> None:
    async with calling(saying(f'{{"ok": true, "result": [{{"update_id": {"9" * 5000}}}, 7]}}')) as api:
        assert await api.call("getUpdates") == [{"update_id": None}, 7]


async def test_a_refusal_carries_its_parameters() -> None:
    parameters = {"retry_after": 7, "migrate_to_chat_id": -1002}
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
    error = await failure(saying(body, status=429))
    assert (error.code, error.description, error.retry_after) == (429, "Too Many Requests", 7)
    assert error.migrate_to_chat_id == -1002


@pytest.mark.parametrize(
    "parameters", [None, [], {"retry_after": "7"}, {"retry_after": True}, {"retry_after": -1}]
)
async def test_parameters_of_another_shape_are_passed_over(parameters: object) -> None:
    body = {"ok": False, "error_code": "429", "description": "Flood", "parameters": parameters}
    error = await failure(saying(body, status=429))
    assert (error.code, error.retry_after, error.migrate_to_chat_id) == (429, None, None)


async def test_a_wait_of_ages_is_an_hour() -> None:
    body = {"ok": False, "error_code": 429, "description": "Flood", "parameters": {"retry_after": 10**30}}
    assert (await failure(saying(body, status=429))).retry_after == 3_600


async def test_a_server_that_repeats_the_token_does_not_betray_it() -> None:
    body = {"ok": False, "error_code": 400, "description": f"no method at /bot{TOKEN}/getMe"}
    error = await failure(saying(body, status=400))
    assert error.description == "no method at /bot***/getMe"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://nobody.invalid/", "no address"])
async def test_a_request_that_went_nowhere_says_so(address: str) -> None:
    api = TelegramApi(address, TOKEN)
    with pytest.raises(TelegramError) as caught:
        await api.call("sendMessage", chat_id=1, text="x")
    await api.close()
    assert not caught.value.sent
    assert TOKEN not in str(caught.value)
