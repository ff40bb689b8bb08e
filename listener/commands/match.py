"""`listener match`: brands in texts, JSONL in and JSONL out, in the order of the input."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from domain.brand import Match
from listener.brands.matcher import Matcher
from listener.commands.jsonl import answer
from listener.config.load import load
from listener.config.values import ConfigError
from listener.settings import read_config_dir


class UnknownBrandError(ValueError):
    """--brand names a brand that the config does not have."""


class BadLineError(ValueError):
    """A line that holds no text to look at; the message says what was expected."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="JSONL with `id`, `text`; standard input if absent or -"
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="the config's folder, `config` if not given")
    parser.add_argument("--brand", metavar="ID", help="look for this brand only")


def run(arguments: argparse.Namespace) -> int:
    """Match every line; a bad one gives an error row, and 1 at the end."""
    try:
        directory = arguments.config or read_config_dir(os.environ, Path(".env"))
        matcher = _matcher(directory, arguments.brand)
    except (ConfigError, UnknownBrandError) as error:
        print(error, file=sys.stderr)
        return 1
    return answer(arguments.file, lambda lines: match_rows(lines, matcher))


def match_rows(lines: Iterable[bytes], matcher: Matcher) -> Iterator[dict[str, Any]]:
    """One row for each line that is not blank: its matches, or what is wrong with it."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            identity, text = _read(line)
        except BadLineError as error:
            yield {"line": number, "error": str(error)}
        else:
            yield {"id": identity, "brands": [_row(match) for match in matcher.match(text)]}


def _matcher(directory: Path, only: str | None) -> Matcher:
    brands = load(directory).brands
    if only is None:
        return Matcher(brands)
    chosen = [brand for brand in brands if brand.id == only]
    if not chosen:
        known = ", ".join(brand.id for brand in brands)
        raise UnknownBrandError(f"бренда «{only}» нет в {directory}; есть: {known}")
    return Matcher(chosen)


def _read(line: bytes) -> tuple[str | int | None, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLineError("not a JSON object") from None
    if not isinstance(row, dict):
        raise BadLineError("not a JSON object")
    text, identity = row.get("text"), row.get("id")
    if not isinstance(text, str):
        raise BadLineError(f"`text` must be a string, got {type(text).__name__}")
    if identity is not None and (isinstance(identity, bool) or not isinstance(identity, str | int)):
        raise BadLineError(f"`id` must be a string or a number, got {type(identity).__name__}")
    return identity, text


def _row(match: Match) -> dict[str, Any]:
    return {"brand": match.brand, "words": [list(span) for span in match.words], "reason": match.reason}
