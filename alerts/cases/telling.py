"""Which events wake people, and how: a new card, a word in its thread, a silent edit; each with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal

from alerts.cases.events import (
    AnsweredElsewhere,
    ApprovalAsked,
    Assigned,
    Bell,
    Claimed,
    CustomerWrote,
    EngineersAnswered,
    EngineersAsked,
    EngineersLate,
    Event,
    Forgotten,
    IdleWarned,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    MessageChanged,
    Moved,
    Rang,
    Reopened,
    ReplyCancelled,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyUnknown,
    Returned,
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
    "wrote",
    "rewrote",
    "came_back",
    "engineers_asked",
    "engineers_answered",
    "engineers_late",
    "unreachable",
    "vanished",
    "moved_on",
    "handed",
    "elsewhere",
    "moved",
    "assigned",
    "idle_warned",
    "returned",
    "forgotten",
    "on_call",
    "incident_began",
    "incident_grew",
    "incident_over",
]
"""What a notice says: the customer complained again, or wrote something else; a rest is over; the case was given
to somebody, or taken from somebody; a deadline came near, passed, or was broken. Of an answer: it needs a second's
word, a colleague stopped it, the network refused it, nobody knows whether it was sent, it stands no more, others
of the thread wait for the same. Of a talk: the customer wrote in private, changed what he wrote, came back to who
had helped him; the engineers are asked, have answered, are late; the bot may not write to the owner. His words
vanished from the brand's page, and nobody of the case has removed them. Of a card that another has followed: where
the case went on; to another receiver's people: that it is theirs; to whom the program gave a case: that it did. To
who has a talk from now on: what was said in it. Somebody of the brand answered past us. Who has a case and does
nothing with it will lose it; has lost it; nobody at all has touched it for a day. It is urgent, and nobody works
now. Of no case: an incident began, has
grown, is over."""
Addressee = Literal["owner", "former_owner", "receiver", "backup", "leads", "sender", "on_call"]
"""Whom a notice names: the case's owner, who had it before, the receiver's owner and its backup, all leads, who
had the answer sent, whom the receiver calls outside its hours."""
Where = Literal["cards", "owner", "engineers"]
"""In which chats it is said: under the case's cards, in the owner's private chats, where engineers are asked."""
Reason = Literal[
    "reopened by the customer",
    "complaint in a resting case",
    "complaint in an owned case",
    "complaint in a waiting case",
    "words in an owned case",
    "words in a case without an owner",
    "rest over",
    "transfer",
    "assigned",
    "deadline",
    "fate of an answer",
    "private words",
    "answered elsewhere",
    "engineers",
    "silent deletion",
    "idle owner",
    "forgotten",
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
    """A word to be said about the event with this number, in every chat that `where` means."""

    kind: NoticeKind
    event: int
    to: tuple[Addressee, ...]
    priority: Priority
    former_owner: str | None = None
    sender: str | None = None
    where: Where = "cards"


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
    telling = next((told for event in events if (told := _told(before, event, events)) is not None), None)
    if telling is None:
        by_person = bool(events) and events[0].actor.kind == "person"
        priority = Priority.PRESS if by_person else Priority.CHANGE
        telling = Telling(reason="nothing new for people", priority=priority)
    handed = _handed(before, events)
    return replace(telling, notices=(*telling.notices, *handed)) if handed else telling


def _told(before: State, event: Event, events: Sequence[Event]) -> Telling | None:
    telling = _of(before, event, events)
    beside = tuple(_beside(before, event, events)) if telling else ()
    return replace(telling, notices=(*telling.notices, *beside)) if telling and beside else telling


def _handed(before: State, events: Sequence[Event]) -> tuple[NoticeDraft, ...]:
    """Who gets a case in the middle of a talk has read it masked so far: to him alone it is told whole."""
    if before.stage != "in_dm":
        return ()
    given = [event for event in events if isinstance(event.fact, Claimed | Transferred | Assigned)]
    return tuple(
        NoticeDraft(kind="handed", event=event.number, to=(), priority=Priority.URGENT, where="owner")
        for event in given[-1:]
    )


def _beside(before: State, event: Event, events: Sequence[Event]) -> tuple[NoticeDraft, ...]:
    """Bells that ring at the same moment as another."""
    others = [other for other in events if other is not event]
    beside = (_at_rest(before, other) for other in others if not isinstance(other.fact, Rang))
    return tuple(notice for telling in beside if telling is not None for notice in telling.notices)


def _at_rest(before: State, event: Event) -> Telling | None:
    """Bells of people who do nothing."""
    match event.fact:
        case EngineersLate():
            return _engineers_are_late(before, event)
        case IdleWarned():
            return Telling(reason="idle owner", notices=(_in_thread("idle_warned", before, event),))
        case Returned(owner=owner):
            notice = NoticeDraft(
                kind="returned",
                event=event.number,
                to=("former_owner", "receiver"),
                priority=Priority.NEW,
                former_owner=owner,
            )
            return Telling(reason="idle owner", priority=Priority.URGENT, notices=(notice,))
        case Forgotten():
            notice = NoticeDraft(
                kind="forgotten", event=event.number, to=("leads", "receiver"), priority=Priority.URGENT
            )
            return Telling(reason="forgotten", priority=Priority.URGENT, notices=(notice,))
        case _:
            return None


def _of(before: State, event: Event, events: Sequence[Event]) -> Telling | None:
    match event.fact:
        case MentionJoined(strength=strength):
            return _heard(before, event, strength, events)
        case MentionEdited(strength="complaint", before="remark"):
            return _heard(before, event, "complaint", events)
        case Transferred() | Moved() | Assigned() | Claimed(taken_from=str()):
            return _transferred(before, event, event.fact)
        case Woke() if event.actor.kind == "clock":
            return _woke(before, event, events)
        case Rang(bell=bell):
            return Telling(reason="deadline", priority=Priority.URGENT, notices=(_bell(before, event, bell),))
        case _:
            return _answered(before, event) or _at_rest(before, event) or _talked(before, event, events)


def _talked(before: State, event: Event, events: Sequence[Event]) -> Telling | None:
    match event.fact:
        case MentionDeleted(silent=True):
            notice = NoticeDraft(kind="vanished", event=event.number, to=("leads",), priority=Priority.URGENT)
            return Telling(reason="silent deletion", priority=Priority.URGENT, notices=(notice,))
        case CustomerWrote() | MessageChanged(is_deleted=False):
            return _wrote_privately(before, event, events)
        case EngineersAsked():
            return Telling(reason="engineers", priority=Priority.PRESS, notices=(_to_engineers(event),))
        case EngineersAnswered():
            return Telling(reason="engineers", notices=(_in_thread("engineers_answered", before, event),))
        case _:
            return None


def _wrote_privately(before: State, event: Event, events: Sequence[Event]) -> Telling:
    """In the thread, masked, and whole to who has the case; thanks after the end are told and call nobody."""
    reopened = next((other.fact for other in events if isinstance(other.fact, Reopened)), None)
    if not before.is_open and reopened is None:
        aside = NoticeDraft(kind="wrote", event=event.number, to=(), priority=Priority.CHANGE)
        return Telling(reason="private words", notices=(aside,))
    kind: NoticeKind = "rewrote" if isinstance(event.fact, MessageChanged) else "wrote"
    owner = before.owner if reopened is None else reopened.owner
    drafts = [_in_thread(kind, replace(before, owner=owner), event)]
    if owner is not None:
        drafts.append(replace(drafts[0], where="owner"))
    if reopened is not None:
        after_the_card = tuple(replace(draft, priority=Priority.NEW) for draft in drafts)
        return Telling(reason="reopened by the customer", anew=True, priority=Priority.NEW, notices=after_the_card)
    return Telling(reason="private words", notices=tuple(drafts))


def _answered_elsewhere(before: State, event: Event, *, is_private: bool) -> Telling:
    """Who has the case may be writing an answer himself; where nobody has it, the card alone tells."""
    if before.owner is None:
        return Telling(reason="answered elsewhere")
    drafts = [_in_thread("elsewhere", before, event)]
    if is_private:
        drafts.append(replace(drafts[0], where="owner"))
    return Telling(reason="answered elsewhere", notices=tuple(drafts))


def _in_thread(kind: NoticeKind, state: State, event: Event) -> NoticeDraft:
    return NoticeDraft(kind=kind, event=event.number, to=_stand_in(state, ("owner",)), priority=Priority.URGENT)


def _to_engineers(event: Event) -> NoticeDraft:
    return NoticeDraft(
        kind="engineers_asked",
        event=event.number,
        to=("receiver",),
        priority=Priority.URGENT,
        where="engineers",
    )


def _engineers_are_late(before: State, event: Event) -> Telling:
    """Whoever waits learns of it, and so do those who are waited for, and their backup."""
    here = _in_thread("engineers_late", before, event)
    there = replace(here, to=("receiver", "backup"), where="engineers")
    return Telling(reason="engineers", priority=Priority.URGENT, notices=(here, there))


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
        case AnsweredElsewhere(message=message):
            return _answered_elsewhere(before, event, is_private=message is not None)
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
    reopened = next((other.fact for other in events if isinstance(other.fact, Reopened)), None)
    if reopened is not None:
        back = NoticeDraft(kind="came_back", event=event.number, to=("owner",), priority=Priority.NEW)
        return Telling(
            reason="reopened by the customer",
            anew=True,
            priority=Priority.NEW,
            notices=(back,) if reopened.owner else (),
        )
    if before.owner:
        return Telling(reason="complaint in an owned case", notices=(_to_owner("complaint", event),))
    if before.snoozed_until is not None:
        return Telling(reason="complaint in a resting case", anew=True, priority=Priority.NEW)
    return Telling(reason="complaint in a waiting case")


def _to_owner(kind: Literal["complaint", "remark"], event: Event) -> NoticeDraft:
    return NoticeDraft(kind=kind, event=event.number, to=("owner",), priority=Priority.URGENT)


def _transferred(before: State, event: Event, fact: Transferred | Moved | Assigned | Claimed) -> Telling | None:
    """To oneself it is a take-over, and the one who had the case must know."""
    if isinstance(fact, Claimed):
        return _taken_over(event, fact.taken_from)
    if isinstance(fact, Assigned):
        given = NoticeDraft(kind="assigned", event=event.number, to=("owner",), priority=Priority.NEW)
        return Telling(reason="assigned", notices=(given,))
    if isinstance(fact, Moved):
        notice = NoticeDraft(kind="moved", event=event.number, to=("receiver",), priority=Priority.NEW)
    elif fact.to != event.actor.id:
        notice = NoticeDraft(kind="transferred", event=event.number, to=("owner",), priority=Priority.URGENT)
    elif before.owner is None:
        return None
    else:
        return _taken_over(event, before.owner)
    return Telling(reason="transfer", priority=Priority.PRESS, notices=(notice,))


def _taken_over(event: Event, former: str | None) -> Telling:
    """Who had the case may be writing an answer."""
    notice = NoticeDraft(
        kind="taken",
        event=event.number,
        to=("former_owner",),
        priority=Priority.URGENT,
        former_owner=former,
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
