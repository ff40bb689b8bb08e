"""Closing: how it ended and whose fault it was are asked in one press each."""

from typing import Final

from alerts.cards.answers import NOT_CLOSED, UNKNOWN_BUTTON
from alerts.cards.asking import KEEP, Pressed, Reply, refusal_of
from alerts.cards.prompt import Option, Prompt
from alerts.cards.wording import CAUSES, ENDINGS
from alerts.cases.commands import Close, PersonsCommand
from alerts.cases.events import Outcome
from alerts.outreach.delicacy import SPEAKS
from alerts.outreach.outbound import WAITING
from alerts.russian import NBSP

CAUSELESS: Final[frozenset[Outcome]] = frozenset({"not_ours", "spam"})
"""What we had no part in: its cause is not asked."""


def ask_ending(pressed: Pressed) -> Prompt | Reply:
    """How it ended. Nobody is asked who may not close it."""
    if refused := refusal_of(pressed, Close()):
        return refused
    options = [Option(value=outcome, label=label) for outcome, label in ENDINGS.items()]
    return _prompt(pressed, f"{_unsaid(pressed)}Чем закончилось обращение {{case}}?", options)


def _unsaid(pressed: Pressed) -> str:
    """What becomes of a word that the author has not got yet: to who closes the case it looks answered."""
    states = {each.state for each in pressed.case.contact.outbounds if each.kind in SPEAKS}
    if "approval" in states:
        return "⚠ Ответ автору ждёт проверки: если закрыть, он не уйдёт.\n\n"
    return "⚠ Ответ автору ещё не ушёл, он уйдёт и после закрытия.\n\n" if states & WAITING else ""


def ask_cause(pressed: Pressed, outcome: Outcome) -> Prompt:
    options = [Option(value=f"{outcome}-{cause}", label=label) for cause, label in CAUSES.items()]
    return _prompt(pressed, f"{ENDINGS[outcome]}, обращение {{case}}. В чём была причина?", options)


def close(pressed: Pressed) -> PersonsCommand | Prompt | Reply:
    """The answer to either question: «resolved», then «resolved-own_error»."""
    if pressed.value == KEEP:
        return Reply(text=NOT_CLOSED, reason="thought_better")
    ending, _, why = (pressed.value or "").partition("-")
    outcome = next((known for known in ENDINGS if known == ending), None)
    cause = next((known for known in CAUSES if known == why), None)
    if outcome is None or (why and cause is None):
        return Reply(text=UNKNOWN_BUTTON, reason="unknown_button")
    if cause is None and outcome not in CAUSELESS:
        return ask_cause(pressed, outcome)
    return Close(outcome=outcome, cause=cause)


def close_as_resolved(pressed: Pressed) -> Prompt | Reply:
    """The customer says so himself: only the cause is left to ask."""
    refused = ask_ending(pressed)
    return refused if isinstance(refused, Reply) else ask_cause(pressed, "resolved")


def _prompt(pressed: Pressed, question: str, options: list[Option]) -> Prompt:
    case = f"№{NBSP}{pressed.case.id}"
    return Prompt(
        case=pressed.case.id,
        action="close",
        title=f"Закрыть {case}",
        question=question.format(case=case),
        options=(*options, Option(value=KEEP, label="Не закрывать")),
    )
