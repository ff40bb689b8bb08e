"""What the judge loop hands to the store: verdicts on a mention and the candidates that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from alerts.candidate import Candidate
from alerts.cases.commands import Withhold
from alerts.cases.events import NO_DEADLINES, Deadlines, Deleter
from alerts.path import Path
from alerts.routing import Chat
from domain.brand import Match
from domain.mention import Mention
from domain.verdict import Verdict

MAKE_A_CASE: Final = frozenset({"candidate", "danger"})
"""The outcomes of a decision that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A kept mention with the store's own row number; `text_version` grows with every edit of the text.

    `is_own`: one of the brands' own accounts wrote it, and it never makes a card. `is_deleted`: its network shows
    it no more; `deleter` is who took it away (an account's id), where that was told.
    """

    row: int
    mention: Mention
    text_version: int
    is_own: bool = False
    is_deleted: bool = False
    deleter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandVerdict:
    """A verdict on a mention for one brand. `outcome` is the decision's named reason (`candidate` or why not).

    `reasons` name by kind what a short complaint is about.
    """

    match: Match
    verdict: Verdict
    outcome: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A candidate, the chats that must see its card (receiver name, chat), and the case's deadlines.

    `not_before` holds the card back until the morning; None sends it at once to all but the receivers that are
    `held` until then. `is_urgent` lets it pass others; `is_late`, written long before it was heard, lets others
    pass. `on_shift` are the people (Person.id) who work now. `path` is the way to the receivers, the first of
    which answers for a new case; `promises` are the deadlines of a case that another one answers for, by its name.
    `withheld` says why no chat is to see it. `calls` are the receivers (by name) whose person on call is called:
    it is urgent, and nobody works there.
    """

    candidate: Candidate
    chats: tuple[tuple[str, Chat], ...]
    deadlines: Deadlines = NO_DEADLINES
    not_before: datetime | None = None
    is_urgent: bool = False
    on_shift: frozenset[str] = frozenset()
    is_late: bool = False
    held: Mapping[str, datetime] = field(default_factory=dict)
    promises: Mapping[str, Deadlines] = field(default_factory=dict)
    path: Path | None = None
    withheld: Withhold | None = None
    calls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Everything that one judged mention changes; written in one transaction.

    `deleted_by` is who took a deleted mention away, as far as that was told. `answers_for` are the brands (ids) in
    whose name an own mention speaks.
    """

    stored: Stored
    verdicts: tuple[BrandVerdict, ...] = ()
    routed: tuple[Routed, ...] = ()
    deleted_by: Deleter | None = None
    answers_for: frozenset[str] = frozenset()
