"""Whether a candidate may take the place of what is in force: no worse where it must not be, better where it must.

Fresh labels are later than what the candidate of their day had learned, so each is a test: nightly candidates of
one recipe are judged together by what each said of the day after (prequential: Dawid 1984, JRSS A 147).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from classifiers.bootstrap import Floats, Ranged, ranged
from classifiers.correction import log_odds
from classifiers.logistic import fit

LEAST_FRESH: Final = 30
LEAST_FRESH_OF_A_KIND: Final = 5
TOLERANCE: Final = 0.05
"""So great a part of a regression set may go over to the wrong side of a half: four of the 93 hard cases."""

LOSS_TOLERANCE: Final = 0.02
"""Nats a label by which the probabilities may be worth less (a coin has 0.693; twenty labels vary by chance): a
threshold that stands still must mean the same.
"""

SURE: Final = 1.96
"""Standard errors on either side: the interval of 95 %."""
_PRECISION: Final = np.array([0.1, 1.0, 0.25])
"""Of the normal priors of a shift, of the slope of what is in force, and of what the candidate adds."""

Why = Literal["better", "few_labels", "worse_on_regression", "worse_probabilities", "not_surely_better"]
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
    """`told` is how much of what the candidate adds the labels bear out: all of it at one, nothing at nought.
    `ordered` is how often what is in force and the candidate put a complaint above what is none (the area under
    the ROC curve), `gain` by how much oftener the candidate does, `losses` their log loss in nats a label. None
    where there were too few labels to tell.
    """

    why: Why
    labels: int
    complaints: int
    regression: tuple[Right, ...] = ()
    told: Ranged | None = None
    gain: Ranged | None = None
    ordered: tuple[float, float] | None = None
    losses: tuple[float, float] | None = None

    @property
    def promotes(self) -> bool:
        return self.why == "better"


def compare(fresh: Sequence[Fresh], regression: Sequence[Right]) -> Comparison:
    """The named decision: what the candidate adds is borne out, its whole 95 % interval above nothing, and order
    does not suffer by it.

    What moves all texts alike is the threshold's business and counts for nothing. By log loss alone, candidates of
    taps that mean nothing were promoted in most simulations: they had learned how frequent complaints are among
    cards. Asked for the interval of the order's gain, more honest candidates waited for longer (docs/learning.md).
    """
    yes = sum(one.complaint for one in fresh)
    counted = Comparison(why="few_labels", labels=len(fresh), complaints=yes, regression=tuple(regression))
    if len(fresh) < LEAST_FRESH or min(yes, len(fresh) - yes) < LEAST_FRESH_OF_A_KIND:
        return counted
    true = np.array([one.complaint for one in fresh])
    weights = np.array([one.weight for one in fresh])
    active = np.array([log_odds(one.active) for one in fresh])
    candidate = np.array([log_odds(one.candidate) for one in fresh])
    before, after = _above(active, true), _above(candidate, true)
    (gain,) = ranged(lambda drawn: _share(after - before, drawn, true)[:, None], weights, np.arange(len(true)))
    told = _told(active, candidate, true, weights)
    losses = _loss(active, true, weights), _loss(candidate, true, weights)
    return replace(
        counted,
        why=_why(regression, told, gain, losses),
        told=told,
        gain=gain,
        ordered=(
            float(_share(before, weights[None, :], true)[0]),
            float(_share(after, weights[None, :], true)[0]),
        ),
        losses=losses,
    )


def _why(regression: Sequence[Right], told: Ranged, gain: Ranged, losses: tuple[float, float]) -> Why:
    if any(one.worse for one in regression):
        return "worse_on_regression"
    if losses[1] > losses[0] + LOSS_TOLERANCE:
        return "worse_probabilities"
    return "better" if told.low > 0 and gain.value > 0 else "not_surely_better"


def _told(active: Floats, candidate: Floats, true: npt.NDArray[np.bool_], weights: Floats) -> Ranged:
    """The coefficient of what the candidate adds, in a logistic regression of the labels on it beside what is in
    force, with Wald's interval: an area under the curve tells nested models apart far less surely (Demler,
    Pencina, D'Agostino 2012, Statistics in Medicine 31).
    """
    matrix = np.column_stack((np.ones_like(active), active, candidate - active))
    found = fit(matrix, np.where(true, 1.0, -1.0), weights, active, _PRECISION)
    likely = 1 / (1 + np.exp(-np.clip(active + matrix @ found, -500, 500)))
    curve = (matrix.T * (weights * likely * (1 - likely))) @ matrix + np.diag(_PRECISION)
    value, error = float(found[2]), float(np.sqrt(np.linalg.inv(curve)[2, 2]))
    return Ranged(value, value - SURE * error, value + SURE * error)


def _above(odds: Floats, true: npt.NDArray[np.bool_]) -> Floats:
    """For each complaint and each other text 1 where the complaint is above, a half where they are equal."""
    return (np.sign(odds[true][:, None] - odds[~true][None, :]) + 1) / 2


def _share(pairs: Floats, weights: Floats, true: npt.NDArray[np.bool_]) -> Floats:
    """The mean over the pairs, for each row of weights (draws, labels); nan where a draw has but one kind."""
    yes, no = weights[:, true], weights[:, ~true]
    total = yes.sum(axis=1) * no.sum(axis=1)
    summed = ((yes @ pairs) * no).sum(axis=1)
    return np.asarray(np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0))


def _loss(odds: Floats, true: npt.NDArray[np.bool_], weights: Floats) -> float:
    return float(np.average(np.logaddexp(0, np.where(true, -odds, odds)), weights=weights))
