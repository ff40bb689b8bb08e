"""What the judge loop hands to the store: verdicts on a mention and the candidates that came of it."""

from dataclasses import dataclass
from datetime import datetime

from alerts.candidate import Candidate
from alerts.routing import Chat
from domain.brand import Match
from domain.mention import Mention
from domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A kept mention with the store's own row number; `text_version` grows with every edit of the text."""

    row: int
    mention: Mention
    text_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A verdict on a mention for one brand. `outcome` is triage's named reason (`candidate` or why not)."""

    match: Match
    verdict: Verdict
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A candidate, the chats that must see its card (receiver name, chat), and the case's deadlines.

    `not_before` holds the card back until the morning; None sends at once.
    """

    candidate: Candidate
    chats: tuple[tuple[str, Chat], ...]
    warn_at: datetime | None = None
    due_at: datetime | None = None
    breach_at: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that one judged mention changes; written in one transaction."""

    stored: Stored
    opinions: tuple[Opinion, ...]
    told: tuple[Told, ...]
