"""The daemon's web server and the health command over a real socket."""

import argparse
import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from listener.commands import health as health_command
from listener.metrics import Metrics
from listener.ports import SourceError
from listener.redaction import Redactor
from listener.telemetry import Telemetry
from listener.web.door import MOST
from listener.web.health import Health
from listener.web.server import WebServer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
X = "x.search:romashka"


@dataclass
class Hands:
    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()


@dataclass
class Served:
    health: Health
    metrics: Metrics
    clock: Hands
    server: WebServer

    @property
    def url(self) -> str:
        assert self.server.address is not None
        host, port = self.server.address
        return f"http://{host}:{port}"

    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path, headers=headers) as response:
            return response.status, await response.text()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    health, metrics, clock = Health(), Metrics(), Hands()
    server = WebServer(Telemetry(metrics, health, clock))
    await server.start("127.0.0.1", 0)
    yield Served(health, metrics, clock, server)
    await server.stop()


async def command(url: str) -> tuple[bool, str]:
    return await asyncio.to_thread(health_command.ask, url + "/livez", 2.0)


async def test_a_daemon_that_starts_is_neither_ready_nor_alive(served: Served) -> None:
    assert (await served.get("/readyz"))[0] == 503
    assert (await served.get("/healthz"))[0] == 503
    assert await command(served.url) == (False, "not alive: ещё ничего не работает")


async def test_a_living_daemon_says_so_to_docker_and_to_people(served: Served) -> None:
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    served.health.source_ok(X, NOON)
    assert (await served.get("/readyz"))[0] == 200
    status, body = await served.get("/healthz")
    assert status == 200
    assert '"status": "ok"' in body
    assert await command(served.url) == (True, "alive: 1 sources")


async def test_a_source_that_waits_is_named_by_the_command(served: Served) -> None:
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    served.health.source_failed(X, SourceError("the day's dollars are spent", held_back=True), NOON, 60)
    assert await command(served.url) == (True, f"alive: 1 sources, waiting: {X}")


async def test_a_trouble_is_red_for_people_and_no_reason_for_docker_to_start_anew(served: Served) -> None:
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    served.health.source_failed(X, SourceError("токен отозван", permanent=True), NOON, 60)
    status, body = await served.get("/healthz")
    assert status == 503
    assert "источник «поиск по X для romashka» остановлен, нужен человек: токен отозван" in body, (
        "Russian as it is"
    )
    assert (await served.get("/livez"))[0] == 200
    alive, words = await command(served.url)
    assert alive
    assert (
        words.splitlines()[1].strip()
        == "источник «поиск по X для romashka» остановлен, нужен человек: токен отозван"
    )
    _, metrics = await served.get("/metrics")
    assert "otklik_problems 1.0" in metrics


async def test_a_loop_that_stands_is_a_reason_to_start_anew(served: Served) -> None:
    served.health.turned("tell", NOON)
    served.clock.time += timedelta(minutes=20)
    assert (await served.get("/livez"))[0] == (await served.get("/healthz"))[0] == 503
    assert await command(served.url) == (False, "not alive: цикл tell стоит 1200 с")


async def test_the_metrics_are_read_by_prometheus_and_tell_what_happened(served: Served) -> None:
    metrics = served.metrics
    metrics.sources([X, "vk.search:romashka"])
    metrics.heard(X, 3, 1, 7, own=2)
    metrics.source_ok(X, NOON)
    metrics.source_failed(X, SourceError("window", held_back=True))
    metrics.judged("romashka", "candidate", twice=True)
    metrics.judged("romashka", "news", twice=False)
    metrics.paced(40, 0.5, {"romashka": 1.5, "vasilek": -math.inf})
    metrics.cases(new=1, joined=2, reopened=0)
    metrics.poison()
    metrics.delivered("telegram", "sent", 0.2)
    metrics.card_shown(NOON, NOON + timedelta(seconds=4))
    metrics.pressed("slack", "claim", applied=True)
    metrics.pressed("slack", "drop table", applied=False)
    metrics.turned("tell", NOON)
    metrics.lag(0.01)
    status, body = await served.get("/metrics")
    assert status == 200
    samples = {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(body)
        for one in family.samples
    }
    assert samples["otklik_mentions_total", "new", X] == 3
    assert samples["otklik_mentions_total", "own", X] == 2
    assert samples["otklik_source_errors_total", "held_back", X] == 1
    assert samples["otklik_source_held_back", "held_back", X] == 1
    assert samples["otklik_source_held_back", "paused", X] == 0
    assert samples["otklik_source_last_success_seconds", X] == NOON.timestamp()
    assert samples["otklik_judged_total", "candidate", "romashka"] == 1
    assert samples["otklik_read_total", "both"] == samples["otklik_read_total", "one"] == 1
    assert samples["otklik_judge_waiting",] == 40
    assert samples["otklik_read_twice_share",] == 0.5
    assert samples["otklik_read_twice_from", "romashka"] == 1.5
    assert samples["otklik_read_twice_from", "vasilek"] == -math.inf
    assert samples["otklik_cases_total", "joined"] == 2
    assert samples["otklik_poison_total",] == 1
    assert samples["otklik_deliveries_total", "sent", "telegram"] == 1
    assert samples["otklik_post_to_card_seconds_sum",] == 4
    assert samples["otklik_presses_total", "claim", "slack", "true"] == 1
    assert samples["otklik_presses_total", "false", "slack", "unknown"] == 1
    assert samples["otklik_loop_last_turn_seconds", "tell"] == NOON.timestamp()
    assert samples["otklik_event_loop_lag_seconds",] == 0.01


async def test_a_source_slower_than_it_was_asked_to_be_counts_as_held_back(served: Served) -> None:
    watch = Telemetry(served.metrics, served.health, served.clock)
    minute = timedelta(minutes=1)
    watch.sources({X: minute, "vk.community:romashka": None})
    for every, held in ((minute, 0.0), (2 * minute, 1.0), (minute, 0.0)):
        watch.source_ok(X, every)
        watch.source_ok("vk.community:romashka", None)
        _, body = await served.get("/metrics")
        assert f'otklik_source_held_back{{reason="held_back",source="{X}"}} {held}' in body
        assert 'otklik_source_held_back{reason="held_back",source="vk.community:romashka"} 0.0' in body


async def test_a_source_that_works_again_is_no_longer_held_back_and_a_removed_one_is_gone(served: Served) -> None:
    served.metrics.sources([X])
    served.metrics.source_failed(X, SourceError("token", permanent=True))
    served.metrics.source_ok(X, NOON)
    _, body = await served.get("/metrics")
    assert f'otklik_source_held_back{{reason="paused",source="{X}"}} 0.0' in body
    served.metrics.sources([])
    _, body = await served.get("/metrics")
    assert "otklik_source_held_back{" not in body
    assert "otklik_source_last_success_seconds{" not in body


async def test_who_comes_from_elsewhere_reads_no_names(served: Served) -> None:
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    served.metrics.sources([X])
    served.metrics.judged("romashka", "candidate", twice=False)
    served.metrics.loop_died(f"hear {X}")
    served.health.source_failed(X, SourceError("токен отозван", permanent=True), NOON, 60)
    near = [(await served.get(path))[1] for path in ("/healthz", "/livez", "/metrics")]
    far = [
        await served.get(path, {"X-Forwarded-For": "203.0.113.7"}) for path in ("/healthz", "/livez", "/metrics")
    ]
    assert all("romashka" in body for body in near)
    assert not any("romashka" in body or "отозван" in body for _, body in far)
    assert [status for status, _ in far] == [503, 200, 200]
    assert json.loads(far[0][1]) == {"status": "troubled", "problems": 1}
    assert "otklik_problems 1.0" in far[2][1]


async def test_with_a_token_set_nobody_reads_names_without_it(served: Served) -> None:
    server = WebServer(Telemetry(served.metrics, served.health, served.clock), token="let-me-read")
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    await server.start("127.0.0.1", 0)
    assert server.address is not None
    try:
        guarded = Served(served.health, served.metrics, served.clock, server)
        for shown, readable in (("Bearer let-me-read", True), ("Bearer let-me-reaD", False), ("", False)):
            status, body = await guarded.get(
                "/healthz", {"Authorization": shown, "X-Forwarded-For": "203.0.113.7"}
            )
            assert (status, X in body) == (200, readable)
        url = f"{guarded.url}/livez"
        assert await asyncio.to_thread(health_command.ask, url, 2.0, "let-me-read") == (
            True,
            "alive: 1 sources",
        )
        assert (await asyncio.to_thread(health_command.ask, url, 2.0))[0], (
            "alive, although it may not be told more"
        )
    finally:
        await server.stop()


async def test_what_a_network_wrote_forges_no_line_and_shows_no_secret(served: Served) -> None:
    redacted = Redactor(["vk1.a.secret"])
    server = WebServer(Telemetry(served.metrics, served.health, served.clock), redacted=redacted)
    served.health.sources({X: timedelta(minutes=1)}, NOON)
    words = "нет\r\n2026-11-22 CRITICAL listener: всё пропало \u202e vk1.a.secret"
    served.health.source_failed(X, SourceError(words, permanent=True), NOON, 60)
    await server.start("127.0.0.1", 0)
    try:
        _, body = await Served(served.health, served.metrics, served.clock, server).get("/healthz")
    finally:
        await server.stop()
    (problem,) = json.loads(body)["problems"]
    assert problem.endswith("нет 2026-11-22 CRITICAL listener: всё пропало   ***")
    assert "secret" not in body


HOST = b"\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1" + HOST + b"Authorization: Bearer \xff\xd0\r\n\r\n", 200),
        (b"GET /\xff\xfe%ff%00%zz HTTP/1.1" + HOST + b"\r\n", 400),
        (b"GET /healthz HTTP/1.1" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 300, 400),
        (b"POST /hooks/a HTTP/1.1" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
        (
            b"POST /hooks/a HTTP/1.1" + HOST + b"Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\n"
            b"\x1f\x8b\x00\x00aaaaaa",
            404,
        ),
    ],
)
async def test_a_request_that_is_none_is_refused_without_a_word_in_the_log(
    served: Served, sent: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    served.health.turned("tell", NOON)
    served.server._token = "shown"
    reader, writer = await asyncio.open_connection(*served.server.address or ())
    writer.write(sent)
    answer = await reader.read()
    writer.close()
    assert answer.split(b" ", 2)[1] == str(status).encode()
    assert caplog.records == []


async def test_a_body_that_breaks_off_leaves_no_word_in_the_log(
    served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.web.door.LIFETIME", 0.3)
    reader, writer = await asyncio.open_connection(*served.server.address or ())
    writer.write(b"POST /hooks/a HTTP/1.1" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
    assert await reader.read() == b""
    writer.close()
    assert caplog.records == []


async def test_hundreds_of_half_open_clients_keep_nobody_out(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.web.door.LIFETIME", 3_600.0)  # none of them goes by itself
    assert served.server.address is not None
    half_open = [await asyncio.open_connection(*served.server.address) for _ in range(300)]
    for _, writer in half_open[::3]:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    try:
        async with asyncio.timeout(120):
            for _ in range(20):
                assert (await served.get("/livez"))[0] == 503
        open_still = sum(not reader.at_eof() and reader.exception() is None for reader, _ in half_open)
        assert open_still <= MOST
    finally:
        for _, writer in half_open:
            writer.close()


async def test_a_client_that_says_nothing_is_sent_away(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.web.door.LIFETIME", 0.2)
    assert served.server.address is not None
    reader, writer = await asyncio.open_connection(*served.server.address)
    writer.write(b"GET /healthz HT")
    async with asyncio.timeout(120):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()


async def test_two_daemons_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.poison()
    assert b"otklik_poison_total 1.0" in first.exposition()
    assert b"otklik_poison_total 0.0" in second.exposition()


async def test_a_taken_port_is_refused_and_leaves_nothing_open(served: Served) -> None:
    assert served.server.address is not None
    second = WebServer(Telemetry(Metrics(), Health(), Hands()))
    with pytest.raises(OSError, match=r"LISTENER_HTTP_BIND: адрес .* занят другой программой"):
        await second.start(*served.server.address)
    await second.stop()


async def test_nobody_there_is_not_alive() -> None:
    server = WebServer(Telemetry(Metrics(), Health(), Hands()))
    await server.start("127.0.0.1", 0)
    assert server.address is not None
    await server.stop()
    alive, words = await command(f"http://127.0.0.1:{server.address[1]}")
    assert not alive
    assert words.startswith("not alive: http://127.0.0.1:")


@pytest.mark.parametrize(
    ("status", "body"), [(200, "<html>"), (200, "[]"), (502, "<html>"), (503, '{"problems": 5}')]
)
async def test_something_else_on_the_port_is_not_alive(status: int, body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    app = web.Application()
    app.router.add_get("/healthz", answer)
    async with TestServer(app) as server:
        alive, words = await command(str(server.make_url("")).rstrip("/"))
    assert not alive
    assert "\n" not in words


async def test_the_command_asks_the_address_of_the_settings(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served.health.turned("tell", NOON)
    monkeypatch.setenv("LISTENER_HTTP_BIND", served.url.removeprefix("http://").replace("127.0.0.1", "0.0.0.0"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    parser = argparse.ArgumentParser()
    health_command.add_arguments(parser)
    assert await asyncio.to_thread(health_command.run, parser.parse_args([])) == 0
    assert capsys.readouterr().out == "alive: 0 sources\n"


def test_broken_settings_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LISTENER_HTTP_BIND", "nonsense")
    parser = argparse.ArgumentParser()
    health_command.add_arguments(parser)
    assert health_command.run(parser.parse_args([])) == 1
    assert "LISTENER_HTTP_BIND" in capsys.readouterr().err
