"""What others wrote steers no terminal: commands for people show it as text, in one line."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.__main__ import main
from listener.commands import doctor
from listener.diagnosis.line import bad
from listener.doctor.checkup import Part
from listener.ports import Batch, Gap
from listener.store.stores import open_stores

CONFIG = Path(__file__).parents[2] / "simulator" / "demo"
FORGED = "\x1b[2J\x1b]0;чужое\x07\x9b31m\u202eдоклад\rвсё в порядке"
STEERING = "\x1b\x07\x9b\u202e\r"


def harmless(said: str) -> bool:
    return not any(sign in said for sign in STEERING)


@pytest.mark.parametrize("command", ["match", "classify", "explain"])
def test_a_text_is_shown_without_what_steers_a_terminal(
    command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENER_SECOND_OPINION", "off")
    monkeypatch.setenv("LISTENER_CONFIG_DIR", str(CONFIG))
    assert main([command, f"Ромашка, нет интернета {FORGED}"]) == 0
    out = capfd.readouterr().out
    assert "Ромашка" in out
    assert harmless(out)


async def test_what_a_network_said_of_its_silence_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, now = f"sqlite:///{tmp_path / 'otklik.db'}", datetime.now(UTC)  # noqa: TID251 - the command's own clock
    stores = await open_stores(url)
    said = Gap(since=now - timedelta(hours=2), until=now, cause=f"VK: {FORGED}\nвсё перечитано")
    await stores.mentions.keep("vk.search:romashka", Batch(gaps=(said,)), now)
    await stores.close()
    monkeypatch.setenv("LISTENER_DATABASE_URL", url)
    assert await asyncio.to_thread(main, ["coverage"]) == 0
    out = capfd.readouterr().out
    assert "доклад" in out
    assert harmless(out)
    assert not any(line.startswith("всё перечитано") for line in out.splitlines())


def test_the_title_of_a_chat_is_one_line_of_the_check_up(capfd: pytest.CaptureFixture[str]) -> None:
    doctor._show(Part(title="Telegram", lines=(bad(f"чат {FORGED}", f"{FORGED}\n  ✓ всё в порядке", FORGED),)))
    out = capfd.readouterr().out
    assert harmless(out)
    assert len(out.splitlines()) == 4
