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
_SMOOTHING: Final = 0.01
"""What every feature has in every class before anything is counted: their values are shares of one in a text."""
_RATIOS_C: Final = 1.0
"""scikit-learn's C of the regression over columns scaled by their ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one head learns: `classes` and `weights` of the matrix's `rows`; soft shares stand once a class.

    `ratios` is the share of its weights that a regression over log-count ratios has (see `fit`).
    """

    rows: Classes
    classes: Classes
    weights: Floats
    c: float
    ratios: float = 0.0

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
    """Logistic regression: three columns for three classes, one for two. `c` is scikit-learn's C.

    Where the target has a share of `ratios`, its weights are that part of a second regression (`_by_ratios`), the
    plain one's are the rest. The sum of two linear functions is one: nothing more is served.
    """
    rows = matrix[target.rows]
    plain = _logistic(rows, target.classes, target.weights, target.c)
    if not target.ratios:
        return plain
    ratios = _by_ratios(rows, target)
    return Lines(
        weights=(1 - target.ratios) * plain.weights + target.ratios * ratios.weights,
        intercept=(1 - target.ratios) * plain.intercept + target.ratios * ratios.intercept,
    )


def log_count_ratios(rows: Any, inside: Floats, outside: Floats) -> Floats:
    """How much likelier each feature is inside a class than outside it, (features,):

        r = log(p / ‖p‖₁) - log(q / ‖q‖₁),   p = 0.01 + insideᵀ rows,   q = 0.01 + outsideᵀ rows

    (Wang, Manning 2012, "Baselines and Bigrams"). `rows` is (texts, features) of no value below zero, `inside` and
    `outside` the weights of (texts,) by which each belongs here and there.
    """
    p, q = (_SMOOTHING + rows.T @ weights for weights in (inside, outside))
    ratios: Floats = np.log(p / p.sum()) - np.log(q / q.sum())
    return ratios


def _by_ratios(rows: Any, target: Target) -> Lines:
    """Of each class against the others a logistic regression over the columns times their log-count ratios.

    What tells a class needs little weight of its own then, and what tells nothing can hardly get any. Returned are
    the weights of the columns as they were: the regression's times the ratios.
    """
    kinds = np.unique(target.classes)
    lines = []
    for kind in kinds[1:] if len(kinds) == 2 else kinds:
        belongs = target.classes == kind
        ratios = log_count_ratios(rows, target.weights * belongs, target.weights * ~belongs)
        scaled = _logistic(rows.multiply(ratios).tocsr(), belongs, target.weights, _RATIOS_C)
        lines.append(replace(scaled, weights=scaled.weights * ratios[:, None]))
    return _side_by_side(lines)


def _logistic(rows: Any, classes: npt.NDArray[Any], weights: Floats, c: float) -> Lines:
    regression = LogisticRegression(C=c, max_iter=_ITERATIONS, tol=_PRECISION)
    regression.fit(rows, classes, sample_weight=weights)
    return Lines(weights=regression.coef_.T.copy(), intercept=regression.intercept_.copy())


def fit_all(matrix: Any, targets: Sequence[Target], rows: Mask) -> Lines:
    """All heads side by side, in the order of `HEADS`, from the given rows alone."""
    return _side_by_side([fit(matrix, target.within(rows)) for target in targets])


def _side_by_side(lines: Sequence[Lines]) -> Lines:
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
    told = complaint.rows  # without ratios: scores may be below zero, and there are but five
    stack = _logistic(_evidence(held)[told], complaint.classes, complaint.weights, complaint.c)
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
