"""A case (обращение): one customer's trouble with one brand in one place; several mentions join it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.cases.events import Event, Outcome, Strength
from alerts.cases.state import State
from alerts.outreach.contact import NO_CONTACT, Contact
from domain.mention import Quote
from domain.span import Span

Standing = Literal["new", "claimed", "replied", "invited", "in_dm", "snoozed", "not_complaint", "closed"]
"""A state in one word, as exported rows and other cards name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMention:
    """One mention of the case as it reads now, with what the judge sees in it for the case's brand.

    `row` is the store's number, `id` the network's. `evidence_spans` are spans of `text` that speak for a
    complaint, strongest first; `brand_spans` name the brand. `complaint` and `urgency` are probabilities, 0 where
    the judge had nothing to say (a remark that does not speak of the brand). `dangers` cannot wait, `reasons` name
    by kind what a short text complains of. `place`, `parent`, `quoted` and `attached` are as in domain.mention.
    `edited_at` and `deleted_at` are when the change was heard. `under_own_post`: the `parent` is a post of the
    brand's own. `city` is where its author said then that he lives.
    """

    row: int
    id: str
    kind: str
    url: str
    text: str
    published_at: datetime
    place: str | None = None
    reach: int | None = None
    strength: Strength = "complaint"
    complaint: float = 0.0
    intent: str = "other"
    topics: tuple[str, ...] = ()
    urgency: float = 0.0
    evidence_spans: tuple[Span, ...] = ()
    brand_spans: tuple[Span, ...] = ()
    dangers: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    parent: Quote | None = None
    quoted: Quote | None = None
    attached: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    under_own_post: bool = False
    city: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMessage:
    """One private message of the case as it reads now; see domain.message. `row` is the store's number, `page` the
    brand's own page or account that the talk is with.
    """

    row: int
    incoming: bool
    text: str
    at: datetime
    attached: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCase:
    """The author's past with this brand: an earlier case, in short. `text` is the first that he has not deleted,
    `outcome` how it ended, `cause` why it came to it, `complaint` the probability of its most unhappy words, None
    where the judge said nothing of them.
    """

    case: int
    standing: Standing
    opened_at: datetime
    text: str
    outcome: Outcome | None = None
    complaint: float | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Somebody else who is unhappy with the brand in the same thread: his case, in short."""

    case: int
    author_name: str
    standing: Standing
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a card shows. `mentions`, `events` and private `messages` are oldest first, of a long quarrel the
    latest only; so are the author's `earlier` cases with the brand. `neighbours` are the others of the thread, the
    latest first: some more than a card names.
    """

    id: int
    brand: str
    brand_title: str
    network: str
    thread: str
    author_id: str
    author_name: str
    author_handle: str | None
    followers: int | None
    opened_at: datetime
    state: State
    mentions: tuple[CaseMention, ...]
    events: tuple[Event, ...] = ()
    earlier: tuple[EarlierCase, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    contact: Contact = NO_CONTACT
    messages: tuple[CaseMessage, ...] = ()

    @property
    def revision(self) -> int:
        return self.state.revision

    @property
    def city(self) -> str | None:
        """Where the author lives, as his profile said last."""
        return next((mention.city for mention in reversed(self.mentions) if mention.city), None)

    @property
    def latest_complaint(self) -> CaseMention:
        """What the card is about: the last complaint that still stands, else the last mention."""
        last = self.mentions[-1]
        return last if complains(last) else next(filter(complains, reversed(self.mentions)), last)


def complains(mention: CaseMention) -> bool:
    """Whether it is a complaint that the author has neither taken back nor deleted."""
    return mention.strength == "complaint" and mention.deleted_at is None


def standing(state: State) -> Standing:
    """The state in one word."""
    if not state.is_open:
        return "not_complaint" if state.outcome == "not_complaint" else "closed"
    return "snoozed" if state.snoozed_until is not None else state.stage
