"""Word forms: a word in every case and number, and in every way in which people spell it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from classifiers.morphology import analyzer
from listener.brands.letters import (
    cyrillised,
    fold,
    is_cyrillic,
    is_latin,
    latin_twin,
    other_layout,
    pronounced,
    romanised,
    skeleton,
)

AS_WRITTEN: Final = ""
IN_LATIN: Final = "латиницей"
IN_CYRILLIC: Final = "кириллицей"
IN_OTHER_LAYOUT: Final = "в другой раскладке"
IN_LOOKALIKES: Final = "похожими буквами"

_NOMINAL: Final = frozenset({"NOUN", "ADJF", "PRTF", "NPRO", "NUMR"})
_UNBENDING: Final = frozenset({"Fixd", "Abbr", "Orgn", "Sgtm", "Trad"})
_VOWELS: Final = frozenset("аеиоуыэюя")
_LEAST_LIKELY: Final = 0.05
_SHORT: Final = 3

# Endings that people give to names which the dictionary does not bend: «мтсу», «билайны», «комстаром».
_AFTER_CONSONANT: Final = ("а", "у", "ом", "е", "ы", "и", "ов", "ам", "ами", "ах")
_INSTEAD_OF_A: Final = ("а", "ы", "и", "е", "у", "ой", "ою", "ам", "ами", "ах")
_INSTEAD_OF_SOFT: Final = ("ь", "и", "ью", "я", "ю", "ем", "е", "ей", "ям", "ями", "ях")
_INSTEAD_OF_J: Final = ("й", "я", "ю", "ем", "е", "и", "ев", "ям", "ями", "ях")
_INSTEAD_OF_YA: Final = ("я", "и", "ю", "е", "ей", "ею", "ям", "ями", "ях")
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "а": _INSTEAD_OF_A,
    "й": _INSTEAD_OF_J,
    "ь": _INSTEAD_OF_SOFT,
    "я": _INSTEAD_OF_YA,
}
_DERIVATIVE: Final = tuple(
    suffix + ending
    for suffix, endings in {
        "овск": "ий ого ому им ом ая ой ую ое ие их ими",
        "ов": "ый ого ому ым ом ая ой ую ое ые ых ыми ец цы цев цам цами",
        "шн": "ый ого ому ым ом ая ой ую ое ые ых ыми",
        "чик": " а у ом е и ов",
    }.items()
    for ending in endings.split(" ")
)


@lru_cache(maxsize=4096)
def inflected(word: str, *, same_number: bool = False) -> frozenset[str]:
    """A folded word in its cases and numbers, itself included.

    A word that is in no nominative reading stays as it is: in «Банк Москвы» only the bank is bent.
    `same_number` keeps a word of a longer name from turning into a common plural: «банки Москвы».
    """
    if not is_cyrillic(word):
        return frozenset({word, *(word + ending for ending in _AFTER_CONSONANT if is_latin(word))})
    parses = [parse for parse in analyzer().parse(word) if _sensible(parse)]
    forms = {word}
    for parse in parses:
        number = parse.tag.number if same_number else None
        forms.update(fold(form.word) for form in parse.lexeme if _belongs(form.tag, number))
    if (
        not parses
        or not analyzer().word_is_known(word)
        or any(_UNBENDING & parse.tag.grammemes for parse in parses)
        # «Гантеля»: the dictionary has the name as a colloquial form of «гантель» and leaves out «в Гантеле».
        or any("Infr" in parse.tag.grammemes for parse in parses)
    ):
        forms |= _guessed(word)
    return frozenset(forms)


@lru_cache(maxsize=4096)
def derived(word: str) -> frozenset[str]:
    """What people derive from a name: «мегафоновский», «билайновцы», «втбшную», «билайнчик»."""
    if not _takes_endings(word):
        return frozenset()
    return frozenset(form for form in (word + ending for ending in _DERIVATIVE) if not _is_word(form))


def spelled(word: str, forms: frozenset[str], *, part: bool = False) -> Mapping[str, str]:
    """Every spelling of a word's forms → how it is spelled; the plainest explanation of a spelling wins.

    Look-alikes that are words themselves will do for a `part` of a name alone: «Hot Wheels» in Cyrillic is «Нот…».
    """
    ways: dict[str, str] = dict.fromkeys(sorted(forms), AS_WRITTEN)
    for form in sorted(forms):
        for spelling in _other_script(word, form):
            ways.setdefault(spelling, IN_LATIN if is_cyrillic(form) else IN_CYRILLIC)
    for form in sorted(ways):
        for spelling in _lookalikes(form):
            if part or not _is_word(spelling):
                ways.setdefault(spelling, IN_LOOKALIKES)
    for form in sorted(forms):
        mistyped = other_layout(form)
        if len(word) > _SHORT and not (is_cyrillic(form) and is_latin(form)) and not _is_word(mistyped):
            ways.setdefault(mistyped, IN_OTHER_LAYOUT)
    ways.pop("", None)  # «Ъ» is nothing in Latin letters
    return ways


def _sensible(parse: Any) -> bool:
    tag = parse.tag
    return parse.score >= _LEAST_LIKELY and tag.POS in _NOMINAL and tag.case == "nomn"


def _belongs(tag: Any, number: str | None) -> bool:
    return tag.POS in _NOMINAL and tag.case is not None and number in (None, tag.number)


def _guessed(word: str) -> frozenset[str]:
    if word[-1] in _ENDINGS and len(word) > _SHORT:
        return frozenset(word[:-1] + ending for ending in _ENDINGS[word[-1]])
    return frozenset(word + ending for ending in _AFTER_CONSONANT) if _takes_endings(word) else frozenset()


def _takes_endings(word: str) -> bool:
    return is_cyrillic(word) and len(word) >= _SHORT and word[-1] not in _VOWELS and word[-1] not in "йьъ"


def _other_script(word: str, form: str) -> frozenset[str]:
    if is_latin(form):
        # Only the name itself goes back to Cyrillic; its forms there are found as any word's are.
        return _cyrillic_forms(word) if form == word else frozenset()
    if len(word) <= _SHORT and form != word:
        return frozenset()  # «мтсу» → mtsu: too short to be told from other words
    return romanised(form) if is_cyrillic(form) else frozenset()


def _cyrillic_forms(word: str) -> frozenset[str]:
    plainest = cyrillised(word)
    heard = [way for way in pronounced(word) if len(way) > _SHORT and not _is_word(way)]
    return frozenset().union(*map(inflected, (plainest, *heard)))


def _lookalikes(form: str) -> frozenset[str]:
    found = {skeleton(form)} if is_latin(form) else {latin_twin(form)}
    return frozenset(twin for twin in found if twin and twin != form)


def _is_word(form: str) -> bool:
    return is_cyrillic(form) and bool(analyzer().word_is_known(form))
