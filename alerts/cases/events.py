"""What happened to a case: one dataclass a kind, with its payload; words are made when a card is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

from alerts.outreach.outbound import Outbound, OutboundKind
from alerts.path import Path

Stage = Literal["new", "claimed", "replied", "invited", "in_dm", "closed"]
"""How far the customer has been led. The middle ones are reached by what was really sent or received."""
Outcome = Literal["resolved", "no_answer", "declined", "not_ours", "spam", "handled", "not_complaint"]
"""How a case ended: helped; the customer fell silent, or wanted no help; not our business; no customer at all.
Cases of earlier days were just dealt with (`handled`). `not_complaint` is the judge's mistake.
"""
Cause = Literal["own_error", "product", "delivery", "customer", "other"]
"""Whose or what trouble it was."""
Waiting = Literal["us", "customer", "engineers"]
Bell = Literal["warn", "due", "breach"]
"""The three bells of an answer's deadline, in the order in which they ring."""
Deleter = Literal["author", "brand", "other"]
"""Who took a mention away: who wrote it, one of the brand's own accounts, or somebody else."""
Strength = Literal["complaint", "remark"]
"""What a customer's words weigh: an unhappy customer as the judge found him, or anything else he said there."""
Withheld = Literal["author_muted", "daily_limit", "topic_muted"]
"""Why a card was not sent: people had muted its author or topic, or the brand had had its cards of the day."""
ActorKind = Literal["person", "customer", "clock", "program"]

BELLS: Final[tuple[Bell, ...]] = get_args(Bell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it. A person has `id` (Person.id) and the `name` of that time, for those who have left since."""

    kind: ActorKind
    id: str | None = None
    name: str | None = None


CUSTOMER: Final = Actor(kind="customer")
CLOCK: Final = Actor(kind="clock")
PROGRAM: Final = Actor(kind="program")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When to warn, when the answer is due and when the promise is broken; None where nothing was promised."""

    warn_at: datetime | None = None
    due_at: datetime | None = None
    breach_at: datetime | None = None

    def at(self, bell: Bell) -> datetime | None:
        return {"warn": self.warn_at, "due": self.due_at, "breach": self.breach_at}[bell]


NO_DEADLINES: Final = Deadlines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """When an owner who does nothing is warned, and when he loses the case; None where he never is."""

    warn_at: datetime | None = None
    return_at: datetime | None = None


NO_IDLE: Final = Idle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A complaint found no case in its place. `mention` is the store's number of the mention, here and below.

    `path` led to its receivers, here and below; the first of them answers for the case.
    """

    mention: int
    deadlines: Deadlines = NO_DEADLINES
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionJoined:
    """The customer wrote again. `deadlines` are a new promise, for when the earlier one has run out."""

    mention: int
    strength: Strength
    deadlines: Deadlines = NO_DEADLINES
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionEdited:
    """The customer changed the words. `calm`: nothing in the case is a complaint any more."""

    mention: int
    before: Strength
    strength: Strength
    calm: bool
    deadlines: Deadlines = NO_DEADLINES


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionDeleted:
    """The words are gone from the network. `calm` as above; `by` is None where the network did not tell.

    `silent`: somebody who keeps the page has deleted them, and it was nobody of the case.
    """

    mention: int
    calm: bool
    by: Deleter | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The actor owns the case. `taken_from` is whose it was, `idle` how long he may be silent, here and below."""

    taken_from: str | None = None
    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The owner gave it back: it is anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """`to` (Person.id) owns the case; `to_name` is the name of that time."""

    to: str
    to_name: str
    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The program gave the case to `to` (Person.id); `to_name` is the name of that time."""

    to: str
    to_name: str
    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleWarned:
    """Who has the case has done nothing with it so far; he keeps it until then if he goes on so."""

    return_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """It is anybody's again: `owner` (Person.id) had it and did nothing."""

    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """It has waited for us for a day, and nobody of us has touched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The receiver `to` answers for the case instead of the one that it left (None: nobody knew which), and nobody
    of its people has it yet. `deadlines` are its promise, where an answer was promised.
    """

    to: str
    left: str | None = None
    deadlines: Deadlines = NO_DEADLINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Woke:
    """The rest is over: its time came, or a new complaint ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A person's word to colleagues."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """A deadline came: `warn`ed, `due` or `breach`ed."""

    bell: Bell


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled:
    """The receiver's hours or terms have changed, and with them by when the same promise is to be kept."""

    deadlines: Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """`cause` is one of Cause, or what a later version knows."""

    outcome: Outcome = "handled"
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedNotComplaint:
    """It ended because it was no complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """In work again, and anybody's; `owner` (Person.id) has it where he had it last and is on shift."""

    deadlines: Deadlines = NO_DEADLINES
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """The guard kept somebody from saying a word to the customer; `reason` is one of `outreach.delicacy.Held`."""

    reason: str
    kind: OutboundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """The actor would send it, and a second must agree, for this `reason`. `outbound` is its number, as below."""

    outbound: int
    kind: OutboundKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyConfirmed:
    """The actor let it go out: its author, or the one whose word it needed."""

    outbound: int
    kind: OutboundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCancelled:
    """It was not sent and will not be: the actor refused it, or thought better. `by` is who would have sent it."""

    outbound: int
    kind: OutboundKind
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent:
    """The customer has it. `url` is where people see it, empty where nowhere; `by` is the Person.id who sent it.

    `by_hand`: that person put it there. `similar` are the open cases of the same thread that still wait.
    """

    outbound: int
    kind: OutboundKind
    url: str = ""
    text: str = ""
    by: str | None = None
    by_hand: bool = False
    similar: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRefused:
    """The network did not take it, for this `reason` (`outreach.ports.Refused`). `by` is as above."""

    outbound: int
    kind: OutboundKind
    reason: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyUnknown:
    """It may have been sent, and nobody knows: a person must look."""

    outbound: int
    kind: OutboundKind
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEdited:
    """The answer `outbound` reads `text` now."""

    outbound: int
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTakenBack:
    """The answer `outbound` was taken off again by whoever had it sent."""

    outbound: int
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyGone:
    """The answer `outbound` no longer stands, and none of us took it off."""

    outbound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredElsewhere:
    """Somebody answered in the brand's name past us, in the network's own pages: in public, or in private.

    `mention` and `message` are the store's numbers, one of them is given. `text` is what everybody reads, at
    `url`; private words stand in the message alone. `is_last`: the customer has said nothing since.
    """

    said_at: datetime
    is_last: bool = True
    mention: int | None = None
    message: int | None = None
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWrote:
    """A private message. `message` is the store's number; `deadlines` are the promise of an answer to it."""

    message: int
    deadlines: Deadlines = NO_DEADLINES


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged:
    """The customer changed the words of a private message, or took it back (`is_deleted`)."""

    message: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingForbidden:
    """The customer asked not to be written to, and the actor has noted it for the brand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """The brand's new cards about the author, or about nothing but `topic`, are not sent until then."""

    until: datetime
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuted:
    """They are sent again."""

    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWithheld:
    """A card that would have been sent was not. `reason` is one of Withheld, `until` when a mute ends."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineersAsked:
    """The actor cannot solve it alone. `due_at` is by when the engineers should have answered."""

    question: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineersAnswered:
    """What an engineer told the operator; the customer never sees it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineersLate:
    """The engineers' time was over before they answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOfRemoval:
    """The actor says that the customer knows that his words will be taken off the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The customer's words were taken off the brand's page by `outbound`; `by` is as above."""

    outbound: int
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """They stand there again; as above."""

    outbound: int
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How the case stood when its history began to be kept: what came before left only some traces."""

    stage: Stage
    owner: str | None = None
    snoozed_until: datetime | None = None
    outcome: Outcome | None = None
    deadlines: Deadlines = NO_DEADLINES
    rung: Bell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An event that a later version wrote. It is kept, counted, and changes nothing that this version knows."""

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)


Fact = (
    Opened
    | MentionJoined
    | MentionEdited
    | MentionDeleted
    | Claimed
    | Released
    | Transferred
    | Assigned
    | IdleWarned
    | Returned
    | Forgotten
    | Moved
    | Snoozed
    | Woke
    | Noted
    | Rang
    | Rescheduled
    | Closed
    | MarkedNotComplaint
    | Reopened
    | HeldBack
    | ApprovalAsked
    | ReplyConfirmed
    | ReplyCancelled
    | ReplySent
    | ReplyRefused
    | ReplyUnknown
    | ReplyEdited
    | ReplyTakenBack
    | ReplyGone
    | AnsweredElsewhere
    | CustomerWrote
    | MessageChanged
    | WritingForbidden
    | Muted
    | Unmuted
    | CardWithheld
    | EngineersAsked
    | EngineersAnswered
    | EngineersLate
    | ToldOfRemoval
    | Removed
    | Restored
    | Imported
    | Unknown
)

KINDS: Final[Mapping[str, type[Any]]] = {
    "answered_elsewhere": AnsweredElsewhere,
    "approval_asked": ApprovalAsked,
    "assigned": Assigned,
    "card_withheld": CardWithheld,
    "claimed": Claimed,
    "closed": Closed,
    "customer_wrote": CustomerWrote,
    "engineers_answered": EngineersAnswered,
    "engineers_asked": EngineersAsked,
    "engineers_late": EngineersLate,
    "forgotten": Forgotten,
    "held_back": HeldBack,
    "idle_warned": IdleWarned,
    "imported": Imported,
    "joined": MentionJoined,
    "mention_deleted": MentionDeleted,
    "mention_edited": MentionEdited,
    "message_changed": MessageChanged,
    "moved": Moved,
    "muted": Muted,
    "not_complaint": MarkedNotComplaint,
    "noted": Noted,
    "opened": Opened,
    "rang": Rang,
    "released": Released,
    "removed": Removed,
    "reopened": Reopened,
    "reply_cancelled": ReplyCancelled,
    "reply_confirmed": ReplyConfirmed,
    "reply_edited": ReplyEdited,
    "reply_gone": ReplyGone,
    "reply_refused": ReplyRefused,
    "reply_sent": ReplySent,
    "reply_taken_back": ReplyTakenBack,
    "reply_unknown": ReplyUnknown,
    "rescheduled": Rescheduled,
    "restored": Restored,
    "returned": Returned,
    "snoozed": Snoozed,
    "told_of_removal": ToldOfRemoval,
    "transferred": Transferred,
    "unmuted": Unmuted,
    "woke": Woke,
    "writing_forbidden": WritingForbidden,
}
"""The names under which kinds are stored. A stored name is never given to another kind."""

_NAMES: Final = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a case's history. `number` counts from 1 within the case and is the case's revision."""

    number: int
    fact: Fact
    actor: Actor
    at: datetime


def kind_of(fact: Fact) -> str:
    """The name under which the fact is stored."""
    return fact.kind if isinstance(fact, Unknown) else _NAMES[type(fact)]


def what_was_done(
    outbound: Outbound, url: str, *, by_hand: bool = False, similar: tuple[int, ...] = ()
) -> ReplySent | ReplyEdited | ReplyTakenBack | Removed | Restored:
    """The fact that an outbound becomes once it is done; an edit's is about the answer that it changes."""
    by = outbound.confirmed_by
    if outbound.kind == "edit" and outbound.of_id is not None:
        return ReplyEdited(outbound=outbound.of_id, text=outbound.text, by=by)
    if outbound.kind == "take_back" and outbound.of_id is not None:
        return ReplyTakenBack(outbound=outbound.of_id, by=by)
    if outbound.kind == "remove":
        return Removed(outbound=outbound.id, by=by)
    if outbound.kind == "restore":
        return Restored(outbound=outbound.id, by=by)
    return ReplySent(
        outbound=outbound.id,
        kind=outbound.kind,
        url=url,
        text=outbound.text,
        by=by,
        by_hand=by_hand,
        similar=similar,
    )
