"""What `match` and `classify` share: JSONL in, JSONL out; plain lines or one text in, Russian for a person out."""

import json
import os
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from listener.redaction import one_line
from listener.refusals import refusal

Rows = Callable[[Iterable[bytes]], Iterable[dict[str, Any]]]
Shown = Callable[[Mapping[str, Any], str], Iterable[str]]
"""A row and its text as lines for a person."""

HELP: Final = "JSONL with `id`, `text`, or plain lines, or a text itself; standard input if absent or -"
_JSON: Final = (b"{", b"[")
LOOKED_AT: Final = 50
"""Lines that are read before the first is answered, to tell JSONL from plain lines."""


@dataclass(slots=True, kw_only=True)
class _Input:
    """The lines as JSONL; `texts` by id when they were plain ones, for a person to recognise them."""

    lines: Iterable[bytes]
    plain: bool
    texts: dict[int, str] = field(default_factory=dict)


def answer(asked: str | None, rows: Rows, shown: Shown, *, as_json: bool = False) -> int:
    """Print what `rows` makes of the input; 1 after an error.

    JSONL is answered by JSONL. Plain lines and a single text are answered in words, unless `as_json`.
    """
    try:
        if asked is not None and is_text(asked):
            return _print(_plain([asked.encode("utf-8", "replace")]), rows, shown, as_json=as_json)
        if asked is None or asked == "-":
            return _print(_read(sys.stdin.buffer), rows, shown, as_json=as_json)
        with Path(asked).open("rb") as lines:
            return _print(_read(lines), rows, shown, as_json=as_json)
    except BrokenPipeError:  # the reader (`| head`) has seen enough; keep the interpreter's last flush quiet
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{asked}: файл не читается: {refusal(error)}", file=sys.stderr)
        return 1


def is_text(asked: str) -> bool:
    """Whether a text was given for a file: it has a blank or a Russian letter, and no such file is there."""
    return (" " in asked or not asked.isascii()) and not _is_file(asked)


def _is_file(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False  # too long for a name


def _read(lines: Iterable[bytes]) -> _Input:
    """JSONL when one of the first lines is an object: a torn line among JSONL is an error, not a text."""
    remaining = iter(lines)
    first = list(islice(remaining, LOOKED_AT))
    if first:
        first[0] = first[0].removeprefix(BOM_UTF8)
    whole = chain(first, remaining)
    if any(line.lstrip().startswith(_JSON) for line in first) or not any(map(bytes.strip, first)):
        return _Input(lines=whole, plain=False)
    return _plain(whole)


def _plain(lines: Iterable[bytes]) -> _Input:
    """Each line a text, with its number for an id."""
    texts: dict[int, str] = {}

    def rows() -> Iterator[bytes]:
        for number, line in enumerate(lines, start=1):
            text = line.decode("utf-8", "replace").strip()
            if text:
                texts[number] = text
                yield json.dumps({"id": number, "text": text}).encode()

    return _Input(lines=rows(), plain=True, texts=texts)


def _print(given: _Input, rows: Rows, shown: Shown, *, as_json: bool) -> int:
    """Print the rows; 1 when one of them is an error."""
    failed = False
    for row in rows(given.lines):
        failed = failed or "error" in row
        if given.plain and not as_json:
            text = given.texts.pop(row.get("id", 0), "")
            out = "\n".join(map(one_line, [f"«{text}»", *(f"  {line}" for line in shown(row, text))]))
        else:
            # ASCII would hide the Russian reasons; a lone surrogate of the input still has to be printable.
            out = json.dumps(row, ensure_ascii=False)
        sys.stdout.buffer.write(out.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return int(failed)
