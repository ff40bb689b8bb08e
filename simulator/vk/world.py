"""What is written in the simulated VK: communities, walls, comments and discussions, without any network."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from simulator.people import Writer
from simulator.vk.attachments import Attachment, words

EntryKind = Literal["post", "comment", "topic"]
PERMISSIONS: Final = {"messages": 4096, "wall": 8192, "manage": 262_144}
"""What a community's token may be allowed, and the bit of each in its mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """`number` is positive here; walls and authors carry it negative, as in VK. `permissions` are its token's."""

    number: int
    screen_name: str
    name: str
    members: int
    token: str | None
    permissions: tuple[str, ...] = ("messages", "wall", "manage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post, a comment under the post `parent` (answering the comment `reply_to`), or a topic's comment.

    `root` is the comment that a thread began with. `signer` wrote a post that stands there as the community's.
    `copied` is the post that this one shares. `gone`: a deleted comment that answers still hang on.
    """

    owner: int
    number: int
    author: int
    text: str
    at: datetime
    kind: EntryKind
    parent: int | None = None
    reply_to: int | None = None
    root: int | None = None
    signer: int | None = None
    attachments: tuple[Attachment, ...] = ()
    copied: "Entry | None" = None
    suggested: bool = False
    gone: bool = False
    edited: datetime | None = None

    @property
    def everything(self) -> str:
        """All the words of the entry, those of its attachments and of what it shares included."""
        if not self.attachments and self.copied is None:
            return self.text
        shared = self.copied.everything if self.copied else ""
        return " ".join(filter(None, (self.text, words(self.attachments), shared)))

    @property
    def place(self) -> str:
        """The id that callers hold; a discussion's numbers are its own, so the topic stands in it."""
        topic = f"_{self.parent}" if self.kind == "topic" else ""
        return f"{self.owner}{topic}_{self.number}"

    @property
    def seconds(self) -> int:
        return int(self.at.timestamp())


@dataclass(slots=True)
class World:
    """Everything written so far. Posts and comments of one wall share one row of numbers, as in VK."""

    people: dict[int, Writer] = field(default_factory=dict)
    communities: dict[int, Community] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _answers: Counter[str] = field(default_factory=Counter)
    """How many answers stand in the thread under a comment."""

    def write(self, entry: Entry) -> Entry:
        """Keep a new entry under the next number of its wall (the given number is ignored)."""
        row = f"{entry.owner} topics" if entry.kind == "topic" else str(entry.owner)
        self._numbers[row] = self._numbers.get(row, 0) + 1
        kept = replace(entry, number=self._numbers[row])
        return self._keep(kept)

    def edit(self, place: str, text: str, at: datetime) -> Entry:
        self.entries[place] = replace(self.entries[place], text=text, edited=at)
        return self.entries[place]

    def delete(self, place: str) -> Entry:
        """A comment with answers under it stays as an empty place; with a post go its comments."""
        entry = self.entries[place]
        if entry.kind == "comment" and self._answers[place]:
            self.entries[place] = replace(entry, gone=True, text="", attachments=())
            return entry
        del self.entries[place]
        if entry.root:
            self._answers[f"{entry.owner}_{entry.root}"] -= 1
        if entry.kind == "post":
            for comment in self.comments(entry.owner, entry.number):
                del self.entries[comment.place]
        return entry

    def restore(self, entry: Entry) -> Entry:
        """What was deleted is there again, under its old number."""
        if entry.place in self.entries:
            self.entries[entry.place] = entry
            return entry
        return self._keep(entry)

    def newest(self, kind: EntryKind | None = None, owner: int | None = None) -> Iterator[Entry]:
        """Entries from the newest to the oldest."""
        chosen = [
            entry for entry in self.entries.values() if kind in (None, entry.kind) and owner in (None, entry.owner)
        ]
        return iter(sorted(chosen, key=lambda entry: (entry.at, entry.number), reverse=True))

    def comments(self, owner: int, post: int) -> list[Entry]:
        """The comments under a post, from the oldest to the newest."""
        chosen = [entry for entry in self.newest("comment", owner) if entry.parent == post]
        return chosen[::-1]

    def community_by_name(self, name: str) -> Community | None:
        """By screen name, by number, or by club123 and public123."""
        bare = name.removeprefix("club").removeprefix("public").removeprefix("-")
        for community in self.communities.values():
            if name.lower() == community.screen_name.lower() or bare == str(community.number):
                return community
        return None

    def _keep(self, entry: Entry) -> Entry:
        self.entries[entry.place] = entry
        if entry.root:
            self._answers[f"{entry.owner}_{entry.root}"] += 1
        return entry
