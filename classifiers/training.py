"""Trains the judge from the corpora: attitude to the brand, mood of a text, complaint, over one vocabulary.

The complaint head is a stack: its own regression, the brand's attitude and the text's mood, weighed by a second
regression on held-back folds, which calibrates it too. Beside each head's regression stands one over the same
columns scaled by their log-count ratios, mixed in by a share. All of it is linear, so it folds into one column of
weights and the evidence of a word is simply what the word adds.
"""

import zlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from classifiers.corpora import BRANDED, Corpora
from classifiers.examples import Domain, Example
from classifiers.heads import Classes, Lines, Target, calibrated, fit_all, held_back
from classifiers.model import COMPLAINT, Model
from classifiers.morphology import Morphology
from classifiers.space import Read, Space, blocks, read
from domain.verdict import LABELS

Step = Callable[[str], None]
"""Is told what comes next; the command draws the progress bar."""

STEPS: Final = 5
FOLDS: Final = 4

# How much each corpus counts in each head. Chosen on SentiRuEval 2015 train → etalon (a real gap in time) and on a
# held-back part of RuSentiTweet, never on a hold-out.
_BRAND_WEIGHTS: Final = {"telecom": 1.0, "banks": 1.0, "general": 0.3, "own": 2.0, "written": 0.5}
_TEXT_WEIGHTS: Final = {
    "telecom": 0.2, "banks": 0.2, "general": 1.0, "comments": 1.0, "emotions": 0.3, "own": 1.0,
    "written": 0.3, "reviews": 0.3, "sentences": 0.1,
}  # fmt: skip
_COMPLAINT_WEIGHTS: Final = {
    "telecom": 1.0, "banks": 1.0, "general": 0.2, "comments": 1.0, "news": 0.2, "own": 6.0,
    "mentions": 5.0, "read": 2.5, "written": 0.5, "reviews": 0.3, "sentences": 0.1,
}  # fmt: skip
_DECISIVE: Final = ("scikit-learn", "scipy", "numpy", "pymorphy3", "pymorphy3-dicts-ru")
"""Libraries whose version may change a trained model; zlib's may change the bytes of its file."""

_C: Final = 6.0
_RATIOS: Final = (0.3, 0.3, 0.5)
"""How much of attitude, mood and complaint is the regression over log-count ratios (decisions 0130, 0141)."""
COMPLAINT_LEAN: Final = 0.5
"""Log-odds that a complaint is given beyond what the calibration on all trades together finds (decision 0068)."""
_TAUGHT_WEIGHT: Final = 0.5
"""What the second tier thinks of a tweet, beside what people say of one."""
_MIN_SHARE: Final = 0.03
"""A class to which the teacher gives less is not worth a row of the regression."""


def train(corpora: Corpora, step: Step) -> Model:
    """Train on everything in `corpora`. The same data and versions give the same model."""
    examples = corpora.examples
    step("Разбор слов")
    morphology = Morphology()
    texts = [read(one.text, one.brand, morphology, corpora.tones) for one in examples]
    step("Словарь признаков")
    # News teaches what no complaint looks like, but its names and places are not worth a place in the file.
    space = Space.of([text for text, one in zip(texts, examples, strict=True) if one.domain != "news"])
    matrix = space.matrix(texts)
    folds = np.array([_fold(text) for text in texts])
    with threadpool_limits(1):  # how many cores add up a sum must not show in the file, and waiting for them costs
        lines = fit_heads(matrix, examples, folds, step)
    words, chars = blocks(space, lines.weights)
    return Model(
        version="untitled",
        words=words,
        chars=chars,
        intercept=lines.intercept,
        tones=corpora.tones,
        about={**corpora.about, "versions": _versions()},
    )


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _DECISIVE} | {"zlib": zlib.ZLIB_RUNTIME_VERSION}


def targets_of(examples: Sequence[Example]) -> tuple[Target, Target, Target]:
    """What people say of attitudes to brands, moods of texts, and complaints."""
    labels = np.array([LABELS.index(one.label) if one.label else -1 for one in examples])
    complaints = np.array([-1 if one.complaint is None else int(one.complaint) for one in examples])
    return (
        _target(labels, examples, _BRAND_WEIGHTS, _RATIOS[0]),
        _target(labels, examples, _TEXT_WEIGHTS, _RATIOS[1]),
        _target(complaints, examples, _COMPLAINT_WEIGHTS, _RATIOS[2]),
    )


def fit_heads(matrix: Any, examples: Sequence[Example], folds: Classes, step: Step) -> Lines:
    people, text, told = targets_of(examples)
    targets = (
        people + _taught_moods(examples, BRANDED),
        text + _taught_moods(examples, ("comments",)),
        told + _taught_complaints(examples),
    )
    step("Три головы")
    lines = fit_all(matrix, targets, np.ones(len(examples), dtype=bool))
    step("Отложенные части")
    held = held_back(matrix, targets, folds)
    step("Калибровка")
    found = calibrated(lines, held, (people, text, told))
    found.intercept[COMPLAINT] += COMPLAINT_LEAN
    return found


def _target(classes: Classes, examples: Sequence[Example], weights: dict[str, float], ratios: float) -> Target:
    """What people say, each domain at its weight."""
    by_domain = np.array([weights.get(one.domain, 0.0) for one in examples])
    rows = np.flatnonzero((classes >= 0) & (by_domain > 0))
    return Target(rows=rows, classes=classes[rows], weights=by_domain[rows], c=_C, ratios=ratios)


def _taught_moods(examples: Sequence[Example], domains: Sequence[Domain]) -> Target:
    """The second tier's shares of the classes in texts of the domains that nobody labelled."""
    shares = [
        (at, *one.taught[:3])
        for at, one in enumerate(examples)
        if one.taught and one.label is None and one.domain in domains
    ]
    return _soft(shares)


def _taught_complaints(examples: Sequence[Example]) -> Target:
    shares = [
        (at, 1 - one.taught[3], one.taught[3])
        for at, one in enumerate(examples)
        if one.taught and one.complaint is None and one.domain in BRANDED
    ]
    return _soft(shares)


def _soft(shares: Sequence[tuple[float, ...]]) -> Target:
    """Every class that has a share worth a row, weighed by it."""
    kept = [
        (int(row), kind, share) for row, *parts in shares for kind, share in enumerate(parts) if share > _MIN_SHARE
    ]
    rows, classes, parts = np.array(kept).reshape(-1, 3).T
    return Target(
        rows=rows.astype(np.int64),
        classes=classes.astype(np.int64),
        weights=_TAUGHT_WEIGHT * parts,
        c=_C,
    )


def _fold(text: Read) -> int:
    """The same for a tweet and its retweets: a copy in another fold would make the held-back scores too good."""
    words = [form for form in text.forms if len(form) > 3][:6]
    return zlib.crc32(" ".join(words).encode("utf-8", "replace")) % FOLDS
