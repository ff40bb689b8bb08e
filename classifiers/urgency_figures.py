"""What cannot wait, in texts of all trades that people read: the kinds that words find, which dangers are real."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from classifiers import other_trades
from classifiers.bootstrap import Floats, Ranged, ranged
from classifiers.corpora import BRANDED, Corpora, posts, read_posts
from classifiers.dangers import COURT
from classifiers.examples import Example, rows
from classifiers.figures import Ranking, average_precision
from classifiers.lexicon import Markers
from classifiers.lexicon_hits import DANGER, LexiconHits, found
from classifiers.morphology import Morphology
from classifiers.readings import LATER, TRADES, read_trades
from classifiers.robustness import CARD_AT
from classifiers.shares import share
from classifiers.topic_figures import URGENT_KINDS, NameFigures, measure_names, urgent_kinds
from classifiers.unsaid import tokens
from classifiers.verdict import Judges, Question

URGENCY_READINGS: Final = Path(__file__).parent / "labels" / "urgency.tsv"
"""600 posts and reviews of all trades: what is urgent in each by `labels/GUIDELINE.md`, most often nothing."""

_DANGER: Final = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyFigures:
    """`kinds` by the words that hasten; `dangers` are those that are named on cards, courts left out.

    `average_precision` is of the urgency's probability, for whatever cannot wait.
    """

    count: int
    urgent: int
    average_precision: Ranged
    kinds: Sequence[NameFigures]
    dangers: NameFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerFigures:
    """Texts in which a danger is named, and how many complain; the same of those below the usual threshold."""

    source: str
    named: int
    complaints: int
    alone: int
    alone_complaints: int

    @property
    def precision(self) -> Ranged | None:
        return share(self.complaints, self.named) if self.named else None

    @property
    def alone_precision(self) -> Ranged | None:
        return share(self.alone_complaints, self.alone) if self.alone else None


def read_urgency(path: Path = URGENCY_READINGS) -> dict[str, str | None]:
    """Id of a text → its kind of `URGENT_KINDS`, None where nothing is urgent."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["urgent"] or None for row in csv.DictReader(lines, delimiter="\t")}


def measure_urgency(
    judge: Judges, data: Path, readings: Mapping[str, str | None] | None = None
) -> UrgencyFigures | None:
    """None where the folder of data sets lacks the texts."""
    readings = read_urgency() if readings is None else readings
    read = [(text, readings[post]) for post, text in _texts(data) if post in readings]
    if not any(kind for _, kind in read):
        return None
    texts = [Example(text=text, brand=(), label=None, domain="read") for text, _ in read]
    verdicts = judge.classify([Question(text=one.text) for one in texts])
    kinds = [{kind} if kind else set[str]() for _, kind in read]
    named = [{_DANGER} if set(one.dangers) - {COURT} else set[str]() for one in verdicts]
    truths = np.array([bool(kind) for kind in kinds])
    ranking = Ranking.of(truths, np.array([one.urgency for one in verdicts]))

    def area(weights: Floats) -> Floats:
        return average_precision(ranking.found(weights))[:, None]

    (precision,) = ranged(area, np.ones(len(read)), np.arange(len(read)))
    (dangers,) = measure_names([_DANGER], kinds, named)
    return UrgencyFigures(
        count=len(read),
        urgent=int(truths.sum()),
        average_precision=precision,
        kinds=measure_names(URGENT_KINDS, kinds, urgent_kinds(texts, verdicts)),
        dangers=dangers,
    )


def measure_dangers(judge: Judges, sources: Mapping[str, Sequence[Example]]) -> list[DangerFigures]:
    """Of texts whose complaint people read, source by source. What names no danger is not judged."""
    figures = []
    for source, examples in sources.items():
        naming = list(_naming(examples))
        verdicts = judge.classify([Question(text=one.text, brand=one.brand) for one in naming])
        named = [(one, said) for one, said in zip(naming, verdicts, strict=True) if said.dangers]
        alone = [one for one, said in named if said.complaint < CARD_AT]
        figures.append(
            DangerFigures(
                source=source,
                named=len(named),
                complaints=sum(bool(one.complaint) for one, _ in named),
                alone=len(alone),
                alone_complaints=sum(bool(one.complaint) for one in alone),
            )
        )
    return figures


def told(corpora: Corpora, data: Path) -> dict[str, list[Example]]:
    """Where dangers are measured: source → distinct texts of which it was read whether they complain."""
    train = data / "train"
    examples = [*corpora.examples, *corpora.unseen]
    trades = [one for one in examples if one.domain == "mentions"]
    trades += read_posts(train, read_trades(TRADES) | read_trades(LATER))
    sources = {
        "твиты об операторах и банках": [one for one in examples if one.domain in BRANDED],
        "посты других отраслей": trades,
        "отзывы о пунктах выдачи": [one for one in examples if one.domain == "reviews"],
    }
    return {source: _distinct(of) for source, of in sources.items()}


def _distinct(examples: Sequence[Example]) -> list[Example]:
    known = [one for one in examples if one.complaint is not None]
    return list({(one.text, one.brand): one for one in known}.values())


def _naming(examples: Sequence[Example]) -> Iterator[Example]:
    """Those in which the words of a danger stand."""
    morphology = Morphology()
    marks = LexiconHits(Markers(), morphology)
    for example in examples:
        forms = [token.form for token in tokens(example.text, example.brand)]
        lemmas = list(map(morphology.lemma, forms))
        starts = enumerate(map(marks.starting, forms, lemmas))
        if any(kind == DANGER for kind, _ in found(range(len(forms)), forms, lemmas, starts)):
            yield example


def _texts(data: Path) -> Iterator[tuple[str, str]]:
    """Texts that may have been read for their urgency, by id; of files that are there."""
    train = data / "train"
    mentions, reviews = train / other_trades.MENTIONS, data / other_trades.MEASURED
    if not (mentions.is_file() and reviews.is_file()):
        return
    yield from posts(train)
    yield from ((f"mention:{row['id']}", row["text"]) for row in rows(mentions))
    yield from ((f"review:{row['id']}", row["text"]) for row in rows(reviews))
