"""Sending: what the options of a preview do; only «Отправить» lets a word out, and some need a second's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import Pressed, Reply, refusal_of
from alerts.cards.context import CardContext
from alerts.cards.previewing import (
    Acted,
    Outcome,
    ability_of,
    held_of,
    is_other,
    outbound_of,
    preview,
    shown,
    text_prompt,
    warnings_of,
)
from alerts.cards.prompt import Option
from alerts.cards.reaching import (
    can_remove,
    was_told,
    why_not,
)
from alerts.cases.case import Case
from alerts.cases.commands import Approve, AskApproval, Cancel, Confirm, HoldBack, Report
from alerts.cases.events import what_was_done
from alerts.outreach.outbound import Outbound, OutboundState, Sent, Step
from alerts.russian import NBSP
from domain.person import Person

NOTHING_TO_CHECK: Final = "Проверять нечего: ответы этого обращения уже отправлены или отменены"
NO_DRAFT: Final = "Этого черновика больше нет. Нажмите «Ответить» ещё раз"
REWRITTEN: Final = "Текст с тех пор изменили. Посмотрите, что уйдёт теперь."
DROPPED: Final = "Хорошо, не отправляю. Черновик убран"
BY_LEAD_ALONE: Final = "Такой ответ отправляет сам старший: его не подтвердить со стороны"
NOT_REMOVED: Final = "Убрать запись больше нельзя: её уже нет, или разговор в личных окончен"
UNANSWERABLE: Final = "Ответить здесь нельзя"
OPEN: Final = frozenset[OutboundState]({"draft"})


def has_something_to_check(case: Case, _context: CardContext, _now: datetime) -> bool:
    return waiting_for_a_person(case) is not None


def pending(pressed: Pressed) -> Outcome:
    """«Проверить ответ»: what waits for a second's word, or may or may not have been sent."""
    found = waiting_for_a_person(pressed.case)
    if found is None:
        return Reply(text=NOTHING_TO_CHECK, reason="not_a_draft")
    if found.state == "approval":
        verbs = {"yes": "Отправить", "no": "Не отправлять"}
        above = "Ответ ждёт вашего слова."
    else:
        verbs = {"went": "Ушло", "again": "Не ушло, отправить снова", "stop": "Не ушло, и не нужно"}
        above = f"Не знаем, ушло ли. Посмотрите: {found.target.url}"
    options = tuple(Option(value=f"{verb}-{found.id}", label=label) for verb, label in verbs.items())
    return shown(pressed, found, options, above=above)


def decide_on(pressed: Pressed) -> Outcome:
    """The answer to a preview."""
    verb, found = chosen(pressed)
    act = _VERBS.get(verb)
    if act is None:
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    before, do = act
    if found is None or found.state not in before:
        return no_draft(found, pressed)
    if is_other(pressed.value, found):
        again = preview(pressed, found)
        return replace(again, question=f"{REWRITTEN}\n\n{again.question}")
    return do(pressed, found)


def waiting_for_a_person(case: Case) -> Outbound | None:
    """The first outbound that only a person can take further."""
    return next((each for each in case.contact.outbounds if each.state in ("approval", "unknown")), None)


def chosen(pressed: Pressed) -> tuple[str, Outbound | None]:
    verb, _, rest = (pressed.value or "").partition(".")[0].partition("-")
    known = rest.isascii() and rest.isdecimal() and len(rest) < 19
    return verb, outbound_of(pressed, int(rest)) if known else None


def no_draft(found: Outbound | None, pressed: Pressed | None = None) -> Reply:
    """What became of it meanwhile: a colleague was faster, or it was dropped."""
    if found is None or pressed is None or found.state == "draft":
        return Reply(text=NO_DRAFT, reason="not_a_draft")
    who = pressed.words.name(found.confirmed_by) if found.confirmed_by else ""
    at = f" в{NBSP}{pressed.words.moment(found.confirmed_at)}" if found.confirmed_at else ""
    by = f": {who}{at}" if who else ""
    return Reply(text=f"{_STANDS.get(found.state, NO_DRAFT)}{by}", reason="not_a_draft")


def confirm(pressed: Pressed, found: Outbound) -> Outcome:
    if found.kind == "remove" and not (
        was_told(pressed.case) and can_remove(pressed.case, pressed.context, pressed.now)
    ):
        return Reply(text=NOT_REMOVED, reason="cannot_remove")
    if any(warned.blocks for warned in warnings_of(pressed, found)):
        return preview(pressed, found)
    if ability_of(pressed, found.kind).way != "api":
        return Reply(text=f"{UNANSWERABLE}: {why_not(ability_of(pressed, found.kind))}", reason="cannot_reply")
    held = held_of(pressed, found)
    if held is None:
        step = Step(outbound=found.id, before=OPEN, after="confirmed", confirmed_by=pressed.person.id)
        return Acted(command=Confirm(outbound=found.id, kind=found.kind), steps=(step,))
    if held.remedy in ("none", "wait"):
        return HoldBack(reason=held.reason, kind=found.kind, until=held.until)
    step = Step(outbound=found.id, before=OPEN, after="approval", confirmed_by=pressed.person.id)
    command = AskApproval(outbound=found.id, kind=found.kind, reason=held.reason)
    return Acted(command=command, steps=(step,))


def _sent_by_hand(pressed: Pressed, found: Outbound) -> Outcome:
    """The person has put it there himself; the guard holds for him all the same."""
    held = held_of(pressed, found)
    if held is not None:
        if held.remedy in ("lead", "colleague"):
            return Reply(text=BY_LEAD_ALONE, reason="leads_only")
        return HoldBack(reason=held.reason, kind=found.kind, until=held.until)
    fact = what_was_done(replace(found, confirmed_by=pressed.person.id), found.target.url, by_hand=True)
    step = Step(outbound=found.id, before=OPEN, after="sent", confirmed_by=pressed.person.id)
    return Acted(command=Report(fact=fact), steps=(step,))


def _change(pressed: Pressed, found: Outbound) -> Outcome:
    if refused := refusal_of(pressed, Confirm(outbound=found.id, kind=found.kind)):
        return refused
    return text_prompt(pressed, f"rewrite.{found.id}", found.kind, initial=found.text)


def drop(pressed: Pressed, found: Outbound) -> Outcome:
    """Whose words they are may always drop them; who may not answer here leaves another's draft alone."""
    if refused := refusal_of(pressed, Cancel(outbound=found.id, kind=found.kind, author=found.author)):
        return refused
    step = Step(outbound=found.id, before=OPEN, after="cancelled")
    return Acted(command=None, steps=(step,), done=DROPPED)


def _agree(pressed: Pressed, found: Outbound) -> Outcome:
    """A second lets it out. Where the writer is the only lead there is, a colleague is a second too."""
    if (forbidden := held_of(pressed, found, approved=True)) is not None:
        return HoldBack(reason=forbidden.reason, kind=found.kind, until=forbidden.until)
    author = found.confirmed_by or found.author
    asked = held_of(replace(pressed, person=_operator(pressed)), found)
    others = [lead for lead in pressed.context.leads if author not in (lead.id, *lead.former_ids)]
    by_lead = bool(others) and asked is not None and asked.remedy == "lead"
    step = Step(
        outbound=found.id, before=frozenset({"approval"}), after="confirmed", approved_by=pressed.person.id
    )
    command = Approve(outbound=found.id, kind=found.kind, author=author, by_lead=by_lead)
    return Acted(command=command, steps=(step,))


def _operator(pressed: Pressed) -> Person:
    """Whoever presses, as if no lead: what the words needed when they were asked about."""
    return replace(pressed.person, role="operator")


def _disagree(_pressed: Pressed, found: Outbound) -> Outcome:
    step = Step(outbound=found.id, before=frozenset({"approval"}), after="cancelled")
    command = Cancel(outbound=found.id, kind=found.kind, author=found.confirmed_by or found.author)
    return Acted(command=command, steps=(step,))


def _went(_pressed: Pressed, found: Outbound) -> Outcome:
    """A person has seen it there; by which number the network knows it stays unknown."""
    step = Step(
        outbound=found.id, before=frozenset({"unknown"}), after="sent", sent=Sent(ref="", url=found.target.url)
    )
    return Acted(command=Report(fact=what_was_done(found, found.target.url)), steps=(step,))


def _again(pressed: Pressed, found: Outbound) -> Outcome:
    """A person has seen that it is not there."""
    if (held := held_of(pressed, found, approved=True)) is not None:
        return HoldBack(reason=held.reason, kind=found.kind, until=held.until)
    step = Step(outbound=found.id, before=frozenset({"unknown"}), after="confirmed")
    return Acted(command=Confirm(outbound=found.id, kind=found.kind), steps=(step,))


def _stop(_pressed: Pressed, found: Outbound) -> Outcome:
    step = Step(outbound=found.id, before=frozenset({"unknown"}), after="cancelled")
    command = Cancel(outbound=found.id, kind=found.kind, author=found.confirmed_by or found.author)
    return Acted(command=command, steps=(step,))


_DRAFT: Final = frozenset[OutboundState]({"draft"})
_APPROVAL: Final = frozenset[OutboundState]({"approval"})
_UNKNOWN: Final = frozenset[OutboundState]({"unknown"})
_VERBS: Final[dict[str, tuple[frozenset[OutboundState], Callable[[Pressed, Outbound], Outcome]]]] = {
    "again": (_UNKNOWN, _again),
    "drop": (_DRAFT, drop),
    "edit": (_DRAFT, _change),
    "hand": (_DRAFT, _sent_by_hand),
    "no": (_APPROVAL, _disagree),
    "ok": (_DRAFT, confirm),
    "stop": (_UNKNOWN, _stop),
    "went": (_UNKNOWN, _went),
    "yes": (_APPROVAL, _agree),
}
"""What the options of a preview do, and in which state of the outbound they are offered."""
_STANDS: Final[dict[OutboundState, str]] = {
    "approval": "Уже ждёт слова старшего",
    "cancelled": "Уже отменено",
    "confirmed": "Уже отправляется",
    "refused": "Сеть это уже не приняла",
    "sending": "Уже отправляется",
    "sent": "Уже отправлено",
    "unknown": "Уже отправлялось, и неизвестно, ушло ли: нажмите «Проверить ответ»",
}
