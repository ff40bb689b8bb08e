"""A search that forgives word forms, roughly as VK's does: all the words, exact phrases, words to leave out."""

import re
from functools import lru_cache
from typing import Final

_TERM: Final = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD: Final = re.compile(r"[\w-]+")
_ENDING: Final = 3
_SHORTEST: Final = 3


def matches(query: str, text: str) -> bool:
    """Whether `text` answers `query`; an empty query answers nothing."""
    words = _words(text)
    terms = _TERM.findall(query)
    wanted = [term for term in terms if not term[0]]
    unwanted = [term for term in terms if term[0]]
    return (
        bool(wanted)
        and all(_has(words, phrase, word) for _, phrase, word in wanted)
        and not any(_has(words, phrase, word) for _, phrase, word in unwanted)
    )


def _has(words: tuple[str, ...], phrase: str, word: str) -> bool:
    if phrase:
        sought = _words(phrase)
        return any(words[at : at + len(sought)] == sought for at in range(len(words)))
    return all(any(_alike(part, other) for other in words) for part in _words(word))


def _alike(one: str, other: str) -> bool:
    """The same word up to its ending: «ромашка» and «ромашкой», but not «рома» and «ромашка»."""
    if one == other:
        return True
    stem = max(_SHORTEST, min(len(one), len(other)) - _ENDING + 1)
    return abs(len(one) - len(other)) < _ENDING and one[:stem] == other[:stem]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Every search looks through the same texts, and some of them are monstrous on purpose."""
    return tuple(_WORD.findall(text.lower().replace("ё", "е")))
