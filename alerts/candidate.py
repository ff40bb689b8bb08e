"""A candidate: what routing may look at, a judged mention of one brand by one author in one place."""

from dataclasses import dataclass
from datetime import datetime

from domain.span import Span

Place = tuple[str, str, str, str]
"""Brand, network, author, thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An unhappy customer, as the decision found him.

    `thread` is never empty (a post is its own thread). `evidence_spans` are spans of `text` that speak for a
    complaint, strongest first; `brand_spans` are those that name the brand. `complaint` and `urgency` are
    probabilities; `dangers` say what cannot wait, the gravest first. `network_title` is the network in Russian.
    `said_at` is when the text became what it is: its last edit, or its publication where that is None. `language`
    and `spoken` (the words that stand in it) are told only where routes ask for them.
    """

    brand: str
    brand_title: str
    network: str
    kind: str
    mention: str
    url: str
    author_id: str
    author_name: str
    author_handle: str | None
    followers: int | None
    text: str
    published_at: datetime
    thread: str
    reach: int | None
    complaint: float
    intent: str
    topics: tuple[str, ...]
    urgency: float
    evidence_spans: tuple[Span, ...]
    brand_spans: tuple[Span, ...]
    dangers: tuple[str, ...] = ()
    network_title: str = ""
    said_at: datetime | None = None
    language: str = ""
    spoken: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where one customer's trouble is: what is said there belongs to one case."""
        return self.brand, self.network, self.author_id, self.thread
