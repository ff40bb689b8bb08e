"""Dictionary forms of Russian words, also of those typed in Latin letters (pymorphy3's home)."""

import re
from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakValueDictionary

from pymorphy3 import MorphAnalyzer
from pymorphy3.dawg import PrefixMatcher
from pymorphy3.lang.ru import config as rules

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

_UNITS: Final = (
    "Dictionary", "AbbreviatedFirstName", "AbbreviatedPatronymic", "Number", "Punctuation", "RomanNumber", "Latin",
    "HyphenSeparatedParticle", "HyphenAdverb", "HyphenatedWords", "KnownPrefix", "UnknownPrefix", "KnownSuffix",
    "Unkn",
)  # fmt: skip
"""The steps of pymorphy3's analysis, in their order, that `Likeliest` goes through in its own way."""
_SHORTEST_REST: Final = 3
"""Letters of what must be left of a word without its prefix."""
_LONGEST_PREFIX: Final = 5
"""Letters of a prefix that pymorphy3 does not know."""
_SHORTEST_BY_ENDING: Final = 4


class Morphology:
    """Lemmas with a bounded memory. Not for several threads at once: pymorphy3's own caches are not."""

    def __init__(self) -> None:
        self._analyzer = analyzer()
        self._likeliest = Likeliest(self._analyzer)
        self._lemmas: dict[str, str] = {}

    def lemma(self, form: str) -> str:
        """The dictionary form, with е for ё; a form that is no Russian word is its own lemma."""
        known = self._lemmas.get(form)
        if known is not None:
            return known
        if len(self._lemmas) >= _CACHED:
            self._lemmas.clear()
        found = self._find(form)
        lemma = self._lemmas[form] = form if found == form else found  # one string, for both are kept
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
        return self._likeliest.lemma(form).replace("ё", "е")


class Likeliest:
    """The dictionary form of a word by its likeliest parse: what `parse(word)[0].normal_form` says, without making
    all the other parses, which takes three to six times as long.
    """

    def __init__(self, whole: MorphAnalyzer) -> None:
        self._whole = whole
        self._as_known = tuple(_unit_names(rules.DEFAULT_UNITS)) == _UNITS
        self._dictionary = whole.dictionary
        self._letters = whole.char_substitutes
        self._odds = whole.prob_estimator.p_t_given_w
        self._known_prefixes = PrefixMatcher(rules.KNOWN_PREFIXES).prefixes
        beginnings = enumerate(self._dictionary.paradigm_prefixes)
        endings = self._dictionary.prediction_suffixes_dawgs
        self._endings = [(beginning, endings[number]) for number, beginning in reversed(list(beginnings))]
        self._longest_ending: int = self._dictionary.meta["compile_options"]["max_suffix_length"]

    def lemma(self, word: str) -> str:
        """Of a word in Russian letters, hyphens among them."""
        if not self._as_known or "-" in word or len(word) == 1:  # initials are parsed by other rules
            found: str = self._whole.parse(word)[0].normal_form
            return found
        return self._first(word) or word

    def _first(self, word: str, *, productive: bool = False) -> str | None:
        """By the first of its parses; `productive` leaves out pronouns and the like, which take no prefix."""
        places = self._places(word)
        if places and not productive:
            forms = {self._normal(*place) for place in places}
            if len(forms) == 1:  # so it is of most
                return forms.pop()
        told_apart = self._odds.has_keys_with_prefix(f"{word}:")
        if not places:
            return self._guessed(word) if not told_apart else self._analysed(word, productive=productive)
        if told_apart:
            places.sort(key=lambda place: -self._odds.prob(word, self._tag(*place[1:])))
        return self._first_normal(places, productive=productive)

    def _places(self, word: str) -> list[tuple[str, int, int]]:
        """Where the word stands in the dictionary: how it is spelled there, its paradigm and its place in it."""
        found = self._dictionary.words.similar_items(word, self._letters)
        return [(spelled, paradigm, index) for spelled, places in found for paradigm, index in places]

    def _first_normal(self, places: Sequence[tuple[str, int, int]], *, productive: bool) -> str | None:
        for place in places:
            if not productive or self._tag(*place[1:]).is_productive():
                return self._normal(*place)
        return None

    def _guessed(self, word: str) -> str:
        """Of a word that the dictionary has not: by what is left of it without a prefix, else by its ending."""
        for prefix in sorted(self._known_prefixes(word), key=len, reverse=True):
            rest = word[len(prefix) :]
            found = self._first(rest, productive=True) if len(rest) >= _SHORTEST_REST else None
            if found is not None:
                return f"{prefix}{found}"
        for size in range(1, 1 + min(_LONGEST_PREFIX, len(word) - _SHORTEST_REST)):
            found = self._first_normal(self._places(word[size:]), productive=True)
            if found is not None:
                return word[:size] + found
        return self._by_ending(word) if len(word) >= _SHORTEST_BY_ENDING else word

    def _by_ending(self, word: str) -> str:
        """As most words are bent that end alike."""
        best, most = word, 0.0
        seen: set[Any] = set()
        for beginning, endings in self._endings:
            total, found = self._ending_alike(word, endings, seen) if word.startswith(beginning) else (1, [])
            for count, place in found:
                if count / total > most:
                    best, most = self._normal(*place), count / total
        return best

    def _ending_alike(
        self, word: str, endings: Any, seen: set[Any]
    ) -> tuple[int, list[tuple[int, tuple[str, int, int]]]]:
        """Places by the longest ending that says any, how many words stand in each, and in all; `seen` grows."""
        total = 1
        found = []
        for size in range(self._longest_ending, 0, -1):
            for count, spelled, paradigm, index in self._ending_so(word, size, endings):
                tag = self._tag(paradigm, index)
                if not tag.is_productive():
                    continue
                total += count
                if (spelled, tag, paradigm) not in seen:
                    seen.add((spelled, tag, paradigm))
                    found.append((count, (spelled, paradigm, index)))
            if total > 1:
                break
        return total, found

    def _ending_so(self, word: str, size: int, endings: Any) -> list[tuple[int, str, int, int]]:
        """How many words of the dictionary end so in which place of which paradigm."""
        found = endings.similar_items(word[-size:], self._letters)
        return [
            (count, word[:-size] + ending, paradigm, index)
            for ending, places in found
            for count, paradigm, index in places
        ]

    def _analysed(self, word: str, *, productive: bool) -> str | None:
        parses = self._whole.parse(word)
        return next((each.normal_form for each in parses if not productive or each.tag.is_productive()), None)

    def _tag(self, paradigm: int, index: int) -> Any:
        return self._dictionary.build_tag_info(paradigm, index)

    def _normal(self, spelled: str, paradigm: int, index: int) -> str:
        form: str = self._dictionary.build_normal_form(paradigm, index, spelled)
        return form


def _unit_names(units: Sequence[Any]) -> list[str]:
    """The names of the steps of an analysis, in order, those of groups in their place."""
    flat = [step for unit in units for step in (unit if isinstance(unit, list) else [unit])]
    return [type(step).__name__.removesuffix("Analyzer") for step in flat]


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
