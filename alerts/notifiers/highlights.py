"""A customer's words cut into pieces: which of them moved the decision, and which name the brand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from domain.span import Span

_CONTROLS: Final = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")
"""Marks that turn the direction of what follows, until another mark or the line's end: of our words too."""
_BREAKS: Final = {0x2028: "\n", 0x2029: "\n"}
_UNSAFE: Final = _CONTROLS | _TURNING | _BREAKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    text: str
    is_evidence: bool = False
    is_brand: bool = False


def pieces(quote: str, *, evidence: Iterable[Span], brand: Iterable[Span]) -> Iterator[Piece]:
    """The quote in order, cut where a highlight begins or ends. Spans that lie outside it are left out."""
    reasons, names = _within(quote, evidence), _within(quote, brand)
    edges = sorted({0, len(quote), *(edge for span in (*reasons, *names) for edge in span)})
    parts = ((start, end, (_covers(reasons, start), _covers(names, start))) for start, end in pairwise(edges))
    # Spans that touch are one highlight to the eye.
    for (is_evidence, is_brand), group in groupby(parts, key=lambda part: part[2]):
        same = list(group)
        yield Piece(text=quote[same[0][0] : same[-1][1]], is_evidence=is_evidence, is_brand=is_brand)


def cut(text: str, most: int, *, ending: str = "…") -> str:
    """At most `most` UTF-16 code units, as Telegram counts; an emoji is never halved."""
    if len(text) <= most // 2 or units(text) <= most:
        return text
    room = most - len(ending)
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore").rstrip() + ending


def clean(text: str) -> str:
    """Without what no messenger can carry (control characters, halves of surrogate pairs) and without marks that
    would turn our own words round. As long as before, so that spans stay where they are.
    """
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(_UNSAFE)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _within(quote: str, spans: Iterable[Span]) -> list[Span]:
    cropped = ((max(0, start), min(end, len(quote))) for start, end in spans)
    return [(start, end) for start, end in cropped if start < end]


def _covers(spans: list[Span], at: int) -> bool:
    return any(start <= at < end for start, end in spans)
