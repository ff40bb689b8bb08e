"""Texts of other trades than telecom and banks: posts that people read, posts written for this, reviews."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from classifiers.examples import Domain, Example, rows
from classifiers.text import OTHER_BRAND
from domain.verdict import LABELS, Label

MENTIONS: Final = "other_trades_mentions.jsonl.gz"
READINGS: Final = "other_trades_mentions_labels.tsv"
WRITTEN: Final = "other_trades_written.jsonl.gz"
POINTS: Final = "other_trades_points.jsonl.gz"
MEASURED: Final = Path("eval") / "other_trades_reviews.jsonl.gz"
"""Of the folder of data sets: reviews by which nothing is taught."""
FILES: Final = (MENTIONS, READINGS, WRITTEN, POINTS)

_BRAND: Final = "{B}"
_OTHER: Final = "{C}"
_STARS: Final[dict[str, tuple[Label, bool | None]]] = {
    "negative": ("negative", True),
    "mixed": ("neutral", None),
    "positive": ("positive", False),
}
"""Of the reviews that were read, all with one or two stars complained, and two of 34 with four or five."""


def examples(folder: Path) -> Iterator[Example]:
    """All of them, from the folder of training sets."""
    yield from _mentions(folder)
    yield from _written(folder)
    yield from _reviews(folder)


def measured(data: Path) -> dict[str, list[Example]]:
    """Trade → its reviews that only measure, one star or two complain; nothing where the file is not there."""
    found: dict[str, list[Example]] = {}
    for row in rows(data / MEASURED) if (data / MEASURED).is_file() else ():
        label, complaint = _STARS[row["label"]]
        one = Example(text=row["text"], brand=(), label=label, domain="reviews", complaint=complaint)
        found.setdefault(row["trade"], []).append(one)
    return found


def _mentions(folder: Path) -> Iterator[Example]:
    """Real posts; whether they complain was read twice, None where the readers doubt."""
    with (folder / READINGS).open(encoding="utf-8", newline="") as lines:
        read = {row["id"]: row["complaint"] for row in csv.DictReader(lines, delimiter="\t")}
    for row in rows(folder / MENTIONS):
        told = {"yes": True, "no": False}.get(read.get(row["id"], ""))
        if told is not None:
            yield Example(text=row["text"], brand=(), label=_mood(row), domain="mentions", complaint=told)


def _mood(row: dict[str, Any]) -> Label | None:
    return cast(Label, row["label"]) if row["label"] in LABELS else None


def _written(folder: Path) -> Iterator[Example]:
    """Posts in pairs of a complaint and its contrast, with the brand's place, and as on the brand's own page."""
    for row in rows(folder / WRITTEN):
        text = row["text"].replace(_OTHER, OTHER_BRAND)
        start = text.find(_BRAND)
        span = ((start, start + len(_BRAND)),) if start >= 0 else ()
        known = cast(Label, row["attitude"])
        yield Example(text=text, brand=span, label=known, domain="written", complaint=row["complaint"])
        if span:
            bare = text.replace(_BRAND, "").strip(" ,.:")
            yield Example(text=bare, brand=(), label=known, domain="written", complaint=row["complaint"])


def _reviews(folder: Path) -> Iterator[Example]:
    """Reviews by their stars, and their sentences, which have the stars of the whole."""
    for row in rows(folder / POINTS):
        label, complaint = _STARS[row["label"]]
        domain: Domain = "reviews" if row["level"] == "review" else "sentences"
        yield Example(text=row["text"], brand=(), label=label, domain=domain, complaint=complaint)
