"""What an installation's taps add to the judge's log-odds of a complaint: a small regression over its verdicts.

The judge stays as it is. Its verdict (attitude, intent, what it named, what the second reading added) and the
stems of the words are the features; the judge's own log-odds are the offset, so without taps nothing changes, and
each coefficient has a normal prior around nothing, so that few taps move little:

    log-odds = z + shift + Σ weight · feature

It is adaptation with a prior centred on the old model (Chelba and Acero 2004), over features that a hundred labels
can tell apart; decision 0118 has what else was tried.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from classifiers.grounds import possible_kinds
from classifiers.logistic import fit
from classifiers.verdict import Question
from domain.verdict import Verdict

FORMAT: Final = 1
PREFIX: Final = "taps-"
"""How a correction's version begins; it stands behind the judge's own in a verdict."""

LEAST: Final = 60
"""Labels from which there is a correction: with so few it helps a third as much as with 300."""
LEAST_OF_A_KIND: Final = 10
MOST: Final = 1_000
"""The latest labels that are learned from: 20 MB while it lasts, and old troubles are over."""

FREE: Final = 0.1
"""Precision of the shift for all texts: how frequent complaints are, the taps may say nearly alone."""
OF_A_BRAND: Final = 1.0
OF_A_VERDICT: Final = 4.0
OF_A_STEM: Final = 1 / 3
"""Precisions (one by the variance) of the normal priors. Between 2 and 8, and between 0.1 and 1, nothing differs
by more than a point (docs/learning.md)."""

STEM: Final = 5
"""Letters of a word that count: «доставка», «доставку» and «доставили» are one. Four or six do as well."""
_SEEN: Final = 2
"""Labels in which a stem must stand: what stands in one is the text itself."""
_LONGEST: Final = 2_000
"""Characters that are looked at."""
_SUREST: Final = 1e-6
_WORD: Final = re.compile(r"[^\W\d_]+|\d+|[!?]+|[)(]{2,}")
_WORST: Final = -12.0

Features = Mapping[str, float]


class CorrectionError(ValueError):
    """No correction can be made, or read; the message says why, in Russian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A label with what the judge alone says of its text; `weight` is how sure the label is, up to one."""

    question: Question
    verdict: Verdict
    complaint: bool
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`weights` by the feature's name; `base` is the model whose verdicts it corrects, `about` its card."""

    base: str
    weights: Features
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """The beginning of the content's SHA-256: the same taps make the same version."""
        return PREFIX + checksum(self)[:12]

    def log_odds(self, verdict: Verdict, found: Features) -> float:
        """Of a complaint, of a text whose `features` are `found` and of which the judge alone says `verdict`."""
        weights = self.weights
        return log_odds(verdict.complaint) + sum(
            weights[name] * value for name, value in found.items() if name in weights
        )


def log_odds(probability: float) -> float:
    sure = min(1 - _SUREST, max(_SUREST, probability))
    return math.log(sure / (1 - sure))


def probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(_WORST, odds)))


def features(question: Question, verdict: Verdict) -> dict[str, float]:
    """A text's features by name; values are of the order of one."""
    return dict(_features(question, verdict))


def _features(question: Question, verdict: Verdict) -> Iterator[tuple[str, float]]:
    text = question.text[:_LONGEST]
    mood = verdict.sentiment
    yield "shift", 1.0
    if question.stream:
        yield f"brand:{question.stream}", 1.0
    yield "score", log_odds(verdict.complaint) / 3
    yield "negative", _against(mood.negative, mood.neutral)
    yield "positive", _against(mood.positive, mood.neutral)
    yield "second reading", _second_reading(verdict)
    yield "length", math.log1p(len(text)) - 4
    yield "urgency", verdict.urgency
    yield f"intent:{verdict.intent}", 1.0
    for name, holds in (
        ("question", "?" in text),
        ("link", "http" in text),
        ("danger", bool(verdict.dangers)),
        ("named", bool(question.brand)),
    ):
        if holds:
            yield name, 1.0
    yield from ((f"topic:{topic}", 1.0) for topic in verdict.topics)
    yield from ((f"kind:{kind}", 1.0) for kind in possible_kinds(text))
    stems = stems_of(_without(text, question))
    yield from ((f"stem:{stem}", 1 / math.sqrt(len(stems))) for stem in stems)


def stems_of(text: str) -> frozenset[str]:
    """Beginnings of the words, numbers and signs of a text."""
    return frozenset(word[:STEM] for word in _WORD.findall(text.lower().replace("ё", "е")))


def _without(text: str, question: Question) -> str:
    """The brand's name says whose text it is, not what it is about."""
    for start, end in sorted(question.brand, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _second_reading(verdict: Verdict) -> float:
    """What it added; nothing where only one tier read, or the evidence was not kept."""
    return verdict.evidence[0].weight / 2 if verdict.read_twice and verdict.evidence else 0.0


def _against(part: float, neutral: float) -> float:
    """Log-odds of an opinion against none, within two."""
    return max(-2.0, min(2.0, math.log((part + _SUREST) / (neutral + _SUREST)) / 3))


def learn(lessons: Sequence[Lesson], base: str, about: Mapping[str, Any] | None = None) -> Correction:
    """The correction that these lessons make likeliest; the same lessons make the same. Raises CorrectionError.

    On the whole it raises nothing: taps are about cards. They can say that too many of these were in vain, and of
    the texts that made none they know nothing.
    """
    yes = sum(lesson.complaint for lesson in lessons)
    if reason := too_few(yes, len(lessons) - yes):
        raise CorrectionError(reason)
    found = [features(lesson.question, lesson.verdict) for lesson in lessons]
    counted = Counter(name for one in found for name in one)
    names = sorted(name for name, count in counted.items() if count >= _SEEN or not name.startswith("stem:"))
    columns = {name: column for column, name in enumerate(names)}
    matrix = np.zeros((len(lessons), len(names)))
    for row, one in enumerate(found):
        known = [name for name in one if name in columns]
        matrix[row, [columns[name] for name in known]] = [one[name] for name in known]
    sure = np.array([lesson.weight for lesson in lessons])
    weights = fit(
        matrix,
        np.array([1.0 if lesson.complaint else -1.0 for lesson in lessons]),
        sure,
        np.array([log_odds(lesson.verdict.complaint) for lesson in lessons]),
        np.array([_precision(name) for name in names]),
    )
    weights[columns["shift"]] -= max(0.0, float(np.average(matrix @ weights, weights=sure)))
    card = {**(about or {}), "complaints": yes, "others": len(lessons) - yes}
    # Five digits are more than the taps tell, and what they do not move is not worth its place.
    kept = {name: round(float(weight), 5) for name, weight in zip(names, weights, strict=True)}
    return Correction(base=base, weights={name: weight for name, weight in kept.items() if weight}, about=card)


def too_few(complaints: int, others: int) -> str | None:
    """Why so many labels teach nothing yet, in Russian; None where they do."""
    if complaints + others < LEAST:
        return f"меток {complaints + others}, а нужно хотя бы {LEAST}"
    if min(complaints, others) < LEAST_OF_A_KIND:
        return f"жалоб {complaints}, не жалоб {others}, а нужно хотя бы {LEAST_OF_A_KIND} каждого рода"
    return None


def _precision(name: str) -> float:
    if name == "shift":
        return FREE
    if name.startswith("brand:"):
        return OF_A_BRAND
    return OF_A_STEM if name.startswith("stem:") else OF_A_VERDICT


def to_row(correction: Correction) -> dict[str, Any]:
    """As it is stored and written to files; `from_row` reads it back."""
    return {
        "format": FORMAT,
        "base": correction.base,
        "weights": dict(correction.weights),
        "about": dict(correction.about),
    }


def from_row(row: Any, version: str) -> Correction:
    """Raises CorrectionError for what is damaged, of another format, or not the `version` that it is called."""
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise CorrectionError(f"{version}: поправка другого формата")
    try:
        weights = {str(name): float(weight) for name, weight in row["weights"].items()}
        correction = Correction(base=str(row["base"]), weights=weights, about=dict(row["about"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorrectionError(f"{version}: поправка не читается ({error})") from error
    if not all(map(math.isfinite, weights.values())) or correction.version != version:
        raise CorrectionError(f"{version}: поправка повреждена, записано было другое")
    return correction


def checksum(correction: Correction) -> str:
    """SHA-256 of the content, in one way of writing it."""
    content = json.dumps(to_row(correction), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
