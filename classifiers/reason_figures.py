"""How often each kind of reason was right: how many of the texts that it brought to people were complaints."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from classifiers.bootstrap import Ranged
from classifiers.grounds import GROUNDS
from classifiers.shares import share

WITHOUT: Final = "причина не названа"
LASTS: Final = "только срок"
"""«Третий день», and nothing that lasts."""


LEAST_TAPPED: Final = 10
DOUBTED: Final = 0.5
"""A kind is doubted where the whole of its interval is below: more of its cards are none than are complaints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A tap with what the card had named: reasons as the card words them, and dangers."""

    complaint: bool
    reasons: Sequence[str] = ()
    dangers: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """`right` is the share of complaints among the `count` tapped texts that the kind was named for."""

    kind: str
    count: int
    right: Ranged

    @property
    def contradicted(self) -> int:
        return self.count - round(self.right.value * self.count)

    @property
    def is_doubted(self) -> bool:
        """Whether people surely contradict it more often than not."""
        return self.count >= LEAST_TAPPED and self.right.high < DOUBTED


def kind_figures(taps: Iterable[Tapped]) -> list[KindFigures]:
    """By kind, those that people contradicted most first. A text counts for each kind that was named for it."""
    counts: Counter[str] = Counter()
    complaints: Counter[str] = Counter()
    for tap in taps:
        kinds = {kind_of(reason) for reason in tap.reasons} | {f"опасно: {danger}" for danger in tap.dangers}
        for kind in kinds or {WITHOUT}:
            counts[kind] += 1
            complaints[kind] += tap.complaint
    found = [
        KindFigures(kind=kind, count=count, right=share(complaints[kind], count)) for kind, count in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.contradicted, -one.count, one.kind))


def kind_of(reason: str) -> str:
    """«не работает третий день» is of the kind «не работает»."""
    return max((kind for kind in GROUNDS if reason.startswith(kind)), key=len, default=LASTS)
