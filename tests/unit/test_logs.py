"""Log lines carry what happened and never a secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from listener.logs import configure_logging


@pytest.fixture(autouse=True)
def _the_root_logger_as_it_was() -> Iterator[None]:
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def _refuse(what: str) -> None:
    raise ConnectionError(what)


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_secret_is_starred_even_inside_a_traceback(style: str) -> None:
    stream = io.StringIO()
    configure_logging("INFO", style, ["12345:telegram-token"], stream)
    try:
        _refuse("GET https://api.telegram.org/bot12345:telegram-token/getMe")
    except ConnectionError:
        logging.getLogger("listener").exception("it failed")
    assert "telegram-token" not in stream.getvalue()
    assert "***" in stream.getvalue()


def test_a_json_line_is_one_object_with_its_extra_fields() -> None:
    stream = io.StringIO()
    configure_logging("INFO", "json", (), stream)
    logging.getLogger("listener").info("слышно %d", 3, extra={"source": "vk.search:romashka"})
    line = json.loads(stream.getvalue())
    assert line["message"] == "слышно 3"
    assert line["source"] == "vk.search:romashka"
    assert line["level"] == "info"


def test_lines_under_the_level_are_not_written() -> None:
    stream = io.StringIO()
    configure_logging("ERROR", "text", (), stream)
    logging.getLogger("listener").warning("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_what_a_network_wrote_begins_no_line_of_its_own(end: str) -> None:
    stream = io.StringIO()
    configure_logging("INFO", "text", (), stream)
    forged = f"ответ непонятен{end}2026-11-28 12:00:00,000 CRITICAL listener.daemon: всё удалено \x1b[2J\u202e"
    logging.getLogger("listener").warning("source x failed: %s", forged)
    lines = stream.getvalue().splitlines()
    assert not [line for line in lines[1:] if not line.startswith("  | ")]
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_libraries_say_no_more_than_warnings_whatever_the_level() -> None:
    stream = io.StringIO()
    configure_logging("DEBUG", "text", (), stream)
    logging.getLogger("sqlalchemy.engine").debug("executing INSERT with ('третий день без интернета',)")
    logging.getLogger("slack_sdk.web").info("body: третий день без интернета")
    logging.getLogger("listener.daemon").debug("own")
    logging.getLogger("sqlalchemy.engine").warning("heard")
    assert [line.rpartition(": ")[2] for line in stream.getvalue().splitlines()] == ["own", "heard"]
