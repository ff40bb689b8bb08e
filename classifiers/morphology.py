"""Dictionary forms of Russian words, also of those typed in Latin letters (pymorphy3's home)."""

import re
from typing import Final
from weakref import WeakValueDictionary

from pymorphy3 import MorphAnalyzer

_CACHED: Final = 16_384
"""Lemmas that are kept, some 4 MB: the judge remembers words itself, and 50 000 filled up long after its start."""
_CYRILLIC_WORD: Final = re.compile(r"[а-я]+(?:-[а-я]+)*")
_LATIN_WORD: Final = re.compile(r"[a-z']{5,24}")
# The longest spelling first: `shch` must not be read as `sh` + `ch`.
_SPELLINGS: Final = (
    ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"),
    ("ya", "я"), ("ju", "ю"), ("ja", "я"), ("yo", "е"), ("jo", "е"), ("iy", "ий"), ("yj", "ый"), ("a", "а"),
    ("b", "б"), ("v", "в"), ("w", "в"), ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("j", "й"),
    ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"),
    ("u", "у"), ("f", "ф"), ("h", "х"), ("c", "ц"), ("y", "ы"), ("'", "ь"), ("x", "кс"), ("q", "к"),
)  # fmt: skip
_RUSSIAN: Final = "ru"
_kept: Final[list[MorphAnalyzer]] = []
_in_use: Final = WeakValueDictionary[str, MorphAnalyzer]()
"""The dictionary as long as anybody holds it: there are never two."""
_SPELLING: Final = re.compile("|".join(latin for latin, _ in _SPELLINGS))
_LETTERS: Final = dict(_SPELLINGS)


class Morphology:
    """Lemmas with a bounded memory. Not for several threads at once: pymorphy3's own caches are not."""

    def __init__(self) -> None:
        self._analyzer = analyzer()
        self._lemmas: dict[str, str] = {}

    def lemma(self, form: str) -> str:
        """The dictionary form, with е for ё; a form that is no Russian word is its own lemma."""
        known = self._lemmas.get(form)
        if known is not None:
            return known
        if len(self._lemmas) >= _CACHED:
            self._lemmas.clear()
        lemma = self._lemmas[form] = self._find(form)
        return lemma

    def russian(self, form: str) -> str:
        """The form in Cyrillic if it is a Russian word in Latin letters (`uzhasno`), else as it is."""
        if not _LATIN_WORD.fullmatch(form):
            return form
        word = _SPELLING.sub(lambda spelling: _LETTERS[spelling[0]], form)
        return word if self._analyzer.word_is_known(word) else form

    def _find(self, form: str) -> str:
        if not _CYRILLIC_WORD.fullmatch(form):
            return form
        return self._only(form) or self._likeliest(form)

    def _only(self, form: str) -> str | None:
        """The one dictionary form of a word of the dictionary; None where it has none or several.

        Most have one, and the analyzer takes ten times as long to weigh what else the word may be.
        """
        if len(form) == 1:  # initials are parsed by other rules
            return None
        words = self._analyzer.dictionary
        lemmas = {
            words.build_normal_form(paradigm, index, spelled)
            for spelled, places in words.words.similar_items(form, self._analyzer.char_substitutes)
            for paradigm, index in places
        }
        return lemmas.pop().replace("ё", "е") if len(lemmas) == 1 else None

    def _likeliest(self, form: str) -> str:
        lemma: str = self._analyzer.parse(form)[0].normal_form
        return lemma.replace("ё", "е")


def analyzer() -> MorphAnalyzer:
    """One dictionary (0.1 s, 15 MB) for the process, the judge's and the brand names'; it is read-only."""
    try:
        return _kept[0]
    except IndexError:
        loaded = _in_use[_RUSSIAN] = _in_use.get(_RUSSIAN) or MorphAnalyzer(lang=_RUSSIAN)
        _kept.append(loaded)
        return loaded


def put_dictionary_away() -> None:
    """Keep it no longer than whoever holds it now; the next who asks for it loads it again."""
    _kept.clear()
