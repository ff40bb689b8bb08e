"""`.env`: names and values with the lines they stand on, and the lines that cannot be read."""

import codecs
import io
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import parse_stream

from listener.refusals import refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dotenv:
    """`lines` by name; `mistakes` in Russian, without any value."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


def read_dotenv(path: Path | None) -> Dotenv:
    """Read the file where there is one; comments at line ends, quotes and `export` are understood."""
    if path is None or not path.exists():
        return Dotenv()
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        # What docker leaves where it was to show a file that was not there.
        return Dotenv(mistakes=(f"{path}: это папка, а нужен файл с настройками: удалите её и создайте файл",))
    except OSError as error:
        return Dotenv(mistakes=(f"{path}: не читается: {refusal(error)}",))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        return Dotenv(mistakes=(f"{path}: файл сохранён не как UTF-8: сохраните его заново, выбрав UTF-8",))
    # Editors on Windows put a mark before the first name, and save comments in an encoding of their own.
    text = content.decode("utf-8-sig", errors="replace")
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    mistakes: list[str] = []
    for binding in parse_stream(io.StringIO(text)):
        line = binding.original.line + _blank_lines_before(binding.original.string)
        if binding.error or (binding.key is not None and binding.value is None):
            mistakes.append(f"{path}, строка {line}: не читается; нужно ИМЯ=значение, кавычки парами")
        elif binding.key is not None:
            values[binding.key] = binding.value or ""
            lines[binding.key] = line
    return Dotenv(values=values, lines=lines, mistakes=tuple(mistakes))


def _blank_lines_before(text: str) -> int:
    """A binding begins with the blank lines and comments above it."""
    return text[: len(text) - len(text.lstrip())].count("\n")
