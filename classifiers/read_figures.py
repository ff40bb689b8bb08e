"""How well complaints are found among tweets that people read.

Each figure stands twice: for the texts as they were drawn (complaints are enriched), and weighed so that it speaks
of the natural stream. Few complaints were read, so the bootstrap intervals are wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifiers.evaluation import (
    BUDGET,
    Answers,
    Budget,
    ComplaintFigures,
    answers,
    complaint_figures,
)
from classifiers.examples import Example
from classifiers.readings import natural_weights
from classifiers.verdict import Judges


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFigures:
    domain: str
    drawn: ComplaintFigures
    natural: ComplaintFigures


def measure_read(judge: Judges, examples: Sequence[Example], budget: Budget = BUDGET) -> list[ReadFigures]:
    """Figures by domain of tweets with a reading; a domain without a complaint has none."""
    figures = []
    for natural in natural_answers(judge, examples):
        drawn = complaint_figures(replace(natural, weights=np.ones_like(natural.weights)), budget)
        weighed = complaint_figures(natural, budget)
        if drawn and weighed:
            figures.append(ReadFigures(domain=natural.domain, drawn=drawn, natural=weighed))
    return figures


def natural_answers(judge: Judges, examples: Sequence[Example]) -> list[Answers]:
    """The answers by domain, each text with what it stands for in the natural stream."""
    weighed = []
    for one in answers(judge, examples):
        read = [example.read for example in examples if example.domain == one.domain and example.read]
        weighed.append(replace(one, weights=np.array(natural_weights(one.domain, read))))
    return weighed
