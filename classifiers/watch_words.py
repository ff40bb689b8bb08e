"""Words on trial: counted and never alerting, until taps on texts that hold them say that they tell of trouble."""

from dataclasses import dataclass
from typing import Final, Literal

from classifiers.bootstrap import Ranged
from classifiers.shares import share

LEAST_TAPPED: Final = 10
RIPE_AT: Final = 0.6
"""The lower end of Wilson's interval of 95 % of the share of complaints that a ripe word has at least."""
KNOWN: Final = 0.5
"""So great a part of the texts with the word people have looked at: all of them would become cards."""

Ripeness = Literal["ripe", "few_taps", "too_often_none", "mostly_unseen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFigures:
    """`hits` are the texts about a brand that hold the word, `tapped` those that people judged."""

    word: str
    hits: int
    tapped: int
    complaints: int

    @property
    def right(self) -> Ranged | None:
        """The share of complaints among the tapped."""
        return share(self.complaints, self.tapped) if self.tapped else None


def ripeness(figures: WordFigures) -> Ripeness:
    """Whether the word should alert, by the written rule, and what is missing where it should not."""
    if figures.tapped < LEAST_TAPPED or figures.right is None:
        return "few_taps"
    if figures.right.low < RIPE_AT:
        return "too_often_none"
    return "ripe" if figures.tapped >= KNOWN * figures.hits else "mostly_unseen"
