"""The one table of what leads where: who may ask for what of a case in which stage, and what comes of it.

A decision is a tuple of facts, which the store writes down as events, or a refusal, which changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar, get_args

from alerts.cases.commands import (
    AnswerAsEngineer,
    AnswerElsewhere,
    Approve,
    AskApproval,
    AskEngineers,
    Assign,
    Cancel,
    ChangeMessage,
    Claim,
    Close,
    Command,
    Confirm,
    ConfirmTold,
    Delete,
    Edit,
    ForbidWriting,
    HoldBack,
    MoveTo,
    Mute,
    NotComplaint,
    Note,
    Release,
    Reopen,
    Report,
    Reschedule,
    Snooze,
    Tick,
    TransferTo,
    Unmute,
    Withhold,
    Write,
    WritePrivately,
)
from alerts.cases.events import (
    NO_DEADLINES,
    Actor,
    ActorKind,
    ApprovalAsked,
    Assigned,
    CardWithheld,
    Claimed,
    Closed,
    CustomerWrote,
    EngineersAnswered,
    EngineersAsked,
    EngineersLate,
    Fact,
    Forgotten,
    HeldBack,
    IdleWarned,
    MarkedNotComplaint,
    MentionDeleted,
    MentionEdited,
    MentionJoined,
    MessageChanged,
    Moved,
    Muted,
    Noted,
    Opened,
    Rang,
    Released,
    Reopened,
    ReplyCancelled,
    ReplyConfirmed,
    Rescheduled,
    Returned,
    Snoozed,
    Stage,
    ToldOfRemoval,
    Transferred,
    Unmuted,
    Woke,
    WritingForbidden,
)
from alerts.cases.state import LED_TO, State, forgotten_at, still_to_ring

LONGEST_NOTE: Final = 1_000
"""Characters of a note; a card has room for little more."""
WARNED_BEFORE: Final = timedelta(minutes=10)
"""Nobody loses a case sooner after the word that he will, also where that word came late."""

Reason = Literal[
    "already_yours",
    "already_theirs",
    "already_there",
    "already_closed",
    "already_not_complaint",
    "already_open",
    "already_snoozed",
    "ended",
    "nobodys",
    "not_yours",
    "past_deadline",
    "no_time",
    "no_text",
    "long_text",
    "not_allowed",
    "own_words",
    "leads_only",
    "topic_by_leads",
    "not_in_private",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing changes, for this named reason; what the person reads is worded in `alerts.cards.wording`."""

    reason: Reason


Decision = tuple[Fact, ...] | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks. `former_ids` are the ids under which a person may have been written down before."""

    actor: Actor
    is_lead: bool = False
    former_ids: tuple[str, ...] = ()

    def owns(self, state: State) -> bool:
        return state.owner is not None and state.owner in (self.actor.id, *self.former_ids)


CommandType = TypeVar("CommandType")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[CommandType]):
    """Everything that a decision may look at."""

    state: State
    command: CommandType
    asker: Asker
    now: datetime


Check = Callable[[Asked[Any]], Reason | None]
Effect = Callable[[Asked[Any]], tuple[Fact, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`by`: who may ask at all. `already`: it is so. `stages`: where it leads anywhere. `checks`: what forbids it.

    They are asked in this order, and the first that refuses is the answer; then `effect` says what happens.
    """

    by: frozenset[ActorKind]
    already: tuple[Check, ...] = ()
    stages: frozenset[Stage]
    checks: tuple[Check, ...] = ()
    effect: Effect


def decide(state: State, command: Command, asker: Asker, now: datetime) -> Decision:
    """What comes of a command. No facts: there was nothing to do (a clock that came too early)."""
    rule = TABLE[type(command)]
    asked: Asked[Any] = Asked(state=state, command=command, asker=asker, now=now)
    reason = _refused(rule, asked)
    return Refusal(reason=reason) if reason else rule.effect(asked)


def _refused(rule: Rule, asked: Asked[Any]) -> Reason | None:
    if asked.asker.actor.kind not in rule.by:
        return "not_allowed"
    if reason := _first(rule.already, asked):
        return reason
    if asked.state.stage not in rule.stages:
        return "already_open" if asked.state.is_open else "ended"
    return _first(rule.checks, asked)


def _first(checks: tuple[Check, ...], asked: Asked[Any]) -> Reason | None:
    return next((reason for check in checks if (reason := check(asked))), None)


def _is_mine(asked: Asked[Claim]) -> Reason | None:
    """Claiming an own case that rests wakes it."""
    is_mine = asked.state.is_open and asked.asker.owns(asked.state) and asked.state.snoozed_until is None
    return "already_yours" if is_mine else None


def _is_closed(asked: Asked[Close]) -> Reason | None:
    return "already_closed" if asked.state.outcome not in (None, "not_complaint") else None


def _is_not_complaint(asked: Asked[NotComplaint]) -> Reason | None:
    return "already_not_complaint" if asked.state.outcome == "not_complaint" else None


def _is_snoozed(asked: Asked[Snooze]) -> Reason | None:
    return "already_snoozed" if asked.state.snoozed_until is not None else None


def _is_anothers(asked: Asked[Any]) -> Reason | None:
    """A lead may do with anybody's case what its owner may."""
    is_free = asked.state.owner is None or asked.asker.is_lead or asked.asker.owns(asked.state)
    return None if is_free else "not_yours"


def _is_theirs(asked: Asked[TransferTo]) -> Reason | None:
    return "already_theirs" if asked.state.owner == asked.command.person else None


def _has_owner(asked: Asked[Assign]) -> Reason | None:
    """A person who has it was faster; the program takes nothing away."""
    return "not_allowed" if asked.state.owner is not None else None


def _is_there(asked: Asked[MoveTo]) -> Reason | None:
    return "already_there" if asked.state.receiver == asked.command.receiver else None


def _is_nobodys(asked: Asked[Release]) -> Reason | None:
    return "nobodys" if asked.state.owner is None else None


def _has_no_time(asked: Asked[Snooze | Mute]) -> Reason | None:
    return "no_time" if asked.command.until <= asked.now else None


def _hides_deadline(asked: Asked[Snooze]) -> Reason | None:
    """The answer falls due while the case rests, and the person does not know it."""
    due_at = asked.state.deadlines.due_at
    if asked.command.past_deadline or due_at is None:
        return None
    return "past_deadline" if asked.now < due_at < asked.command.until else None


def _has_bad_text(asked: Asked[Note | AnswerAsEngineer | AskEngineers]) -> Reason | None:
    command = asked.command
    text = command.question if isinstance(command, AskEngineers) else command.text
    if not text.strip():
        return "no_text"
    return "long_text" if len(text) > LONGEST_NOTE else None


def _is_not_in_private(asked: Asked[ConfirmTold]) -> Reason | None:
    return None if asked.state.stage == "in_dm" else "not_in_private"


def _is_over(asked: Asked[Any]) -> Reason | None:
    """Nobody speaks to the customer of an ended case; what was said in it may be mended."""
    return "ended" if not asked.state.is_open and asked.command.kind in (*LED_TO, "remove") else None


def _is_own_words(asked: Asked[Approve]) -> Reason | None:
    return "own_words" if asked.command.author in (asked.asker.actor.id, *asked.asker.former_ids) else None


def _is_for_leads(asked: Asked[Approve]) -> Reason | None:
    return "leads_only" if asked.command.by_lead and not asked.asker.is_lead else None


def _is_for_all(asked: Asked[Mute | Unmute]) -> Reason | None:
    """A topic is everybody's."""
    is_theirs = asked.command.topic is None or asked.asker.is_lead or asked.asker.actor.kind == "program"
    return None if is_theirs else "topic_by_leads"


def _is_anothers_words(asked: Asked[Cancel]) -> Reason | None:
    """Whose words they are may take them back, also in a case that is another's by now."""
    return None if asked.command.author in (asked.asker.actor.id, *asked.asker.former_ids) else _is_anothers(asked)


def _claim(asked: Asked[Claim]) -> tuple[Fact, ...]:
    taken_from = None if asked.asker.owns(asked.state) else asked.state.owner
    return (Claimed(taken_from=taken_from, idle=asked.command.idle),)


def _transfer(asked: Asked[TransferTo]) -> tuple[Fact, ...]:
    command = asked.command
    return (Transferred(to=command.person, to_name=command.name, idle=command.idle),)


def _assign(asked: Asked[Assign]) -> tuple[Fact, ...]:
    command = asked.command
    return (Assigned(to=command.person, to_name=command.name, idle=command.idle),)


def _move(asked: Asked[MoveTo]) -> tuple[Fact, ...]:
    command = asked.command
    return (Moved(to=command.receiver, left=asked.state.receiver, deadlines=command.deadlines),)


def _snooze(asked: Asked[Snooze]) -> tuple[Fact, ...]:
    return (Snoozed(until=asked.command.until),)


def _note(asked: Asked[Note]) -> tuple[Fact, ...]:
    return (Noted(text=asked.command.text.strip()),)


def _close(asked: Asked[Close]) -> tuple[Fact, ...]:
    return (Closed(outcome=asked.command.outcome, cause=asked.command.cause),)


def _reopen(asked: Asked[Reopen]) -> tuple[Fact, ...]:
    return (Reopened(deadlines=asked.command.deadlines),)


def _write(asked: Asked[Write]) -> tuple[Fact, ...]:
    """A complaint opens, wakes or reopens a case; a remark only joins it."""
    command = asked.command
    if asked.state.revision == 0:
        return (Opened(mention=command.mention, deadlines=command.deadlines, path=command.path),)
    joined = MentionJoined(
        mention=command.mention, strength=command.strength, deadlines=command.deadlines, path=command.path
    )
    return (joined, *_stirred(asked)) if command.strength == "complaint" else (joined,)


def _edit(asked: Asked[Edit]) -> tuple[Fact, ...]:
    """An edit counts as a complaint only where the words were none before: two more «!» reopen nothing."""
    command = asked.command
    edited = MentionEdited(
        mention=command.mention,
        before=command.before,
        strength=command.strength,
        calm=command.strength != "complaint" and not command.others,
        deadlines=command.deadlines,
    )
    became = command.strength == "complaint" and command.before != "complaint"
    return (edited, *_stirred(asked)) if became else (edited,)


def _stirred(asked: Asked[Write] | Asked[Edit]) -> tuple[Fact, ...]:
    if not asked.state.is_open:
        return (_reopened(asked),)
    return (Woke(),) if asked.state.snoozed_until is not None else ()


def _reopened(asked: Asked[Write] | Asked[Edit] | Asked[WritePrivately]) -> Reopened:
    """Back to whom the customer knows, where he works now; a case that was called none goes to all."""
    owner = asked.state.owner if asked.state.outcome != "not_complaint" else None
    back = owner if owner in asked.command.on_shift else None
    return Reopened(deadlines=asked.command.deadlines, owner=back)


def _write_privately(asked: Asked[WritePrivately]) -> tuple[Fact, ...]:
    command = asked.command
    wrote = CustomerWrote(message=command.message, deadlines=command.deadlines)
    reopens = not asked.state.is_open and not command.is_farewell
    return (_reopened(asked), wrote) if reopens else (wrote,)


def _change_message(asked: Asked[ChangeMessage]) -> tuple[Fact, ...]:
    return (MessageChanged(message=asked.command.message, is_deleted=asked.command.is_deleted),)


def _ask_engineers(asked: Asked[AskEngineers]) -> tuple[Fact, ...]:
    """Whoever asks in a case that nobody has, has it: the answer is for him."""
    command = asked.command
    return (*_taken(asked), EngineersAsked(question=command.question.strip(), due_at=command.due_at))


def _answer_as_engineer(asked: Asked[AnswerAsEngineer]) -> tuple[Fact, ...]:
    return (EngineersAnswered(text=asked.command.text.strip()),)


def _delete(asked: Asked[Delete]) -> tuple[Fact, ...]:
    command = asked.command
    silent = command.by in ("brand", "other") and not command.removed
    return (MentionDeleted(mention=command.mention, calm=not command.others, by=command.by, silent=silent),)


def _tick(asked: Asked[Tick]) -> tuple[Fact, ...]:
    """A rest that is over, then the last of the bells that should have rung by now: nobody needs three at once."""
    state = asked.state
    woke = state.is_open and state.snoozed_until is not None and state.snoozed_until <= asked.now
    awake = replace(state, snoozed_until=None) if woke else state
    over = [bell for bell, at in still_to_ring(awake) if at <= asked.now]
    # The last bell calls the same people and more of them.
    forgotten = (
        not woke and over[-1:] != ["breach"] and (at := forgotten_at(state)) is not None and at <= asked.now
    )
    is_late = state.is_open and state.engineers_due_at is not None and state.engineers_due_at <= asked.now
    return (
        *((Woke(),) if woke else ()),
        *(Rang(bell=bell) for bell in over[-1:]),
        *((EngineersLate(),) if is_late else ()),
        *_idled(state, asked.now),
        *((Forgotten(),) if forgotten else ()),
    )


def _idled(state: State, now: datetime) -> tuple[Fact, ...]:
    """A word before, then the loss: a daemon that slept through the word says it first."""
    idle = state.idle
    if not state.is_open or state.owner is None or idle.return_at is None:
        return ()
    if idle.warn_at is not None:
        if now < idle.warn_at:
            return ()
        notice = min(WARNED_BEFORE, max(idle.return_at - idle.warn_at, timedelta()))
        return (IdleWarned(return_at=max(idle.return_at, now + notice)),)
    return (Returned(owner=state.owner),) if idle.return_at <= now else ()


def _confirm(asked: Asked[Confirm]) -> tuple[Fact, ...]:
    confirmed = ReplyConfirmed(outbound=asked.command.outbound, kind=asked.command.kind)
    return (*_taken(asked), confirmed)


def _ask_approval(asked: Asked[AskApproval]) -> tuple[Fact, ...]:
    command = asked.command
    asks = ApprovalAsked(outbound=command.outbound, kind=command.kind, reason=command.reason)
    return (*_taken(asked), asks)


def _taken(asked: Asked[Any]) -> tuple[Fact, ...]:
    """Whoever answers in a case that nobody has, has it."""
    return (Claimed(),) if asked.state.is_open and asked.state.owner is None else ()


def _approve(asked: Asked[Approve]) -> tuple[Fact, ...]:
    return (ReplyConfirmed(outbound=asked.command.outbound, kind=asked.command.kind),)


def _cancel(asked: Asked[Cancel]) -> tuple[Fact, ...]:
    command = asked.command
    return (ReplyCancelled(outbound=command.outbound, kind=command.kind, by=command.author),)


def _hold_back(asked: Asked[HoldBack]) -> tuple[Fact, ...]:
    return (HeldBack(reason=asked.command.reason, kind=asked.command.kind),)


def _mute(asked: Asked[Mute]) -> tuple[Fact, ...]:
    return (Muted(until=asked.command.until, topic=asked.command.topic),)


def _unmute(asked: Asked[Unmute]) -> tuple[Fact, ...]:
    return (Unmuted(topic=asked.command.topic),)


def _withhold(asked: Asked[Withhold]) -> tuple[Fact, ...]:
    return (CardWithheld(reason=asked.command.reason, until=asked.command.until),)


def _reschedule(asked: Asked[Reschedule]) -> tuple[Fact, ...]:
    """No promise stands, or it is to be kept as before: there was nothing to do."""
    deadlines = asked.command.deadlines
    if asked.state.deadlines in (NO_DEADLINES, deadlines):
        return ()
    return (Rescheduled(deadlines=deadlines),)


def _report(asked: Asked[Report | AnswerElsewhere]) -> tuple[Fact, ...]:
    return (asked.command.fact,)


def _always(fact: Fact, _asked: Asked[Any]) -> tuple[Fact, ...]:
    return (fact,)


PERSON: Final = frozenset[ActorKind]({"person"})
CUSTOMERS: Final = frozenset[ActorKind]({"customer"})
ALL: Final = frozenset[Stage](get_args(Stage))
OPEN: Final = ALL - {"closed"}
ENDED: Final = frozenset[Stage]({"closed"})

TABLE: Final[Mapping[type[Any], Rule]] = {
    Claim: Rule(by=PERSON, already=(_is_mine,), stages=OPEN, checks=(_is_anothers,), effect=_claim),
    Release: Rule(by=PERSON, stages=OPEN, checks=(_is_nobodys, _is_anothers), effect=partial(_always, Released())),
    TransferTo: Rule(by=PERSON, stages=OPEN, checks=(_is_theirs, _is_anothers), effect=_transfer),
    Assign: Rule(by=frozenset[ActorKind]({"program"}), stages=OPEN, checks=(_has_owner,), effect=_assign),
    MoveTo: Rule(by=PERSON, stages=OPEN, checks=(_is_there, _is_anothers), effect=_move),
    Snooze: Rule(
        by=PERSON,
        already=(_is_snoozed,),
        stages=OPEN,
        checks=(_is_anothers, _has_no_time, _hides_deadline),
        effect=_snooze,
    ),
    Note: Rule(by=PERSON, stages=ALL, checks=(_has_bad_text,), effect=_note),
    Close: Rule(by=PERSON, already=(_is_closed,), stages=OPEN, checks=(_is_anothers,), effect=_close),
    NotComplaint: Rule(
        by=PERSON,
        already=(_is_not_complaint,),
        stages=OPEN,
        checks=(_is_anothers,),
        effect=partial(_always, MarkedNotComplaint()),
    ),
    Reopen: Rule(by=PERSON, stages=ENDED, effect=_reopen),
    Confirm: Rule(by=PERSON, stages=ALL, checks=(_is_over, _is_anothers), effect=_confirm),
    AskApproval: Rule(by=PERSON, stages=ALL, checks=(_is_over, _is_anothers), effect=_ask_approval),
    Approve: Rule(by=PERSON, stages=ALL, checks=(_is_over, _is_own_words, _is_for_leads), effect=_approve),
    Cancel: Rule(by=PERSON, stages=ALL, checks=(_is_anothers_words,), effect=_cancel),
    HoldBack: Rule(by=frozenset[ActorKind]({"person", "program"}), stages=ALL, effect=_hold_back),
    Report: Rule(by=frozenset[ActorKind]({"person", "program"}), stages=ALL, effect=_report),
    AskEngineers: Rule(by=PERSON, stages=OPEN, checks=(_is_anothers, _has_bad_text), effect=_ask_engineers),
    AnswerAsEngineer: Rule(by=PERSON, stages=OPEN, checks=(_has_bad_text,), effect=_answer_as_engineer),
    ForbidWriting: Rule(by=PERSON, stages=ALL, effect=partial(_always, WritingForbidden())),
    ConfirmTold: Rule(
        by=PERSON,
        stages=OPEN,
        checks=(_is_anothers, _is_not_in_private),
        effect=partial(_always, ToldOfRemoval()),
    ),
    Mute: Rule(by=PERSON, stages=ALL, checks=(_is_for_all, _has_no_time), effect=_mute),
    Unmute: Rule(
        by=frozenset[ActorKind]({"person", "program"}), stages=ALL, checks=(_is_for_all,), effect=_unmute
    ),
    Reschedule: Rule(by=frozenset[ActorKind]({"program"}), stages=OPEN, effect=_reschedule),
    Withhold: Rule(by=frozenset[ActorKind]({"program"}), stages=ALL, effect=_withhold),
    Write: Rule(by=CUSTOMERS, stages=ALL, effect=_write),
    Edit: Rule(by=CUSTOMERS, stages=ALL, effect=_edit),
    Delete: Rule(by=CUSTOMERS, stages=ALL, effect=_delete),
    WritePrivately: Rule(by=CUSTOMERS, stages=ALL, effect=_write_privately),
    ChangeMessage: Rule(by=CUSTOMERS, stages=ALL, effect=_change_message),
    AnswerElsewhere: Rule(by=frozenset[ActorKind]({"program"}), stages=OPEN, effect=_report),
    Tick: Rule(by=frozenset[ActorKind]({"clock"}), stages=ALL, effect=_tick),
}
"""Every command, who may give it, where it leads anywhere and what comes of it.

`Close` and `NotComplaint` of a case that ended the other way are refused as «ended»: the way is «Вернуть».
"""
