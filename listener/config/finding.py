"""Whether what a brand file names can be found at all: the matcher itself is asked about every entry."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from classifiers.morphology import analyzer
from domain.brand import Brand
from listener.brands.letters import is_cyrillic, words_of
from listener.brands.matcher import Matcher
from listener.brands.self_check import unfound
from listener.config.values import Mistake
from listener.config.yaml_tree import Tree
from listener.networks.registry import MARKS

_NAMES: Final = frozenset({"Orgn", "Name", "Surn", "Patr", "Geox", "Abbr", "Trad"})
_EVERYWHERE: Final = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ", "PRED"})
_OF_COMPANIES: Final = ("банк", "флот", "пром", "телеком", "нефть", "экспорт")
"""What the dictionary's company names end in that it does not mark as such: Сбербанк, Аэрофлот."""
_SENSIBLE: Final = 0.05


def finding_mistakes(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    """Names and phrases that find nothing, alone or because of `never_when`; words that find too much."""
    for entry in unfound(brand, MARKS):
        key = (entry.key, entry.place) if entry.network is None else (entry.key, entry.network, entry.place)
        if entry.why == "never_when" and (killer := _killer(brand, _as_met(entry.text))):
            message = (
                f"«{entry.text}» никогда не найдётся: это и есть «{killer}» из never_when; уберите его оттуда"
            )
        else:
            written = " ".join(words_of(entry.text))
            message = f"«{entry.text}» само себя не находит: напишите иначе, например «{written}»"
        yield tree.mistake(key, message)
    yield from _companions(tree, brand)
    yield from _ordinary_names(tree, brand)


def _killer(brand: Brand, entry: str) -> str | None:
    """The phrase of never_when that forbids the entry whenever it is said."""
    bare = replace(brand, only_when=())
    return next(
        (
            phrase
            for phrase in brand.never_when
            if not Matcher([replace(bare, never_when=(phrase,))], MARKS).match(entry)
        ),
        None,
    )


def _companions(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    names = {words_of(name) for name in brand.names}
    for place, companion in enumerate(brand.only_when):
        if words_of(companion) in names:
            message = f"спутник «{companion}» — само имя: рядом с собой оно не считается, впишите другое слово"
            yield tree.mistake(("only_when", place), message, warning=True)
        elif _everywhere(words_of(companion)):
            message = f"спутник «{companion}» стоит рядом с чем угодно и ничего не доказывает: уберите его"
            yield tree.mistake(("only_when", place), message, warning=True)


def _ordinary_names(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    if brand.only_when or brand.never_when:
        return  # somebody has thought of it
    for place, name in enumerate(brand.names):
        words = words_of(name)
        if len(words) == 1 and is_ordinary(words[0]):
            message = (
                f"«{name}» — обычное слово: найдётся всё, что им называют; впишите спутников (only_when) "
                "или обороты, в которых это не вы (never_when)"
            )
            yield tree.mistake(("names", place), message, warning=True)


def is_ordinary(word: str) -> bool:
    """Whether the dictionary knows the word, and not as somebody's name."""
    return (
        is_cyrillic(word)
        and not any(word.endswith(ending) and word != ending for ending in _OF_COMPANIES)
        and bool(analyzer().word_is_known(word))
        and not any(_NAMES & tag.grammemes for tag in _tags(word))
    )


def _everywhere(words: Sequence[str]) -> bool:
    tags = _tags(words[0]) if len(words) == 1 and is_cyrillic(words[0]) else ()
    return bool(tags) and all(tag.POS in _EVERYWHERE for tag in tags)


def _tags(word: str) -> Sequence[Any]:
    return [parse.tag for parse in analyzer().parse(word) if parse.score >= _SENSIBLE]


def _as_met(phrase: str) -> str:
    """A phrase as it stands in a text: without the quotes and stars of its notation."""
    return phrase.strip().strip('"«»').replace("*", "")
