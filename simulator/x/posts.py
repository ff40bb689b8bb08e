"""The posts of the simulated X, oldest first, under real snowflake numbers."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from simulator.people import Writer

EPOCH_MS: Final = 1_288_834_974_657
"""Milliseconds at which X began to count its numbers: id >> 22 is the time since then."""
ROOM: Final = 22
WORD: Final = re.compile(r"\w+")
HANDLE: Final = re.compile(r"@(\w+)")
HASHTAG: Final = re.compile(r"#(\w+)")
CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)


def snowflake(at: datetime) -> int:
    """The smallest number that X could give to a post of that time."""
    return (int(at.timestamp() * 1000) - EPOCH_MS) << ROOM


def time_of(number: int) -> datetime:
    return datetime.fromtimestamp(((number >> ROOM) + EPOCH_MS) / 1000, UTC)


def words(text: str) -> tuple[str, ...]:
    """The tokens search sees: split at everything that is no letter or digit, case and Latin accents folded."""
    return tuple(_fold(word) for word in WORD.findall(text))


def _fold(word: str) -> str:
    lowered = word.casefold()
    if lowered.isascii() or CYRILLIC.search(lowered):
        # «й» is a letter of its own, not an accented «и».
        return lowered
    parts = unicodedata.normalize("NFKD", lowered)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`seen_at` is when search begins to find it: X indexes some posts later than others.

    An edit is a post of its own number; `history` are the numbers of all versions, oldest first.
    """

    number: int
    author: Writer
    text: str
    at: datetime
    seen_at: datetime
    reply_to: "Post | None" = None
    quoting: "Post | None" = None
    tokens: tuple[str, ...] = field(default=(), repr=False)
    history: tuple[int, ...] = ()
    latest: bool = True

    @property
    def versions(self) -> tuple[int, ...]:
        return self.history or (self.number,)

    @property
    def conversation(self) -> int:
        return self.reply_to.conversation if self.reply_to else self.versions[0]

    @property
    def language(self) -> str:
        return "ru" if CYRILLIC.search(self.text) else "en"

    @property
    def mentioned(self) -> frozenset[str]:
        """Handles that the post addresses: those in its text and whom it answers, in lower case."""
        named = {handle.casefold() for handle in HANDLE.findall(self.text)}
        return frozenset(named | ({self.reply_to.author.handle.casefold()} if self.reply_to else set()))

    @property
    def hashtags(self) -> frozenset[str]:
        return frozenset(tag.casefold() for tag in HASHTAG.findall(self.text))


@dataclass(slots=True)
class Posts:
    """All posts by number; adding one of an earlier time puts it in its place."""

    _numbers: list[int] = field(default_factory=list)
    _posts: dict[int, Post] = field(default_factory=dict)

    def add(
        self,
        author: Writer,
        text: str,
        at: datetime,
        *,
        reply_to: Post | None,
        seen_at: datetime,
        quoting: Post | None = None,
    ) -> Post:
        number = snowflake(at)
        while number in self._posts:
            number += 1
        post = Post(
            number=number,
            author=author,
            text=text,
            at=at,
            seen_at=seen_at,
            reply_to=reply_to,
            quoting=quoting,
            tokens=words(text),
        )
        self._numbers.insert(bisect_right(self._numbers, number), number)
        self._posts[number] = post
        return post

    def edit(self, number: int, text: str, at: datetime) -> Post:
        """Another version under a number of its own; every version knows all of them, search finds the last."""
        old = self._posts[number]
        first = self._posts[old.versions[0]]
        added = self.add(old.author, text, at, reply_to=first.reply_to, seen_at=at, quoting=first.quoting)
        history = (*old.versions, added.number)
        for version in history:
            post = self._posts[version]
            self._posts[version] = replace(post, history=history, latest=version == added.number)
        return self._posts[added.number]

    def get(self, number: int) -> Post | None:
        return self._posts.get(number)

    def remove(self, number: int) -> None:
        """All versions of it."""
        for version in self._posts[number].versions:
            del self._posts[version]
            self._numbers.remove(version)

    def __len__(self) -> int:
        return len(self._numbers)

    def newest_first(self, *, after: int, before: int | None) -> Iterator[Post]:
        """Posts numbered strictly between the two."""
        upper = len(self._numbers) if before is None else bisect_right(self._numbers, before - 1)
        lower = bisect_right(self._numbers, after)
        for index in range(upper - 1, lower - 1, -1):
            yield self._posts[self._numbers[index]]
