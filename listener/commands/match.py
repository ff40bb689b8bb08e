"""`listener match`: brands in texts, JSONL in and JSONL out, in the order of the input."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from domain.brand import Brand, Match
from listener.brands.matcher import Matcher
from listener.commands.jsonl import HELP, answer
from listener.config.load import load
from listener.config.values import ConfigError
from listener.networks.registry import MARKS
from listener.settings import read_config_dir


class UnknownBrandError(ValueError):
    """--brand names a brand that the config does not have."""


class BadLineError(ValueError):
    """A line that holds no text to look at; the message says what was expected."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help=HELP)
    parser.add_argument("--json", action="store_true", help="JSONL for plain texts too")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the config's folder, `config` if not given")
    parser.add_argument("--brand", metavar="ID", help="look for this brand only")


def run(arguments: argparse.Namespace) -> int:
    """Match every line; a bad one gives an error row, and 1 at the end."""
    try:
        directory = arguments.config or read_config_dir(os.environ, Path(".env"))
        brands = _brands(directory, arguments.brand)
        matcher, bare = Matcher(brands, MARKS), Matcher([_without_bounds(brand) for brand in brands], MARKS)
    except (ConfigError, UnknownBrandError) as error:
        print(error, file=sys.stderr)
        return 1
    titles = {brand.id: brand.title for brand in brands}
    return answer(
        arguments.file,
        lambda lines: match_rows(lines, matcher),
        lambda row, text: _in_words(row, [match.brand for match in bare.match(text)], titles),
        as_json=arguments.json,
    )


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


def _in_words(row: Mapping[str, Any], named: Sequence[str], titles: Mapping[str, str]) -> Iterator[str]:
    """The brands that were found, and those that were only `named`: what was missing."""
    found = {match["brand"] for match in row["brands"]}
    for match in row["brands"]:
        yield f"✓ {titles[match['brand']]}: {match['reason']}"
    for brand in (brand for brand in named if brand not in found):
        yield f"– {titles[brand]}: имя есть, но нет спутника рядом (only_when) или мешает оборот (never_when)"
    if not named:
        yield "– ни одного бренда"


def _without_bounds(brand: Brand) -> Brand:
    return replace(brand, only_when=(), never_when=())


def _brands(directory: Path, only: str | None) -> Sequence[Brand]:
    brands = load(directory).brands
    if only is None:
        return brands
    chosen = [brand for brand in brands if brand.id == only]
    if not chosen:
        known = ", ".join(brand.id for brand in brands)
        raise UnknownBrandError(f"бренда «{only}» нет в {directory}; есть: {known}")
    return chosen


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
