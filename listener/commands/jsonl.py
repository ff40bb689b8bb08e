"""JSONL in, JSONL out: what `match` and `classify` share."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Rows = Callable[[Iterable[bytes]], Iterable[dict[str, Any]]]


def answer(file: str | None, rows: Rows) -> int:
    """Print the rows that `rows` makes of the file's lines (standard input if None or -); 1 after an error."""
    try:
        if file is None or file == "-":
            return int(_print(rows(sys.stdin.buffer)))
        with Path(file).open("rb") as lines:
            return int(_print(rows(lines)))
    except BrokenPipeError:  # the reader (`| head`) has seen enough; keep the interpreter's last flush quiet
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{file}: файл не читается: {error.strerror}", file=sys.stderr)
        return 1


def _print(rows: Iterable[dict[str, Any]]) -> bool:
    """Print the rows; True when one of them is an error."""
    failed = False
    for row in rows:
        failed = failed or "error" in row
        # ASCII would hide the Russian reasons; a lone surrogate of the input still has to be printable.
        sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return failed
