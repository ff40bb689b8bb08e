"""Letters: folding a text for comparison, and the other ways in which people type the same word."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import product
from typing import Final

TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
"""A run of letters or of digits: «Теле2» and «МТС970» are two tokens each, @ru_mts too."""
MIXED: Final = re.compile(r"[a-z][а-я]|[а-я][a-z]")
"""Two scripts inside one folded word: a sign of look-alike letters or of a Russian ending on a Latin name."""

# Combining marks (a Mac's «й» is two characters) and invisible characters that break a word in two.
_INVISIBLE: Final = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]")
_COMPOSED: Final = {("и", "\u0306"): "й", ("И", "\u0306"): "Й", ("е", "\u0308"): "е", ("Е", "\u0308"): "Е"}

_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбю"
_TO_LATIN_KEYS: Final = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_TO_RUSSIAN_KEYS: Final = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)

_TO_RUSSIAN_LOOKS: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")
_TO_LATIN_LOOKS: Final = str.maketrans("авсенкмортху", "abcehkmoptxy")

_ROMAN: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "c",
            "ch",
            "sh",
            "sch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
ROMAN_SCHEMES: Final = tuple(
    str.maketrans({**_ROMAN, **scheme})
    for scheme in (
        {},
        {"й": "i", "х": "kh", "ц": "ts", "щ": "shch", "ю": "iu", "я": "ia"},
        {"й": "j", "х": "x", "ц": "ts", "ю": "ju", "я": "ja"},
    )
)
_CYRILLIC: Final = {
    "shch": "щ", "sch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "ya": "я", "yu": "ю",
    "yo": "е", "ck": "к", "ph": "ф", "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г",
    "h": "х", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к",
    "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з",
}  # fmt: skip
_LATIN_SOUND: Final = re.compile("|".join(sorted(_CYRILLIC, key=len, reverse=True)))


def fold(text: str) -> str:
    """Lower case with ё as е; every character stays at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):  # «İ» grows when it is lowered
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lowered.replace("ё", "е")


def visible(text: str) -> tuple[str, Sequence[int]]:
    """The text without invisible and combining characters, and where each of its characters stood.

    The places have one more entry, the text's own length, so that the end of a span can be looked up too.
    """
    if _INVISIBLE.search(text) is None:
        return text, range(len(text) + 1)
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if _INVISIBLE.match(letter) is None:
            letters.append(letter)
            places.append(place)
        elif letters and unicodedata.combining(letter):
            letters[-1] = _COMPOSED.get((letters[-1], letter), letters[-1])
    return "".join(letters), [*places, len(text)]


def is_latin(word: str) -> bool:
    return any("a" <= letter <= "z" for letter in word)


def is_cyrillic(word: str) -> bool:
    return any("а" <= letter <= "я" for letter in word)


def romanised(word: str) -> frozenset[str]:
    """A Cyrillic word in the usual Latin spellings: ромашка → romashka."""
    return frozenset(word.translate(scheme) for scheme in ROMAN_SCHEMES)


def cyrillised(word: str) -> str:
    """A Latin word letter by letter in Cyrillic: romashka → ромашка."""
    return _LATIN_SOUND.sub(lambda sound: _CYRILLIC[sound.group()], word)


def other_layout(word: str) -> str:
    """What comes out when the word is typed with the other keyboard layout on: oppo → щззщ."""
    return word.translate(_TO_LATIN_KEYS if is_cyrillic(word) else _TO_RUSSIAN_KEYS)


def skeleton(word: str) -> str:
    """The word with every Latin letter that looks like a Cyrillic one replaced by it."""
    return word.translate(_TO_RUSSIAN_LOOKS)


def latin_twin(word: str) -> str | None:
    """A Cyrillic word spelled wholly in look-alike Latin letters (МТС → MTC), or None when that cannot be."""
    twin = word.translate(_TO_LATIN_LOOKS)
    return None if is_cyrillic(twin) or twin == word else twin


def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(TOKEN.findall(fold(visible(name)[0])))


def joined_ways(parts: Sequence[frozenset[str]], limit: int) -> frozenset[str]:
    """Every way to write the parts without a gap, at most `limit` of them."""
    ways = ("".join(way) for way in product(*map(sorted, parts)))
    return frozenset(way for way, _ in zip(ways, range(limit), strict=False))
