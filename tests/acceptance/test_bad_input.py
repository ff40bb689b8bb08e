"""The mistakes people make and the nonsense networks answer: a clear word, and the daemon lives."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.faults import Fault
from simulator.people import Writer
from tests.acceptance.running import LEAN, Process, cards, config_files, until, world

ANGRY = "Ромашка Телеком, третий день не работает интернет, в поддержке никто не отвечает! Верните деньги"
IVAN = Writer(number=77, first_name="Иван", last_name="Петров", handle="ivan77", followers=10)


def spoil(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def spoiled(config: Path) -> None:
        file = config / name
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    return spoiled


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (spoil("routes.yaml", lambda text: text.replace("to: support", "to: suport")), "support"),
        (spoil("routes.yaml", lambda text: text + "\n  \tsla: {"), "routes.yaml:"),
        (spoil("brands/romashka.yaml", lambda text: text.replace("names:", "nmaes:")), "names"),
        (spoil("people.yaml", lambda text: text.replace("telegram: 111", "telegram: Анна")), "people.yaml:"),
        (lambda config: (config / "routes.yaml").unlink(), "routes.yaml"),
    ],
)
async def test_a_broken_configuration_is_refused_with_file_line_and_advice(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    config = config_files(tmp_path)
    change(config)
    async with world() as simulator, Process(tmp_path, simulator.environment(), config) as daemon:
        await daemon.start(wait=False)
        assert await daemon.wait() == 2
        code, out, _ = await daemon.command("check", str(config))
    assert said in daemon.said()
    assert "Traceback" not in daemon.said()
    assert code == 1
    assert said in out


async def test_a_platform_without_a_token_is_off_and_says_so(tmp_path: Path) -> None:
    async with world() as simulator:
        environment = {
            key: value for key, value in simulator.environment().items() if "SLACK" not in key and "_X_" not in key
        }
        async with Process(tmp_path, environment | LEAN, config_files(tmp_path)) as daemon:
            await daemon.start()
            simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
            await until(lambda: bool(cards(simulator)))
    assert "slack is off" in daemon.said()
    assert "X is off" in daemon.said()
    assert {chat for chat, _ in cards(simulator)} == {"telegram:-1001"}


async def test_a_bad_setting_is_named_and_the_daemon_does_not_start(tmp_path: Path) -> None:
    async with world() as simulator:
        environment = {**simulator.environment(), "LISTENER_TELEGRAM_API_URL": "http://example.org"}
        async with Process(tmp_path, environment, config_files(tmp_path)) as daemon:
            await daemon.start(wait=False)
            assert await daemon.wait() == 2
    assert "LISTENER_TELEGRAM_API_URL" in daemon.said()


async def test_wrong_answers_of_every_network_are_waited_out(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path)) as daemon,
    ):
        for network, path in (
            ("vk", "newsfeed.search"),
            ("vk", "groups.getLongPollServer"),
            ("x", "search/recent"),
            ("telegram", "sendMessage"),
            ("slack", "chat.postMessage"),
        ):
            simulator.faults[network].add(Fault(path=path, kind="html", times=1))
            simulator.faults[network].add(Fault(path=path, kind="status", status=502, times=1))
            simulator.faults[network].add(Fault(path=path, kind="json", body={"unheard": None}, times=1))
        await daemon.start()
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        simulator.publishing.by_hand("vk", "Семён", ANGRY)
        simulator.publishing.by_hand("x", "Мария", ANGRY)
        await until(lambda: {case for chat, case in cards(simulator) if chat == "telegram:-1001"} >= {1, 2, 3})
        await until(lambda: {case for chat, case in cards(simulator) if chat == "slack:support"} >= {1, 2, 3})
    assert "Traceback" not in daemon.said()
    for secret in simulator.environment().values():
        if not secret.startswith(("http", "{")) and not secret.isdecimal():
            assert secret not in daemon.said()


async def test_a_daemon_that_a_fault_of_a_library_ends_says_where_it_stood(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment() | LEAN, config_files(tmp_path), fresh=True) as daemon,
    ):
        await daemon.start()
        daemon.signal(signal.SIGSEGV)
        assert await daemon.wait() == -signal.SIGSEGV
    assert "Segmentation fault" in daemon.said()
    assert "asyncio" in daemon.said()


async def test_a_text_of_two_hundred_megabytes_stops_nothing(tmp_path: Path) -> None:
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path, every="3s"), fresh=True) as daemon,
    ):
        simulator.publishing.by_hand("vk", "Ольга", f"romashka telekom! {ANGRY}")
        # In Latin letters: as many bytes on the wire as letters. The search finds it beside Olga's, in one page.
        monster = simulator.vk.post(IVAN, "romashka " + "x" * 200_000_000)
        await daemon.start()
        simulator.publishing.by_hand("x", "Мария", ANGRY)
        simulator.publishing.by_hand("vk", "Пётр", ANGRY, community="romashka")
        await until(lambda: len({case for _, case in cards(simulator)}) >= 3)
        await until(lambda: "one result skipped" in daemon.said())
        simulator.vk.delete(monster)  # to spare this process another look at it
        simulator.publishing.by_hand("vk", "Семён", ANGRY)
        await until(lambda: len({case for _, case in cards(simulator)}) >= 4)
        heard = {row["author"]["name"] for row in await daemon.export("mentions")}
        await until(daemon.healthy)
        memory = daemon.peak_memory()
    # Beside the four customers: what the brands say themselves.
    assert heard - {"Ромашка Телеком", "Довезун", "Тулпар Банк"} == {"Ольга", "Мария", "Пётр", "Семён"}
    # The daemon takes some 390 MB with both tiers; held once, the text alone would add 200.
    assert memory < 500 * 1024


async def test_a_replay_does_not_wait_for_the_morning(tmp_path: Path) -> None:
    config = config_files(tmp_path)
    routes = config / "routes.yaml"
    nobody_works = (
        '\nhours: {weekdays: ["00:00-00:01"], weekend: ["00:00-00:01"], holidays: russia, night: hold}\n'
    )
    routes.write_text(routes.read_text(encoding="utf-8") + nobody_works, encoding="utf-8")
    row = {
        "network": "vk",
        "kind": "post",
        "id": "1_1",
        "url": "https://vk.com/wall1_1",
        "author": {"id": "1", "name": "Иван"},
        "text": ANGRY,
        "published_at": "2026-11-22T10:00:00+00:00",
    }
    async with Process(tmp_path, {}, config) as daemon:
        code, out, errors = await daemon.command("replay", "-", stdin=json.dumps(row).encode())
        deliveries = await daemon.export("deliveries")
    assert code == 0, errors
    assert "Жалоба № 1" in out
    assert {one["state"] for one in deliveries} == {"delivered"}


async def test_a_replay_tells_the_console_and_the_receivers_only_when_it_is_asked_to(tmp_path: Path) -> None:
    row = {
        "network": "vk",
        "kind": "post",
        "id": "1_1",
        "url": "https://vk.com/wall1_1",
        "author": {"id": "1", "name": "Иван"},
        "text": ANGRY,
        "published_at": "2026-11-22T10:00:00+00:00",
    }
    # With the mark that editors on Windows begin a file with, and signs that a table could take for its own.
    (tmp_path / "old [bold].jsonl").write_text(json.dumps(row), encoding="utf-8-sig")
    (tmp_path / "new.jsonl").write_text(
        json.dumps({**row, "id": "2_2", "author": {"id": "2", "name": "Пётр"}}), encoding="utf-8"
    )
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path)) as daemon,
    ):
        code, out, errors = await daemon.command("replay", "old [bold].jsonl")
        assert code == 0, errors
        assert "[support] Жалоба № 1" in out
        assert "Прогон old [bold].jsonl" in out
        assert cards(simulator) == {}
        code, out, errors = await daemon.command("replay", "--to-receivers", "new.jsonl")
        assert code == 0, errors
        assert {chat for chat, _ in cards(simulator)} == {"telegram:-1001", "slack:support"}


async def test_a_null_where_a_string_should_be_costs_one_line_of_a_replay(tmp_path: Path) -> None:
    good = {
        "network": "vk",
        "kind": "post",
        "id": "1_1",
        "url": "https://vk.com/wall1_1",
        "author": {"id": "1", "name": "Иван"},
        "text": ANGRY,
        "published_at": "2026-11-22T10:00:00+00:00",
    }
    rows = [
        json.dumps(good),
        json.dumps({**good, "id": "1_2", "text": None}),
        "<html>",
        "{",
        "[]",
        "null",
        "",
        json.dumps({**good, "id": "1_3", "text": ""}),
        '{"a":' * 20_000,
    ]
    (tmp_path / "mentions.jsonl").write_text("\n".join(rows), encoding="utf-8")
    async with Process(tmp_path, {}, config_files(tmp_path)) as daemon:
        code, out, errors = await daemon.command("replay", "mentions.jsonl")
        again, _, _ = await daemon.command("replay", "mentions.jsonl")
        mentions = await daemon.export("mentions")
    assert code == 1
    assert again == 1
    assert "строка 2" in errors
    assert "`text` must be a string" in errors
    assert [one["id"] for one in mentions] == ["1_1", "1_3"]
    assert "Ромашка Телеком" in out
