"""The second tier: its speed on one core, and how well complaints are found when it reads but a share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.classify import invented, rate
from benchmarks.row import Row
from classifiers.cascade import SECOND_SHARE
from classifiers.classify import Judge
from classifiers.corpora import read_corpora, tweets
from classifiers.examples import Domain, Example
from classifiers.listed import ENCODER
from classifiers.model import COMPLAINT, Floats
from classifiers.readings import natural_weights
from classifiers.second import SecondOpinion
from classifiers.verdict import Question

DATA: Final = Path(__file__).parents[2] / "shared" / "data"
DOMAINS: Final[tuple[Domain, ...]] = ("telecom", "banks")
SHARES: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0)
TEXTS: Final = 300
LEAST: Final = 60


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
        rows += _quality(domain, [one for one in corpora.unseen if one.domain == domain], stream, second)
    return rows


def _quality(domain: str, read: Sequence[Example], stream: Sequence[Example], second: SecondOpinion) -> list[Row]:
    """Average precision on read tweets that no model saw, as the stream weighs them; beside the second alone."""
    first = _first_tier(read)
    again = second.logits(_questions(read))[:, COMPLAINT]
    both = SECOND_SHARE * again + (1 - SECOND_SHARE) * first
    truths = np.array([bool(one.complaint) for one in read])
    weights = natural_weights(domain, [one.read for one in read if one.read])
    alone = float(average_precision_score(truths, again, sample_weight=weights))
    levels = np.quantile(_first_tier(stream), [1 - share for share in SHARES])
    rows = []
    for share, level in zip(SHARES, levels, strict=True):
        sent = first >= level if share else np.zeros(len(first), dtype=bool)
        said = np.where(sent, both, first)
        found = float(average_precision_score(truths, said, sample_weight=weights))
        name = f"{domain}: {100 * share:.0f} % read twice, from log-odds {level:.1f}"
        rows.append(Row(name=name, value=100 * found, unit="AP, %", against="second tier", ratio=found / alone))
    return rows


def _first_tier(examples: Sequence[Example]) -> Floats:
    """Log-odds of a complaint."""
    said = np.array([verdict.complaint for verdict in Judge.load().classify(_questions(examples))])
    odds: Floats = np.log(said) - np.log1p(-said)
    return odds


def _questions(examples: Sequence[Example]) -> list[Question]:
    return [Question(text=one.text, brand=one.brand) for one in examples]
