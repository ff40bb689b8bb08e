"""The cascade: which texts the second tier reads again, and what the two say together."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from classifiers.model import COMPLAINT, Floats
from classifiers.pace import Pace
from classifiers.verdict import Question

BAND: Final = (-2.8, math.inf)
"""Log-odds of a complaint by the first tier between which a text is read again.

On the stream of 2015 one text in five about operators, one in twenty about banks, 13 % of all.
Sure complaints are too few to be worth leaving out.
"""

MAX_READ: Final = 600
"""Characters (90 words) that the second tier as a rule reads whole: of more it might miss what is wrong."""

SECOND_SHARE: Final = 0.5
"""How much the second tier counts: the two err differently.

Of 0, 0.3, 0.4 … 1 the complaints of the development split and of 2015 like 0.5 to 0.7 alike (mean average
precision 78.4-78.5), general tweets 0.5, comments 0.6.
"""


class Reads(Protocol):
    """A second tier: scores of (questions, heads), calibrated as the first tier's."""

    version: str

    def logits(self, questions: Sequence[Question]) -> Floats: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Texts whose log-odds lie within `band` are read again; the second tier counts `share`, the first the rest.

    Empty texts and those longer than MAX_READ keep their first scores.

    `at_most` bounds the texts read again in one call, those nearest to even odds first; None is no bound. It keeps
    a flood of complaints from waiting: a text takes the second tier some 10 ms. With a `pace` neither counts, and
    every text is read again while the second tier keeps up.
    """

    second: Reads
    at_most: int | None = None
    pace: Pace | None = None
    band: tuple[float, float] = BAND
    share: float = SECOND_SHARE

    @property
    def sole(self) -> bool:
        """Whether the first tier has no say in what is read again."""
        return self.share >= 1

    def reread(self, questions: Sequence[Question], logits: Floats) -> tuple[Floats, dict[int, float]]:
        """The scores after the second reading, and what it added to the complaint's log-odds, by question."""
        readable = [_readable(one.text) for one in questions]
        complaints = np.where(readable, logits[:, COMPLAINT], math.nan)
        streams = [one.stream for one in questions]
        rows = self.pace.chosen(streams, complaints) if self.pace else self.chosen(complaints)
        if not rows:
            return logits, {}
        begun = time.perf_counter()
        again = self.second.logits([questions[row] for row in rows])
        if self.pace:
            self.pace.took(len(rows), time.perf_counter() - begun)
        together = logits.copy()
        together[rows] = self.share * again + (1 - self.share) * logits[rows]
        added = together[rows, COMPLAINT] - logits[rows, COMPLAINT]
        return together, dict(zip(rows, added.tolist(), strict=True))

    def chosen(self, complaints: Floats) -> list[int]:
        """The rows to read again, in order; nan is never chosen."""
        low, high = self.band
        rows = np.flatnonzero((complaints >= low) & (complaints <= high))
        if self.at_most is not None and len(rows) > self.at_most:
            rows = np.sort(rows[np.argsort(np.abs(complaints[rows]), kind="stable")[: self.at_most]])
        found: list[int] = rows.tolist()
        return found


def _readable(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_READ
