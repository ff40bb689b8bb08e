"""What a press still needs to know, how it is asked, and what the answer becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Final, Literal

from alerts.cards.answers import (
    NOBODY_ELSE,
    NOT_SNOOZED,
    NOT_TRANSFERRED,
    UNKNOWN_BUTTON,
    UNKNOWN_PERSON,
    UNKNOWN_RECEIVER,
    refusal_words,
)
from alerts.cards.context import CardContext
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.wording import Wording, name_then
from alerts.cases.case import Case
from alerts.cases.commands import MoveTo, PersonsCommand, Snooze, TransferTo
from alerts.cases.events import NO_DEADLINES, NO_IDLE, Actor, Deadlines, Idle
from alerts.cases.transitions import LONGEST_NOTE, Asker, Reason, Refusal, decide
from alerts.routing import Receiver
from alerts.russian import NBSP
from domain.person import Person

SNOOZE: Final = timedelta(hours=1)
LONGEST_VALUE: Final = 32
"""Characters of an option's value, all ASCII: Telegram takes 64 bytes, the case and the action included."""
MAX_LABEL: Final = 60
KEEP: Final = "no"
"""The option that leaves everything as it is."""
READ: Final = "Хорошо"
THOUGHT_BETTER: Final = "thought_better"
"""The reason of a press that left it so: nothing was refused, and nobody has to be alarmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A press that comes to nothing, and what the person reads. `reason` names it for logs and figures."""

    text: str
    reason: (
        Reason
        | Literal[
            "unknown_button",
            "unknown_person",
            "unknown_receiver",
            "nobody_else",
            "thought_better",
            "not_a_draft",
            "cannot_reply",
            "answered_already",
            "in_hand",
            "sent_already",
            "cannot_remove",
            "no_engineers",
            "explained",
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Everything that the reading of a press may look at; `deadlines` are a new promise, for «Вернуть», `promises`
    those of other receivers with terms of their own. `idle` says how long a person who has the case from now on
    may do nothing with it.

    `of` is the outbound that the action names, `token` the opaque part of an invitation that this press may make.
    """

    case: Case
    value: str | None
    person: Person
    context: CardContext
    now: datetime
    deadlines: Deadlines = NO_DEADLINES
    promises: Mapping[str, Deadlines] = field(default_factory=dict)
    of: int | None = None
    token: str = ""
    idle: Callable[[Person], Idle] = lambda _person: NO_IDLE

    @property
    def words(self) -> Wording:
        return Wording(context=self.context, now=self.now)


def explained(pressed: Pressed, text: str) -> Reply:
    """A word to be read, by who asked alone; where it stands in a chat until it has been read, he says so."""
    if pressed.value == KEEP:
        return Reply(text=READ, reason="thought_better")
    return Reply(text=text, reason="explained")


def asker_of(person: Person) -> Asker:
    """The person as the transitions know him."""
    actor = Actor(kind="person", id=person.id, name=person.name)
    return Asker(actor=actor, is_lead=person.role == "lead", former_ids=person.former_ids)


def colleagues(case: Case, context: CardContext) -> tuple[Person, ...]:
    """To whom the case may be given: all but who has it."""
    owner = context.person(case.state.owner)
    return tuple(person for person in context.people if person != owner)


def other_receivers(case: Case, context: CardContext) -> tuple[Receiver, ...]:
    """Whose people may be given the case: all but those who have it, and the engineers, who are asked instead."""
    here = (case.state.receiver,) if case.state.receiver is not None else case.contact.receivers
    engineers = context.policy.engineers.receiver
    return tuple(
        receiver
        for name, receiver in context.receivers.items()
        if receiver.chats and name not in here and name != engineers
    )


def receiver_value(receiver: Receiver) -> str:
    """Its name may be Russian and long."""
    return "@" + blake2s(receiver.name.encode(), digest_size=12).hexdigest()


def option_value(person: Person) -> str:
    """The person's id where it fits into an option, else a short sum of it."""
    if len(person.id) <= LONGEST_VALUE and person.id.isascii() and person.id.isprintable() and person.id != KEEP:
        return person.id
    return "~" + blake2s(person.id.encode(), digest_size=12).hexdigest()


def refusal_of(pressed: Pressed, command: PersonsCommand) -> Reply | None:
    """Why the command would be refused now: nobody is asked for what would come to nothing."""
    decision = decide(pressed.case.state, command, asker_of(pressed.person), pressed.now)
    if not isinstance(decision, Refusal):
        return None
    text = refusal_words(decision, pressed.case, command, pressed.context, pressed.now, person=pressed.person)
    return Reply(text=text, reason=decision.reason)


def whom(pressed: Pressed) -> Prompt | Reply | None:
    """A choice of colleagues; a lead may take another's case himself."""
    if refused := refusal_of(pressed, TransferTo(person="", name="")):
        return refused
    options = (*_people(pressed), *_receivers(pressed))
    if not options:
        return Reply(text=NOBODY_ELSE, reason="nobody_else")
    number = f"№{NBSP}{pressed.case.id}"
    return Prompt(
        case=pressed.case.id,
        action="transfer",
        title=f"Передать {number}",
        question=f"Кому передать обращение {number}?{_whose(pressed)}",
        options=(*options, Option(value=KEEP, label="Не передавать")),
    )


def _whose(pressed: Pressed) -> str:
    owner = pressed.case.state.owner
    if owner is None:
        return ""
    if owner in (pressed.person.id, *pressed.person.former_ids):
        return " Сейчас оно у вас."
    return f" Сейчас отвечает {pressed.words.name(owner, name_then(pressed.case, owner))}."


def _people(pressed: Pressed) -> tuple[Option, ...]:
    """Whoever presses comes first where he would take the case over; who may take it free has «Взять» for that."""
    chosen = colleagues(pressed.case, pressed.context)
    names = [person.name for person in chosen]
    options = [
        Option(value=option_value(person), label=_label(person, pressed, twice=names.count(person.name) > 1))
        for person in chosen
        if person.id != pressed.person.id
    ]
    if pressed.person in chosen and pressed.case.state.owner is not None:
        options.insert(0, Option(value=option_value(pressed.person), label="Себе (перехватить)"))
    return tuple(options)


def _receivers(pressed: Pressed) -> tuple[Option, ...]:
    """Each with who answers there now."""
    options = []
    for receiver in other_receivers(pressed.case, pressed.context):
        owner = pressed.context.answering(receiver.owner, pressed.now)
        more = f", отвечает {in_short(owner.name, MAX_LABEL // 2)}" if owner else ""
        name = in_short(receiver.name, MAX_LABEL - len(more) - 4)
        options.append(Option(value=receiver_value(receiver), label=f"В «{name}»{more}"))
    return tuple(options)


def _label(person: Person, pressed: Pressed, *, twice: bool) -> str:
    lead = "старшая" if person.gender == "f" else "старший"
    role = {"lead": lead, "engineer": "инженер", "operator": ""}[person.role]
    away = "отсутствует" if person.is_absent(pressed.context.day(pressed.now)) else ""
    more = ", ".join(filter(None, (person.id if twice else "", role, away)))
    name = in_short(person.name, MAX_LABEL - len(more) - 3)
    return f"{name} ({more})" if more else name


def transfer(pressed: Pressed) -> PersonsCommand | Reply:
    person = next((person for person in pressed.context.people if option_value(person) == pressed.value), None)
    person = person or pressed.context.person(pressed.value)
    if person is None and pressed.value == KEEP:
        return Reply(text=NOT_TRANSFERRED, reason="thought_better")
    if person is None and (pressed.value or "").startswith("@"):
        return _move(pressed)
    if person is None:
        return Reply(text=UNKNOWN_PERSON, reason="unknown_person")
    return TransferTo(person=person.id, name=person.name, idle=pressed.idle(person))


def _move(pressed: Pressed) -> PersonsCommand | Reply:
    receivers = pressed.context.receivers.values()
    receiver = next((each for each in receivers if receiver_value(each) == pressed.value and each.chats), None)
    if receiver is None:
        return Reply(text=UNKNOWN_RECEIVER, reason="unknown_receiver")
    deadlines = pressed.promises.get(receiver.name, pressed.deadlines)
    return MoveTo(receiver=receiver.name, deadlines=deadlines)


def whether_past_deadline(pressed: Pressed) -> Prompt | None:
    """Asked only where the answer falls due meanwhile."""
    until = pressed.now + SNOOZE
    decision = decide(pressed.case.state, Snooze(until=until), asker_of(pressed.person), pressed.now)
    due_at = pressed.case.state.deadlines.due_at
    if due_at is None or not (isinstance(decision, Refusal) and decision.reason == "past_deadline"):
        return None
    due, number = pressed.words.moment(due_at), f"№{NBSP}{pressed.case.id}"
    return Prompt(
        case=pressed.case.id,
        action="snooze",
        title=f"Отложить {number}",
        question=f"Ответить по обращению {number} обещано до {due}, срок пройдёт. Всё равно отложить?",
        options=(
            Option(value=str(int(until.timestamp())), label=f"Отложить до {pressed.words.moment(until)}"),
            Option(value=KEEP, label="Не откладывать"),
        ),
    )


def snooze(pressed: Pressed) -> PersonsCommand | Reply:
    """The answer to the question names the time that was read; it is never later than a press now would give."""
    latest = pressed.now + SNOOZE
    if pressed.value is None:
        return Snooze(until=latest)
    if pressed.value == KEEP:
        return Reply(text=NOT_SNOOZED, reason="thought_better")
    if not (pressed.value.isascii() and pressed.value.isdecimal() and len(pressed.value) < 12):
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    until = datetime.fromtimestamp(int(pressed.value), tz=UTC)
    return Snooze(until=min(until, latest), past_deadline=True)


def text_of_note(pressed: Pressed) -> Prompt:
    return Prompt(
        case=pressed.case.id,
        action="note",
        title=f"Заметка к №{NBSP}{pressed.case.id}",
        question="Что запомнить об этом обращении? Заметку увидят коллеги на карточке, автор её не увидит.",
        hint="Например: звонил, ждёт мастера завтра",
        longest=LONGEST_NOTE,
    )
