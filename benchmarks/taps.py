"""Shadow learning measured: taps simulated from read labels of trades that the judge has never seen.

Real posts of banks, in their order of time, by a judge of one tier that was trained without any bank (`stranger`);
and reviews of other trades by the judge that ships, both tiers: neither saw them. Operators see the likeliest
complaints of the first part and tap on some of them, one tap in twenty by mistake; what they taught is measured on
the later part, where the threshold finds as many complaints as before. Nothing of the texts is kept or shown.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.row import Row
from benchmarks.stranger import DATA, posts_of, stranger
from classifiers.comparing import Fresh, compare
from classifiers.corrected import base_of, corrected
from classifiers.correction import Correction, Lesson, learn, log_odds
from classifiers.regression import regression_set, rights
from classifiers.tiers import open_judge
from classifiers.verdict import Judges, Question
from domain.verdict import Verdict

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEEDS: Final = 10
DRAWS: Final = 100
WRONG: Final = 0.05
"""Taps by mistake."""
TAPS: Final = (60, 100, 300)
FREQUENT: Final = 0.1
"""How frequent complaints are made among reviews, half of which complain."""
A_DAY: Final = 30
TRADES: Final = {
    "goods": ("marketplace goods",),
    "games": ("games",),
    "hotels and restaurants": ("hotels", "restaurants"),
    "electronics and groceries": ("electronics", "groceries"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Texts with the judge's verdicts; `first` are the rows of what is heard first, `weights` the others' shares
    of the stream. Of the first part the likeliest `cards` are shown.
    """

    name: str
    questions: Sequence[Question]
    verdicts: Sequence[Verdict]
    complaints: npt.NDArray[np.bool_]
    first: Ints
    later: Ints
    weights: Floats
    cards: float
    recall: float

    def scores(self, rows: Ints, correction: Correction | None = None) -> Floats:
        said = (corrected(self.questions[row], self.verdicts[row], correction).complaint for row in rows)
        return np.array([log_odds(one) for one in said])

    def shown(self) -> Ints:
        order = np.argsort(-self.scores(self.first), kind="stable")
        return self.first[order[: int(self.cards * len(self.first))]]

    def lessons(self, rows: Ints, said: npt.NDArray[np.bool_]) -> list[Lesson]:
        return [
            Lesson(question=self.questions[row], verdict=self.verdicts[row], complaint=bool(one))
            for row, one in zip(rows, said, strict=True)
        ]


def run() -> list[Row]:
    if not DATA.is_dir():
        return [Row(name="skipped: no ../shared/data", value=0, unit="")]
    judge = open_judge()
    trades = [banks("banks"), banks("sberbank", only="sberbank")]
    rows = [row for trade in (*trades, *_reviews(judge)) for row in measured(trade)]
    rows += list(_regression(trades[0], judge))
    return [*rows, *promotions(trades[0])]


def banks(name: str, only: str | None = None) -> Trade:
    """Posts about banks, oldest first: the older half is heard first, 5 % of it are cards."""
    posts = sorted(posts_of("banks"), key=lambda post: (post.number, post.brand))
    posts = [post for post in posts if only in (None, post.brand)]
    questions = [Question(text=post.text, brand=post.spans, stream=post.brand) for post in posts]
    half = len(posts) // 2
    return Trade(
        name=name,
        questions=questions,
        verdicts=stranger("banks").classify(questions),
        complaints=np.array([post.complaint for post in posts]),
        first=np.arange(half),
        later=np.arange(half, len(posts)),
        weights=np.ones(len(posts) - half),
        cards=0.05 if only is None else 0.1,
        recall=0.0,
    )


def _reviews(judge: Judges) -> Iterator[Trade]:
    """A random half is heard first, all but its surely contented quarter is shown; recall is held at 80 %."""
    with gzip.open(DATA / "eval" / "other_trades_reviews.jsonl.gz", "rt", encoding="utf-8") as lines:
        reviews = [json.loads(line) for line in lines]
    for name, trades in TRADES.items():
        kept = [review for review in reviews if review["trade"] in trades]
        questions = [Question(text=review["text"], stream=name) for review in kept]
        complaints = np.array([review["label"] == "negative" for review in kept])
        order = np.random.default_rng(1).permutation(len(kept))
        first, later = order[: len(kept) // 2], order[len(kept) // 2 :]
        share = FREQUENT / (1 - FREQUENT) * (~complaints[later]).sum() / complaints[later].sum()
        yield Trade(
            name=f"reviews: {name}",
            questions=questions,
            verdicts=judge.classify(questions),
            complaints=complaints,
            first=first,
            later=later,
            weights=np.where(complaints[later], share, 1.0),
            cards=0.75,
            recall=0.8,
        )


def measured(trade: Trade) -> Iterator[Row]:
    """Precision of the cards before and after, at equal recall, each gain with its interval of 95 %.

    An interval is of draws of the later texts and of taps together: ten draws of taps, a hundred of texts each.
    """
    before, true = trade.scores(trade.later), trade.complaints[trade.later]
    recall = trade.recall or _recall(before, true, trade.weights, trade.cards)
    old = precision(before, true, trade.weights, recall)
    frequent = (true * trade.weights).sum() / trade.weights.sum()
    yield Row(name=f"{trade.name}: complaints among what is heard", value=100 * frequent, unit="%")
    yield Row(name=f"{trade.name}: precision before, at recall {100 * recall:.0f} %", value=100 * old, unit="%")
    for count in TAPS:
        gains, drawn, figures = [], [], []
        for seed in range(SEEDS):
            random = np.random.default_rng(seed)
            after = trade.scores(trade.later, _taught(trade, count, random))
            figures.append(precision(after, true, trade.weights, recall))
            gains.append(figures[-1] - old)
            for _ in range(DRAWS):
                rows = random.integers(0, len(true), len(true))
                some = true[rows], trade.weights[rows], recall
                drawn.append(precision(after[rows], *some) - precision(before[rows], *some))
        low, high = np.percentile(drawn, (2.5, 97.5))
        said = f"{100 * np.mean(gains):+.1f} ({100 * low:+.1f}…{100 * high:+.1f})"
        yield Row(
            name=f"{trade.name}: after {count} taps", value=100 * float(np.mean(figures)), unit="%", against=said
        )


def _taught(trade: Trade, count: int, random: np.random.Generator) -> Correction:
    shown = trade.shown()
    tapped = random.choice(shown, min(count, len(shown)), replace=False)
    said = trade.complaints[tapped] ^ (random.random(len(tapped)) < WRONG)
    return learn(trade.lessons(tapped, said), base_of(trade.verdicts[0]))


def precision(scores: Floats, true: npt.NDArray[np.bool_], weights: Floats, recall: float) -> float:
    """The share of complaints among the likeliest, as many as find `recall` of them."""
    order = np.argsort(-scores, kind="stable")
    found, shown = np.cumsum((weights * true)[order]), np.cumsum(weights[order])
    last = min(len(order) - 1, int(np.searchsorted(found, recall * found[-1] - 1e-9)))
    return float(found[last] / shown[last])


def _recall(scores: Floats, true: npt.NDArray[np.bool_], weights: Floats, share: float) -> float:
    """What part of the complaints the likeliest `share` of the stream holds."""
    order = np.argsort(-scores, kind="stable")
    shown = np.cumsum(weights[order])
    last = int(np.searchsorted(shown, share * shown[-1]))
    return float((weights * true)[order][:last].sum() / (weights * true).sum())


def _regression(trade: Trade, judge: Judges) -> Iterator[Row]:
    """What the taps of one trade do to the regression set, by the judge that ships."""
    known = regression_set()
    alone = judge.classify([one.question for one in known])
    kept = [
        rights(known, alone, None, _based(_taught(trade, 300, np.random.default_rng(seed)), alone[0]))
        for seed in range(SEEDS)
    ]
    for sets in zip(*kept, strict=True):
        after = np.mean([one.after for one in sets])
        name = f"regression set «{sets[0].name}» ({sets[0].count}): right after 300 taps of {trade.name}"
        yield Row(name=name, value=float(after), unit="texts", against=str(sets[0].before))


def _based(correction: Correction, verdict: Verdict) -> Correction:
    return Correction(base=base_of(verdict), weights=correction.weights, about=correction.about)


def promotions(trade: Trade) -> Iterator[Row]:
    """When the nightly rule promotes, 30 taps a day; and how often it is taken in by taps that mean nothing."""
    for name, honest in (("honest taps", True), ("taps at random", False)):
        found = [_promoted(trade, np.random.default_rng(seed), honest=honest) for seed in range(2 * SEEDS)]
        after = [taps for taps in found if taps is not None]
        yield Row(
            name=f"{trade.name}, {name}: promoted within {TAPS[-1]} taps",
            value=100 * len(after) / len(found),
            unit="% of runs",
            against=f"after {np.median(after):.0f} taps" if after else None,
        )


def _promoted(trade: Trade, random: np.random.Generator, *, honest: bool) -> int | None:
    """After how many taps; None where never."""
    shown = random.permutation(trade.shown())[: TAPS[-1]]
    said = trade.complaints[shown] ^ (random.random(len(shown)) < WRONG)
    if not honest:
        said = random.permutation(said)
    fresh: list[Fresh] = []
    for night in range(2 * A_DAY, len(shown), A_DAY):
        correction = learn(trade.lessons(shown[:night], said[:night]), base_of(trade.verdicts[0]))
        for row, one in zip(shown[night : night + A_DAY], said[night : night + A_DAY], strict=True):
            candidate = corrected(trade.questions[row], trade.verdicts[row], correction).complaint
            active = trade.verdicts[row].complaint
            fresh.append(Fresh(complaint=bool(one), weight=1.0, active=active, candidate=candidate))
        if compare(fresh, []).promotes:
            return night + A_DAY
    return None
