"""How well topics, intent and the kinds of urgency are found in tweets that people read for them.

Half of the readings mend the word lists, the other half only measures (`classifiers.readings.teaches`). The
figures are of the texts as they were drawn: with far more complaints, questions and praise than the stream has.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

import numpy as np

from classifiers.bootstrap import Floats, Ranged, ranged
from classifiers.corpora import Corpora
from classifiers.examples import Example
from classifiers.figures import Truths, share
from classifiers.intent import UNHAPPY
from classifiers.lexicon import TOPICS, Markers
from classifiers.lexicon_hits import URGENCY, LexiconHits, found
from classifiers.morphology import Morphology
from classifiers.readings import teaches
from classifiers.unsaid import tokens
from classifiers.verdict import Judges, Question
from domain.verdict import Intent, Verdict

TOPIC_READINGS: Final = Path(__file__).parent / "labels" / "topics.tsv"
"""2 962 tweets: topics, intent, kind of urgency by `labels/GUIDELINE.md`."""

INTENTS: Final[tuple[Intent, ...]] = get_args(Intent)
URGENT_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "danger": ("деньги пропали", "здоровье"),
    "leaves": ("уходит",),
    "court_press": ("суд", "пресса"),
    "minors": ("дети",),
    "outage": ("массовый сбой",),
}
"""Kind of urgency → the reasons in `classifiers.lexicon.URGENT` that stand for it; the others only hasten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReading:
    """`urgent` is one of `URGENT_KINDS`, None where nothing is."""

    topics: frozenset[str]
    intent: Intent
    urgent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFigures:
    """Of one topic, intent or kind in `count` texts; `shares`: precision, recall, F1, None where none is true."""

    name: str
    count: int
    shares: tuple[Ranged, Ranged, Ranged] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures:
    """`all_topics` counts every (text, topic) alike; `right_intents` is a share of the texts."""

    count: int
    topics: Sequence[NameFigures]
    all_topics: NameFigures
    intents: Sequence[NameFigures]
    right_intents: Ranged
    urgent: Sequence[NameFigures]


def topic_readings(path: Path = TOPIC_READINGS) -> dict[tuple[str, str], TopicReading]:
    """(Tweet's id, brand) → reading."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (row["id"], row["brand"]): TopicReading(
                topics=frozenset(row["topics"].split()),
                intent=cast(Intent, row["intent"]),
                urgent=row["urgent"] or None,
            )
            for row in csv.DictReader(lines, delimiter="\t")
        }


def measuring(corpora: Corpora) -> list[Example]:
    """The read tweets that teach nothing, one a reading."""
    read = topic_readings()
    by_pair = {one.post: one for one in (*corpora.examples, *corpora.unseen) if one.post}
    return [by_pair[pair] for pair in sorted(read) if pair in by_pair and not teaches(pair[0])]


def without(corpora: Corpora, measured: Sequence[Example]) -> list[Example]:
    """The examples to train on when `measured` are measured: neither these nor their copies."""
    texts = {one.text for one in measured}
    return [one for one in corpora.examples if one.text not in texts]


def measure_topics(
    judge: Judges, examples: Sequence[Example], readings: Mapping[tuple[str, str], TopicReading]
) -> TopicFigures | None:
    """None where none of the examples was read. The judge must have been given no words of the staff."""
    known = [(one, readings[one.post]) for one in examples if one.post and one.post in readings]
    if not known:
        return None
    verdicts = judge.classify([Question(text=one.text, brand=one.brand) for one, _ in known])
    read = [reading for _, reading in known]
    urgent = urgent_kinds([one for one, _ in known], verdicts)
    topics = _named(TOPICS, [one.topics for one in read], [one.topics for one in verdicts])
    intents = measure_names(INTENTS, [{one.intent} for one in read], [{one.intent} for one in verdicts])
    kinds = [{one.urgent} if one.urgent else set() for one in read]
    right = np.array([one.intent == verdict.intent for one, verdict in zip(read, verdicts, strict=True)])
    return TopicFigures(
        count=len(known),
        topics=[_figures(name, true, said) for name, true, said in topics],
        all_topics=_figures("", *(np.column_stack(columns) for columns in list(zip(*topics, strict=True))[1:])),
        intents=intents,
        right_intents=_mean(right),
        urgent=measure_names(URGENT_KINDS, kinds, urgent),
    )


def urgent_kinds(examples: Sequence[Example], verdicts: Sequence[Verdict]) -> list[set[str]]:
    """The kinds whose words stand in a text that is judged a complaint: no reason counts elsewhere."""
    morphology = Morphology()
    marks = LexiconHits(Markers(), morphology)
    told = []
    for example, verdict in zip(examples, verdicts, strict=True):
        forms = [token.form for token in tokens(example.text, example.brand)]
        lemmas = list(map(morphology.lemma, forms))
        starts = enumerate(map(marks.starting, forms, lemmas))
        reasons = {name for kind, name in found(range(len(forms)), forms, lemmas, starts) if kind == URGENCY}
        heard = verdict.complaint >= UNHAPPY
        told.append({kind for kind, words in URGENT_KINDS.items() if heard and reasons & set(words)})
    return told


def measure_names(
    names: Collection[str], true: Sequence[Collection[str]], said: Sequence[Collection[str]]
) -> list[NameFigures]:
    """The figures of each name over texts of which it is true and said."""
    return [_figures(name, *places) for name, *places in _named(names, true, said)]


def _named(
    names: Collection[str], true: Sequence[Collection[str]], said: Sequence[Collection[str]]
) -> list[tuple[str, Truths, Truths]]:
    """Each name with where it is true and where it is said, arrays of (texts,)."""
    return [
        (name, np.array([name in one for one in true]), np.array([name in one for one in said])) for name in names
    ]


def _figures(name: str, true: Truths, said: Truths) -> NameFigures:
    """Of arrays of (texts,) or (texts, names); a draw without any counts as 0."""
    true, said = true.reshape(len(true), -1), said.reshape(len(said), -1)
    counts = [one.sum(axis=1).astype(np.float64) for one in (true & said, true, said)]

    def figures(weights: Floats) -> Floats:
        right, trues, saids = (weights @ one for one in counts)
        return np.stack([share(right, saids), share(right, trues), share(2 * right, trues + saids)], axis=1)

    if not true.any():
        return NameFigures(name=name, count=0, shares=None)
    precision, recall, f1 = ranged(figures, np.ones(len(true)), np.arange(len(true)))
    return NameFigures(name=name, count=int(true.sum()), shares=(precision, recall, f1))


def _mean(right: Truths) -> Ranged:
    (figure,) = ranged(
        lambda weights: (weights @ right / weights.sum(axis=1))[:, None],
        np.ones(len(right)),
        np.arange(len(right)),
    )
    return figure
