"""«Инженерам»: what to ask them, until when they answer, and a word for the customer who waits meanwhile."""

from datetime import datetime, timedelta
from typing import Final

from alerts.cards.asking import KEEP, Pressed, Reply, refusal_of
from alerts.cards.context import CardContext
from alerts.cards.previewing import Outcome
from alerts.cards.prompt import Option, Prompt
from alerts.cards.reaching import abilities_of, private_kind
from alerts.cards.replying import draft_of
from alerts.cases.case import Case
from alerts.cases.commands import AnswerAsEngineer, AskEngineers, PersonsCommand
from alerts.cases.transitions import LONGEST_NOTE
from alerts.outreach.outbound import OutboundKind
from alerts.outreach.templates import Template
from alerts.routing import Receiver
from alerts.russian import NBSP
from alerts.sla import Hours, Sla, deadlines

TEMPLATE: Final = "Передали инженерам"
"""The staff's own words for the customer, by the name of their template."""
HOLDING: Final = Template(
    name=TEMPLATE, text="{имя}, передали ваш вопрос инженерам. Напишем сразу, как они ответят. {оператор}"
)
NOBODY: Final = "Некого спросить: в routes.yaml у получателя «{name}» нет чатов"
NOT_HELD: Final = "Хорошо, автору пока не пишем"
UNREACHABLE: Final = "Написать автору отсюда нельзя"


def engineers_of(context: CardContext) -> Receiver | None:
    receiver = context.receivers.get(context.policy.engineers.receiver)
    return receiver if receiver is not None and receiver.chats else None


def can_ask(_case: Case, context: CardContext, _now: datetime) -> bool:
    return engineers_of(context) is not None


def what_to_ask(pressed: Pressed) -> Outcome:
    """Nobody is asked for a question that would then be refused."""
    if engineers_of(pressed.context) is None:
        name = pressed.context.policy.engineers.receiver
        return Reply(text=NOBODY.format(name=name), reason="no_engineers")
    if refused := refusal_of(pressed, AskEngineers(question="?")):
        return refused
    return Prompt(
        case=pressed.case.id,
        action="ask_engineers",
        title=f"Инженерам №{NBSP}{pressed.case.id}",
        question="Что спросить у инженеров? Вопрос и слова автора они увидят у себя, автор не увидит ничего.",
        hint="Например: что с узлом на Мира, 14? Когда починят?",
        longest=LONGEST_NOTE,
    )


def ask(pressed: Pressed) -> Outcome:
    engineers, within = engineers_of(pressed.context), pressed.context.policy.engineers.answer_within
    hours = (engineers.hours if engineers else None) or pressed.context.hours
    return AskEngineers(question=pressed.value or "", due_at=due_at(hours, within, pressed.now))


def due_at(hours: Hours | None, within: timedelta, now: datetime) -> datetime | None:
    """In working time, as with what is promised to customers."""
    _, due, _ = deadlines(Sla(warn=within, due=within, breach=within), hours, now)
    return due


def what_to_answer(pressed: Pressed) -> Outcome:
    return Prompt(
        case=pressed.case.id,
        action="engineers_answer",
        title=f"Оператору №{NBSP}{pressed.case.id}",
        question="Что ответить оператору? Автор этого не увидит.",
        hint="Например: авария на узле, починят к 18:00",
        longest=LONGEST_NOTE,
    )


def answer(pressed: Pressed) -> Outcome:
    return AnswerAsEngineer(text=pressed.value or "")


def asks_next(command: PersonsCommand | None, case: Case, context: CardContext, now: datetime) -> Prompt | None:
    """Once the engineers are asked: whether the customer shall hear of it."""
    if not isinstance(command, AskEngineers) or _way(case, context, now) is None:
        return None
    return Prompt(
        case=case.id,
        action="holding_word",
        title=f"Автору №{NBSP}{case.id}",
        question="Вопрос у инженеров. Написать автору, чтобы не ждал молча?",
        options=(Option(value="show", label="Показать сообщение"), Option(value=KEEP, label="Пока не писать")),
    )


def hold(pressed: Pressed) -> Outcome:
    """The holding word as a draft; nothing goes out before its preview is confirmed."""
    if pressed.value == KEEP:
        return Reply(text=NOT_HELD, reason="thought_better")
    kind = _way(pressed.case, pressed.context, pressed.now)
    if kind is None:
        return Reply(text=UNREACHABLE, reason="cannot_reply")
    named = (each for each in pressed.context.templates if each.name.casefold() == TEMPLATE.casefold())
    return draft_of(pressed, kind, next(named, HOLDING).text)


def _way(case: Case, context: CardContext, now: datetime) -> OutboundKind | None:
    """In private where he can be written to, else where he wrote."""
    abilities = abilities_of(case, context, now)
    if private_kind(abilities) == "message":
        return "message"
    return "reply" if abilities.reply.way in ("api", "by_hand") else None
