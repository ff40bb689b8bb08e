"""Linear heads over the matrix: fitting them, and weighing them together into one calibrated column each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from classifiers.model import BRAND_HEADS, COMPLAINT, HEADS, TEXT_HEADS, Floats

Classes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_ITERATIONS: Final = 300
_PRECISION: Final = 1e-4
"""At 1e-3 the fit stops where chance takes it: figures differ by two points from run to run of the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one head learns: `classes` and `weights` of the matrix's `rows`; soft shares stand once a class."""

    rows: Classes
    classes: Classes
    weights: Floats
    c: float

    def within(self, chosen: Mask) -> "Target":
        kept = chosen[self.rows]
        return replace(self, rows=self.rows[kept], classes=self.classes[kept], weights=self.weights[kept])

    def __add__(self, other: "Target") -> "Target":
        return replace(
            self,
            rows=np.concatenate((self.rows, other.rows)),
            classes=np.concatenate((self.classes, other.classes)),
            weights=np.concatenate((self.weights, other.weights)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Linear functions of a row: `weights` is (features, columns)."""

    weights: Floats
    intercept: Floats

    def __call__(self, matrix: Any) -> Floats:
        scores: Floats = matrix @ self.weights + self.intercept
        return scores


def fit(matrix: Any, target: Target) -> Lines:
    """Logistic regression: three columns for three classes, one for two. `c` is scikit-learn's C."""
    regression = LogisticRegression(C=target.c, max_iter=_ITERATIONS, tol=_PRECISION)
    regression.fit(matrix[target.rows], target.classes, sample_weight=target.weights)
    return Lines(weights=regression.coef_.T.copy(), intercept=regression.intercept_.copy())


def fit_all(matrix: Any, targets: Sequence[Target], rows: Mask) -> Lines:
    """All heads side by side, in the order of `HEADS`, from the given rows alone."""
    lines = [fit(matrix, target.within(rows)) for target in targets]
    return Lines(
        weights=np.hstack([one.weights for one in lines]),
        intercept=np.concatenate([one.intercept for one in lines]),
    )


def held_back(matrix: Any, targets: Sequence[Target], folds: Classes) -> Floats:
    """Scores of every row by heads that have not seen its fold."""
    scores = np.zeros((len(folds), len(HEADS)))
    for fold in np.unique(folds):
        away = folds == fold
        scores[away] = fit_all(matrix, targets, ~away)(matrix[np.flatnonzero(away)])
    return scores


def calibrated(lines: Lines, held: Floats, targets: Sequence[Target]) -> Lines:
    """Fold into `lines` what the held-back scores teach: temperatures of the moods, the stack of the complaint.

    `targets` are those of people alone: guessed labels must not calibrate.
    """
    brand, text, complaint = targets
    fold = np.zeros((len(HEADS), len(HEADS)))
    for columns, target in ((BRAND_HEADS, brand), (TEXT_HEADS, text)):
        fold[columns, columns] = np.eye(3) / _temperature(held[:, columns], target)
    stack = fit(_evidence(held), complaint)
    # The stack's inputs are sums and differences of heads, so its weights become weights of heads.
    fold[:, COMPLAINT] = (_evidence(np.eye(len(HEADS))) @ stack.weights)[:, 0]
    intercept = lines.intercept @ fold
    intercept[COMPLAINT] += stack.intercept[0]
    return Lines(weights=lines.weights @ fold, intercept=intercept)


def _evidence(scores: Floats) -> Floats:
    """What the complaint is judged by: its own head, and how far negative stands over neutral and positive."""
    brand, text = scores[:, BRAND_HEADS], scores[:, TEXT_HEADS]
    return np.column_stack(
        (
            scores[:, COMPLAINT],
            brand[:, 0] - brand[:, 1],
            brand[:, 0] - brand[:, 2],
            text[:, 0] - text[:, 1],
            text[:, 0] - text[:, 2],
        )
    )


def _temperature(scores: Floats, target: Target) -> float:
    """The divisor of the logits that makes held-back labels most likely."""
    scores, classes, weights = scores[target.rows], target.classes, target.weights

    def loss(temperature: float) -> float:
        logits = scores / temperature
        right = logits[np.arange(len(classes)), classes]
        return float(np.average(logsumexp(logits, axis=1) - right, weights=weights))

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
