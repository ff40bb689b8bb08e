"""How much is read twice: all while the second tier keeps up, each brand's likeliest complaints when not."""

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Final

import numpy as np

from classifiers.model import Floats

PATIENCE: Final = 0.1
"""Seconds of reading twice that may lie ahead, of the batch and of what waits behind it: a card is later by it."""

FIRST_GUESS: Final = 0.01
"""Seconds a text, before the first one was read."""

_KEPT: Final = 500
"""Log-odds of a brand's latest texts, of which its quantile is taken."""
_LEARNING: Final = 0.1


class Pace:
    """Chooses what is read twice. `waiting` is how many texts wait behind the batch; whoever keeps them sets it.

    For the metrics: `seconds` is what a text takes, `share` the part of the last batch that was read twice,
    `floors` the log-odds of a complaint from which each of its brands' texts were, -inf while all are.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._seen: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self.waiting = 0
        self.seconds = FIRST_GUESS
        self.share = 1.0
        self.floors: dict[str, float] = {}

    def chosen(self, streams: Sequence[str], complaints: Floats) -> list[int]:
        """The rows to read again, in order, by their brands and log-odds of a complaint; nan is never chosen."""
        readable = np.flatnonzero(~np.isnan(complaints)).tolist()
        share = affordable(len(readable) + self.waiting, self.seconds, self._patience)
        for row in readable:
            self._seen[streams[row]].append(float(complaints[row]))
        self.floors = {stream: self._floor(stream, share) for stream in {streams[row] for row in readable}}
        rows = [row for row in readable if complaints[row] >= self.floors[streams[row]]]
        most = max(1, int(self._patience / self.seconds))
        rows = sorted(sorted(rows, key=lambda row: -complaints[row])[:most])
        self.share = len(rows) / len(readable) if readable else 1.0
        return rows

    def took(self, texts: int, seconds: float) -> None:
        """Learn how long reading takes here."""
        if texts:
            self.seconds += _LEARNING * (max(1e-6, seconds / texts) - self.seconds)

    def _floor(self, stream: str, share: float) -> float:
        """The brand's running quantile: from here on as much of it lies as can be read."""
        return -math.inf if share >= 1 else float(np.quantile(self._seen[stream], 1 - share))


def affordable(texts: int, seconds: float, patience: float) -> float:
    """The share of the texts that can be read twice within the patience, at `seconds` each."""
    return min(1.0, patience / (texts * seconds)) if texts else 1.0
