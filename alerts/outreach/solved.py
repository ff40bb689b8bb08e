"""Which solved cases are like one: by the words that both share, whatever their endings are."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LEAST: Final = 4
"""Letters of a word that says something; shorter ones stand everywhere."""
ENDING: Final = 2
"""Letters that a Russian word loses or changes most: «интернет», «интернета»."""
MOST_WORDS: Final = 40
ENOUGH: Final = 2
"""Shared words that make two troubles alike; of a text with fewer words, all of them."""
MOST: Final = 3
"""Offered to a person, who has to read them."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_EVERYWHERE: Final = frozenset(
    {
        *("вообще", "всего", "даже", "здравствуйте", "когда", "который", "меня", "может", "можно", "почему"),
        *("пожалуйста", "после", "просто", "сегодня", "сейчас", "снова", "только", "через", "чтобы", "этого"),
    }
)
"""Words of no trouble in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A case that was solved, with the public answer that stands in it. `at` is when it was closed."""

    case: int
    question: str
    answer: str
    at: datetime


def words_of(text: str) -> tuple[str, ...]:
    """The words that say something, each once, in small letters and with «е» for «ё»."""
    found = _WORD.findall(plain(text))
    return tuple(dict.fromkeys(word for word in found if word not in _EVERYWHERE))[:MOST_WORDS]


def plain(text: str) -> str:
    """As it is kept to be searched: both engines then read the same letters."""
    return text.lower().replace("ё", "е")


def stem(word: str) -> str:
    """What is left of a word without its ending, never less than LEAST letters."""
    return word[: max(LEAST, len(word) - ENDING)]


def most_alike(text: str, found: Sequence[Solved]) -> tuple[Solved, ...]:
    """The MOST that share most words with the text, the newest of equals first; none that shares too few."""
    asked = {stem(word) for word in words_of(text)}
    shared = {each.case: _shared(asked, each.question) for each in found}
    enough = min(ENOUGH, len(asked))
    alike = [each for each in found if enough and shared[each.case] >= enough]
    return tuple(sorted(alike, key=lambda each: (-shared[each.case], -each.at.timestamp(), each.case))[:MOST])


def _shared(asked: Iterable[str], question: str) -> int:
    there = words_of(question)
    return sum(any(word.startswith(each) for word in there) for each in asked)
