"""Cards on a terminal: readable with colours and without, in any encoding, even when nobody reads."""

import io
from dataclasses import replace

import pytest

from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.routing import Chat
from tests.contract.notifier_stages import CARD, CLAIMED

CHAT = Chat(messenger="console", chat="терминал")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class ClosedPipe(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


async def test_a_file_gets_plain_lines() -> None:
    stream = io.StringIO()
    await ConsoleNotifier(stream).send(CHAT, CARD, "d1")
    lines = stream.getvalue().splitlines()
    assert lines[0] == "[терминал] СРОЧНО · Обращение № 12 · Ромашка Телеком"
    assert "«Третий день не работает интернет, Ромашка молчит!»" in lines
    assert any(line.endswith("https://vk.com/wall-1_2") for line in lines)
    assert "\x1b" not in stream.getvalue()


async def test_a_terminal_gets_a_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    await ConsoleNotifier(stream, width=80).send(CHAT, CARD, "d1")
    assert "╭" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


async def test_an_edit_is_one_line() -> None:
    stream = io.StringIO()
    await ConsoleNotifier(stream).edit(CHAT, "12", CLAIMED)
    assert stream.getvalue() == "[терминал] Обращение 12: взяла Анна Иванова в 14:05\n"


async def test_a_customer_cannot_send_commands_to_the_terminal() -> None:
    stream = Terminal()
    await ConsoleNotifier(stream, width=80).send(
        CHAT, replace(CARD, quote="\x1b]0;взлом\x07 \x9b31m [red]x"), "d1"
    )
    assert "\x1b]0;" not in stream.getvalue()
    assert "\x9b" not in stream.getvalue()
    assert "[red]x" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "koi8-r", "latin-1"])
async def test_letters_that_a_terminal_lacks_do_not_lose_the_card(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    await ConsoleNotifier(stream).send(CHAT, replace(CARD, quote="😡 ёлки <>"), "d1")
    assert b"<>" in raw.getvalue()


async def test_a_closed_pipe_is_survived() -> None:
    assert await ConsoleNotifier(ClosedPipe()).send(CHAT, CARD, "d1") == "12"
