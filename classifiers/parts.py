"""A long text in parts: judged each by itself, weighed together, so that nothing adds up with the length.

Most texts that the judge was taught by have one or two sentences. A sum over a whole story runs to the extreme;
its strongest part with what stands around it is what a reader would name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np

from classifiers.model import COMPLAINT, Floats
from domain.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Characters: up to `short` a text is judged whole, from `long` on by its parts alone, between by both.

    `part` is a part's: as many sentences as fit, at least one. `strongest` is how much a part's log-odds of a
    complaint count for its weight: 0 is the mean of all parts, a large number their largest.
    """

    short: int
    long: int
    part: int
    strongest: float


UNNAMED: Final = Lengths(short=300, long=600, part=160, strongest=1.0)
NAMED: Final = Lengths(short=200, long=300, part=100, strongest=2.0)
"""Where the brand is named: one sentence about it drowns in the calm ones that share its part, and among more calm
parts the more there are (decisions 0127, 0150).
"""

STRONGEST_MOOD: Final = 1.0
"""`Lengths.strongest` for attitude and mood: a complaint is of one sentence, a mood of all that is said."""

AWAY: Final = 0.5
"""The weight of a part that neither names the brand nor follows one that does, where some part does."""

MOST_PARTS: Final = 64

_END: Final = re.compile(r"(?<=[.!?…)])\s+(?=\S)|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pieces `first:last` of a text, and how much of the verdict is theirs before anything is known of them."""

    first: int
    last: int
    share: float


def lengths_of(brand: Sequence[Span]) -> Lengths:
    return NAMED if brand else UNNAMED


def parts_of(cut: Sequence[str], brand: Sequence[Span]) -> list[Part]:
    """The parts to judge; the whole text alone where it is short."""
    length = sum(map(len, cut))
    lengths = lengths_of(brand)
    if length <= lengths.short:
        return [_alone(len(cut))]
    ends = list(accumulate(map(len, cut)))
    apart = min(1.0, (length - lengths.short) / (lengths.long - lengths.short))
    found = _joined(cut, ends, lengths.part)
    near = _near(found, ends, cut, brand)
    total = sum(near)
    parts = [
        Part(first=first, last=last, share=apart * weight / total)
        for (first, last), weight in zip(found, near, strict=True)
    ]
    return parts if apart == 1 else [Part(first=0, last=len(cut), share=1 - apart), *parts]


@lru_cache(maxsize=UNNAMED.short + 1)
def _alone(pieces: int) -> Part:
    """The one part of a short text: there are not many kinds of it."""
    return Part(first=0, last=pieces, share=1.0)


def weights_of(parts: Sequence[Part], logits: Floats, strongest: float) -> Floats:
    """What each part's scores count for, adding up to one: the stronger a part's complaint, the more.

    `logits` is (parts, heads), `strongest` as in `Lengths`. The whole text, where it is among the parts, keeps its
    share.
    """
    shares = np.array([part.share for part in parts])
    if len(parts) == 1:
        return np.ones(1)
    whole = parts[0].last - parts[0].first == parts[-1].last
    windows = slice(1 if whole else 0, None)
    strength = logits[windows, COMPLAINT]
    pull = shares[windows] * np.exp(strongest * (strength - strength.max()))
    shares[windows] = pull / pull.sum() * shares[windows].sum()
    return shares


def moods_of(parts: Sequence[Part], weights: Floats, logits: Floats) -> Floats:
    """What the parts say of attitude and mood, (heads,) without the complaint's.

    So far as the whole complains by `weights`, those of its complaint, the parts count by their strength, though
    never more than STRONGEST_MOOD, for the rest all alike: who thanks for a page is not unhappy for one sigh.
    """
    if len(parts) == 1:
        alone: Floats = logits[0, :COMPLAINT]
        return alone
    complains = 1 / (1 + np.exp(-float(weights @ logits[:, COMPLAINT])))
    shares = np.array([part.share for part in parts])
    pulled = weights_of(parts, logits, STRONGEST_MOOD)
    found: Floats = (complains * pulled + (1 - complains) * shares) @ logits[:, :COMPLAINT]
    return found


def _joined(cut: Sequence[str], ends: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Neighbouring sentences together as long as they fit into a part, as places of pieces."""
    found: list[tuple[int, int]] = []
    first = start = 0
    stop = 0
    for last in _sentences(cut, ends, size):
        if stop and ends[last - 1] - start > size:
            found.append((first, stop))
            first, start = stop, ends[stop - 1]
        stop = last
    found.append((first, len(cut)))
    return found[:MOST_PARTS]


def _sentences(cut: Sequence[str], ends: Sequence[int], size: int) -> list[int]:
    """The pieces after which a sentence ends; one that is longer than a part is cut where a word ends."""
    text = "".join(cut)
    marks = {found.start() for found in _END.finditer(text)}
    lasts: list[int] = []
    start = 0
    for place, end in enumerate(ends):
        if end in marks or end == ends[-1] or (end - start >= size and cut[place].isspace()):
            lasts.append(place + 1)
            start = end
    return lasts


def _near(
    found: Sequence[tuple[int, int]], ends: Sequence[int], cut: Sequence[str], brand: Sequence[Span]
) -> list[float]:
    """1 for a part that names the brand and for the next one, AWAY for others; 1 for all where none is named."""
    names = [
        any(start < ends[last - 1] and end > ends[first] - len(cut[first]) for start, end in brand)
        for first, last in found
    ]
    if not any(names):
        return [1.0] * len(found)
    return [1.0 if here or before else AWAY for here, before in zip(names, [False, *names[:-1]], strict=True)]
