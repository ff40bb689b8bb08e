"""Trains the judge from the corpora: attitude to the brand, mood of a text, complaint, over one vocabulary.

The complaint head is a stack: its own regression, the brand's attitude and the text's mood, weighed by a second
regression on held-back folds, which calibrates it too. All of it is linear, so it folds into one column of weights
and the evidence of a word is simply what the word adds.
"""

import zlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from classifiers.corpora import Corpora, Example
from classifiers.heads import Classes, Lines, Mask, Target, calibrated, fit, fit_all, held_back
from classifiers.model import Floats, Model
from classifiers.morphology import Morphology
from classifiers.space import Read, Space, blocks, read
from classifiers.verdict import LABELS

Step = Callable[[str], None]
"""Is told what comes next; the command draws the progress bar."""

STEPS: Final = 6
FOLDS: Final = 4

# How much each corpus counts in each head. Chosen on SentiRuEval 2015 train → etalon (a real gap in time) and on a
# held-back part of RuSentiTweet, never on a hold-out.
_BRAND_WEIGHTS: Final = {"telecom": 1.0, "banks": 1.0, "general": 0.3, "own": 2.0}
_TEXT_WEIGHTS: Final = {"telecom": 0.2, "banks": 0.2, "general": 1.0, "emotions": 0.3, "own": 1.0}
_COMPLAINT_WEIGHTS: Final = {"telecom": 1.0, "banks": 1.0, "general": 0.2, "news": 0.2, "own": 6.0}
_DECISIVE: Final = ("scikit-learn", "scipy", "numpy", "pymorphy3", "pymorphy3-dicts-ru")
"""Libraries whose version may change a trained model."""

_SOFTNESS: Final = 4.0
_GUESSED_WEIGHT: Final = 0.3
_GUESSED_FROM: Final = 0.75
"""The first teacher's guess about an unlabelled tweet is believed from this probability."""


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
    lines = fit_heads(matrix, examples, folds, step)
    words, chars = blocks(space, lines.weights)
    return Model(
        version="untitled",
        words=words,
        chars=chars,
        intercept=lines.intercept,
        tones=corpora.tones,
        about={**corpora.about, "versions": {name: version(name) for name in _DECISIVE}},
    )


def fit_heads(matrix: Any, examples: Sequence[Example], folds: Classes, step: Step) -> Lines:
    domains = np.array([one.domain for one in examples])
    labels = np.array([LABELS.index(one.label) if one.label else -1 for one in examples])
    complaints = np.array([-1 if one.complaint is None else int(one.complaint) for one in examples])
    text = _target(labels, domains, _TEXT_WEIGHTS)
    complaint = _target(complaints, domains, _COMPLAINT_WEIGHTS)
    step("Первый учитель")
    teacher = fit(matrix, _target(labels, domains, _BRAND_WEIGHTS))
    brand = _with_guesses(teacher(matrix), labels, domains)
    targets = (brand, text, complaint)
    step("Три головы")
    lines = fit_all(matrix, targets, np.ones(len(examples), dtype=bool))
    step("Отложенные части")
    held = held_back(matrix, targets, folds)
    step("Калибровка")
    return calibrated(lines, held, targets, _labelled(labels, complaints))


def _target(classes: Classes, domains: Any, weights: dict[str, float]) -> Target:
    by_domain = np.array([weights.get(domain, 0.0) for domain in domains])
    return Target(classes=classes, weights=np.where(classes >= 0, by_domain, 0.0), softness=_SOFTNESS)


def _with_guesses(scores: Floats, labels: Classes, domains: Any) -> Target:
    """The brand's target with the unlabelled tweets that the teacher is sure of."""
    people = _target(labels, domains, _BRAND_WEIGHTS)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    sure = (odds.max(axis=1) / odds.sum(axis=1) >= _GUESSED_FROM) & (labels < 0)
    sure &= np.isin(domains, ("telecom", "banks"))
    return Target(
        classes=np.where(sure, scores.argmax(axis=1), labels),
        weights=np.where(sure, _GUESSED_WEIGHT, people.weights),
        softness=_SOFTNESS,
    )


def _labelled(labels: Classes, complaints: Classes) -> Mask:
    mask: Mask = (labels >= 0) | (complaints >= 0)
    return mask


def _fold(text: Read) -> int:
    """The same for a tweet and its retweets: a copy in another fold would make the held-back scores too good."""
    words = [form for form in text.forms if len(form) > 3][:6]
    return zlib.crc32(" ".join(words).encode("utf-8", "replace")) % FOLDS
