"""Letters: folding a text for comparison, and the other ways in which people type the same word."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice, product
from typing import Final

from classifiers.plain import LOOKALIKES, plain

TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
"""A run of letters or of digits: «Теле2» and «МТС970» are two tokens each, @ru_mts too."""
MIXED: Final = re.compile(r"[a-z][а-я]|[а-я][a-z]")
"""Two scripts inside one folded word: a sign of look-alike letters or of a Russian ending on a Latin name."""

_ACCENTED: Final = re.compile("[\u00df-\u024f\u1e00-\u1eff]")
_UNACCENTED: Final = {
    code: base
    for code in (*range(0xDF, 0x250), *range(0x1E00, 0x1F00))
    if "a" <= (base := unicodedata.normalize("NFD", chr(code))[0]) <= "z"
} | {ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("ı"): "i"}

_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбю"
_TO_LATIN_KEYS: Final = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_TO_RUSSIAN_KEYS: Final = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)

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

_HEARD: Final = {
    "ee": ("и", "ее"), "oo": ("у", "оо"), "ea": ("и", "еа"), "ay": ("ей", "ай"), "ai": ("ей", "аи"), "ey": ("ей",),
    "ou": ("ау", "у"), "ow": ("оу", "ау"), "th": ("т", "с"), "qu": ("кв",), "ci": ("си", "ци"), "ce": ("се", "це"),
    "cy": ("си",), "j": ("дж", "й"), "w": ("в", "у"), "y": ("и", "й"), "u": ("у", "ю", "а"), "i": ("и", "ай"),
    "a": ("а", "э"), "e": ("е", "э"), "h": ("х", ""), "oe": ("е", "ое"), "rr": ("р", "рр"), "ll": ("л", "лл"),
    "tt": ("т", "тт"), "ss": ("с", "сс"), "pp": ("п", "пп"), "nn": ("н", "нн"), "mm": ("м", "мм"),
}  # fmt: skip
_HEARD_SOUND: Final = re.compile("|".join([*sorted({*_CYRILLIC, *_HEARD}, key=len, reverse=True), "."]), re.DOTALL)
_HEARD_AT_MOST: Final = 48


def fold(text: str) -> str:
    """Lower case with ё as е and Latin letters without accents; every character stays at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):  # «İ» grows when it is lowered
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    lowered = lowered.replace("ё", "е")
    return lowered if _ACCENTED.search(lowered) is None else lowered.translate(_UNACCENTED)


def is_latin(word: str) -> bool:
    return any("a" <= letter <= "z" for letter in word)


def is_cyrillic(word: str) -> bool:
    return any("а" <= letter <= "я" for letter in word)


def romanised(word: str) -> frozenset[str]:
    """A Cyrillic word in the usual Latin spellings: ромашка → romashka, яндекс → yandeks, yandex."""
    ways = {word.translate(scheme) for scheme in ROMAN_SCHEMES}
    return frozenset(ways | {way.replace("ks", "x") for way in ways})


def cyrillised(word: str) -> str:
    """A Latin word letter by letter in Cyrillic: romashka → ромашка."""
    return _LATIN_SOUND.sub(lambda sound: _CYRILLIC[sound.group()], word)


def pronounced(word: str) -> tuple[str, ...]:
    """A Latin word as Russians write what they hear, likelier ways first: wildberries → вилдбериес…"""
    sounds = [_HEARD.get(sound, (_CYRILLIC.get(sound, sound),)) for sound in _HEARD_SOUND.findall(word)]
    ways = ("".join(way) for way in product(*sounds))
    return tuple(dict.fromkeys(islice(ways, _HEARD_AT_MOST)))


def other_layout(word: str) -> str:
    """What comes out when the word is typed with the other keyboard layout on: oppo → щззщ."""
    return word.translate(_TO_LATIN_KEYS if is_cyrillic(word) else _TO_RUSSIAN_KEYS)


def skeleton(word: str) -> str:
    """The word with every Latin letter that looks like a Cyrillic one replaced by it."""
    return word.translate(LOOKALIKES)


def latin_twin(word: str) -> str | None:
    """A Cyrillic word spelled wholly in look-alike Latin letters (МТС → MTC), or None when that cannot be."""
    twin = word.translate(_TO_LATIN_LOOKS)
    return None if is_cyrillic(twin) or twin == word else twin


def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(TOKEN.findall(fold(plain(name).text)))


def joined_ways(parts: Sequence[frozenset[str]], limit: int) -> frozenset[str]:
    """Every way to write the parts without a gap, at most `limit` of them."""
    ways = ("".join(way) for way in product(*map(sorted, parts)))
    return frozenset(way for way, _ in zip(ways, range(limit), strict=False))
