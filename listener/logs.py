"""Log lines: plain for people, JSON for collectors; never a secret, nor a line that somebody forged."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, TextIO

from listener.redaction import Redactor, continued

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
OWN: Final = ("listener", "alerts", "classifiers", "domain", "migrations", "simulator")
"""Whose lines are written at the level that was asked for. Libraries log every request at INFO, and at DEBUG the
database's driver logs what it stores: customers' words. Of them only warnings are written.
"""


def configure_logging(
    level: str, style: str, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """Send all log lines to `stream` (standard error) and return the handler, for tests to take away again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Redacting(_JsonLine() if style == "json" else _TextLine(), secrets))
    handler.addFilter(_is_ours)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    return handler


def _is_ours(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OWN


class _TextLine(logging.Formatter):
    """A line for people; what a network wrote into an error begins no line of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return continued(super().format(record))


class _JsonLine(logging.Formatter):
    """One JSON object a line; `extra` fields ride along."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in STANDARD},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _Redacting(logging.Formatter):
    """Puts stars over every known secret, whatever library or traceback brought it into the line."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._redacted = Redactor(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self._redacted(self._inner.format(record))
