"""The judge: questions in, verdicts out, in batches; needs no scikit-learn and no network."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final, Self

import numpy as np

from classifiers.cascade import Cascade
from classifiers.contributions import NOTHING
from classifiers.dangers import dangers_of
from classifiers.intent import URGENT_WEIGHTS, intent_of, turned_to, urgency_of
from classifiers.lexicon import Markers
from classifiers.lexicon_hits import LexiconHit, LexiconHits, Meaning, Starting, found, meaning
from classifiers.model import BRAND_HEADS, COMPLAINT, TEXT_HEADS, Floats, Model, load
from classifiers.read_text import ReadText, Together
from classifiers.reasons import Reasons
from classifiers.scorer import Scorer
from classifiers.verdict import Question
from domain.verdict import LABELS, Evidence, Label, Sentiment, Verdict

NO_MARKERS: Final = Markers()

LEANING: Final = 0.5
"""Log-odds by which an opinion of a brand is preferred to none: most mentions have none, and what is missed costs
more than what is looked at in vain. The second tier alone needs none (decision 0063).
"""

SURE: Final = 0.8
"""The probability of a complaint from which on nobody is called content."""

_EVEN: Final = 0.5
_SMALLEST: Final = 1e-6
_UNHAPPY, _CONTENT = LABELS.index("negative"), LABELS.index("positive")
_BATCH: Final = 512
_NOTHING_ADDED: Final[dict[int, float]] = {}
_NO_HITS: Final[frozenset[LexiconHit]] = frozenset()
_OPINIONS: Final = np.array([1.0, 0.0, 1.0])
_REMEMBERED: Final = 10_000
"""Combinations of marks whose meaning is kept: most texts have one that was seen before."""


_Said = tuple[Sequence[float], Label, float]


class Judge:
    """A model with the staff's markers. Calls from several threads take turns."""

    def __init__(self, model: Model, markers: Markers = NO_MARKERS, cascade: Cascade | None = None) -> None:
        self._version = model.version
        self._cascade = cascade
        self._scorer = Scorer(model)
        self._hits = LexiconHits(markers, self._scorer.contributions.morphology)
        self._starts: list[Starting | None] = []
        self._meanings: dict[frozenset[LexiconHit], Meaning] = {}
        self._lock = Lock()
        self.intercept = float(model.intercept[COMPLAINT])

    @classmethod
    def load(cls, path: Path | None = None, markers: Markers = NO_MARKERS) -> Self:
        """Read a model file, the committed one by default. Raises `classifiers.model.ModelError`."""
        return cls(load(path), markers)

    def heed(self, markers: Markers) -> None:
        """Go by these words of the staff's instead of those it had; to be called before the first text."""
        with self._lock:
            self._hits = LexiconHits(markers, self._scorer.contributions.morphology)

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        """A verdict for each question, in order. No text makes it raise: what cannot be read is judged neutral.

        The weights of the evidence and `intercept` sum to the log-odds of `complaint`: the intercept is what the
        judge thinks before it has read a word. What a second reading added stands as evidence of the whole text.
        """
        verdicts: list[Verdict] = []
        with self._lock:
            for start in range(0, len(questions), _BATCH):
                verdicts += self._batch(questions[start : start + _BATCH])
        return verdicts

    def _batch(self, questions: Sequence[Question]) -> list[Verdict]:
        texts = [ReadText.of(question) for question in questions]
        parents = self._parents(questions, texts)
        self._scorer.begin()
        rows = self._scorer.contributions.rows([text.said for text in texts])
        parts = [(at, part) for at, text in enumerate(texts) for part in text.parts]
        judged = [[row for row in rows[at][part.first : part.last] if row != NOTHING] for at, part in parts]
        scores = self._scorer.score(judged, COMPLAINT)
        logits, added = (
            self._cascade.reread([texts[at].question(part) for at, part in parts], scores.logits)
            if self._cascade
            else (scores.logits, _NOTHING_ADDED)
        )
        self._learn_starts()
        answered = {at: _odds(parent) for at, parent in parents.items()}
        together = Together.of(texts, rows, logits, scores, added, answered)
        for at, parent in parents.items():
            if texts[at].joins and parent.complaint > _EVEN:
                together.logits[at, BRAND_HEADS] = together.logits[at, TEXT_HEADS] = _mood_odds(parent)
        branded = [text.branded for text in texts]
        verdicts = [
            self._verdict(
                questions[at],
                said,
                self._found([row for row in rows[at] if row != NOTHING]),
                turned_to(texts[at].cut, texts[at].named) | texts[at].links,
                Reasons(texts[at].cut, rows[at], together.contributions[at], texts[at].plain),
            )
            for at, said in enumerate(_said(together.logits, branded, self._leaning(branded, together.added)))
        ]
        for at, weight in together.added.items():
            verdicts[at] = self._read_twice(verdicts[at], questions[at], weight)
        return verdicts

    def _parents(self, questions: Sequence[Question], texts: Sequence[ReadText]) -> dict[int, Verdict]:
        """Verdicts on what those texts answer that say too little by themselves."""
        asked = {
            at: question.parent
            for at, question in enumerate(questions)
            if question.parent is not None and (texts[at].bare or texts[at].joins)
        }
        alone = [replace(parent, parent=None) for parent in asked.values()]
        return dict(zip(asked, self._batch(alone), strict=True)) if asked else {}

    def _leaning(self, branded: Sequence[bool], reread: Collection[int]) -> Floats:
        leaning = np.where(np.array(branded, bool), LEANING, 0.0)
        if self._cascade and self._cascade.sole:
            leaning[list(reread)] = 0.0
        return leaning

    def _read_twice(self, verdict: Verdict, question: Question, weight: float) -> Verdict:
        second = self._cascade.second.version if self._cascade else ""
        whole = Evidence(0, len(question.text), weight)
        wanted = question.wants_evidence(verdict.complaint, verdict.dangers)
        evidence = (whole, *verdict.evidence) if wanted else ()
        return replace(verdict, evidence=evidence, model=f"{verdict.model}+{second}", read_twice=True)

    def _verdict(
        self,
        question: Question,
        said: _Said,
        means: Meaning,
        turned: frozenset[str],
        evidence: Sequence[Evidence],
    ) -> Verdict:
        mood, label, complaint = said
        signals = means.signals | turned
        dangers = dangers_of(means.dangers, means.urgent_words, signals, label, complaint)
        return Verdict(
            sentiment=Sentiment(negative=mood[0], neutral=mood[1], positive=mood[2]),
            label=label,
            complaint=complaint,
            intent=intent_of(signals, label, complaint),
            topics=means.topics,
            urgency=urgency_of(means.urgency, complaint),
            evidence=evidence if question.wants_evidence(complaint, dangers) else (),
            model=self._version,
            dangers=dangers,
        )

    def _learn_starts(self) -> None:
        """Note what marked words and phrases begin at each newly seen token."""
        forms, lemmas = self._scorer.contributions.forms, self._scorer.contributions.lemmas
        if len(lemmas) < len(self._starts):  # the scorer has begun anew
            self._starts.clear()
        known = len(self._starts)
        self._starts += map(self._hits.starting, forms[known:], lemmas[known:])

    def _found(self, rows: Sequence[int]) -> Meaning:
        known, kept = self._starts, self._scorer.contributions
        starts = [(place, start) for place, row in enumerate(rows) if (start := known[row]) is not None]
        marks = found(rows, kept.forms, kept.lemmas, starts) if starts else _NO_HITS
        means = self._meanings.get(marks)
        if means is None:
            if len(self._meanings) >= _REMEMBERED:
                self._meanings.clear()
            means = self._meanings[marks] = meaning(marks, URGENT_WEIGHTS)
        return means


def _odds(verdict: Verdict) -> float:
    """The log-odds of its complaint, bounded as probabilities at the ends of floating point are not."""
    sure = min(max(verdict.complaint, _SMALLEST), 1 - _SMALLEST)
    return math.log(sure / (1 - sure))


def _mood_odds(verdict: Verdict) -> Floats:
    mood = verdict.sentiment
    return np.log(np.maximum([mood.negative, mood.neutral, mood.positive], _SMALLEST))


def _said(logits: Floats, branded: Sequence[bool], leaning: Floats) -> Iterator[_Said]:
    """Of each question the shares of the classes, the label and the probability of a complaint.

    `leaning` is (questions,), what an opinion is preferred by, in log-odds.
    """
    moods = _moods(logits, branded)
    labels = (moods * np.exp(leaning[:, None] * _OPINIONS)).argmax(axis=1)
    complaints = 1 / (1 + np.exp(-logits[:, COMPLAINT]))
    # «Спасибо, третий день без связи»: who surely complains is not content, whatever his words sound like.
    labels[(complaints >= SURE) & (labels == _CONTENT)] = _UNHAPPY
    return zip(moods.tolist(), [LABELS[label] for label in labels.tolist()], complaints.tolist(), strict=True)


def _moods(logits: Floats, branded: Sequence[bool]) -> Floats:
    """Softmax of the brand's heads where a brand is given, of the text's where none is."""
    three = np.where(np.array(branded, bool)[:, None], logits[:, BRAND_HEADS], logits[:, TEXT_HEADS])
    odds = np.exp(three - three.max(axis=1, keepdims=True))
    moods: Floats = odds / odds.sum(axis=1, keepdims=True)
    return moods
