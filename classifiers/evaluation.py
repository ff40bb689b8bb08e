"""Measures the judge on labelled texts: the figures of the model card come from here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

from classifiers.bootstrap import Floats, Ints, Ranged, ranged
from classifiers.corpora import Corpora, marked_place
from classifiers.examples import Example
from classifiers.figures import (
    Ranking,
    at_budget,
    average_precision,
    by_class,
    calibration_error,
    cells,
    gaps,
    level_at_budget,
    precision_at_recall,
)
from classifiers.robustness import Moved, measure_robustness
from classifiers.text import OTHER_BRAND
from classifiers.verdict import Judges, Question
from domain.verdict import LABELS, Label, Verdict

HARD_CASES: Final = Path(__file__).parent / "models" / "hard_cases.tsv"

_POLES: Final = [LABELS.index("negative"), LABELS.index("positive")]
_HELD_BACK: Final = 0.85
_UNHAPPY: Final = 0.5


class Budget(NamedTuple):
    """How many cards a day the operators can take, of how many mentions a day."""

    cards: int
    mentions: int

    @property
    def part(self) -> float:
        return min(1.0, self.cards / self.mentions)


BUDGET: Final = Budget(cards=50, mentions=1_000)
"""One operator's day at some ten minutes a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is true of one domain's texts and what was said, arrays of (texts,).

    `labels` and `complaints` are -1 where nobody knows; `groups` number the posts (see `bootstrap.draws`),
    `weights` say how much of the stream a text stands for.
    """

    domain: str
    labels: Ints
    guesses: Ints
    confidence: Floats
    complaints: Ints
    said: Floats
    weights: Floats
    groups: Ints

    def only(self, rows: Ints) -> "Answers":
        """Some of the texts."""
        return Answers(
            domain=self.domain,
            labels=self.labels[rows],
            guesses=self.guesses[rows],
            confidence=self.confidence[rows],
            complaints=self.complaints[rows],
            said=self.said[rows],
            weights=self.weights[rows],
            groups=np.unique(self.groups[rows], return_inverse=True)[1],
        )

    def with_complaint(self) -> "Answers":
        """The texts of which it is known whether they complain."""
        return self.only(np.flatnonzero(self.complaints >= 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """`shares` are precision, recall and F1, None where none of the texts is of the class."""

    label: Label
    count: int
    shares: tuple[Ranged, Ranged, Ranged] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodFigures:
    """Shares of one. `contest` is SentiRuEval's metric, the mean F1 of positive and negative, None where one of
    the two does not occur; `macro_f1` is the mean of the classes that occur; `error` is the expected calibration
    error of the label's probability.
    """

    count: int
    classes: tuple[ClassFigures, ...]
    contest: Ranged | None
    macro_f1: Ranged
    error: Ranged


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFigures:
    """Shares of one. `at_recall` is the precision where 80 % of the complaints are found; `budget_...` are those
    of the day's cards; `level` is the probability of the last card, what `complaint_at` would have to be.
    """

    count: int
    complaints: int
    average_precision: Ranged
    at_recall: Ranged
    error: Ranged
    budget_precision: Ranged
    budget_recall: Ranged
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`mood` is None without labels, `complaint` where no complaint is known."""

    domain: str
    mood: MoodFigures | None
    complaint: ComplaintFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HardFigures:
    """How many texts of one hard kind are on the right side of a half, and those that are not."""

    kind: str
    right: int
    count: int
    wrong: tuple[str, ...]


def measure(judge: Judges, examples: Sequence[Example], budget: Budget = BUDGET) -> list[Figures]:
    """Figures by domain, in alphabetical order, each with its bootstrap interval of 95 %."""
    return [figures_of(one, budget) for one in answers(judge, examples)]


def answers(judge: Judges, examples: Sequence[Example]) -> list[Answers]:
    """What the judge says beside what is true, by domain, in alphabetical order."""
    verdicts = judge.classify([Question(text=one.text, brand=one.brand) for one in examples])
    answered = list(zip(examples, verdicts, strict=True))
    return [
        _answers(domain, [one for one in answered if one[0].domain == domain])
        for domain in sorted({one.domain for one in examples})
    ]


def figures_of(judged: Answers, budget: Budget = BUDGET) -> Figures:
    labelled = np.flatnonzero(judged.labels >= 0)
    return Figures(
        domain=judged.domain,
        mood=_mood_figures(judged.only(labelled)) if len(labelled) else None,
        complaint=complaint_figures(judged, budget),
    )


def complaint_figures(judged: Answers, budget: Budget = BUDGET) -> ComplaintFigures | None:
    """None where no complaint is known."""
    known = judged.with_complaint()
    truths = known.complaints == 1
    if not truths.any():
        return None
    ranking, gap = Ranking.of(truths, known.said), gaps(truths, known.said)

    def figures(weights: Floats) -> Floats:
        found = ranking.found(weights)
        error = calibration_error(gap, weights)
        at_cards = at_budget(found, budget.part)
        return np.stack([average_precision(found), precision_at_recall(found), error, *at_cards], axis=1)

    area, at_recall, error, precision, recall = ranged(figures, known.weights, known.groups)
    return ComplaintFigures(
        count=len(truths),
        complaints=int(truths.sum()),
        average_precision=area,
        at_recall=at_recall,
        error=error,
        budget_precision=precision,
        budget_recall=recall,
        level=level_at_budget(ranking, ranking.found(known.weights[None, :]), budget.part),
    )


def measure_hard(judge: Judges, path: Path = HARD_CASES) -> list[HardFigures]:
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


def robustness(judge: Judges, path: Path = HARD_CASES) -> list[Moved]:
    """How far every third of the hard cases moves by what should not move it."""
    texts = [line.split("\t")[2] for line in path.read_text(encoding="utf-8").splitlines()]
    return measure_robustness(judge, [Question(text=text, brand=marked_place(text)) for text in texts[::3]])


def development_split(corpora: Corpora) -> tuple[Corpora, list[Example]]:
    """What to train and what to test on: the etalon of 2015 is half a year before its training set, RuSentiTweet
    is cut at 85 %. Texts of the test half are left out of training wherever else they stand.
    """
    general = [one for one in corpora.examples if one.domain == "general"]
    held = [one for one in corpora.examples if one.test or _tested(one)]
    held += general[int(len(general) * _HELD_BACK) :]
    texts = {one.text for one in held}
    return replace(corpora, examples=[one for one in corpora.examples if one.text not in texts]), held


def _tested(example: Example) -> bool:
    return example.domain == "comments" and example.label is not None and crc32(example.text.encode()) % 3 == 0


def _answers(domain: str, answered: Sequence[tuple[Example, Verdict]]) -> Answers:
    numbers: dict[str, int] = {}
    return Answers(
        domain=domain,
        labels=np.array([LABELS.index(one.label) if one.label else -1 for one, _ in answered]),
        guesses=np.array([LABELS.index(verdict.label) for _, verdict in answered]),
        confidence=np.array([_confidence(verdict) for _, verdict in answered]),
        complaints=np.array([-1 if one.complaint is None else int(one.complaint) for one, _ in answered]),
        said=np.array([verdict.complaint for _, verdict in answered]),
        weights=np.ones(len(answered)),
        groups=np.array([numbers.setdefault(_post(one), len(numbers)) for one, _ in answered]),
    )


def _post(example: Example) -> str:
    """The same for one post whichever of its brands is asked about: the others are masked already."""
    text = example.text
    for start, end in reversed(example.brand):
        text = text[:start] + OTHER_BRAND + text[end:]
    return text


def _confidence(verdict: Verdict) -> float:
    """What the judge gave to its label, which need not be the likeliest class (`classifiers.classify.LEANING`)."""
    found: float = getattr(verdict.sentiment, verdict.label)
    return found


def _mood_figures(judged: Answers) -> MoodFigures:
    right = judged.labels == judged.guesses
    gap, cell = gaps(right, judged.confidence), cells(judged.labels, judged.guesses, len(LABELS))
    counts: list[int] = np.bincount(judged.labels, minlength=len(LABELS)).tolist()
    occurring = [at for at, count in enumerate(counts) if count]
    contested = set(_POLES) <= set(occurring)
    means = [occurring, _POLES] if contested else [occurring]

    def figures(weights: Floats) -> Floats:
        three = by_class(cell, len(LABELS), weights)
        of_means = [three[:, 2, classes].mean(axis=1) for classes in means]
        shares = [three[:, :, at] for at in occurring]
        return np.column_stack([calibration_error(gap, weights), *of_means, *shares])

    told = iter(ranged(figures, judged.weights, judged.groups))
    return MoodFigures(
        count=len(right),
        error=next(told),
        macro_f1=next(told),
        contest=next(told) if contested else None,
        classes=tuple(
            ClassFigures(label=label, count=count, shares=(next(told), next(told), next(told)) if count else None)
            for label, count in zip(LABELS, counts, strict=True)
        ),
    )
