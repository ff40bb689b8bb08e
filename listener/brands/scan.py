"""Scanning: one text against all patterns at once, token by token."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final, NamedTuple

from listener.brands.forms import IN_LOOKALIKES
from listener.brands.letters import MIXED, TOKEN, fold, is_latin, skeleton
from listener.brands.misspelled import MISSPELLED, Misspellings
from listener.brands.patterns import TRIGGERS, Kind, Pattern

_SENTENCE_END: Final = re.compile(r"[.!?…]+(?=\s|$)|\n")
_TAG: Final = re.compile(r"[#@]\w+")
_HUMP: Final = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ]{2})(?=[a-zа-яё])")
_SHORTEST_TAG_PART: Final = 5
_LONGEST_TAG_WORD: Final = 64


class Token(NamedTuple):
    """A word of the text: its place, its folded letters, and how they differ from what was written."""

    start: int
    end: int
    word: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A pattern met in the text: characters `start:end`, words `first` to `last`, and how it is spelled."""

    kind: Kind
    start: int
    end: int
    first: int
    last: int
    how: str


class Scanner:
    """The patterns, indexed by the spellings and beginnings of their first words."""

    def __init__(self, patterns: Sequence[Pattern], slips: Iterable[str] = ()) -> None:
        """`slips` are the forms of names in which a slip of the finger is looked through."""
        words = [word for pattern in patterns for word in pattern.words]
        self._known: Final = frozenset(chain.from_iterable(word.spellings for word in words))
        self._misspellings: Final = Misspellings(slips, self._known)
        self._twins: Final = {skeleton(way): way for way in sorted(self._known) if is_latin(way)}
        self._by_spelling: dict[str, list[Pattern]] = defaultdict(list)
        self._by_prefix: dict[int, dict[str, list[Pattern]]] = defaultdict(lambda: defaultdict(list))
        heads: set[str] = set()
        self._head_prefixes: dict[int, set[str]] = defaultdict(set)
        for pattern in patterns:
            first = pattern.words[0]
            trigger = pattern.kind in TRIGGERS
            for spelling in first.spellings:
                self._by_spelling[spelling].append(pattern)
            heads.update(first.spellings if trigger else ())
            if first.prefix is not None:
                self._by_prefix[len(first.prefix)][first.prefix].append(pattern)
                if trigger:
                    self._head_prefixes[len(first.prefix)].add(first.prefix)
        self._heads: Final = frozenset(heads)

    def worth_scanning(self, text: str, folded: str) -> bool:
        """A fast look: False says that no trigger can be in the text, which is so for most texts."""
        words = TOKEN.findall(folded)
        if not self._heads.isdisjoint(words) or MIXED.search(folded) is not None:
            return True
        if self._misspellings and any(map(self._misspellings.meant, words)):
            return True
        if ("#" in text or "@" in text) and any(self._cuts(text, tag) for tag in _TAG.finditer(text)):
            return True
        return any(
            not beginnings.isdisjoint([word[:size] for word in words])
            for size, beginnings in self._head_prefixes.items()
        )

    def hits(self, text: str, folded: str) -> tuple[dict[int, list[Hit]], Sequence[Token]]:
        """Everything met in the text, by brand, in order; and its tokens."""
        tokens = self._tokens(text, folded)
        found: dict[int, list[Hit]] = defaultdict(list)
        for place, token in enumerate(tokens):
            for pattern in self._starting_with(token.word):
                hit = _meet(pattern, tokens, place, folded, text)
                if hit is not None:
                    found[pattern.brand].append(hit)
        return found, tokens

    def _starting_with(self, word: str) -> Sequence[Pattern]:
        patterns: Sequence[Pattern] = self._by_spelling.get(word, ())
        if not self._by_prefix:
            return patterns
        for size, beginnings in self._by_prefix.items():
            patterns = [*patterns, *beginnings.get(word[:size], ())]
        return patterns

    def _tokens(self, text: str, folded: str) -> list[Token]:
        cuts = sorted({cut for tag in _TAG.finditer(text) for cut in self._cuts(text, tag)})
        tokens = [Token(found.start(), found.end(), found.group()) for found in TOKEN.finditer(folded)]
        if cuts:
            tokens = [part for token in tokens for part in _cut(token, cuts, folded)]
        if MIXED.search(folded) is not None:
            tokens = [token if token.word in self._known else self._straightened(token) for token in tokens]
        if self._misspellings and any(self._misspellings.meant(token.word) for token in tokens):
            return [self._corrected(token) for token in tokens]
        return tokens

    def _straightened(self, token: Token) -> Token:
        """The token with look-alike letters replaced, when it mixes two scripts."""
        if MIXED.search(token.word) is None:
            return token
        plain = skeleton(token.word)
        return token._replace(word=self._twins.get(plain, plain), how=IN_LOOKALIKES)

    def _corrected(self, token: Token) -> Token:
        meant = self._misspellings.meant(token.word)
        return token if meant is None else token._replace(word=meant, how=MISSPELLED)

    def _cuts(self, text: str, tag: re.Match[str]) -> tuple[int, ...]:
        """Where a hashtag or a handle has to be cut for a name in it to stand alone; empty when it need not."""
        cuts: list[int] = []
        for found in TOKEN.finditer(text, tag.start(), tag.end()):
            if found.end() - found.start() <= _LONGEST_TAG_WORD:
                cuts += self._cuts_of_word(fold(found.group()), found, hashtag=tag.group()[0] == "#")
        return tuple(cuts)

    def _cuts_of_word(self, word: str, found: re.Match[str], *, hashtag: bool) -> tuple[int, ...]:
        start, size = found.start(), len(word)
        if word in self._by_spelling:
            return ()
        for head in range(size - 1, _SHORTEST_TAG_PART - 1, -1):  # #ромашкатормозит, @megafonvolga
            if word[:head] in self._heads:
                return (start + head,)
        if not hashtag:
            return ()
        for tail in range(1, size - _SHORTEST_TAG_PART + 1):  # #велобилайн
            if word[tail:] in self._heads:
                return (start + tail,)
        humps = [hump.start() for hump in _HUMP.finditer(found.group())]
        parts = {word[left:right] for left, right in pairwise((0, *humps, size))}
        return () if self._heads.isdisjoint(parts) else tuple(start + hump for hump in humps)  # #СпасибоМТС


def _cut(token: Token, cuts: Sequence[int], folded: str) -> Iterator[Token]:
    """The token's parts; `cuts` are sorted places of the whole text."""
    inner = cuts[bisect_right(cuts, token.start) : bisect_left(cuts, token.end)]
    for left, right in pairwise((token.start, *inner, token.end)):
        yield Token(left, right, folded[left:right])


class Sentences:
    """Which sentence of a text a place belongs to."""

    def __init__(self, folded: str) -> None:
        self._ends: Final = [end.end() for end in _SENTENCE_END.finditer(folded)]

    def of(self, place: int) -> int:
        return bisect_right(self._ends, place)


def _meet(pattern: Pattern, tokens: Sequence[Token], place: int, folded: str, text: str) -> Hit | None:
    """The pattern's hit when its words stand in the text from token `place` on."""
    last = place + len(pattern.words) - 1
    if last >= len(tokens):
        return None
    for step, word in enumerate(pattern.words[1:], start=place + 1):
        gap = (tokens[step - 1].end, tokens[step].start)
        if not word.fits(tokens[step].word):
            return None
        if pattern.literal is None and word.gap.fullmatch(folded, *gap) is None:
            return None
    if pattern.capitals and not _told_apart(tokens[place : last + 1], text):
        return None
    start, end = tokens[place].start, tokens[last].end
    if pattern.literal is not None:
        start -= pattern.lead
        if start < 0 or not folded.startswith(pattern.literal, start) or folded[end : end + 1] == "_":
            return None
    how = tokens[place].how or pattern.words[0].spellings.get(tokens[place].word, "")
    return Hit(kind=pattern.kind, start=start, end=end, first=place, last=last, how=how)


def _told_apart(words: Sequence[Token], text: str) -> bool:
    """Whether the words cannot be a sentence's: no blank parts them, or each begins with a capital."""
    parted = any(text[first.end : second.start].isspace() for first, second in pairwise(words))
    return not parted or all(not text[word.start].islower() for word in words)
