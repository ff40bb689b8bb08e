"""A second tier that reads no text twice: judges that are compared ask it about the same ones."""

from collections.abc import Sequence

import numpy as np

from classifiers.cascade import Reads
from classifiers.model import HEADS, Floats
from classifiers.verdict import Question


class Remembered:
    """Keeps every answer of `second`, so for a bounded set of texts only. Not for several threads at once."""

    def __init__(self, second: Reads) -> None:
        self._second = second
        self._known: dict[Question, Floats] = {}
        self.version = second.version

    def logits(self, questions: Sequence[Question]) -> Floats:
        """Scores of (questions, heads)."""
        new = [one for one in dict.fromkeys(questions) if one not in self._known]
        if new:
            self._known.update(zip(new, self._second.logits(new), strict=True))
        return np.array([self._known[one] for one in questions]).reshape(-1, len(HEADS))
