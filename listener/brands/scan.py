"""Scanning: one text against all patterns at once, token by token."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple, TypeVar, overload

from listener.brands.forms import IN_LOOKALIKES
from listener.brands.letters import MIXED, TOKEN, fold, is_latin, skeleton
from listener.brands.misspelled import MISSPELLED, Misspellings
from listener.brands.patterns import TRIGGERS, Kind, Pattern

_SENTENCE_END: Final = re.compile(r"[.!?…]+(?=\s|$)|\n")
_TAG: Final = re.compile(r"[#@]\w+")
_HUMP: Final = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ]{2})(?=[a-zа-яё])")
_SHORTEST_TAG_PART: Final = 5
_LONGEST_TAG_WORD: Final = 64
_REMEMBERED: Final = 32_768
_LONGEST_REMEMBERED: Final = 40
"""Of words and of their letters: those that come often come soon, the rest are found anew."""

_NO_HITS: Final[Mapping[int, Sequence["Hit"]]] = {}
_AS_WRITTEN: Final[Mapping[int, str]] = {}

Found = TypeVar("Found")


class Token(NamedTuple):
    """A word of the text: its place, its folded letters, and how they differ from what was written."""

    start: int
    end: int
    word: str
    how: str = ""


class Tokens(Sequence[Token]):
    """A text's tokens, kept as columns: two or three of them are looked at, and to make them all was a quarter of
    what matching costs. `hows` is by place, of those that differ.
    """

    __slots__ = ("ends", "hows", "starts", "words")

    def __init__(
        self, words: Sequence[str], starts: Sequence[int], ends: Sequence[int], hows: Mapping[int, str]
    ) -> None:
        self.words, self.starts, self.ends, self.hows = words, starts, ends, hows

    @classmethod
    def cut(cls, words: Sequence[str], folded: str) -> "Tokens":
        """A text's words in their places: between two of them there is no letter and no digit."""
        find, end = folded.find, 0
        starts, ends = [], []
        for word in words:
            start = find(word, end)
            end = start + len(word)
            starts.append(start)
            ends.append(end)
        return cls(words, starts, ends, _AS_WRITTEN)

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> "Tokens":
        starts, ends, words, hows = zip(*tokens, strict=True)
        return cls(words, starts, ends, {place: how for place, how in enumerate(hows) if how})

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> list[Token]: ...
    def __getitem__(self, place: int | slice) -> Token | list[Token]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return Token(self.starts[place], self.ends[place], self.words[place], self.hows.get(place, ""))


class Known(NamedTuple):
    """What a word is to the patterns: whether it may name a brand, those that begin with it, what it was to be,
    and how it differs from that where it was written otherwise.
    """

    names: bool
    starting: Sequence[Pattern]
    read: tuple[str, str] | None


class Hit(NamedTuple):
    """A pattern met in the text: characters `start:end`, words `first` to `last`, and how it is spelled.

    A tuple and no dataclass: a text has two or three.
    """

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
        for pattern in patterns:
            first = pattern.words[0]
            trigger = pattern.kind in TRIGGERS
            for spelling in first.spellings:
                self._by_spelling[spelling].append(pattern)
            heads.update(first.spellings if trigger else ())
            if first.prefix is not None:
                self._by_prefix[len(first.prefix)][first.prefix].append(pattern)
        self._heads: Final = frozenset(heads)
        self._known_of: Final = _ByWord(self._know)
        self._cuts_in: Final = _ByWord(self._cuts)

    def hits(self, text: str, folded: str) -> tuple[Mapping[int, Sequence[Hit]], Sequence[Token]]:
        """What is met in the text, by brand, in order; and its tokens. Of a text that names none: nothing."""
        words = TOKEN.findall(folded)
        known = map(self._known_of.__getitem__, words)
        cuts = self._cuts_of(text) if "#" in text or "@" in text else ()
        begun = [(place, of) for place, of in enumerate(known) if of is not None]
        if not cuts and not any(of.names for _, of in begun):  # so it is of most texts
            return _NO_HITS, ()
        tokens = Tokens.cut(words, folded)
        if cuts or any(of.read for _, of in begun):
            tokens = Tokens.of([self._meant(part) for token in tokens for part in _cut(token, cuts, folded)])
            known = map(self._known_of.__getitem__, tokens.words)
            begun = [(place, of) for place, of in enumerate(known) if of is not None]
        found: dict[int, list[Hit]] = defaultdict(list)
        for place, of in begun:
            for pattern in of.starting:
                hit = _meet(pattern, tokens, place, folded, text)
                if hit is not None:
                    found[pattern.brand].append(hit)
        return found, tokens

    def _know(self, word: str) -> Known | None:
        """None for most words: they are nothing to any brand."""
        starting: Sequence[Pattern] = self._by_spelling.get(word, ())
        for size, beginnings in self._by_prefix.items():
            starting = (*starting, *beginnings.get(word[:size], ()))
        read = self._read_as(word)
        names = read is not None or any(pattern.kind in TRIGGERS for pattern in starting)
        return Known(names, starting, read) if names or starting else None

    def _cuts_of(self, text: str) -> Sequence[int]:
        return [tag.start() + cut for tag in _TAG.finditer(text) for cut in self._cuts_in[tag.group()]]

    def _meant(self, token: Token) -> Token:
        of = self._known_of[token.word]
        return token if of is None or of.read is None else token._replace(word=of.read[0], how=of.read[1])

    def _read_as(self, word: str) -> tuple[str, str] | None:
        """What a word was to be, and how it differs: look-alike letters of the other script, a slip in a name."""
        straight, how = word, ""
        if word not in self._known and not word.isascii() and MIXED.search(word) is not None:
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


def _meet(pattern: Pattern, tokens: Tokens, place: int, folded: str, text: str) -> Hit | None:
    """The pattern's hit when its words stand in the text from token `place` on."""
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    last = place + len(pattern.words) - 1
    if last >= len(words):
        return None
    for step, word in enumerate(pattern.words[1:], start=place + 1):
        if not word.fits(words[step]):
            return None
        if pattern.literal is None and word.gap.fullmatch(folded, ends[step - 1], starts[step]) is None:
            return None
    if pattern.capitals and not _told_apart(tokens[place : last + 1], text):
        return None
    start, end = starts[place], ends[last]
    if pattern.literal is not None:
        start -= pattern.lead
        if start < 0 or not folded.startswith(pattern.literal, start) or folded[end : end + 1] == "_":
            return None
    how = tokens.hows.get(place) or pattern.words[0].spellings.get(words[place], "")
    return Hit(pattern.kind, start, end, place, last, how)


def _told_apart(words: Sequence[Token], text: str) -> bool:
    """Whether the words cannot be a sentence's: no blank parts them, or each begins with a capital."""
    parted = any(text[first.end : second.start].isspace() for first, second in pairwise(words))
    return not parted or all(not text[word.start].islower() for word in words)
