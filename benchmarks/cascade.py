"""The second tier: its speed on one core, and how well complaints are found when it reads but a share.

What share it reads is decided by the shipped `Pace` itself, on a clock of numbers: a day of one brand with its
busy hours, and floods. The texts between which the read tweets stand are the domain's own stream.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from benchmarks.classify import invented, rate
from benchmarks.row import Row
from classifiers.cascade import LEAN, SECOND_SHARE
from classifiers.classify import Judge
from classifiers.corpora import read_corpora, tweets
from classifiers.examples import Domain, Example
from classifiers.listed import ENCODER
from classifiers.model import COMPLAINT, Floats
from classifiers.pace import Pace
from classifiers.readings import natural_weights
from classifiers.second import SecondOpinion
from classifiers.verdict import Question

DATA: Final = Path(__file__).parents[2] / "shared" / "data"
DOMAINS: Final[tuple[Domain, ...]] = ("telecom", "banks")
SHARES: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0)
TEXTS: Final = 300
LEAST: Final = 60
DAY: Final = 86_400.0
BUSY_HOURS: Final = (
    *(0.3, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 1.8, 1.8, 1.7),
    *(1.6, 1.6, 1.6, 1.6, 1.6, 1.7, 1.8, 1.6, 1.3, 1.0, 0.7, 0.4),
)
"""How much of a day's mentions come in each hour, beside the mean hour."""
FLOODS: Final = (33.0, 100.0, 300.0, 1_000.0)
"""Mentions a second; 33 are the ten thousand in five minutes of `benchmarks.flood`."""
DRAWS: Final = 10
"""So many times the read tweets are put among the stream, at other places each time."""
_AT_ONCE: Final = 500
_FIRST: Final = 1 / 25_000
"""Seconds that the first tier takes for a text."""
_SEED: Final = 11


def run() -> list[Row]:
    second = SecondOpinion.load(ENCODER)
    questions = invented(TEXTS)
    second.logits(questions)
    pace = rate(lambda: second.logits(questions), len(questions), rounds=1)
    rows = [Row(name="second tier", value=pace, unit="texts/s", against=f"{LEAST}", ratio=pace / LEAST)]
    if not DATA.is_dir():
        return [*rows, Row(name="quality against share: skipped, no ../shared/data", value=0, unit="")]
    corpora = read_corpora(DATA, taught=None)
    for domain in DOMAINS:
        stream = list(tweets(DATA / "train" / f"sentirueval2016_{domain}_unlabelled.jsonl.gz", domain))
        rows += _quality(domain, [one for one in corpora.unseen if one.domain == domain], stream, second, 1 / pace)
    return rows


def _quality(
    domain: str, read: Sequence[Example], stream: Sequence[Example], second: SecondOpinion, seconds: float
) -> list[Row]:
    """Average precision on read tweets that no model saw, as the stream weighs them; beside the second alone.

    `seconds` is what the second tier takes for a text.
    """
    first = _first_tier(read)
    again = second.logits(_questions(read))[:, COMPLAINT]
    both = SECOND_SHARE * again + (1 - SECOND_SHARE) * first + LEAN
    truths = np.array([bool(one.complaint) for one in read])
    weights = natural_weights(domain, [one.read for one in read if one.read])
    alone = float(average_precision_score(truths, again, sample_weight=weights))
    around = _first_tier(stream)
    levels = np.quantile(around, [1 - share for share in SHARES])
    rows = []
    for share, level in zip(SHARES, levels, strict=True):
        sent = first >= level if share else np.zeros(len(first), dtype=bool)
        said = np.where(sent, both, first)
        found = float(average_precision_score(truths, said, sample_weight=weights))
        name = f"{domain}: {100 * share:.0f} % read twice, from log-odds {level:.1f}"
        rows.append(Row(name=name, value=100 * found, unit="AP, %", against="second tier", ratio=found / alone))
    generator = np.random.default_rng(_SEED)
    for when, each_second in (("a day", 0.0), *((f"a flood of {come:.0f} a second", come) for come in FLOODS)):
        areas, shares = [], []
        for _ in range(DRAWS):
            places = generator.permutation(len(around) + len(first))
            mixed = np.concatenate((first, around))[places]
            arrivals = _arrivals(len(mixed), each_second, generator)
            twice, share = read_twice(mixed, arrivals, seconds)
            sent = np.empty_like(twice)
            sent[places] = twice
            said = np.where(sent[: len(first)], both, first)
            areas.append(float(average_precision_score(truths, said, sample_weight=weights)))
            shares.append(share)
        found = float(np.mean(areas))
        name = f"{domain}, {when}: {100 * np.mean(shares):.0f} % read twice"
        rows.append(Row(name=name, value=100 * found, unit="AP, %", against="second tier", ratio=found / alone))
    return rows


def _arrivals(count: int, rate: float, generator: np.random.Generator) -> Floats:
    """When each of so many mentions comes, in seconds and in order: at a rate or, if that is 0, over a day."""
    if rate:
        return np.cumsum(generator.exponential(1 / rate, count))
    hours = generator.choice(len(BUSY_HOURS), count, p=np.array(BUSY_HOURS) / sum(BUSY_HOURS))
    moments: Floats = np.sort((hours + generator.random(count)) * DAY / len(BUSY_HOURS))
    return moments


def read_twice(odds: Floats, arrivals: Floats, seconds: float) -> tuple[npt.NDArray[np.bool_], float]:
    """Which mentions the shipped `Pace` reads twice, and their share; the second tier takes `seconds` a text.

    `odds` are log-odds of a complaint by the first tier, `arrivals` when each comes, both in order. What has come
    while the judge was busy is its next batch.
    """
    pace = Pace()
    twice = np.zeros(len(odds), dtype=bool)
    clock, done = 0.0, 0
    while done < len(odds):
        clock = max(clock, float(arrivals[done]))
        come = int(np.searchsorted(arrivals, clock, side="right"))
        batch = slice(done, min(come, done + _AT_ONCE))
        size = batch.stop - batch.start
        pace.waiting = come - batch.stop
        rows = pace.chosen(["it"] * size, odds[batch])
        pace.took(len(rows), len(rows) * seconds)
        twice[[batch.start + row for row in rows]] = True
        clock += size * _FIRST + len(rows) * seconds
        done = batch.stop
    return twice, float(twice.mean())


def _first_tier(examples: Sequence[Example]) -> Floats:
    """Log-odds of a complaint."""
    said = np.array([verdict.complaint for verdict in Judge.load().classify(_questions(examples))])
    odds: Floats = np.log(said) - np.log1p(-said)
    return odds


def _questions(examples: Sequence[Example]) -> list[Question]:
    return [Question(text=one.text, brand=one.brand) for one in examples]
