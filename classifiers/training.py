"""Trains the judge from the corpora: attitude to the brand, mood of a text, complaint, over one vocabulary.

The complaint head is a stack: its own regression, the brand's attitude and the text's mood, weighed by a second
regression on held-back folds, which calibrates it too. All of it is linear, so it folds into one column of weights
and the evidence of a word is simply what the word adds.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

from classifiers.corpora import Corpora, Example, sounds_like_complaint
from classifiers.heads import Classes, Lines, Target, calibrated, fit, fit_all, held_back
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
"""Libraries whose version may change a trained model; zlib's may change the bytes of its file."""

_SOFTNESS: Final = 3.0
_READ_WEIGHT: Final = 10.0
"""A tweet that people read for complaints, beside one whose wording had to tell."""
_GUESSED_WEIGHT: Final = 0.5
_GUESSED_COMPLAINT_WEIGHT: Final = 0.3
_GUESSED_FROM: Final = 0.8
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


def fit_heads(matrix: Any, examples: Sequence[Example], folds: Classes, step: Step) -> Lines:
    domains = np.array([one.domain for one in examples])
    labels = np.array([LABELS.index(one.label) if one.label else -1 for one in examples])
    complaints = np.array([-1 if one.complaint is None else int(one.complaint) for one in examples])
    people = _target(labels, domains, _BRAND_WEIGHTS)
    text = _target(labels, domains, _TEXT_WEIGHTS)
    step("Первый учитель")
    guesses = _guesses(fit(matrix, people)(matrix), labels, domains)
    brand = _joined(people, guesses, _GUESSED_WEIGHT)
    wordings = np.array([_wording(one, guess) for one, guess in zip(examples, guesses.tolist(), strict=True)])
    told = _read(_target(complaints, domains, _COMPLAINT_WEIGHTS), examples)
    targets = (brand, text, _joined(told, wordings, _GUESSED_COMPLAINT_WEIGHT))
    step("Три головы")
    lines = fit_all(matrix, targets, np.ones(len(examples), dtype=bool))
    step("Отложенные части")
    held = held_back(matrix, targets, folds)
    step("Калибровка")
    return calibrated(lines, held, (people, text, told))


def _target(classes: Classes, domains: Any, weights: dict[str, float]) -> Target:
    by_domain = np.array([weights.get(domain, 0.0) for domain in domains])
    return Target(classes=classes, weights=np.where(classes >= 0, by_domain, 0.0), softness=_SOFTNESS)


def _guesses(scores: Floats, labels: Classes, domains: Any) -> Classes:
    """What the teacher is sure of about tweets without a label, -1 elsewhere."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    sure = (odds.max(axis=1) / odds.sum(axis=1) >= _GUESSED_FROM) & (labels < 0)
    sure &= np.isin(domains, ("telecom", "banks"))
    return np.where(sure, scores.argmax(axis=1), -1)


def _joined(known: Target, guesses: Classes, weight: float) -> Target:
    """`known` with the guesses about rows of which it knows nothing."""
    guessed = (guesses >= 0) & (known.weights == 0)
    return Target(
        classes=np.where(guessed, guesses, known.classes),
        weights=np.where(guessed, weight, known.weights),
        softness=known.softness,
    )


def _read(target: Target, examples: Sequence[Example]) -> Target:
    read = np.array([one.read is not None for one in examples])
    return replace(target, weights=np.where(read, _READ_WEIGHT, target.weights))


def _wording(example: Example, guess: int) -> int:
    """Whether a tweet of a guessed attitude is worded like a complaint; -1 where nothing was guessed."""
    return int(bool(sounds_like_complaint(example.text, LABELS[guess]))) if guess >= 0 else -1


def _fold(text: Read) -> int:
    """The same for a tweet and its retweets: a copy in another fold would make the held-back scores too good."""
    words = [form for form in text.forms if len(form) > 3][:6]
    return zlib.crc32(" ".join(words).encode("utf-8", "replace")) % FOLDS
