"""Whether a candidate may take the place of what is in force: no worse where it must not be, better where it must.

Fresh labels are later than what the candidate of their day had learned, so each is a test: nightly candidates of
one recipe are judged together by what each said of the day after (prequential: Dawid 1984, JRSS A 147).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from classifiers.bootstrap import Floats, Ranged, ranged
from classifiers.correction import log_odds

LEAST_FRESH: Final = 30
LEAST_FRESH_OF_A_KIND: Final = 5
TOLERANCE: Final = 0.05
"""So great a part of a regression set may go over to the wrong side of a half: four of the 93 hard cases."""

Why = Literal["better", "few_labels", "worse_on_regression", "not_surely_better"]
"""`better` alone promotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A label that neither had seen, and the probabilities that both gave its text when it was heard."""

    complaint: bool
    weight: float
    active: float
    candidate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """How many texts of a regression set are on the right side of a half; `name` is Russian."""

    name: str
    count: int
    before: int
    after: int

    @property
    def worse(self) -> bool:
        return self.before - self.after > TOLERANCE * self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`gain` is by how much less log loss (nats a label) the candidate has; `ordered` is how often each puts a
    complaint above what is none (the area under the ROC curve). None where there were too few labels to tell.
    """

    why: Why
    labels: int
    complaints: int
    regression: tuple[Right, ...] = ()
    gain: Ranged | None = None
    ordered: tuple[float, float] | None = None

    @property
    def promotes(self) -> bool:
        return self.why == "better"


def compare(fresh: Sequence[Fresh], regression: Sequence[Right]) -> Comparison:
    """The named decision. A gain counts where the whole of its 95 % bootstrap interval is above nothing."""
    yes = sum(one.complaint for one in fresh)
    counted = Comparison(why="few_labels", labels=len(fresh), complaints=yes, regression=tuple(regression))
    if len(fresh) < LEAST_FRESH or min(yes, len(fresh) - yes) < LEAST_FRESH_OF_A_KIND:
        return counted
    signs = np.array([1.0 if one.complaint else -1.0 for one in fresh])
    weights = np.array([one.weight for one in fresh])
    active = np.array([log_odds(one.active) for one in fresh])
    candidate = np.array([log_odds(one.candidate) for one in fresh])
    gain = _gain(np.logaddexp(0, -signs * active) - np.logaddexp(0, -signs * candidate), weights)
    why: Why = "better" if gain.low > 0 else "not_surely_better"
    if any(one.worse for one in regression):
        why = "worse_on_regression"
    return Comparison(
        why=why,
        labels=len(fresh),
        complaints=yes,
        regression=tuple(regression),
        gain=gain,
        ordered=(_ordered(active, signs), _ordered(candidate, signs)),
    )


def _gain(saved: Floats, weights: Floats) -> Ranged:
    (gain,) = ranged(lambda drawn: ((drawn @ saved) / drawn.sum(axis=1))[:, None], weights, np.arange(len(saved)))
    return gain


def _ordered(log_odds_of: Floats, signs: Floats) -> float:
    """Mann and Whitney's share of pairs in the right order; equal ones count a half."""
    above, below = log_odds_of[signs > 0][:, None], log_odds_of[signs < 0][None, :]
    return float((above > below).mean() + (above == below).mean() / 2)
