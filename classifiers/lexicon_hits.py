"""Finds marked words and phrases in texts: each word is looked up once and remembered with its token."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, NamedTuple

from classifiers.dangers import DANGERS, KIN, KIN_WORDS, PAST, PAST_WORDS
from classifiers.lexicon import SIGNALS, TOPICS, URGENT, Markers, Near
from classifiers.morphology import Morphology
from classifiers.near_words import NEAR_TOPICS, NEAR_URGENT
from classifiers.unsaid import tokens

TOPIC: Final = "topic"
URGENCY: Final = "urgency"
SIGNAL: Final = "signal"
DANGER: Final = "danger"
URGENT_WORD: Final = "urgent word"
STAFF: Final = "слова сотрудников"

LexiconHit = tuple[str, str]
"""What kind of list it is and its name in it, e.g. `("topic", "связь")`."""

_EXACT: Final = "="
_REACH: Final = 6
"""Tokens to each side within which a word stands near another."""


class Phrase(NamedTuple):
    """A phrase by what must follow its first word: the forms themselves if `exact`, else their lemmas.

    One of the lemmas `near` must stand near it, unless there are none.
    """

    rest: tuple[str, ...]
    exact: bool
    near: frozenset[str]
    mark: LexiconHit

    @property
    def is_whole(self) -> bool:
        """Whether its first word is all that it asks for."""
        return not self.rest and not self.near


class Starting(NamedTuple):
    """What begins at a token: the marks of words that stand for themselves, and phrases that may go on from it."""

    marks: frozenset[LexiconHit]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a text's marks say: topics, signals of the intent, log-odds of the urgency, kinds of danger, and the
    staff's urgent words.
    """

    topics: tuple[str, ...]
    signals: frozenset[str]
    urgency: float
    dangers: frozenset[str]
    urgent_words: tuple[str, ...]


class LexiconHits:
    """All lists in one table: first lemma, or `=` and the first form → the phrases that begin with it."""

    def __init__(self, markers: Markers, morphology: Morphology) -> None:
        self._morphology = morphology
        self._phrases: dict[str, list[Phrase]] = {}
        for topic, words in (*TOPICS.items(), *markers.topics.items()):
            self._add((TOPIC, topic), words)
        for reason, (_, words) in URGENT.items():
            self._add((URGENCY, reason), words)
        self._add((URGENCY, STAFF), markers.urgent)
        for word in markers.urgent:
            self._add((URGENT_WORD, word.removeprefix(_EXACT)), (word,))
        for signal, words in (*SIGNALS.items(), (PAST, PAST_WORDS), (KIN, KIN_WORDS)):
            self._add((SIGNAL, signal), words)
        self._add_near(TOPIC, NEAR_TOPICS)
        self._add_near(URGENCY, NEAR_URGENT)
        self._add_near(DANGER, DANGERS)

    def starting(self, form: str, lemma: str) -> Starting | None:
        """What may begin at this token; None for most."""
        by_lemma, exact = self._phrases.get(lemma), self._phrases.get(_EXACT + form)
        if by_lemma is None and exact is None:
            return None
        phrases = (*(by_lemma or ()), *(exact or ()))
        return Starting(
            frozenset(phrase.mark for phrase in phrases if phrase.is_whole),
            tuple(phrase for phrase in phrases if not phrase.is_whole),
        )

    def _add_near(self, kind: str, lists: Mapping[str, Sequence[Near]]) -> None:
        for name, pairs in lists.items():
            for pair in pairs:
                self._add((kind, name), pair.words, frozenset(map(self._morphology.lemma, pair.near)))

    def _add(self, mark: LexiconHit, words: Iterable[str], near: frozenset[str] = frozenset()) -> None:
        for words_in_row in words:
            exact = words_in_row.startswith(_EXACT)
            cut = tokens(words_in_row.removeprefix(_EXACT))
            forms = [self._morphology.russian(token.form) for token in cut]  # as the judge sees those of a text
            if not forms:
                continue
            first, *rest = forms if exact else map(self._morphology.lemma, forms)
            phrase = Phrase(tuple(rest), exact, near, mark)
            phrases = self._phrases.setdefault(_EXACT + first if exact else first, [])
            if phrase not in phrases:
                phrases.append(phrase)


def found(
    rows: Sequence[int], forms: Sequence[str], lemmas: Sequence[str], starts: Iterable[tuple[int, Starting | None]]
) -> frozenset[LexiconHit]:
    """The marks of a text of tokens `rows`, whose words are `forms[row]` and `lemmas[row]`.

    `starts` say what may begin at which of the tokens.
    """
    marks: set[LexiconHit] = set()
    last = len(rows) - 1
    for place, starting in starts:
        if starting is None:
            continue
        marks |= starting.marks
        for rest, exact, near, mark in starting.phrases:
            if rest:
                words = forms if exact else lemmas
                if place == last or words[rows[place + 1]] != rest[0]:  # so it is of nearly all
                    continue
                if tuple([words[row] for row in rows[place + 1 : place + 1 + len(rest)]]) != rest:
                    continue
            if near and near.isdisjoint([lemmas[row] for row in _beside(rows, place, place + 1 + len(rest))]):
                continue
            marks.add(mark)
    return frozenset(marks)


def _beside(rows: Sequence[int], start: int, end: int) -> Sequence[int]:
    """The tokens near `start:end`, which is no company for itself."""
    return (*rows[max(0, start - _REACH) : start], *rows[end : start + _REACH + 1])


def meaning(marks: AbstractSet[LexiconHit], weights: Mapping[str, float]) -> Meaning:
    """The marks by what they are for; `weights` are the log-odds of the reasons of urgency."""
    return Meaning(
        topics=tuple(sorted(name for kind, name in marks if kind == TOPIC)),
        signals=frozenset(name for kind, name in marks if kind == SIGNAL),
        urgency=sum(weights.get(name, 0.0) for kind, name in marks if kind == URGENCY),
        dangers=frozenset(name for kind, name in marks if kind == DANGER),
        urgent_words=tuple(sorted(name for kind, name in marks if kind == URGENT_WORD)),
    )
