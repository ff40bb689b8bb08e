"""Every (stage, command, person) with what is answered and how the case stands then, as people read it."""

from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

import pytest

from alerts.cards.answers import MAX_ANSWER, done_words, refusal_words
from alerts.cards.asking import SNOOZE, asker_of
from alerts.cards.context import CardContext
from alerts.cards.wording import Wording, status
from alerts.cases.case import standing
from alerts.cases.commands import (
    NAMES,
    AnswerAsEngineer,
    Approve,
    AskApproval,
    AskEngineers,
    Cancel,
    Claim,
    Close,
    Confirm,
    ConfirmTold,
    ForbidWriting,
    HoldBack,
    MoveTo,
    Mute,
    NotComplaint,
    Note,
    PersonsCommand,
    Release,
    Reopen,
    Report,
    Snooze,
    TransferTo,
    Unmute,
)
from alerts.cases.events import ReplySent, ReplyTakenBack, ReplyUnknown, Stage, kind_of
from alerts.cases.transitions import Reason, Refusal, decide
from domain.person import Person
from tests.unit.alerts.histories import ANNA, BORIS, CONTEXT, OLEG, History, at, promise

READ: Final = Path(__file__).with_name("answers.txt")
"""The table as it was read and found right. Whoever changes words reads the new lines before they go in here."""

ENGINEERS = AskEngineers(question="почему нет связи на Мира, 14?")
TO_SASHA = TransferTo(person="sasha", name="Саша Ким")
COMMANDS: Final[tuple[PersonsCommand, ...]] = (
    Claim(),
    Close(),
    NotComplaint(),
    Note(text="звонил, ждёт мастера"),
    Note(text=" "),
    Note(text="а" * 1001),
    Release(),
    Reopen(),
    Snooze(until=at(hours=3)),
    Snooze(until=at(hours=3), past_deadline=True),
    Snooze(until=at(hours=1)),
    TO_SASHA,
    TransferTo(person="anna", name="Анна Иванова"),
    TransferTo(person="oleg", name="Олег Смирнов"),
    MoveTo(receiver="money"),
    ENGINEERS,
    AskEngineers(question=" "),
    AskEngineers(question="а" * 1001),
    AnswerAsEngineer(text="авария, починят к 18:00"),
    ForbidWriting(),
    Mute(until=at(hours=9)),
    Mute(until=at(hours=9), topic="связь"),
    Mute(until=at(hours=1)),
    Unmute(),
    Unmute(topic="связь"),
    ConfirmTold(),
    Confirm(outbound=7, kind="reply"),
    Confirm(outbound=7, kind="edit"),
    AskApproval(outbound=7, kind="message", reason="stop_topic"),
    Approve(outbound=7, kind="invite", author="boris", by_lead=True),
    Approve(outbound=7, kind="invite", author="boris", by_lead=False),
    Cancel(outbound=7, kind="take_back", author="boris"),
    HoldBack(reason="approached_before", kind="reply"),
    Report(fact=ReplySent(outbound=7, kind="reply", by="anna", by_hand=True)),
    Report(fact=ReplyTakenBack(outbound=7, by="anna")),
    Report(fact=ReplyUnknown(outbound=7, kind="reply")),
)


def opened() -> History:
    return History.opened(deadlines=promise(hours=2, minutes=30))


def claimed() -> History:
    return opened().later(minutes=5).by(ANNA, Claim())


def led_to(stage: Stage) -> History:
    """As it will stand when the customer was really answered."""
    history = claimed()
    history.case = replace(history.case, state=replace(history.case.state, stage=stage))
    return history


HISTORIES: Final = {
    "новое": opened(),
    "взяла Анна": claimed(),
    "клиенту ответили": led_to("replied"),
    "позвали в личные": led_to("invited"),
    "в личных": led_to("in_dm"),
    "отложено, ничьё": opened().by(BORIS, Snooze(until=at(hours=2, minutes=20))),
    "отложено, взяла Анна": claimed().by(ANNA, Snooze(until=at(hours=2, minutes=20))),
    "передали в «money»": claimed()
    .later(minutes=5)
    .by(OLEG, MoveTo(receiver="money", deadlines=promise(hours=4))),
    "закрыла Анна": claimed().by(ANNA, Close()),
    "не жалоба, отметил Борис": opened().by(BORIS, NotComplaint()),
}


def table() -> str:
    lines = []
    for title, history in HISTORIES.items():
        lines.append(f"== {title}: {status(history.case, Wording(context=CONTEXT, now=at(hours=2)))}")
        for command in COMMANDS:
            lines.append(_title(command))
            results: dict[str, list[str]] = {}
            for person in (ANNA, BORIS, OLEG):
                results.setdefault(_result(history, command, person), []).append(person.name.split()[0])
            lines.extend(f"    {', '.join(names)}: {result}" for result, names in results.items())
    return "\n".join(lines).replace("\xa0", " ") + "\n"


def _title(command: PersonsCommand) -> str:
    match command:
        case Note(text=text):
            return f"note, {len(text.strip())} знаков"
        case AskEngineers(question=text):
            return f"engineers, {len(text.strip())} знаков"
        case Snooze(until=until, past_deadline=known):
            return f"snooze до {(until + SNOOZE * 3):%H:%M}" + (", срок известен" if known else "")
        case TransferTo(name=name):
            return f"transfer: {name}"
        case _:
            return f"{NAMES[type(command)]}{_details(command)}"


def _details(command: PersonsCommand) -> str:
    match command:
        case Confirm(kind=name) | MoveTo(receiver=name):
            return f": {name}"
        case Approve(by_lead=by_lead):
            return ": boris's words" + (", by a lead" if by_lead else "")
        case Mute(until=until, topic=topic):
            return f": {topic or 'автора'} до {(until + SNOOZE * 3):%H:%M}"
        case Unmute(topic=topic):
            return f": {topic or 'автора'}"
        case Report(fact=fact):
            return f": {kind_of(fact)}"
        case _:
            return ""


def _result(history: History, command: PersonsCommand, person: Person) -> str:
    """What the person reads, and after «→» how the case stands when it has changed."""
    now = at(hours=2)
    decision = decide(history.case.state, command, asker_of(person), now)
    if isinstance(decision, Refusal):
        words = refusal_words(decision, history.case, command, CONTEXT, now, person=person)
        assert len(words) <= MAX_ANSWER
        return f"{words} [{decision.reason}]"
    after = History(case=history.case, now=now).by(person, command)
    done = done_words(command, after.case, CONTEXT, now, person=person)
    return f"{done} → {status(after.case, Wording(context=CONTEXT, now=now))}"


def test_every_answer_is_as_it_was_read() -> None:
    written = table()
    print(written)
    assert written == READ.read_text(encoding="utf-8")


def test_the_table_holds_every_stage_every_command_and_every_refusal() -> None:
    text = READ.read_text(encoding="utf-8")
    stages = {history.case.state.stage for history in HISTORIES.values()}
    assert stages == set(get_args(Stage))
    assert {standing(history.case.state) for history in HISTORIES.values()} >= {"snoozed", "not_complaint"}
    # People's commands alone come to `not_allowed` by no person.
    assert {reason for reason in get_args(Reason) if f"[{reason}]" not in text} == {"not_allowed"}


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_refusal_has_words_also_for_a_case_without_a_history(reason: Reason) -> None:
    """A case whose events were cut off, and nobody in people.yaml."""
    bare = replace(claimed().case, events=())
    for case in (bare, replace(bare, state=replace(bare.state, owner=None, snoozed_until=None))):
        words = refusal_words(Refusal(reason=reason), case, Close(), CardContext(), at(hours=2))
        assert words[0].isupper()
        assert "«" in words
        assert "None" not in words


def test_of_the_only_lead_one_has_to_ask_for_his_own_case() -> None:
    case = claimed().by(OLEG, TransferTo(person="oleg", name="Олег Смирнов")).case
    words = refusal_words(Refusal(reason="not_yours"), case, Close(), CONTEXT, at(hours=2), person=ANNA)
    assert words.endswith("Вам доступна «Заметка»; передать может Олег Смирнов кнопкой «Передать»")


def test_long_names_leave_room_for_the_way_out() -> None:
    long = replace(ANNA, name="Анастасия-Александра " * 6)
    context = CardContext(people=(long, replace(OLEG, name="Константин-Максимилиан " * 6)))
    words = refusal_words(Refusal(reason="not_yours"), claimed().case, Close(), context, at(hours=2), person=BORIS)
    assert len(words) <= MAX_ANSWER
    assert "«Заметка»" in words
