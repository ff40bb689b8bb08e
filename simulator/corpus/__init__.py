"""Some three hundred invented Russian texts on three invented brands, with the truth about each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

from simulator.people import Writer

Network = Literal["vk", "x"]
Place = Literal["wall", "community", "comment", "tweet", "reply"]
SequelKind = Literal[
    "brand",
    "answer",
    "edit",
    "retraction",
    "signed",
    "link",
    "poll",
    "photo",
    "replies",
    "comes",
    "asks",
    "thanks",
]

TEXTS: Final = ("romashka", "tulpar", "dovezun", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text and what a person says of it.

    `place`: on the author's own wall, in the brand's community by the brand itself, a comment there, a tweet,
    a reply. `under` is the key of the text that a comment or a reply hangs on. `brand` is None when the text
    speaks of none, homonyms included; `complaint` is about that brand. A comment of the kind `unnamed` does not
    name the brand: only its place tells which one is meant.
    """

    key: str
    network: Network
    place: Place
    author: str
    text: str
    brand: str | None
    complaint: bool
    kinds: tuple[str, ...]
    under: str | None = None

    @property
    def own(self) -> bool:
        return "own" in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A brand's own places: the community in VK (`group` is its id) and the account on X (a writer's key)."""

    id: str
    title: str
    group: int
    screen_name: str
    members: int
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequel:
    """What comes after, or beside, the texts of the corpus.

    `brand`: the brand answers a customer; `answer`: the customer goes on; `edit`: what an author adds to a text;
    `retraction`: what it says instead;
    `signed`: a reader's letter in somebody's community; `link`, `poll`, `photo`: a text whose point is in `title`.
    `replies`: the customer answers the brand's own words in public; `comes`: he writes in private, being invited;
    `asks`, `thanks`: he goes on there.
    """

    kind: SequelKind
    text: str
    brand: str | None = None
    title: str = ""
    url: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    entries: tuple[Entry, ...]
    writers: Mapping[str, Writer]
    houses: tuple[House, ...]
    sequels: tuple[Sequel, ...] = ()


def load_corpus() -> Corpus:
    """Read the corpus that comes with the package."""
    return Corpus(
        entries=tuple(_entry(row) for name in TEXTS for row in _rows(name)),
        writers={row.pop("key"): Writer(**row) for row in _rows("authors")},
        houses=tuple(House(**row) for row in _rows("brands")),
        sequels=tuple(Sequel(**row | {"options": tuple(row.get("options", ()))}) for row in _rows("sequels")),
    )


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{**row, "kinds": tuple(row["kinds"])})


def _rows(name: str) -> Iterator[dict[str, Any]]:
    text = (files(__name__) / f"{name}.jsonl").read_text(encoding="utf-8")
    return (json.loads(line) for line in text.splitlines())
