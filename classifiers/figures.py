"""The formulas: precision, recall, F1, average precision, calibration error, for many weightings of texts at once.

Weights are (draws, texts): one draw with ones is the plain figure, a draw of the bootstrap is how often each text
came up, and a text may also stand for a part of the stream. A figure is (draws,), nan where a draw tells nothing.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from classifiers.bootstrap import Floats, Ints

Truths = npt.NDArray[np.bool_]

BINS: Final = 10
RECALL: Final = 0.8

_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is found and what is shown when one goes down a ranking: weights of (draws, steps).

    Texts of the same probability are one step, as nothing tells which of them would be shown first. `gained` and
    `added` are a step's own complaints and texts, `hits` and `shown` those up to its end.
    """

    gained: Floats
    added: Floats
    hits: Floats
    shown: Floats
    precision: Floats


class Ranking:
    """Texts in falling order of their probability."""

    def __init__(self, order: Ints, truths: Truths, starts: Ints, levels: Floats) -> None:
        self._order, self._truths, self._starts, self.levels = order, truths, starts, levels

    @classmethod
    def of(cls, truths: Truths, said: Floats) -> Self:
        """Of arrays of (texts,), in any order."""
        order = np.argsort(-said, kind="stable")
        falling = said[order]
        starts = np.flatnonzero(np.diff(falling, prepend=np.inf))
        return cls(order, truths[order], starts, falling[starts])

    def found(self, weights: Floats) -> Found:
        added = weights[:, self._order]
        gained = added * self._truths
        if len(self._starts) < len(self._order):
            added, gained = (np.add.reduceat(one, self._starts, axis=1) for one in (added, gained))
        hits, shown = np.cumsum(gained, axis=1), np.cumsum(added, axis=1)
        return Found(gained=gained, added=added, hits=hits, shown=shown, precision=share(hits, shown))


def average_precision(found: Found) -> Floats:
    """The area under precision and recall as scikit-learn's `average_precision_score` counts it."""
    return _part((found.gained * found.precision).sum(axis=1), found.hits[:, -1])


def precision_at_recall(found: Found, recall: float = RECALL) -> Floats:
    """The best precision that still finds so many of the complaints."""
    enough = found.hits >= recall * found.hits[:, -1:] - _ROUNDING
    best = np.where(enough, found.precision, 0.0).max(axis=1)
    return np.where(found.hits[:, -1] > 0, best, np.nan)


def at_budget(found: Found, part: float) -> tuple[Floats, Floats]:
    """Precision and recall when the first `part` (of one) of the texts is shown; of a step that is cut, a part."""
    shown = part * found.shown[:, -1]
    rows = np.arange(len(shown))
    cut = np.array([np.searchsorted(one, mass) for one, mass in zip(found.shown, shown - _ROUNDING, strict=True)])
    over = found.shown[rows, cut] - shown
    left = share(over * found.gained[rows, cut], found.added[rows, cut])
    hits = found.hits[rows, cut] - left
    return hits / shown, _part(hits, found.hits[:, -1])


def level_at_budget(ranking: Ranking, found: Found, part: float) -> float:
    """The probability of the last text that is shown, of the first draw."""
    step = int(np.searchsorted(found.shown[0], part * found.shown[0, -1] - _ROUNDING))
    return float(ranking.levels[min(step, len(ranking.levels) - 1)])


def gaps(truths: Truths, said: Floats) -> Floats:
    """What was true less what was said, each text's in the column of its bin: (texts, bins)."""
    told: Floats = np.where(bins(said)[:, None] == np.arange(BINS), (truths - said)[:, None], 0.0)
    return told


def calibration_error(gap: Floats, weights: Floats) -> Floats:
    """Of `gaps`: expected calibration error in ten equal bins (Guo et al. 2017), the mean gap by bin."""
    error: Floats = np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)
    return error


def bins(said: Floats) -> Ints:
    return np.minimum((said * BINS).astype(np.int64), BINS - 1)


def cells(gold: Ints, guesses: Ints, count: int) -> Floats:
    """Which cell of the table of true and guessed classes each text is in: (texts, count * count)."""
    cell: Floats = np.eye(count * count)[gold * count + guesses]
    return cell


def by_class(cell: Floats, count: int, weights: Floats) -> Floats:
    """Of `cells`: precision, recall and F1 of each class, (draws, 3, count).

    0 for a class that is there and never guessed; nan in a draw without a text of the class: it tells nothing.
    """
    table = (weights @ cell).reshape(-1, count, count)
    right = np.diagonal(table, axis1=1, axis2=2)
    true, guessed = table.sum(axis=2), table.sum(axis=1)
    three = np.stack([share(right, guessed), share(right, true), share(2 * right, true + guessed)], axis=1)
    return np.where(true[:, None] > 0, three, np.nan)


def share(part: Floats, whole: Floats) -> Floats:
    """`part / whole`, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _part(part: Floats, whole: Floats) -> Floats:
    """`part / whole`, nan where a draw has no complaint and so tells nothing."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
