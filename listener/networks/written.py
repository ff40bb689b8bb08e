"""A text as its author wrote it, and as readers see it: a network's escapes undone, mark-up shown as a name."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from domain.span import Span

_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|#0?39);|<br ?/?>")
_SIGNS: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&#039;": "'"}


def unescaped(text: str) -> str:
    """The signs that a network writes as entities, each read once: «&amp;lt;» was written «&lt;»."""
    if "&" not in text and "<br" not in text:
        return text
    return _ESCAPED.sub(lambda found: _SIGNS.get(found.group(), "\n"), text)


def as_shown(
    text: str, markup: re.Pattern[str] | None, *spans: Sequence[Span]
) -> tuple[str, list[tuple[Span, ...]]]:
    """The text with its mark-up as readers see it (the pattern's one group), and the spans moved along.

    A span inside of mark-up covers what is shown of it; one of which nothing is shown is dropped.
    """
    marks = list(markup.finditer(text)) if markup is not None else []
    if not marks:
        return text, [tuple(group) for group in spans]
    starts, places, parts, at, length = [mark.start() for mark in marks], [], [], 0, 0
    for mark in marks:
        parts += [text[at : mark.start()], mark.group(1)]
        places.append(length + mark.start() - at)
        length, at = places[-1] + len(mark.group(1)), mark.end()

    def moved(place: int) -> int:
        before = bisect_right(starts, place) - 1
        if before < 0:
            return place
        mark, shown = marks[before], places[before]
        if place >= mark.end():
            return shown + len(mark.group(1)) + place - mark.end()
        return shown + min(max(place, mark.start(1)), mark.end(1)) - mark.start(1)

    groups = [[(moved(start), moved(end)) for start, end in group] for group in spans]
    return "".join((*parts, text[at:])), [tuple(span for span in group if span[0] < span[1]) for group in groups]
