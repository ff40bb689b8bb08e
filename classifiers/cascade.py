"""The cascade: what the second tier reads again, and what the two say together."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from classifiers.model import COMPLAINT, Floats
from classifiers.pace import Pace
from classifiers.verdict import Question

MAX_READ: Final = 600
"""Characters (90 words) that the second tier as a rule reads whole: of more it might miss what is wrong."""

SECOND_SHARE: Final = 0.6
"""How much the second tier counts: the two err differently.

Of 0.4, 0.5, 0.6, 0.7 and 1 the read tweets of operators like all but the last alike (average precision 93, alone
91), those of banks 0.6 and more (77 → 81), reviews 0.6 and 0.7 (87).
"""

LEAN: Final = 0.3
"""Log-odds that a complaint gains by a second reading: what the lessons made rarer than it is (decision 0109)."""

UNNAMED: Final = 0.9
"""Those that it gains besides where the text names no brand, as on the brand's own page (decisions 0069, 0109).

A part of a text that names the brand in another part is no such text (decision 0150).
"""


class Reads(Protocol):
    """A second tier: scores of (questions, heads), calibrated as the first tier's."""

    version: str

    def logits(self, questions: Sequence[Question]) -> Floats: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """The second tier counts `share`, the first the rest; complaints gain LEAN, without a brand UNNAMED too.

    Empty texts and those longer than MAX_READ keep their first scores. With a `pace` as many are read again as the
    time affords; without one all are.
    """

    second: Reads
    pace: Pace | None = None
    share: float = SECOND_SHARE

    @property
    def sole(self) -> bool:
        """Whether the first tier has no say where the second reads."""
        return self.share >= 1

    def reread(self, questions: Sequence[Question], logits: Floats) -> tuple[Floats, dict[int, float]]:
        """The scores after the second reading, and what it added to the complaint's log-odds, by question."""
        readable = [_readable(one.text) for one in questions]
        rows = self._chosen(questions, np.where(readable, logits[:, COMPLAINT], math.nan))
        if not rows:
            return logits, {}
        begun = time.perf_counter()
        again = self.second.logits([questions[row] for row in rows])
        if self.pace:
            self.pace.took(len(rows), time.perf_counter() - begun)
        together = logits.copy()
        together[rows] = self.share * again + (1 - self.share) * logits[rows]
        together[rows, COMPLAINT] += [_lean(questions[row]) for row in rows]
        added = together[rows, COMPLAINT] - logits[rows, COMPLAINT]
        return together, dict(zip(rows, added.tolist(), strict=True))

    def _chosen(self, questions: Sequence[Question], complaints: Floats) -> list[int]:
        """The rows to read again, in order; nan is never chosen."""
        if self.pace:
            return self.pace.chosen([one.stream for one in questions], complaints)
        found: list[int] = np.flatnonzero(~np.isnan(complaints)).tolist()
        return found


def _lean(question: Question) -> float:
    return LEAN if question.brand or question.within else LEAN + UNNAMED


def _readable(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_READ
