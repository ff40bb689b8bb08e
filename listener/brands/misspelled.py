"""One slip of the finger in a long name: «сбирбанк», «ростелекомм»; never a word of the dictionary."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import Final

from classifiers.morphology import analyzer

MISSPELLED: Final = "с опечаткой"

SHORTEST: Final = 7
"""Letters of a name whose misspellings are looked for: shorter ones are a slip away from other words."""

LONGEST: Final = 30

_ALIKE: Final = {letter: pair for pair in ("бп", "вф", "гк", "дт", "жш", "зс") for letter in pair}
"""Consonants that sound alike at the end of a word: «сбербанг», «аэрофлод»; «збербанк» at its beginning."""

_CACHED: Final = 4_096
"""Of words as long as a name that the scanner has no room for: sixteen times as many took 15 MB."""


class Misspellings:
    """Forms of names by what is left of them without one letter: a slip of either kind leaves the same."""

    def __init__(self, forms: Iterable[str], known: frozenset[str] = frozenset()) -> None:
        """`known` words are looked for as they are."""
        self._known: Final = known
        self._forms: dict[str, set[str]] = defaultdict(set)
        self._ends: set[tuple[str, str]] = set()
        for form in forms:
            if SHORTEST <= len(form) <= LONGEST and form.isalpha():
                for left in (form, *_shorter(form)):
                    self._forms[left].add(form)
                self._ends.update(product(_ALIKE.get(form[0], form[0]), _ALIKE.get(form[-1], form[-1])))
        self._remembered = lru_cache(maxsize=_CACHED)(self._meant)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def meant(self, word: str) -> str | None:
        """The form that a folded word was to be, or nothing."""
        # A slip leaves the ends as they are, or sounding alike: most words need not be looked at further.
        if not SHORTEST - 1 <= len(word) <= LONGEST + 1 or (word[0], word[-1]) not in self._ends:
            return None
        if word in self._known:
            return None
        return self._remembered(word)

    def _meant(self, word: str) -> str | None:
        if not word.isalpha():
            return None
        lefts = _shorter(word) | {word}
        if self._forms.keys().isdisjoint(lefts):
            return None
        near = {form for left in lefts for form in self._forms.get(left, ()) if _one_slip(word, form)}
        return min(near) if near and not analyzer().word_is_known(word) else None


def _shorter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _alike(letter: str, other: str) -> bool:
    return letter in _ALIKE.get(other, other)


def _one_slip(word: str, form: str) -> bool:
    """One letter more, fewer or another, or two neighbours that changed places.

    Not at the ends, but for a doubled letter and one that sounds alike: «зелкомбанкир» is derived from a name and
    no slip in it.
    """
    if word[1:] == form[1:] or word[:-1] == form[:-1]:
        return _alike(word[0], form[0]) and _alike(word[-1], form[-1])
    if len(word) == len(form) + 1 and word[:-1] == form:
        return word[-1] == word[-2]
    return word[0] == form[0] and word[-1] == form[-1] and _one_slip_inside(word, form)


def _one_slip_inside(word: str, form: str) -> bool:
    if len(word) != len(form):
        longer, shorter = (word, form) if len(word) > len(form) else (form, word)
        return len(longer) - len(shorter) == 1 and shorter in _shorter(longer)
    wrong = [at for at, (letter, other) in enumerate(zip(word, form, strict=True)) if letter != other]
    if len(wrong) == 1:
        return True
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return swapped and word[wrong[0]] == form[wrong[1]] and word[wrong[1]] == form[wrong[0]]
