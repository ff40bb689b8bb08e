"""Logistic regression with an offset and a normal prior, by Newton's steps; numpy alone: the daemon learns too.

scikit-learn's takes no offset, and the daemon runs without it.
"""

from typing import Final

import numpy as np

from classifiers.model import Floats

STEPS: Final = 50
_CLOSE: Final = 1e-8
_FLATTEST: Final = 1e-9


def fit(matrix: Floats, signs: Floats, weights: Floats, offset: Floats, precision: Floats) -> Floats:
    """The likeliest coefficients `b` given the labels: those that minimise

        Σ wᵢ log(1 + exp(-sᵢ (oᵢ + xᵢ·b))) + Σ λⱼ bⱼ² / 2

    `matrix` is (labels, features), `signs` +1 or -1, `weights` and `offset` (log-odds) are of (labels,), and
    `precision` has the λ of (features,), all above zero. It is convex: Newton's steps (iteratively reweighted
    least squares), halved where a whole one would overshoot, end at the one minimum. With more features than
    labels they are solved in the labels' space (Woodbury's identity): the same answer.
    """
    scale = 1 / np.sqrt(precision)
    scaled: Floats = matrix * scale  # every λ is one now
    gram = scaled @ scaled.T if matrix.shape[1] > matrix.shape[0] else None
    found = np.zeros(matrix.shape[1])
    value = _loss(scaled @ found, signs, weights, offset, found)
    for _ in range(STEPS):
        margins = signs * (offset + scaled @ found)
        miss = 1 / (1 + np.exp(np.clip(margins, -500, 500)))
        slope = scaled.T @ (weights * signs * miss) - found
        step = _newton(scaled, gram, np.maximum(weights * miss * (1 - miss), _FLATTEST), slope)
        lower = _loss(scaled @ (found + step), signs, weights, offset, found + step)
        while lower > value and np.abs(step).max() >= _CLOSE:
            step = step / 2
            lower = _loss(scaled @ (found + step), signs, weights, offset, found + step)
        found, value = found + step, lower
        if np.abs(step).max() < _CLOSE:
            break
    return found * scale


def _newton(scaled: Floats, gram: Floats | None, curve: Floats, slope: Floats) -> Floats:
    """(XᵀWX + 1)⁻¹ slope; `curve` is the diagonal of W, `gram` XXᵀ where there are more features than labels."""
    if gram is None:
        return np.asarray(np.linalg.solve((scaled.T * curve) @ scaled + np.eye(scaled.shape[1]), slope))
    return np.asarray(slope - scaled.T @ np.linalg.solve(gram + np.diag(1 / curve), scaled @ slope))


def _loss(moved: Floats, signs: Floats, weights: Floats, offset: Floats, found: Floats) -> float:
    return float((weights * np.logaddexp(0, -signs * (offset + moved))).sum() + (found**2).sum() / 2)
