"""The VK client against servers that only speak HTTP: chunked, compressed, endless and closed answers."""

import json
import random
import string
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from listener.networks.bounded import AnswerTooLargeError
from listener.networks.vk.client import VkClient
from listener.ports import SourceError
from tests.vk_parts import LIMITS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[VkClient]:
    app = web.Application()

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app.router.add_post("/deep/path/method/{name}", answer)
    async with TestServer(app) as server:
        address = str(server.make_url("/deep/path/method/"))
        client = VkClient(
            "secret-token", address, group=True, limits=replace(LIMITS, body=1_000_000, wire=300_000_000)
        )
        yield client
        await client.close()


async def stream(request: web.Request, body: bytes, *, gzip: bool, times: int = 1) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    if gzip:
        response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    for _ in range(times):
        await response.write(body)
    return response


@pytest.mark.parametrize("gzip", [True, False])
async def test_a_chunked_answer_is_read_whole(gzip: bool) -> None:  # noqa: FBT001
    text = "".join(random.Random(7).choices(string.ascii_letters, k=300_000))
    body = json.dumps({"response": text}).encode()
    async with serving(lambda request: stream(request, body, gzip=gzip)) as client:
        assert await client.call("users.get") == text
        assert await client.call("users.get") == text


async def test_a_small_body_that_unpacks_to_a_huge_one_is_cut() -> None:
    # 200 MB of blanks are some 200 kB on the wire.
    async with serving(lambda request: stream(request, b" " * 1_000_000, gzip=True, times=200)) as client:
        with pytest.raises(AnswerTooLargeError):
            await client.call("users.get")


async def test_an_endless_answer_is_cut() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        try:
            return await stream(request, b'["' + b"x" * 100_000, gzip=False, times=2000)
        except ConnectionError:  # the client has hung up, as it should
            return web.Response()

    async with serving(endless) as client:
        with pytest.raises(AnswerTooLargeError):
            await client.call("users.get")


async def test_a_text_without_end_is_given_up() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"response": "')
        try:
            while True:
                await response.write(b"x" * 100_000)
        except ConnectionError:  # the client has hung up, as it should
            return response

    async with serving(endless) as client:
        with pytest.raises(AnswerTooLargeError):
            await client.call("users.get")


async def test_the_next_call_after_a_cut_answer_is_right() -> None:
    answers = iter([b"x" * 2_000_000, b'{"response": 1}'])

    async def changing(_: web.Request) -> web.StreamResponse:
        return web.Response(body=next(answers), content_type="application/json")

    async with serving(changing) as client:
        with pytest.raises(AnswerTooLargeError):
            await client.call("users.get")
        assert await client.call("users.get") == 1


async def test_retry_after_of_a_busy_server_is_obeyed() -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "17"})

    async with serving(busy) as client:
        with pytest.raises(SourceError) as caught:
            await client.call("users.get")
    assert (caught.value.retry_after, caught.value.held_back) == (17, True)


async def test_json_nested_too_deep_is_an_answer_not_understood() -> None:
    async def deep(_: web.Request) -> web.StreamResponse:
        return web.Response(text='{"response": ' + "[" * 200_000, content_type="application/json")

    async with serving(deep) as client:
        with pytest.raises(SourceError, match="непонятен"):
            await client.call("users.get")


async def test_a_closed_client_and_a_port_where_nobody_listens_are_source_errors() -> None:
    client = VkClient("secret-token", "http://127.0.0.1:9/method/", group=True, limits=LIMITS)
    with pytest.raises(SourceError, match="нет связи") as caught:
        await client.call("users.get")
    assert "secret-token" not in str(caught.value)
    await client.close()
    with pytest.raises(SourceError, match="закрыт"):
        await client.call("users.get")


async def test_a_shared_client_ends_with_its_last_holder() -> None:
    async def fine(_: web.Request) -> web.StreamResponse:
        return web.json_response({"response": 1})

    async with serving(fine) as client:
        first, second = client.share(), client.share()
        await first.close()
        assert await second.call("users.get") == 1
        await second.close()
        with pytest.raises(SourceError):
            await second.call("users.get")
