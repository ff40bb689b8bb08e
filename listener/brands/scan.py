"""Scanning: one text against all patterns at once, token by token."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain, pairwise, repeat
from typing import Final, NamedTuple, TypeVar

from listener.brands.forms import IN_LOOKALIKES
from listener.brands.letters import MIXED, TOKEN, fold, is_latin, skeleton
from listener.brands.misspelled import MISSPELLED, Misspellings
from listener.brands.patterns import TRIGGERS, Kind, Pattern

_SENTENCE_END: Final = re.compile(r"[.!?…]+(?=\s|$)|\n")
_TAG: Final = re.compile(r"[#@]\w+")
_PIECES: Final = re.compile(f"({TOKEN.pattern})")
_HUMP: Final = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ]{2})(?=[a-zа-яё])")
_SHORTEST_TAG_PART: Final = 5
_LONGEST_TAG_WORD: Final = 64
_REMEMBERED: Final = 32_768
_LONGEST_REMEMBERED: Final = 40
"""Of words and of their letters: those that come often come soon, the rest are found anew. With a quarter as many
most of the gain is lost; two such take 9 MB when they are full."""

Found = TypeVar("Found")


class Token(NamedTuple):
    """A word of the text: its place, its folded letters, and how they differ from what was written."""

    start: int
    end: int
    word: str
    how: str = ""


_token: Final = partial(tuple.__new__, Token)
"""A token of its four values; the class itself takes three times as long."""


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
        self._starting: Final = _ByWord(self._starting_with)
        self._read: Final = _ByWord(self._read_as)
        self._cuts_in: Final = _ByWord(self._cuts)

    def worth_scanning(self, text: str, folded: str) -> bool:
        """A fast look: False says that no trigger can be in the text, which is so for most texts."""
        words = TOKEN.findall(folded)
        read = self._read
        if not self._heads.isdisjoint(words) or any(map(read.__getitem__, words)):
            return True
        if ("#" in text or "@" in text) and any(map(self._cuts_in.__getitem__, _TAG.findall(text))):
            return True
        return any(
            not beginnings.isdisjoint([word[:size] for word in words])
            for size, beginnings in self._head_prefixes.items()
        )

    def hits(self, text: str, folded: str) -> tuple[dict[int, list[Hit]], Sequence[Token]]:
        """Everything met in the text, by brand, in order; and its tokens."""
        tokens = self._tokens(text, folded)
        found: dict[int, list[Hit]] = defaultdict(list)
        starting = self._starting
        begun = [(place, patterns) for place, token in enumerate(tokens) if (patterns := starting[token.word])]
        for place, patterns in begun:
            for pattern in patterns:
                hit = _meet(pattern, tokens, place, folded, text)
                if hit is not None:
                    found[pattern.brand].append(hit)
        return found, tokens

    def _starting_with(self, word: str) -> Sequence[Pattern]:
        patterns: Sequence[Pattern] = self._by_spelling.get(word, ())
        for size, beginnings in self._by_prefix.items():
            patterns = (*patterns, *beginnings.get(word[:size], ()))
        return patterns

    def _tokens(self, text: str, folded: str) -> list[Token]:
        pieces = _PIECES.split(folded)  # a gap and a word by turns
        ends = list(accumulate(map(len, pieces)))
        words = pieces[1::2]
        tokens = list(map(_token, zip(ends[0::2], ends[1::2], words, repeat(""), strict=False)))
        if "#" in text or "@" in text:
            cuts = [tag.start() + cut for tag in _TAG.finditer(text) for cut in self._cuts_in[tag.group()]]
            if cuts:
                tokens = [part for token in tokens for part in _cut(token, cuts, folded)]
                words = [token.word for token in tokens]
        if any(map(self._read.__getitem__, words)):
            return [self._meant(token) for token in tokens]
        return tokens

    def _meant(self, token: Token) -> Token:
        read = self._read[token.word]
        return token if read is None else token._replace(word=read[0], how=read[1])

    def _read_as(self, word: str) -> tuple[str, str] | None:
        """What a word was to be, and how it differs: look-alike letters of the other script, a slip in a name."""
        straight, how = word, ""
        if word not in self._known and MIXED.search(word) is not None:
            plain = skeleton(word)
            straight, how = self._twins.get(plain, plain), IN_LOOKALIKES
        meant = self._misspellings.meant(straight) if self._misspellings else None
        if meant is not None:
            return meant, MISSPELLED
        return (straight, how) if how else None

    def _cuts(self, tag: str) -> tuple[int, ...]:
        """Where a hashtag or a handle has to be cut for a name in it to stand alone; empty when it need not."""
        cuts: list[int] = []
        for found in TOKEN.finditer(tag):
            if found.end() - found.start() <= _LONGEST_TAG_WORD:
                cuts += self._cuts_of_word(fold(found.group()), found, hashtag=tag[0] == "#")
        return tuple(sorted(set(cuts)))

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


class _ByWord(dict[str, Found]):
    """What was found of each word, while there is room: of most words it is nothing, and to be told so again and
    again is most of what matching costs.
    """

    def __init__(self, find: Callable[[str], Found]) -> None:
        super().__init__()
        self._find: Final = find

    def __missing__(self, word: str) -> Found:
        found = self._find(word)
        if len(self) < _REMEMBERED and len(word) <= _LONGEST_REMEMBERED:
            self[word] = found
        return found


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
