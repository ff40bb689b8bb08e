"""Patterns: names, phrases, accounts and companions of a brand, compiled to sequences of word forms."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final, Literal

from classifiers.plain import plain
from domain.brand import Brand
from listener.brands.forms import AS_WRITTEN, IN_OTHER_LAYOUT, derived, inflected, spelled
from listener.brands.letters import TOKEN, fold, joined_ways, words_of

Kind = Literal["name", "long_name", "phrase", "account", "companion", "never"]

TRIGGERS: Final[frozenset[Kind]] = frozenset({"name", "long_name", "phrase", "account"})
"""The kinds that make a match; the others only allow or forbid one."""

_JOINED_AT_MOST: Final = 400
_SHORTEST_SPLIT: Final = 3
_HUMP: Final = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")
_FUNCTION_WORDS: Final = frozenset("авикосуяж")
"""Letters that are words by themselves."""

# What may stand between two words of a name: a hyphen, a quote, spaces; «банк „Москвы“», «альфа - банк».
_USUAL_SIGNS: Final = r"\s\-‐-―_.«»„“”\"'’`´/·"


@lru_cache(maxsize=256)
def gap_with(own: str) -> re.Pattern[str]:
    """The gap of a name that has signs of its own there: «H&M», «Кофе+»."""
    return re.compile(rf"[{_USUAL_SIGNS}{re.escape(own)}]{{0,4}}")


USUAL_GAP: Final = gap_with("")
TIGHT_GAP: Final = re.compile(r"[\-‐-―_.'’]?")
SIGNS_ONLY: Final = re.compile(r"[^\w\s]{1,2}")

ANYWHERE: Final = ("@",)
"""The mark of an account on any network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a pattern: its spellings (→ how it is spelled), the beginnings that will do, and what may stand
    between it and the word before.
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    prefix: str | None = None
    gap: re.Pattern[str] = USUAL_GAP

    def fits(self, token: str) -> bool:
        return token in self.spellings or (self.prefix is not None and token.startswith(self.prefix))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words that follow one another. `literal` is the folded text that must also stand there, with `lead`
    characters before the first word; `brand` is the brand's place in the matcher's list. With `capitals` all words
    must begin with one where a blank parts them.
    """

    brand: int
    kind: Kind
    words: tuple[Word, ...]
    literal: str | None = None
    lead: int = 0
    capitals: bool = False


def compile_brand(number: int, brand: Brand, marks: Mapping[str, tuple[str, ...]]) -> Iterator[Pattern]:
    """Every pattern of a brand; `marks` are what stands before an account's name in a text, by network."""
    for name in brand.names:
        yield from _name(number, name)
    for phrase in brand.phrases:
        yield from _phrase(number, "phrase", phrase)
    for phrase in brand.never_when:
        yield from _phrase(number, "never", phrase)
    for companion in brand.only_when:
        yield from _phrase(number, "companion", companion)
    for network, accounts in brand.accounts.items():
        for account in accounts:
            yield from _account(number, account, marks.get(network, ANYWHERE))


def _name(number: int, name: str) -> Iterator[Pattern]:
    """The name parted as it is written, joined, and cut at its humps; «Теле2» has two words without a sign."""
    written = plain(name).text.strip()
    words = words_of(written)
    if not words:
        return
    # «Теле2» is one word to a reader, though two to the compiler: as a homonym it still needs its companion.
    kind: Kind = "name" if " " not in written and "-" not in written else "long_name"
    if len(words) > 1:
        yield from _parted(number, kind, words, _between(written), blank=" " in written)
        yield from _joined(number, kind, words)
        return
    yield from _one_word(number, "name", words[0])
    humps = tuple(fold(part) for part in _HUMP.split(written) if any(map(str.isalnum, part)))
    if len(humps) > 1 and "".join(humps) == words[0]:  # «ВкусВилл» is written in two words too
        yield from _parted(number, kind, humps, [USUAL_GAP] * (len(humps) - 1))


def _between(written: str) -> list[re.Pattern[str]]:
    """What may stand in each gap of a name: the usual signs, and the name's own."""
    tokens = list(TOKEN.finditer(written))
    return [_gap(written[first.end() : second.start()], first[0], second[0]) for first, second in pairwise(tokens)]


def _gap(signs: str, before: str, after: str) -> re.Pattern[str]:
    shorter, longer = sorted((len(before), len(after)))
    if not signs and shorter == 1 and longer < _SHORTEST_SPLIT:
        return TIGHT_GAP  # «А1» is not «а 1 мая»
    return gap_with("".join(sorted(set(signs) - {" "})))


def _parted(
    number: int, kind: Kind, words: tuple[str, ...], gaps: Sequence[re.Pattern[str]], *, blank: bool = False
) -> Iterator[Pattern]:
    """The words of a name one by one; `blank` says that the name itself has blanks."""
    forms = [inflected(word, same_number=True) for word in words]
    ways = [spelled(word, those, part=True) for word, those in zip(words, forms, strict=True)]
    if all(word.isalpha() and len(word) == 1 for word in words):
        # Single letters in another alphabet are anybody's initials, unless signs alone part them: «Н&М».
        yield Pattern(brand=number, kind=kind, words=_words(ways, [SIGNS_ONLY] * len(gaps)))
        ways = [dict.fromkeys(those, AS_WRITTEN) for those in forms]
    # «Я.Такси» is not «я такси вызвал»: where a blank that is none of the name's parts them, capitals must tell.
    capitals = words[0] in _FUNCTION_WORDS and not blank
    yield Pattern(brand=number, kind=kind, words=_words(ways, gaps), capitals=capitals)


def _words(ways: Sequence[Mapping[str, str]], gaps: Sequence[re.Pattern[str]]) -> tuple[Word, ...]:
    return tuple(Word(spellings=way, gap=gap) for way, gap in zip(ways, (USUAL_GAP, *gaps), strict=True))


def _joined(number: int, kind: Kind, words: tuple[str, ...]) -> Iterator[Pattern]:
    """«Альфа Банк» → альфабанк, альфабанка; every part is bent, since «банкаМосквы» is met too."""
    runs = [tuple(run) for _, run in groupby(words, str.isalpha)]
    if len(runs) == len(words):
        return  # letters and digits in turn: joined or not, they are the same tokens
    ways = [_joined_ways(run) if run[0].isalpha() else {"".join(run): AS_WRITTEN} for run in runs]
    yield Pattern(brand=number, kind=kind, words=_words(ways, [USUAL_GAP] * (len(ways) - 1)))


def _joined_ways(words: tuple[str, ...]) -> Mapping[str, str]:
    whole = "".join(words)
    if len(words) == 1:
        return spelled(whole, inflected(whole, same_number=True), part=True)
    forms = joined_ways([inflected(word, same_number=True) for word in words], _JOINED_AT_MOST)
    if len(whole) < _SHORTEST_SPLIT:  # «H&M» → hm; in other letters so short a word is anything
        return dict.fromkeys((whole, *(whole + ending for ending in ("", "а", "у", "е"))), AS_WRITTEN)
    return spelled(whole, forms | inflected(whole) | derived(whole) | {whole})


def _one_word(number: int, kind: Kind, word: str) -> Iterator[Pattern]:
    ways = {**dict.fromkeys(derived(word), AS_WRITTEN), **spelled(word, inflected(word))}
    yield Pattern(
        brand=number, kind=kind, words=(Word(spellings={way: how for way, how in ways.items() if way.isalpha()}),)
    )
    for way in sorted(ways):
        if not way.isalpha() and way[-1].isalnum():  # «билайн» → ,bkfqy
            yield from _literal(number, kind, way, IN_OTHER_LAYOUT)


def _phrase(number: int, kind: Kind, text: str) -> Iterator[Pattern]:
    exact = len(text) > 1 and text[0] in '"«' and text[-1] in '"»'
    words = []
    for part in re.findall(r"(?:[^\W\d_]+|\d+)\*?", fold(plain(text).text)):
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
