"""What `complaint_at: auto` means: the probability that gives a brand as many cards as its operators can take.

Where a trade is new to the judge its probabilities are not to be believed, but their order is better: of the
latest mentions the likeliest complaints are shown, as many as fit a day. Once there are enough labels they tell
what the probabilities are worth: how many of the cards are complaints, and where the threshold must stand for as
many as are wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from classifiers.bootstrap import INTERVAL, Floats, Ranged
from classifiers.logistic import fit
from domain.brand import COMPLAINT_AT

USUAL: Final = COMPLAINT_AT
"""Until enough was heard, and for whoever sets nothing."""
LEAST_HEARD: Final = 100
LOWEST: Final = 0.2
"""Below it nearly nothing complains, however few the cards."""
HIGHEST: Final = 0.9

LEAST_LABELS: Final = 20
LEAST_OF_A_KIND: Final = 5
"""Labels of a brand from which they are asked."""
_PRECISION: Final = np.array([1.0, 16.0])
"""Of the normal priors of shift and slope: one in log-odds, a quarter of the judge's own slope (decision 0143)."""
_DRAWS: Final = 400
_SEED: Final = 5
_SUREST: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What a brand's labels make of the judge's log-odds `z`: `shift + (1 + slope) · z`.

    `drawn` are (draws, 2) of the same two as uncertain as the labels leave them; `labels` is how many there were.
    """

    shift: float
    slope: float
    drawn: Floats
    labels: int

    def precision(self, said: Sequence[float], level: float) -> Ranged | None:
        """The share of complaints to expect among texts at or above the level, with its interval of 95 %."""
        above = _log_odds([one for one in said if one >= level])
        if not above.size:
            return None
        value = _mean(np.array([[self.shift, self.slope]]), above)
        low, high = np.percentile(_mean(self.drawn, above), INTERVAL)
        return Ranged(float(value[0]), float(low), float(high))

    def level(self, said: Sequence[float], wanted: float) -> float:
        """The lowest level of these texts at which so great a share should be complaints; HIGHEST if none."""
        falling = sorted(said, reverse=True)
        shares = _expected(np.array([[self.shift, self.slope]]), _log_odds(falling))[0]
        held = np.flatnonzero(np.cumsum(shares) / np.arange(1, len(falling) + 1) >= wanted)
        return falling[held[-1]] if held.size else HIGHEST


def calibrate(said: Sequence[float], complaints: Sequence[bool], weights: Sequence[float]) -> Calibration | None:
    """Platt's scaling (1999) of the judge's log-odds, both its numbers with a normal prior around no change.

    None where there are too few labels. The draws are of Laplace's normal approximation around the likeliest.
    """
    yes = sum(complaints)
    if len(complaints) < LEAST_LABELS or min(yes, len(complaints) - yes) < LEAST_OF_A_KIND:
        return None
    odds, given = _log_odds(said), np.asarray(weights)
    matrix = np.column_stack((np.ones_like(odds), odds))
    signs = np.where(np.asarray(complaints), 1.0, -1.0)
    found = fit(matrix, signs, given, odds, _PRECISION)
    likely = 1 / (1 + np.exp(-(odds + matrix @ found)))
    curve = (matrix.T * (given * likely * (1 - likely))) @ matrix + np.diag(_PRECISION)
    drawn = np.random.default_rng(_SEED).multivariate_normal(found, np.linalg.inv(curve), _DRAWS)
    return Calibration(shift=float(found[0]), slope=float(found[1]), drawn=drawn, labels=len(complaints))


def level_for(
    said: Sequence[float],
    days: float,
    cards: int,
    calibration: Calibration | None = None,
    wanted: float | None = None,
) -> float:
    """The level at which the mentions of the last `days`, with the probabilities `said`, give `cards` a day.

    Fewer where labels tell that so many would not be complaints as often as `wanted`.
    """
    if len(said) < LEAST_HEARD or days <= 0:
        return USUAL
    level = _for_budget(said, int(cards * days))
    if calibration is not None and wanted is not None:
        level = max(level, calibration.level(said, wanted))
    return min(HIGHEST, max(LOWEST, level))


def _for_budget(said: Sequence[float], shown: int) -> float:
    if shown <= 0:
        return HIGHEST
    return LOWEST if shown >= len(said) else sorted(said, reverse=True)[shown - 1]


def _log_odds(said: Sequence[float]) -> Floats:
    sure = np.clip(np.asarray(said, dtype=float), _SUREST, 1 - _SUREST)
    odds: Floats = np.log(sure / (1 - sure))
    return odds


def _expected(numbers: Floats, odds: Floats) -> Floats:
    """Probabilities of (draws, texts)."""
    moved: Floats = 1 / (1 + np.exp(-(numbers[:, :1] + (1 + numbers[:, 1:]) * odds[None, :])))
    return moved


def _mean(numbers: Floats, odds: Floats) -> Floats:
    mean: Floats = _expected(numbers, odds).mean(axis=1)
    return mean
