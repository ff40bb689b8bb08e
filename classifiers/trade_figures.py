"""How well complaints are found trade by trade, in reviews and in invented posts by which nothing was taught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from classifiers.bootstrap import Floats, Ranged, ranged
from classifiers.corpora import marked_place
from classifiers.examples import Example
from classifiers.figures import Ranking, average_precision, calibration_error, gaps, share
from classifiers.robustness import CARD_AT
from classifiers.verdict import Judges, Question

ALL_TRADES: Final = ""
"""The row of all trades together."""
POSTS: Final = Path(__file__).parent / "models" / "posts.tsv"
"""Kind, `yes` or `no` for a complaint, an invented post of one of twenty trades; never taught.

`{b}` stands for the brand, `\\n` for a new line.
"""
NAMED: Final = "posts, named"
BARE: Final = "posts, bare"
"""The same posts as a search finds them, and as they would stand on the brand's own page."""

_PLACE: Final = "{b}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFigures:
    """Shares of one; `recall` and `precision` at the usual threshold, `error` the expected calibration error."""

    trade: str
    count: int
    complaints: int
    average_precision: Ranged
    recall: Ranged
    precision: Ranged
    error: Ranged


def measure_trades(judge: Judges, reviews: Mapping[str, Sequence[Example]]) -> list[TradeFigures]:
    """Figures of each trade in alphabetical order, then of ALL_TRADES; a trade without a complaint has none."""
    truths: list[bool] = []
    said: list[float] = []
    trades: list[str] = []
    for trade in sorted(reviews):
        asked = reviews[trade]
        said += [
            one.complaint for one in judge.classify([Question(text=one.text, brand=one.brand) for one in asked])
        ]
        truths += [bool(one.complaint) for one in asked]
        trades += [trade] * len(asked)
    told, known, names = np.array(said), np.array(truths, dtype=bool), np.array(trades)
    rows = [(trade, names == trade) for trade in sorted(reviews)]
    rows.append((ALL_TRADES, np.ones(len(known), dtype=bool)))
    return [_figures(trade, known[of], told[of]) for trade, of in rows if known[of].any()]


def invented_posts(path: Path = POSTS) -> dict[str, list[Example]]:
    """The invented posts as a search finds them (NAMED), and without the brand's name (BARE)."""
    found: dict[str, list[Example]] = {NAMED: [], BARE: []}
    for line in path.read_text(encoding="utf-8").splitlines():
        _, complains, post = line.split("\t")
        text, complaint = post.replace("\\n", "\n"), complains == "yes"
        bare = text.replace(_PLACE, "").strip(" ,.:")
        for name, words, brand in ((NAMED, text, marked_place(text)), (BARE, bare, ())):
            found[name].append(Example(text=words, brand=brand, label=None, domain="own", complaint=complaint))
    return found


def _figures(trade: str, truths: np.ndarray, said: np.ndarray) -> TradeFigures:
    ranking, gap, shown = Ranking.of(truths, said), gaps(truths, said), said >= CARD_AT

    def figures(weights: Floats) -> Floats:
        hits = weights @ (truths & shown)
        complaints = weights @ truths
        recall = np.where(complaints > 0, share(hits, complaints), np.nan)
        area = average_precision(ranking.found(weights))
        return np.stack([area, recall, share(hits, weights @ shown), calibration_error(gap, weights)], axis=1)

    area, recall, precision, error = ranged(figures, np.ones(len(truths)), np.arange(len(truths)))
    return TradeFigures(
        trade=trade,
        count=len(truths),
        complaints=int(truths.sum()),
        average_precision=area,
        recall=recall,
        precision=precision,
        error=error,
    )
