"""A candidate: what routing may look at, a judged mention of one brand by one author in one place."""

from dataclasses import dataclass
from datetime import datetime

from domain.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An unhappy customer, as triage found him.

    `thread` is never empty (a post is its own thread). `because` are spans of `text` that moved the decision,
    strongest first; `named` are the spans that name the brand. `complaint` and `urgency` are probabilities.
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
    because: tuple[Span, ...]
    named: tuple[Span, ...]
