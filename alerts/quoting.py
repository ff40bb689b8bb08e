"""The customer's words on a card: cut on a word's edge, with the spans moved along."""

from collections.abc import Sequence
from typing import Final

from alerts.candidate import Span

ELLIPSIS: Final = "…"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended on a word's edge with «…» when something is missing."""
    if len(text) <= limit:
        return text
    head = text[: limit - len(ELLIPSIS)]
    # A word that the cut splits goes as a whole, unless it is nearly everything there is.
    if not text[len(head)].isspace():
        edge = max((place for place, letter in enumerate(head) if letter.isspace()), default=0)
        head = head[:edge] if edge > limit // 2 else head
    return head.rstrip() + ELLIPSIS


def in_short(text: str, limit: int) -> str:
    """The text on one line, cut."""
    return cut(" ".join(text.split()), limit)


def quote(text: str, spans: Sequence[Sequence[Span]], limit: int) -> tuple[str, list[tuple[Span, ...]]]:
    """The text without outer blanks, cut, and each sequence of spans as it lies in the quote."""
    shift = len(text) - len(text.lstrip())
    whole = text.strip()
    quoted = cut(whole, limit)
    end = len(quoted) if quoted == whole else len(quoted) - len(ELLIPSIS)
    return quoted, [_moved(some, shift, end) for some in spans]


def words(text: str, spans: Sequence[Span], *, most: int, limit: int) -> list[str]:
    """What the spans cover, as phrases: neighbours are joined, the strongest come first, none comes twice."""
    phrases: dict[str, str] = {}
    for start, end in _joined(text, spans):
        phrase = in_short(text[start:end], limit)
        phrases.setdefault(phrase.casefold(), phrase)
    phrases.pop("", None)
    return list(phrases.values())[:most]


def _moved(spans: Sequence[Span], shift: int, end: int) -> tuple[Span, ...]:
    moved = ((max(0, one - shift), min(end, other - shift)) for one, other in spans)
    return tuple((start, stop) for start, stop in moved if start < stop)


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans with nothing but blanks between them become one, which is as strong as its strongest part."""
    ranks = {span: rank for rank, span in reversed(list(enumerate(spans)))}
    groups: list[tuple[int, Span]] = []
    for start, end in sorted(ranks):
        rank = ranks[start, end]
        if groups and not text[groups[-1][1][1] : start].strip():
            first, (begin, stop) = groups.pop()
            groups.append((min(first, rank), (begin, max(stop, end))))
        else:
            groups.append((rank, (start, end)))
    return [span for _, span in sorted(groups)]
