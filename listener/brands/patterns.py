"""Patterns: names, phrases, accounts and companions of a brand, compiled to sequences of word forms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from domain.brand import Brand
from listener.brands.forms import AS_WRITTEN, IN_OTHER_LAYOUT, derived, inflected, spelled
from listener.brands.letters import TOKEN, fold, joined_ways, visible, words_of

Kind = Literal["name", "long_name", "phrase", "account", "companion", "never"]

TRIGGERS: Final[frozenset[Kind]] = frozenset({"name", "long_name", "phrase", "account"})
"""The kinds that make a match; the others only allow or forbid one."""

_JOINED_AT_MOST: Final = 400
_SHORTEST_SPLIT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a pattern: its spellings (→ how it is spelled) and the beginnings that will do."""

    spellings: Mapping[str, str] = field(default_factory=dict)
    prefix: str | None = None

    def fits(self, token: str) -> bool:
        return token in self.spellings or (self.prefix is not None and token.startswith(self.prefix))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words that follow one another. `literal` is the folded text that must also stand there, with `lead`
    characters before the first word; `brand` is the brand's place in the matcher's list.
    """

    brand: int
    kind: Kind
    words: tuple[Word, ...]
    literal: str | None = None
    lead: int = 0


def compile_brand(number: int, brand: Brand) -> Iterator[Pattern]:
    """Every pattern of a brand."""
    for name in brand.names:
        yield from _name(number, name)
    for phrase in brand.phrases:
        yield from _phrase(number, "phrase", phrase)
    for phrase in brand.never_when:
        yield from _phrase(number, "never", phrase)
    for companion in brand.only_when:
        yield from _phrase(number, "companion", companion)
    for account in brand.accounts_vk:
        # VK pages are named as @page, [page|Name] and vk.com/page.
        yield from _account(number, account, ("@", "[", "*", "vk.com/", "vk.ru/"))
    for account in brand.accounts_x:
        yield from _account(number, account, ("@", "x.com/", "twitter.com/"))


def _name(number: int, name: str) -> Iterator[Pattern]:
    words = words_of(name)
    if len(words) == 1:
        yield from _one_word(number, "name", words[0])
        return
    if not words:
        return
    compact = " " not in name.strip() and "-" not in name
    if compact and len(words[0]) < _SHORTEST_SPLIT:
        yield from _literal(number, "name", "".join(words), AS_WRITTEN)  # «А1» is not «а 1 мая»
        return
    forms = [inflected(word, same_number=True) for word in words]
    spellings = [spelled(word, those) for word, those in zip(words, forms, strict=True)]
    # «Теле2» is one word to a reader, though two to the compiler: as a homonym it still needs its companion.
    kind: Kind = "name" if compact else "long_name"
    yield Pattern(brand=number, kind=kind, words=tuple(Word(spellings=ways) for ways in spellings))
    if all(word.isalpha() for word in words):
        yield Pattern(brand=number, kind=kind, words=(Word(spellings=_joined(words, forms)),))


def _one_word(number: int, kind: Kind, word: str) -> Iterator[Pattern]:
    ways = {**dict.fromkeys(derived(word), AS_WRITTEN), **spelled(word, inflected(word))}
    yield Pattern(
        brand=number, kind=kind, words=(Word(spellings={way: how for way, how in ways.items() if way.isalpha()}),)
    )
    for way in sorted(ways):
        if not way.isalpha() and way[-1].isalnum():  # «билайн» → ,bkfqy
            yield from _literal(number, kind, way, IN_OTHER_LAYOUT)


def _joined(words: tuple[str, ...], forms: list[frozenset[str]]) -> Mapping[str, str]:
    """«Альфа Банк» → альфабанк, альфабанка; every part is bent, since «банкаМосквы» is met too."""
    whole = "".join(words)
    return spelled(whole, joined_ways(forms, _JOINED_AT_MOST) | derived(whole) | {whole})


def _phrase(number: int, kind: Kind, text: str) -> Iterator[Pattern]:
    exact = len(text) > 1 and text[0] in '"«' and text[-1] in '"»'
    words = []
    for part in re.findall(r"(?:[^\W\d_]+|\d+)\*?", fold(visible(text)[0])):
        if part.endswith("*"):
            words.append(Word(prefix=part[:-1]))
        else:
            forms = frozenset({part}) if exact else inflected(part)
            words.append(Word(spellings=dict.fromkeys(forms, AS_WRITTEN)))
    if not words:
        return
    yield Pattern(brand=number, kind=kind, words=tuple(words))
    if len(words) > 1 and all(word.spellings for word in words):  # «сим-карта» → симкарта
        together = joined_ways([frozenset(word.spellings) for word in words], _JOINED_AT_MOST)
        yield Pattern(brand=number, kind=kind, words=(Word(spellings=dict.fromkeys(together, AS_WRITTEN)),))


def _account(number: int, account: str, marks: tuple[str, ...]) -> Iterator[Pattern]:
    for mark in marks:
        yield from _literal(number, "account", mark + fold(account.lstrip("@")), AS_WRITTEN)


def _literal(number: int, kind: Kind, text: str, how: str) -> Iterator[Pattern]:
    tokens = list(TOKEN.finditer(text))
    if tokens:
        words = tuple(Word(spellings={token.group(): how}) for token in tokens)
        yield Pattern(brand=number, kind=kind, words=words, literal=text, lead=tokens[0].start())
