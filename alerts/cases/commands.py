"""What is asked of a case: by people with a button or a text, by the customer with words, by the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from alerts.cases.events import (
    NO_DEADLINES,
    NO_IDLE,
    AnsweredElsewhere,
    Deadlines,
    Deleter,
    Idle,
    Outcome,
    Removed,
    ReplyEdited,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyTakenBack,
    ReplyUnknown,
    Restored,
    Strength,
    Withheld,
)
from alerts.outreach.delicacy import Held
from alerts.outreach.outbound import OutboundKind
from alerts.path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The case becomes the actor's. `idle` is how long he may do nothing with it, here and below."""

    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The owner gives the case back to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTo:
    """A colleague becomes the owner. `person` is a Person.id, `name` the name that goes with it now."""

    person: str
    name: str
    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """The program gives a case that nobody has to one of its receiver's people, as their receiver has it."""

    person: str
    name: str
    idle: Idle = NO_IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTo:
    """Another receiver's people answer from now on. `receiver` is its name, `deadlines` are the promise by its
    terms, from now.
    """

    receiver: str
    deadlines: Deadlines = NO_DEADLINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """`past_deadline`: the person knows that the answer falls due meanwhile."""

    until: datetime
    past_deadline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    outcome: Outcome = "handled"
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComplaint:
    """The judge was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    deadlines: Deadlines = NO_DEADLINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Let it go out to the customer. `outbound` is its number, here and below."""

    outbound: int
    kind: OutboundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Let it go out once a second agrees, for this reason."""

    outbound: int
    kind: OutboundKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Agree that another's words go out. `author` is whose they are; `by_lead`: a lead alone may agree."""

    outbound: int
    kind: OutboundKind
    author: str
    by_lead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """What waits to be sent is not to be sent. `author` is whose words they are."""

    outbound: int
    kind: OutboundKind
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBack:
    """The person would write to the customer, and the guard forbids it, some `until` then: kept for the audit."""

    reason: Held
    kind: OutboundKind
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of something that was confirmed, as the network showed it, or as a person saw it."""

    fact: ReplySent | ReplyRefused | ReplyUnknown | ReplyEdited | ReplyTakenBack | ReplyGone | Removed | Restored


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEngineers:
    """`due_at` is by when they should answer."""

    question: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAsEngineer:
    """What the operator should know, in an engineer's words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbidWriting:
    """The customer asked not to be written to: nobody of the brand shall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """The brand's new cards are not wanted until then: the author's, or those about nothing but `topic`."""

    until: datetime
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute:
    """The author's cards, or those about `topic`, are wanted again."""

    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """By when the promise is to be kept has changed: the receiver has other hours or terms now."""

    deadlines: Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Withhold:
    """The case has a card to show, and it is not sent for this reason, some `until` then."""

    reason: Withheld
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmTold:
    """The customer was told that his words will be taken off the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """The customer wrote (one more) mention in the case's place. `mention` is the store's number.

    `on_shift` are the people (Person.id) who work now: a case that one of them had goes back to him. `path` led to
    the receivers of these words.
    """

    mention: int
    strength: Strength
    deadlines: Deadlines = NO_DEADLINES
    on_shift: frozenset[str] = frozenset()
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The customer changed a mention. `others`: another mention of the case is a complaint that still stands."""

    mention: int
    before: Strength
    strength: Strength
    others: bool
    deadlines: Deadlines = NO_DEADLINES
    on_shift: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """A mention is gone from the network. `others` as above; `removed`: people of the case had it taken off."""

    mention: int
    others: bool
    by: Deleter | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePrivately:
    """The customer sent a private message. `is_farewell`: thanks that ask for nothing, which reopen no case."""

    message: int
    deadlines: Deadlines = NO_DEADLINES
    on_shift: frozenset[str] = frozenset()
    is_farewell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerElsewhere:
    """The network shows an answer in the brand's name that was not given through us."""

    fact: AnsweredElsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMessage:
    """The customer changed a private message, or took it back."""

    message: int
    is_deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed."""


PersonsCommand = (
    Claim
    | Release
    | TransferTo
    | MoveTo
    | Snooze
    | Note
    | Close
    | NotComplaint
    | Reopen
    | Confirm
    | AskApproval
    | Approve
    | Cancel
    | HoldBack
    | Report
    | AskEngineers
    | AnswerAsEngineer
    | ForbidWriting
    | ConfirmTold
    | Mute
    | Unmute
)
Command = (
    PersonsCommand
    | Assign
    | Reschedule
    | Write
    | Edit
    | Delete
    | WritePrivately
    | ChangeMessage
    | AnswerElsewhere
    | Withhold
    | Tick
)

NAMES: Final[Mapping[type[Any], str]] = {
    AnswerAsEngineer: "engineers_answer",
    AnswerElsewhere: "answer_elsewhere",
    Approve: "approve",
    AskApproval: "ask_approval",
    AskEngineers: "ask_engineers",
    Assign: "assign",
    Cancel: "cancel",
    ChangeMessage: "change_message",
    Claim: "claim",
    Close: "close",
    Confirm: "confirm",
    ConfirmTold: "told",
    Delete: "delete",
    Edit: "edit",
    ForbidWriting: "do_not_write",
    HoldBack: "hold_back",
    MoveTo: "move",
    Mute: "mute",
    NotComplaint: "not_complaint",
    Note: "note",
    Release: "release",
    Reopen: "reopen",
    Report: "report",
    Reschedule: "reschedule",
    Snooze: "snooze",
    Tick: "tick",
    TransferTo: "transfer",
    Unmute: "unmute",
    Withhold: "withhold",
    Write: "write",
    WritePrivately: "write_privately",
}
"""A person's commands are stored under these names, and stand in the buttons of cards already sent."""
