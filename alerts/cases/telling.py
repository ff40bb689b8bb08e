"""Which events wake people, and how: a new card, a word in its thread, a silent edit; each with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from alerts.cases.events import (
    ApprovalAsked,
    Bell,
    Event,
    MentionEdited,
    MentionJoined,
    Rang,
    Reopened,
    ReplyCancelled,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyUnknown,
    Strength,
    Transferred,
    Woke,
)
from alerts.cases.state import State

NoticeKind = Literal[
    "complaint",
    "remark",
    "woke",
    "transferred",
    "taken",
    "warn",
    "due",
    "breach",
    "approval",
    "cancelled",
    "refused",
    "unknown",
    "gone",
    "similar",
]
"""What a notice says: the customer complained again, or wrote something else; a rest is over; the case was given
to somebody, or taken from somebody; a deadline came near, passed, or was broken. Of an answer: it needs a second's
word, a colleague stopped it, the network refused it, nobody knows whether it was sent, it stands no more, others
of the thread wait for the same."""
Addressee = Literal["owner", "former_owner", "receiver", "backup", "leads", "sender"]
"""Whom a notice names: the case's owner, who had it before, the receiver's owner and its backup, all leads, who
had the answer sent."""
Reason = Literal[
    "reopened by the customer",
    "complaint in a resting case",
    "complaint in an owned case",
    "complaint in a waiting case",
    "words in an owned case",
    "words in a case without an owner",
    "rest over",
    "transfer",
    "deadline",
    "fate of an answer",
    "nothing new for people",
]


class Priority(IntEnum):
    """Who goes first where a chat takes only so much a minute."""

    PRESS = 0
    URGENT = 1
    NEW = 2
    CHANGE = 3
    OLD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A word to be said in every chat that shows the case, about the event with this number."""

    kind: NoticeKind
    event: int
    to: tuple[Addressee, ...]
    priority: Priority
    former_owner: str | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`anew`: the case's cards go out as new messages; otherwise those that are shown are edited in place."""

    reason: Reason
    anew: bool = False
    priority: Priority = Priority.CHANGE
    notices: tuple[NoticeDraft, ...] = ()


BELLS_WAKE: Final[dict[Bell, tuple[tuple[Addressee, ...], Priority]]] = {
    "warn": (("owner",), Priority.CHANGE),
    "due": (("owner", "backup"), Priority.URGENT),
    "breach": (("owner", "backup", "leads"), Priority.URGENT),
}
"""Whom each bell wakes. Where nobody has the case, its receiver's owner stands in for the owner."""


def how_to_tell(before: State, events: Sequence[Event]) -> Telling:
    """How people learn of the events that one command made of the state `before`."""
    for event in events:
        telling = _of(before, event, events)
        if telling is not None:
            return telling
    by_person = bool(events) and events[0].actor.kind == "person"
    return Telling(reason="nothing new for people", priority=Priority.PRESS if by_person else Priority.CHANGE)


def _of(before: State, event: Event, events: Sequence[Event]) -> Telling | None:
    match event.fact:
        case MentionJoined(strength=strength):
            return _heard(before, event, strength, events)
        case MentionEdited(strength="complaint", before="remark"):
            return _heard(before, event, "complaint", events)
        case Transferred(to=to):
            return _transferred(before, event, to)
        case Woke() if event.actor.kind == "clock":
            return _woke(before, event, events)
        case Rang(bell=bell):
            return Telling(reason="deadline", priority=Priority.URGENT, notices=(_bell(before, event, bell),))
        case _:
            return _answered(before, event)


def _answered(before: State, event: Event) -> Telling | None:
    """What became of an answer is told to who had it sent; where nobody is known, to the case's owner."""
    owner = _stand_in(before, ("owner",))
    match event.fact:
        case ApprovalAsked():
            told = _of_answer("approval", event, ("leads",))
        case ReplyCancelled(by=by) if by != event.actor.id:
            told = _of_answer("cancelled", event, ("sender",), by)
        case ReplyRefused(by=by):
            told = _of_answer("refused", event, ("sender",) if by else owner, by)
        case ReplyUnknown(by=by):
            told = _of_answer("unknown", event, ("sender",) if by else owner, by)
        case ReplyGone():
            told = _of_answer("gone", event, owner)
        case ReplySent(by=by, similar=similar) if similar:
            told = _of_answer("similar", event, ("sender",) if by else owner, by)
        case _:
            return None
    return told


def _of_answer(kind: NoticeKind, event: Event, to: tuple[Addressee, ...], sender: str | None = None) -> Telling:
    notice = NoticeDraft(kind=kind, event=event.number, to=to, priority=Priority.URGENT, sender=sender)
    return Telling(reason="fate of an answer", priority=Priority.URGENT, notices=(notice,))


def _heard(before: State, event: Event, strength: Strength, events: Sequence[Event]) -> Telling:
    if strength == "remark":
        if before.is_open and before.owner:
            return Telling(reason="words in an owned case", notices=(_to_owner("remark", event),))
        return Telling(reason="words in a case without an owner")
    if any(isinstance(other.fact, Reopened) for other in events):
        return Telling(reason="reopened by the customer", anew=True, priority=Priority.NEW)
    if before.owner:
        return Telling(reason="complaint in an owned case", notices=(_to_owner("complaint", event),))
    if before.snoozed_until is not None:
        return Telling(reason="complaint in a resting case", anew=True, priority=Priority.NEW)
    return Telling(reason="complaint in a waiting case")


def _to_owner(kind: Literal["complaint", "remark"], event: Event) -> NoticeDraft:
    return NoticeDraft(kind=kind, event=event.number, to=("owner",), priority=Priority.URGENT)


def _transferred(before: State, event: Event, to: str) -> Telling | None:
    """To oneself it is a take-over, and the one who had the case must know."""
    if to != event.actor.id:
        notice = NoticeDraft(kind="transferred", event=event.number, to=("owner",), priority=Priority.URGENT)
    elif before.owner is None:
        return None
    else:
        notice = NoticeDraft(
            kind="taken",
            event=event.number,
            to=("former_owner",),
            priority=Priority.URGENT,
            former_owner=before.owner,
        )
    return Telling(reason="transfer", priority=Priority.PRESS, notices=(notice,))


def _woke(before: State, event: Event, events: Sequence[Event]) -> Telling:
    """A bell that rings at the same moment says more than the end of a rest."""
    for other in events:
        if isinstance(other.fact, Rang):
            notices = (_bell(before, other, other.fact.bell),)
            return Telling(reason="deadline", priority=Priority.URGENT, notices=notices)
    notice = NoticeDraft(
        kind="woke", event=event.number, to=_stand_in(before, ("owner",)), priority=Priority.URGENT
    )
    return Telling(reason="rest over", priority=Priority.URGENT, notices=(notice,))


def _bell(before: State, event: Event, bell: Bell) -> NoticeDraft:
    to, priority = BELLS_WAKE[bell]
    return NoticeDraft(kind=bell, event=event.number, to=_stand_in(before, to), priority=priority)


def _stand_in(state: State, to: tuple[Addressee, ...]) -> tuple[Addressee, ...]:
    return to if state.owner else tuple("receiver" if who == "owner" else who for who in to)
