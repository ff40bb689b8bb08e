"""Whether what a brand file names can be found at all: the matcher itself is asked about every entry."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from classifiers.morphology import analyzer
from domain.brand import Brand
from listener.brands.letters import is_cyrillic, is_latin, other_layout, words_of
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
_COMMON: Final = 0.1
_LONG_ENOUGH: Final = 5
"""Letters of a word that is not by chance a word on the other keys as well."""


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
    yield from _vetoes(tree, brand)
    yield from _ordinary_names(tree, brand)
    yield from _ordinary_phrases(tree, brand)


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
        elif is_everywhere(companion):
            message = f"спутник «{companion}» стоит рядом с чем угодно и ничего не доказывает: уберите его"
            yield tree.mistake(("only_when", place), message, warning=True)


def _vetoes(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    companions = {words_of(companion) for companion in brand.only_when}
    for place, phrase in enumerate(brand.never_when):
        if is_everywhere(phrase):
            message = f"«{phrase}» стоит рядом с чем угодно и отменит бренд почти везде: впишите оборот целиком"
            yield tree.mistake(("never_when", place), message)
        elif words_of(phrase) in companions:
            message = f"«{phrase}» и спутник (only_when), и запрет: вплотную к имени запрет сильнее; оставьте одно"
            yield tree.mistake(("never_when", place), message)


def _ordinary_names(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    for place, name in enumerate(brand.names):
        words = words_of(name)
        if len(words) == 1 and (meant := _in_other_layout(words[0])):
            message = f"«{name}» набрано в другой раскладке? Это «{meant}»; такое находится и само"
            yield tree.mistake(("names", place), message, warning=True)
        if brand.only_when or brand.never_when:
            continue  # somebody has thought of it
        if len(words) == 1 and is_ordinary(words[0]):
            message = (
                f"«{name}» — обычное слово: найдётся всё, что им называют; впишите спутников (only_when) "
                "или обороты, в которых это не вы (never_when)"
            )
            yield tree.mistake(("names", place), message, warning=True)


def _ordinary_phrases(tree: Tree, brand: Brand) -> Iterator[Mistake]:
    """A phrase needs no companion: one ordinary word makes everybody's post the brand's."""
    for place, phrase in enumerate(brand.phrases):
        words = words_of(phrase)
        if len(words) == 1 and "*" not in phrase and is_ordinary(words[0]):
            message = (
                f"фраза из одного обычного слова «{words[0]}»: найдётся всё, где оно есть; добавьте второе слово"
            )
            yield tree.mistake(("phrases", place), message, warning=True)


def is_ordinary(word: str) -> bool:
    """Whether the dictionary knows the word, and not only as somebody's name: «чайка» is a bird, though there are
    people called Чайка.
    """
    is_company = any(word.endswith(ending) and word != ending for ending in _OF_COMPANIES)
    if not is_cyrillic(word) or is_company or not analyzer().word_is_known(word):
        return False
    likely = [parse for parse in analyzer().parse(word) if parse.score >= _SENSIBLE]
    common = [parse for parse in likely if not _NAMES & parse.tag.grammemes]
    means_itself = any(parse.normal_form.replace("ё", "е") == word and parse.score >= _COMMON for parse in common)
    return means_itself or len(common) == len(likely)


def _in_other_layout(word: str) -> str | None:
    """The Russian word that these Latin letters are on the same keys; None where they are no such word."""
    russian = other_layout(word)
    typed = len(word) >= _LONG_ENOUGH and is_latin(word) and russian.isalpha()
    return russian if typed and analyzer().word_is_known(russian) else None


def is_everywhere(phrase: str) -> bool:
    """Whether it is one word of those that stand in every text: «и», «не», «на»."""
    words = words_of(phrase)
    tags = _tags(words[0]) if len(words) == 1 and is_cyrillic(words[0]) else ()
    return bool(tags) and all(tag.POS in _EVERYWHERE for tag in tags)


def _tags(word: str) -> Sequence[Any]:
    return [parse.tag for parse in analyzer().parse(word) if parse.score >= _SENSIBLE]


def _as_met(phrase: str) -> str:
    """A phrase as it stands in a text: without the quotes and stars of its notation."""
    return phrase.strip().strip('"«»').replace("*", "")
