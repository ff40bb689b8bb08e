"""Proxies per platform, real ones on loopback: the first that gets through is used, the others are tried again."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientProxyConnectionError,
    ClientSession,
    ClientTimeout,
    web,
)
from aiohttp.test_utils import TestServer

from listener import proxies as proxies_module
from listener.environment import Road
from listener.networks.vk.client import VkClient
from listener.ports import SourceError
from listener.proxies import Proxies, shown
from tests.loopback_proxies import Manner, proxy
from tests.waiting import stopwatch


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    async with TestServer(app) as running:
        yield running


async def ask(proxies: Proxies, server: TestServer) -> str:
    async with (
        ClientSession(connector=proxies.connector(), timeout=ClientTimeout(total=120)) as session,
        session.get(server.make_url("/")) as response,
    ):
        return await response.text()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_request_goes_through_a_proxy_of_either_kind(server: TestServer, scheme: str) -> None:
    async with proxy("http" if scheme == "http" else "socks5") as one:
        proxies = Proxies("X", Road(proxies=(one.address,)))
        assert await ask(proxies, server) == "hello"
        assert one.through == 1
        assert proxies.in_use == one.address


async def test_without_a_proxy_nothing_stands_between(server: TestServer) -> None:
    proxies = Proxies("X", Road())
    assert not proxies
    assert await ask(proxies, server) == "hello"
    assert proxies.in_use is None


@pytest.mark.parametrize("manner", ["stalls", "hangs up", "refuses"])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_fails_is_passed_over(
    server: TestServer, scheme: str, manner: Manner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies_module, "EACH", 0.3)
    kind = "http" if scheme == "http" else "socks5"
    async with proxy(kind, manner) as bad, proxy() as good:
        proxies = Proxies("X", Road(proxies=(bad.address, good.address)))
        assert await ask(proxies, server) == "hello"
        assert proxies.in_use == good.address
        assert list(proxies.failures) == [bad.address]
        async with stopwatch() as watch:
            assert await ask(proxies, server) == "hello"
        assert watch.took < 0.25, "the failed proxy rests"


async def test_a_proxy_that_is_well_again_is_tried_again(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies_module, "REST", 0.2)
    async with proxy(manner="hangs up") as first, proxy() as second:
        proxies = Proxies("X", Road(proxies=(first.address, second.address)))
        await ask(proxies, server)
        first.manner = "works"
        await asyncio.sleep(0.25)
        await ask(proxies, server)
        assert proxies.in_use == first.address
        assert proxies.failures == {}


async def test_when_all_fail_nothing_was_sent_and_each_is_named_without_its_password(server: TestServer) -> None:
    async with proxy(manner="refuses") as one:
        with_password = one.address.replace("//", "//me:s3cret@")
        proxies = Proxies("X", Road(proxies=(with_password, "socks5://me:s3cret@127.0.0.1:1")))
        with pytest.raises(ClientProxyConnectionError) as error:
            await ask(proxies, server)
        assert isinstance(error.value, ClientConnectorError)
        assert "s3cret" not in str(error.value) + str(proxies.failures)
        assert list(proxies.failures) == [one.address, "socks5://127.0.0.1:1"]
        one.manner = "works"
        assert await ask(proxies, server) == "hello", "resting ones are tried when there is no other"


async def test_who_wants_to_know_is_told_which_proxy_is_in_use(server: TestServer) -> None:
    told: list[tuple[str | None, dict[str, str]]] = []
    async with proxy(manner="hangs up") as bad, proxy() as good:
        addresses = tuple(one.address.replace("//", "//me:s3cret@") for one in (bad, good))
        road = Road(proxies=addresses, news=lambda in_use, failing: told.append((in_use, dict(failing))))
        proxies = Proxies("X", road)
        await ask(proxies, server)
        await ask(proxies, server)
    assert [(in_use, list(failing)) for in_use, failing in told] == [
        (None, [bad.address]),
        (good.address, [bad.address]),
    ]
    assert "s3cret" not in str(told)


def test_an_address_is_shown_without_name_and_password() -> None:
    assert shown("socks5://me:pw@10.0.0.1:1080") == "socks5://10.0.0.1:1080"


async def test_vk_passes_over_a_proxy_that_fails_and_names_no_fault_of_vks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"response": [{"id": 1}]})

    app = web.Application()
    app.router.add_post("/method/{name}", answer)
    async with TestServer(app) as server, proxy("socks5", "refuses") as bad, proxy("socks5") as good:
        road = Proxies("VK", Road(proxies=("http://127.0.0.1:1", bad.address, good.address)))
        client = VkClient("token", str(server.make_url("/method/")), group=True, proxies=road)
        assert await client.call("users.get") == [{"id": 1}]
        assert road.in_use == good.address
        assert list(road.failures) == ["http://127.0.0.1:1", bad.address]
        good.manner = "refuses"
        await client.close()
        again = VkClient("token", str(server.make_url("/method/")), group=True, proxies=road)
        with pytest.raises(SourceError) as error:
            await again.call("users.get")
        assert not error.value.permanent
        await again.close()


async def test_a_platforms_own_authority_is_trusted_for_it_alone(tmp_path: Path) -> None:
    certificate = certificate_for_loopback(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    async with proxy() as one:
        for proxies in ((), (one.address,)):
            own = Proxies("Slack", Road(proxies=proxies, certificates=certificate[0]))
            assert await ask(own, server) == "hello"
            with pytest.raises(ClientConnectorCertificateError):
                await ask(Proxies("Slack", Road(proxies=proxies)), server)
    await server.close()


def certificate_for_loopback(folder: Path) -> tuple[Path, Path]:
    """A certificate that only itself vouches for, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
