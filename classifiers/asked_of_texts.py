"""What routes ask of a text besides its verdict: which language it is in, and which of their words stand in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from classifiers.lexicon import Markers
from classifiers.lexicon_hits import TOPIC, LexiconHits, found
from classifiers.morphology import Morphology
from classifiers.unsaid import tokens

Language = Literal["ru", "latin", "other"]

ENOUGH: Final = 4_000
"""Characters that tell the language of any text."""
_RUSSIAN: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_ADDRESS: Final = re.compile(r"https?://\S+|[@#]\S+|\[[^|\]]*\|")
_OWN: Final = "\0"
"""Before a word of routes: no built-in topic has such a name."""


def language_of(text: str) -> Language:
    """By the letters that most of it is written in; where more than a tenth of them are of neither alphabet (і, ў,
    қ, 爱) it is another's. A text without letters counts as Russian.
    """
    words = _ADDRESS.sub(" ", text[:ENOUGH])
    letters, russian, latin = (len(kind.findall(words)) for kind in (_LETTER, _RUSSIAN, _LATIN))
    others = letters - russian - latin
    if others * 10 > letters:
        return "other"
    return "latin" if latin > russian else "ru"


class Spoken:
    """Finds the words of routes in texts, in any form, as those of words.yaml are found. Not for several threads
    at once.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._morphology = Morphology()
        self._hits = LexiconHits(Markers(topics={_OWN + word: (word,) for word in words}), self._morphology)

    def __call__(self, text: str) -> tuple[str, ...]:
        forms = [self._morphology.russian(token.form) for token in tokens(text)]
        lemmas = [self._morphology.lemma(form) for form in forms]
        starts = [
            (place, self._hits.starting(form, lemma))
            for place, (form, lemma) in enumerate(zip(forms, lemmas, strict=True))
        ]
        marks = found(range(len(forms)), forms, lemmas, [start for start in starts if start[1]])
        return tuple(sorted(name[1:] for kind, name in marks if kind == TOPIC and name.startswith(_OWN)))


def implied(words: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """By each word of routes those of them, itself too, that stand in every text in which it stands.

    Of a word in any form no word in one form is sure.
    """
    spoken = Spoken(words)
    return {word: frozenset({word, *_sure(word, spoken(word.removeprefix("=")))}) for word in words}


def _sure(word: str, found: Sequence[str]) -> Iterator[str]:
    return (other for other in found if word.startswith("=") or not other.startswith("="))
