"""What this daemon has kept a moment ago, for the judge to have without its being read from the database again.

The database says which mentions wait and in which version of their text; only the words of those that nobody has
touched since come from memory. On SQLite alone: there a row's number is known before it is written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final

from domain.mention import Mention
from listener.decided import Stored
from listener.mention_format import storable

MOST: Final = 5_000
"""Mentions; 6 MB of real tweets, 20 MB where all are of the greatest length in Cyrillic letters. What comes on top
of that is read again: the judge is far behind then.
"""
LONGEST: Final = 2_000
"""Characters of a mention with all that stands beside it; seldom longer ones are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A row as it was inserted at this time."""

    stored: Stored
    heard_at: datetime


class JustHeard:
    """The oldest come first, as they wait for the judge."""

    def __init__(self) -> None:
        self._by_row: dict[int, Heard] = {}

    def __len__(self) -> int:
        return len(self._by_row)

    def put(self, heard: Iterable[Heard]) -> None:
        """To be called when they are committed."""
        for each in heard:
            # A number may be given once more, where its row was erased.
            self._by_row.pop(each.stored.row, None)
            if len(self._by_row) < MOST:
                self._by_row[each.stored.row] = each

    def find(self, row: int, external_id: str, text_version: int, heard_at: datetime) -> Stored | None:
        """The mention of this row, if it is the very one that was inserted here, and unchanged."""
        heard = self._by_row.get(row)
        if heard is None or text_version != heard.stored.text_version or heard_at != heard.heard_at:
            return None
        return heard.stored if heard.stored.mention.id == external_id else None

    def drop(self, rows: Collection[int]) -> None:
        """They are handed out, and the older ones with them: what waits for longer is handed out before."""
        last = max(rows, default=-1)
        while self._by_row and (oldest := next(iter(self._by_row))) <= last:
            del self._by_row[oldest]


def as_kept(heard: Mention, row: Mapping[str, Any]) -> Heard | None:
    """The mention as it will be read from this row; None where the row has it otherwise than it was heard."""
    author = heard.author
    written = (heard.id, heard.url, author.id, author.name, author.handle, heard.text, heard.thread, heard.place)
    if written != _WRITTEN(row) or (heard.published_at, heard.edited_at) != _TIMES(row):
        return None
    beside = () if row["extra"] is None else tuple(_beside(heard))
    if len(heard.text) + sum(map(len, beside)) > LONGEST or not _is_in_utc(heard):
        return None
    if any(storable(words) != words for words in beside):
        return None
    stored = Stored(row=row["id"], mention=heard, text_version=1, is_own=row["is_own"])
    return Heard(stored=stored, heard_at=row["heard_at"])


_WRITTEN: Final = itemgetter(
    "external_id", "url", "author_id", "author_name", "author_handle", "text", "thread", "place"
)

_TIMES: Final = itemgetter("published_at", "edited_at")


def _beside(heard: Mention) -> Iterator[str]:
    """All words that stand beside the author's own."""
    for quote in filter(None, (heard.parent, heard.quoted)):
        yield from (quote.id, quote.author, quote.text, quote.url)
    yield from heard.attached
    yield heard.author.city or ""


def _is_in_utc(heard: Mention) -> bool:
    return heard.published_at.tzinfo is UTC and (heard.edited_at is None or heard.edited_at.tzinfo is UTC)
