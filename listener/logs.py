"""Log lines: plain for people, JSON for collectors, and never a secret in either."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, TextIO

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
STARS: Final = "***"


def configure_logging(
    level: str, style: str, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """Send all log lines to `stream` (standard error) and return the handler, for tests to take away again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    inner = (
        _JsonLine() if style == "json" else logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    handler.setFormatter(_Redacting(inner, secrets))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    # These libraries log every request, job run and opened dictionary at INFO.
    for chatty in ("apscheduler", "aiohttp.access", "slack_sdk", "urllib3", "alembic", "pymorphy3"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    return handler


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
        # Longest first, so that a token inside another token's text leaves no tail. Short ones would star prose.
        self._secrets = sorted({str(secret) for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, STARS)
        return line
