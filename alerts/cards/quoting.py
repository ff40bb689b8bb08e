"""The customer's words on a card: cut on a word's edge, with the spans moved along."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from domain.span import Span

ELLIPSIS: Final = "…"
MOST_PHRASES: Final = 3
MOST_WORDS: Final = 9
"""Of one quoted phrase."""
MOST_BEFORE: Final = 3
SHORTEST_WORD: Final = 3
WORDS: Final = 8_192
"""Of so many it is remembered whether they tell anything."""

_WORD: Final = re.compile(r"(?:(?<!\w)[@#])?\w+(?:(?:[-'’]|(?<=\d)[.,:](?=\d))\w+)*")
_CONJUNCTIONS: Final = """
а вот да же и или ли но ну потому поэтому так то тоже хотя что чтобы это
"""
_PRONOUNS_AND_PREPOSITIONS: Final = """
без бы был была были было быть в вам вас ваш ваша ваше ваши во все всё вы для до его ее её если есть еще ещё за из
из-за им их к ко кто лишь между меня мне мной мы на над нам нас не него ней ни них о об он она они оно от по под
при про просто с сам себя со там те тебя тем тот ту ты у уже хоть чего чем эта эти этим этих этого этой этом этот
эту я где как когда который
"""
_LEADING: Final = frozenset(_CONJUNCTIONS.split())
_FUNCTION_WORDS: Final = _LEADING.union(_PRONOUNS_AND_PREPOSITIONS.split())
"""Words that tell nothing about the trouble by themselves, and on which no phrase may break off."""


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended on a word's edge with «…» when something is missing."""
    if len(text) <= limit:
        return text
    head = text[: limit - len(ELLIPSIS)]
    # A word that the cut splits goes as a whole, unless it is nearly everything there is.
    if not text[len(head)].isspace():
        edge = max((place for place, letter in enumerate(head) if letter.isspace()), default=0)
        head = head[:edge] if edge > limit // 2 else head
    return head.rstrip() + ELLIPSIS


def in_short(text: str, limit: int) -> str:
    """The text on one line, cut."""
    return cut(" ".join(text.split()), limit)


def quote(text: str, spans: Sequence[Sequence[Span]], limit: int) -> tuple[str, list[tuple[Span, ...]]]:
    """The text without outer blanks, cut, and each sequence of spans as it lies in the quote."""
    shift = len(text) - len(text.lstrip())
    whole = text.strip()
    quoted = cut(whole, limit)
    end = len(quoted) if quoted == whole else len(quoted) - len(ELLIPSIS)
    return quoted, [_moved(some, shift, end) for some in spans]


def phrases(text: str, spans: Sequence[Span], *, brand_spans: Sequence[Span] = ()) -> list[Span]:
    """Where the text has the phrases that tell a person why: at most MOST_PHRASES, the strongest first.

    `spans` are what moved the decision, strongest first, and may begin and end anywhere. What is quoted are whole
    words of one clause. A lone word, words that mean nothing by themselves and the brand's name are quoted only
    where there is nothing better.
    """
    words = [found.span() for found in _WORD.finditer(text)]
    places = _places(words, spans)
    named = _places(words, brand_spans)
    telling: list[tuple[int, int, Span, list[Span]]] = []
    for clause in _clauses(text, words):
        ranked = [
            (2 if word in named or _is_weak(text[slice(*word)]) else len(clause) == 1, places[word], word)
            for word in clause
            if word in places
        ]
        if ranked:
            telling.append((*min(ranked), clause))
    telling.sort()
    found: dict[str, Span] = {}
    for weak, _, word, clause in telling:
        if weak > telling[0][0] or len(found) == MOST_PHRASES:
            break
        start, end = _phrase(text, clause, clause.index(word))
        found.setdefault(text[start:end].casefold(), (start, end))
    return list(found.values())


def _moved(spans: Sequence[Span], shift: int, end: int) -> tuple[Span, ...]:
    moved = ((max(0, start - shift), min(end, stop - shift)) for start, stop in spans)
    return tuple((start, stop) for start, stop in moved if start < stop)


def _places(words: Sequence[Span], spans: Sequence[Span]) -> dict[Span, int]:
    """The words that spans touch, each with the place of the first span that does."""
    ends = [end for _, end in words]
    places: dict[Span, int] = {}
    for place, (start, end) in enumerate(spans):
        at = bisect_right(ends, start)
        while at < len(words) and words[at][0] < end:
            places.setdefault(words[at], place)
            at += 1
    return places


@lru_cache(maxsize=WORDS)
def _is_weak(word: str) -> bool:
    if len(word) < SHORTEST_WORD or word.casefold() in _FUNCTION_WORDS:
        return True
    return not (word.isalpha() or any(map(str.isalpha, word)))


def _clauses(text: str, words: Sequence[Span]) -> Iterator[list[Span]]:
    """Words with nothing but blanks between them; a comma, an emoji, a new line end a clause."""
    clause: list[Span] = []
    for word in words:
        between = text[clause[-1][1] : word[0]] if clause else ""
        if between.strip() or "\n" in between:
            yield clause
            clause = []
        clause.append(word)
    if clause:
        yield clause


def _phrase(text: str, clause: Sequence[Span], at: int) -> Span:
    """The clause when it is short, else the words around the word `at`; without loose words on its edges."""
    whole = 0
    while whole < at and _is_loose(text, clause[whole]):
        whole += 1
    first = max(whole, min(at - MOST_BEFORE, len(clause) - MOST_WORDS))
    last = min(len(clause), first + MOST_WORDS) - 1
    while first < at and _is_loose(text, clause[first]):
        first += 1
    # A clause ends as its author ended it; only what was broken off may hang in the air.
    while at < last < len(clause) - 1 and _word(text, clause[last]) in _FUNCTION_WORDS:
        last -= 1
    return clause[first][0], clause[last][1]


def _is_loose(text: str, word: Span) -> bool:
    shown = _word(text, word)
    return shown in _LEADING or shown.startswith("@")


def _word(text: str, word: Span) -> str:
    return text[slice(*word)].casefold()
