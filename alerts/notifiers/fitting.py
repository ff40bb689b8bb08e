"""Which lines of a card are shown where a messenger has no room for all: the loud ones first."""

from collections.abc import Callable, Iterable
from typing import Final

from alerts.cards.card import Line, Tone

_LOUDNESS: Final[dict[Tone, int]] = {"strong": 0, "plain": 1, "faint": 2, "italic": 2}


def fitting(
    lines: Iterable[Line], room: int, *, markup: Callable[[Line], str], size: Callable[[str], int]
) -> list[str]:
    """The marked-up lines that have room, each with its line break, in their order; empty ones are left out.

    The loud ones are given room first, and of equally loud ones the upper.
    """
    shown = [(line, text) for line in lines if (text := markup(line))]
    kept: set[int] = set()
    for place in sorted(range(len(shown)), key=lambda place: (_LOUDNESS[shown[place][0].tone], place)):
        needed = size(shown[place][1]) + 1
        if needed <= room:
            kept.add(place)
            room -= needed
    return [text for place, (_, text) in enumerate(shown) if place in kept]
