"""Finds marked words and phrases among lemmas: each word is looked up once and remembered with its token."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from classifiers.lexicon import SIGNALS, TOPICS, URGENT, Markers
from classifiers.morphology import Morphology
from classifiers.text import tokens

TOPIC: Final = "topic"
URGENCY: Final = "urgency"
SIGNAL: Final = "signal"
STAFF: Final = "слова сотрудников"

Mark = tuple[str, str]
"""What kind of list it is and its name in it, e.g. `("topic", "связь")`."""

Starting = tuple[tuple[tuple[str, ...], Mark], ...]
"""Phrases that begin at a token: the lemmas that must follow, and what the whole marks."""

_EXACT: Final = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the marks of a text say: its topics, the signals of its intent, the log-odds of its urgency."""

    topics: tuple[str, ...]
    signals: frozenset[str]
    urgency: float


class Marks:
    """All lists in one table: first lemma → the rest of the phrase → what it marks."""

    def __init__(self, markers: Markers, morphology: Morphology) -> None:
        self._morphology = morphology
        self._phrases: dict[str, list[tuple[tuple[str, ...], Mark]]] = {}
        for topic, words in (*TOPICS.items(), *markers.topics.items()):
            self._add((TOPIC, topic), words)
        for reason, (_, words) in URGENT.items():
            self._add((URGENCY, reason), words)
        self._add((URGENCY, STAFF), markers.urgent)
        for signal, words in SIGNALS.items():
            self._add((SIGNAL, signal), words)

    def starting(self, form: str, lemma: str) -> Starting:
        """What may begin at this token."""
        return tuple(self._phrases.get(lemma, ())) + tuple(self._phrases.get(_EXACT + form, ()))

    def _add(self, mark: Mark, words: Iterable[str]) -> None:
        for words_in_row in words:
            exact = words_in_row.startswith(_EXACT)
            forms = [token.form for token in tokens(words_in_row.removeprefix(_EXACT))]
            lemmas = tuple(_EXACT + form for form in forms) if exact else tuple(map(self._morphology.lemma, forms))
            if lemmas:
                phrases = self._phrases.setdefault(lemmas[0], [])
                if (lemmas[1:], mark) not in phrases:
                    phrases.append((lemmas[1:], mark))


def found(rows: Sequence[int], lemmas: Sequence[str], starts: Iterable[tuple[int, Starting]]) -> frozenset[Mark]:
    """The marks of a text of tokens `rows`, whose words are `lemmas[row]`: `starts` say what may begin where."""
    marks = set()
    for place, starting in starts:
        for rest, mark in starting:
            if not rest or tuple([lemmas[row] for row in rows[place + 1 : place + 1 + len(rest)]]) == rest:
                marks.add(mark)
    return frozenset(marks)


def meaning(marks: AbstractSet[Mark], weights: Mapping[str, float]) -> Meaning:
    """The marks by what they are for; `weights` are the log-odds of the reasons of urgency."""
    return Meaning(
        topics=tuple(sorted(name for kind, name in marks if kind == TOPIC)),
        signals=frozenset(name for kind, name in marks if kind == SIGNAL),
        urgency=sum(weights.get(name, 0.0) for kind, name in marks if kind == URGENCY),
    )
