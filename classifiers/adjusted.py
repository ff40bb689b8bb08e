"""A second tier that follows what the first one learned from a brand's own labels."""

from collections.abc import Sequence
from threading import Lock
from typing import Final

from classifiers.cascade import Reads
from classifiers.contributions import NOTHING
from classifiers.model import COMPLAINT, Floats, Model
from classifiers.read_text import ReadText
from classifiers.scorer import Scorer
from classifiers.verdict import Question

_BATCH: Final = 512


class Adjusted:
    """The second tier's scores with what adapting changed in the first tier's log-odds of a complaint.

    Without it the cascade would keep but the first tier's small share of the change where it matters most.
    `trained` is the model that `adapted` was made of.
    """

    def __init__(self, second: Reads, trained: Model, adapted: Model) -> None:
        self._second = second
        self._scorers = Scorer(trained), Scorer(adapted)
        self._lock = Lock()
        self.version = second.version

    def logits(self, questions: Sequence[Question]) -> Floats:
        """Scores of (questions, heads)."""
        scores = self._second.logits(questions).copy()
        with self._lock:
            for start in range(0, len(questions), _BATCH):
                some = questions[start : start + _BATCH]
                old, new = (_complaints(scorer, some) for scorer in self._scorers)
                scores[start : start + _BATCH, COMPLAINT] += new - old
        return scores


def _complaints(scorer: Scorer, questions: Sequence[Question]) -> Floats:
    """Log-odds of a complaint, one a question."""
    scorer.begin()
    rows = scorer.contributions.rows([ReadText.of(one).said for one in questions])
    found: Floats = scorer.score([[row for row in one if row != NOTHING] for one in rows], COMPLAINT).logits[
        :, COMPLAINT
    ]
    return found
