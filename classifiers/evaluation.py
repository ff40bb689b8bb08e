"""Measures the judge on labelled texts: the figures of the model card come from here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from classifiers.classify import Judge
from classifiers.corpora import (
    Corpora,
    DataError,
    Example,
    brand_example,
    marked_place,
    rows,
)
from classifiers.verdict import LABELS, Question, Verdict

HARD_CASES: Final = Path(__file__).parent / "models" / "hard_cases.tsv"

_TELECOM: Final = ("beeline", "mts", "megafon", "tele2", "rostelecom", "komstar", "skylink")
_BINS: Final = 10
_HELD_BACK: Final = 0.85
_UNHAPPY: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    label: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares of one. `contest` is SentiRuEval's metric, the mean F1 of positive and negative.

    `complaint_ap` is the average precision of the complaint probability, None where no complaint is known;
    `..._error` are expected calibration errors in ten equal bins.
    """

    domain: str
    count: int
    classes: tuple[ClassFigures, ...]
    contest: float
    macro_f1: float
    mood_error: float
    complaint_ap: float | None
    complaint_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HardFigures:
    """How many texts of one hard kind are on the right side of a half, and those that are not."""

    kind: str
    right: int
    count: int
    wrong: tuple[str, ...]


def measure(judge: Judge, examples: Sequence[Example]) -> list[Figures]:
    """Figures by domain, in alphabetical order."""
    verdicts = judge.classify([Question(text=one.text, brand=one.brand) for one in examples])
    return [
        _figures(
            domain,
            [(one, verdict) for one, verdict in zip(examples, verdicts, strict=True) if one.domain == domain],
        )
        for domain in sorted({one.domain for one in examples})
    ]


def measure_hard(judge: Judge, path: Path = HARD_CASES) -> list[HardFigures]:
    """The invented hard cases (`kind`, `yes` or `no` for a complaint, text), kind by kind."""
    cases = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    verdicts = judge.classify([Question(text=text, brand=marked_place(text)) for _, _, text in cases])
    figures = []
    for kind in dict.fromkeys(case[0] for case in cases):
        answers = [
            (text, (verdict.complaint >= _UNHAPPY) == (expected == "yes"))
            for (one, expected, text), verdict in zip(cases, verdicts, strict=True)
            if one == kind
        ]
        wrong = tuple(text for text, right in answers if not right)
        figures.append(HardFigures(kind=kind, right=len(answers) - len(wrong), count=len(answers), wrong=wrong))
    return figures


def read_gold(path: Path) -> list[Example]:
    """A labelled JSONL: `text` with `brands` (brand → label) or with `label`. Raises DataError."""
    return [example for row in rows(path) for example in _gold(row, path)]


def development_split(corpora: Corpora) -> tuple[Corpora, list[Example]]:
    """What to train and what to test on: the etalon of 2015 is half a year before its training set, RuSentiTweet
    is cut at 85 %. Texts of the test half are left out of training wherever else they stand.
    """
    general = [one for one in corpora.examples if one.domain == "general"]
    held = [one for one in corpora.examples if one.test] + general[int(len(general) * _HELD_BACK) :]
    texts = {one.text for one in held}
    return replace(corpora, examples=[one for one in corpora.examples if one.text not in texts]), held


def _gold(row: dict[str, Any], path: Path) -> Iterator[Example]:
    text, brands, label = row.get("text"), row.get("brands"), row.get("label")
    if not isinstance(text, str):
        raise DataError(f"{path.name}: a row without a `text`")
    if isinstance(brands, dict):
        for brand, attitude in brands.items():
            if attitude in LABELS:
                yield brand_example(text, brand, attitude, "telecom" if brand in _TELECOM else "banks")
    elif label in LABELS:
        complaint = False if label != "negative" else None
        yield Example(text=text, brand=(), label=label, domain="general", complaint=complaint)


def _figures(domain: str, answers: Sequence[tuple[Example, Verdict]]) -> Figures:
    gold = [one.label for one, _ in answers]
    guess = [verdict.label for _, verdict in answers]
    precision, recall, f1, counts = precision_recall_fscore_support(gold, guess, labels=LABELS, zero_division=0.0)
    classes = tuple(
        ClassFigures(
            label=label,
            precision=float(precision[at]),
            recall=float(recall[at]),
            f1=float(f1[at]),
            count=int(counts[at]),
        )
        for at, label in enumerate(LABELS)
    )
    known = [(one.complaint, verdict.complaint) for one, verdict in answers if one.complaint is not None]
    some = any(complaint for complaint, _ in known)
    moods = [(one.label == verdict.label, _confidence(verdict)) for one, verdict in answers]
    return Figures(
        domain=domain,
        count=len(answers),
        classes=classes,
        contest=float(f1[0] + f1[2]) / 2,
        macro_f1=float(np.mean(f1)),
        mood_error=calibration_error(moods),
        complaint_ap=float(average_precision_score(*zip(*known, strict=True))) if some else None,
        complaint_error=calibration_error(known) if some else None,
    )


def _confidence(verdict: Verdict) -> float:
    return max(verdict.sentiment.negative, verdict.sentiment.neutral, verdict.sentiment.positive)


def calibration_error(answers: Sequence[tuple[bool | None, float]]) -> float:
    """Expected calibration error: how far what was said is from what was true, bin by bin, weighed by size."""
    truth = np.array([bool(true) for true, _ in answers], dtype=np.float64)
    said = np.array([probability for _, probability in answers])
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(truth[bins == one].mean() - said[bins == one].mean())) * float((bins == one).mean())
        for one in np.unique(bins)
    ]
    return sum(gaps)
