"""How well complaints are found among tweets that people read: average precision, precision at 80 % recall.

Each figure stands twice: for the texts as they were drawn (complaints are enriched), and weighed so that it speaks
of the natural stream. Few complaints were read, so each comes with a bootstrap interval of 95 %.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from classifiers.classify import Judge
from classifiers.corpora import Example
from classifiers.evaluation import calibration_error
from classifiers.readings import natural_weights
from classifiers.verdict import Question

_RESAMPLES: Final = 1_000
_SEED: Final = 3
_INTERVAL: Final = (2.5, 97.5)
_RECALL: Final = 0.8

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


class Ranged(NamedTuple):
    """A figure and its bootstrap interval, shares of one."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFigures:
    domain: str
    count: int
    complaints: int
    precision: Ranged
    natural_precision: Ranged
    at_recall: Ranged
    natural_at_recall: Ranged
    error: float
    """Calibration error over the texts as drawn."""


def measure_read(judge: Judge, examples: Sequence[Example]) -> list[ReadFigures]:
    """Figures by domain of tweets with a reading; a domain without a complaint has none."""
    figures = []
    for domain in sorted({one.domain for one in examples}):
        read = [one for one in examples if one.domain == domain]
        if any(one.complaint for one in read):
            figures.append(_figures(judge, domain, read))
    return figures


def average_precision(truths: Truths, weights: Floats) -> float:
    """Of texts in falling order of their probability: the mean precision over the complaints, weighed."""
    told = np.cumsum(weights)
    hit = np.where(truths, weights, 0.0)
    return float((hit * np.cumsum(hit) / told).sum() / hit.sum())


def precision_at_recall(truths: Truths, weights: Floats) -> float:
    """The best precision that still finds 80 % of the complaints, of texts in falling order."""
    hit = np.cumsum(np.where(truths, weights, 0.0))
    enough = hit >= _RECALL * hit[-1] - 1e-12
    return float((hit / np.cumsum(weights))[enough].max())


def _figures(judge: Judge, domain: str, examples: Sequence[Example]) -> ReadFigures:
    verdicts = judge.classify([Question(text=one.text, brand=one.brand) for one in examples])
    said = np.array([verdict.complaint for verdict in verdicts])
    order = np.argsort(-said, kind="stable")
    truths = np.array([bool(one.complaint) for one in examples])[order]
    natural = np.array(natural_weights(domain, [one.read for one in examples if one.read]))[order]
    alike = np.ones(len(order))
    return ReadFigures(
        domain=domain,
        count=len(examples),
        complaints=int(truths.sum()),
        precision=_ranged(average_precision, truths, alike),
        natural_precision=_ranged(average_precision, truths, natural),
        at_recall=_ranged(precision_at_recall, truths, alike),
        natural_at_recall=_ranged(precision_at_recall, truths, natural),
        error=calibration_error(list(zip(truths.tolist(), said[order].tolist(), strict=True))),
    )


def _ranged(figure: Callable[[Truths, Floats], float], truths: Truths, weights: Floats) -> Ranged:
    """Texts are drawn again with replacement; a draw without a complaint says nothing and is left out."""
    random = np.random.default_rng(_SEED)
    drawn = (np.sort(random.integers(0, len(truths), len(truths))) for _ in range(_RESAMPLES))
    values = [figure(truths[one], weights[one]) for one in drawn if truths[one].any()]
    low, high = np.percentile(values, _INTERVAL)
    return Ranged(figure(truths, weights), float(low), float(high))
