"""An example of what the judge learns: a text with what is known of it; and how files of them are read."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from classifiers.readings import Reading
from classifiers.taught import Taught
from domain.span import Span
from domain.verdict import Label

Domain = Literal[
    "telecom", "banks", "general", "comments", "emotions", "news", "own",
    "mentions", "read", "written", "reviews", "sentences",
]  # fmt: skip


class DataError(ValueError):
    """The data sets cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`label`, `complaint`: None where nobody knows; `test` texts are for tests; `brand` are the spans to mask.

    `post`: id and brand, empty where none is asked about. `read`: of the tweets that are read for the complaint's
    own test. `taught`: what the second tier thinks of it.
    """

    text: str
    brand: tuple[Span, ...]
    label: Label | None
    domain: Domain
    complaint: bool | None = None
    test: bool = False
    read: Reading | None = None
    taught: Taught | None = None
    post: tuple[str, str] | None = None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSONL file, gzipped or not. Raises DataError naming file and line."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path.name}:{number}: not JSON ({error})") from None
            if not isinstance(row, dict):
                raise DataError(f"{path.name}:{number}: a row is a JSON object")
            yield row
