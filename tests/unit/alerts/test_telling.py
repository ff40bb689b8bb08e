"""Which events wake whom and how: a new card, a word in its thread, a silent edit; each with its reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest

from alerts.cases.commands import (
    AnswerAsEngineer,
    AnswerElsewhere,
    AskApproval,
    AskEngineers,
    Assign,
    Cancel,
    ChangeMessage,
    Claim,
    Close,
    Confirm,
    ConfirmTold,
    Delete,
    ForbidWriting,
    HoldBack,
    MoveTo,
    NotComplaint,
    Note,
    PersonsCommand,
    Release,
    Reopen,
    Report,
    Snooze,
    TransferTo,
    Write,
    WritePrivately,
)
from alerts.cases.events import (
    CLOCK,
    PROGRAM,
    Actor,
    AnsweredElsewhere,
    Deadlines,
    Event,
    Idle,
    Rang,
    Removed,
    ReplyEdited,
    ReplyGone,
    ReplyRefused,
    ReplySent,
    ReplyTakenBack,
    ReplyUnknown,
    Unknown,
    Woke,
)
from alerts.cases.state import FRESH, State, fold
from alerts.cases.telling import Addressee, NoticeKind, Priority, Reason, Telling, how_to_tell
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, BORIS, OLEG, History, at, promise

PROMISED = Deadlines(warn_at=at(minutes=15), due_at=at(minutes=30), breach_at=at(minutes=60))
Step = Callable[[History], History]


def by(person: Any, *commands: PersonsCommand) -> Step:
    return lambda history: history.by(person, *commands)


def complains(history: History) -> History:
    return history.writes("Третий день! Верните деньги!", deadlines=promise(hours=5))


def remarks(history: History) -> History:
    return history.writes("договор 4451", "remark")


def ticks(minutes: int) -> Step:
    return lambda history: history.later(minutes=minutes).tick()


def writes_privately(**named: Any) -> Step:
    return lambda history: history.by_customer(WritePrivately(message=1, **named))


def became(fact: Any) -> Step:
    return lambda history: history.by_program(Report(fact=fact))


def answered_past_us(**named: Any) -> Step:
    return lambda history: history.by_program(
        AnswerElsewhere(fact=AnsweredElsewhere(said_at=history.now, **named))
    )


def opened() -> History:
    return History.opened(deadlines=PROMISED)


def told(*steps: Step) -> Telling:
    """What is told of the last step, after the others."""
    history = opened()
    for step in steps[:-1]:
        history = step(history)
    before, known = history.case.state, len(history.case.events)
    after = steps[-1](history)
    return how_to_tell(before, after.case.events[known:])


def words(telling: Telling) -> tuple[str, bool, str, list[tuple[str, tuple[str, ...], str]]]:
    return (
        telling.reason,
        telling.anew,
        telling.priority.name,
        [(notice.kind, notice.to, notice.priority.name) for notice in telling.notices],
    )


def unpromised(history: History) -> History:
    """As the case would be without a promise."""
    return replace(history, case=History.opened().case)


CLAIMED, RESTS = by(ANNA, Claim()), by(ANNA, Snooze(until=at(hours=3), past_deadline=True))
RESTS_CLAIMED = by(ANNA, Claim(), Snooze(until=at(hours=3), past_deadline=True))
CLOSED, DISMISSED = by(ANNA, Close()), by(ANNA, NotComplaint())
TO_BORIS = TransferTo(person="boris", name="Борис Ли")
SILENT = ("nothing new for people", False)
ASKED = by(ANNA, AskEngineers(question="что с узлом?", due_at=at(minutes=10)))
IDLE = Idle(warn_at=at(minutes=20), return_at=at(minutes=30))
ANGRY_AGAIN = Write(mention=2, strength="complaint", on_shift=frozenset({"anna"}))
FATE = ("fate of an answer", False, "URGENT")

TABLE: dict[str, tuple[tuple[Step, ...], tuple[Any, ...]]] = {
    "a complaint in a case that nobody has edits its card": (
        (complains,),
        ("complaint in a waiting case", False, "CHANGE", []),
    ),
    "a case that the program gives to somebody is a word to him": (
        (lambda history: history.by_program(Assign(person="anna", name="Анна Иванова")),),
        ("assigned", False, "CHANGE", [("assigned", ("owner",), "NEW")]),
    ),
    "a lead who takes another's case is a word to who had it": (
        (CLAIMED, by(OLEG, Claim())),
        ("transfer", False, "PRESS", [("taken", ("former_owner",), "URGENT")]),
    ),
    "a case that goes to another receiver is a word to its people": (
        (CLAIMED, by(ANNA, MoveTo(receiver="money"))),
        ("transfer", False, "PRESS", [("moved", ("receiver",), "NEW")]),
    ),
    "a complaint in an owned case is a word to the owner": (
        (CLAIMED, complains),
        ("complaint in an owned case", False, "CHANGE", [("complaint", ("owner",), "URGENT")]),
    ),
    "a complaint in a resting case that nobody has is a new card": (
        (RESTS, complains),
        ("complaint in a resting case", True, "NEW", []),
    ),
    "a complaint in a resting case that somebody has is a word to the owner": (
        (RESTS_CLAIMED, complains),
        ("complaint in an owned case", False, "CHANGE", [("complaint", ("owner",), "URGENT")]),
    ),
    "a complaint in a closed case is a new card": (
        (CLAIMED, CLOSED, complains),
        ("reopened by the customer", True, "NEW", []),
    ),
    "a complaint after «не жалоба» is a new card": (
        (DISMISSED, complains),
        ("reopened by the customer", True, "NEW", []),
    ),
    "other words in an owned case are a word to the owner": (
        (CLAIMED, remarks),
        ("words in an owned case", False, "CHANGE", [("remark", ("owner",), "URGENT")]),
    ),
    "other words in a resting, owned case are a word to the owner": (
        (RESTS_CLAIMED, remarks),
        ("words in an owned case", False, "CHANGE", [("remark", ("owner",), "URGENT")]),
    ),
    "other words in a case that nobody has edit its card": (
        (remarks,),
        ("words in a case without an owner", False, "CHANGE", []),
    ),
    "other words in a closed case edit its card, whoever had it": (
        (CLAIMED, CLOSED, remarks),
        ("words in a case without an owner", False, "CHANGE", []),
    ),
    "an edit that brings the complaint is a complaint": (
        (lambda h: h.edits(1, "Спасибо!", "remark"), CLAIMED, lambda h: h.edits(1, "Опять!", "complaint")),
        ("complaint in an owned case", False, "CHANGE", [("complaint", ("owner",), "URGENT")]),
    ),
    "an edit that brings the complaint into a closed case is a new card": (
        (lambda h: h.edits(1, "Спасибо!", "remark"), CLOSED, lambda h: h.edits(1, "Опять!", "complaint")),
        ("reopened by the customer", True, "NEW", []),
    ),
    "two more «!» of a closed complaint are a silent edit": (
        (CLOSED, lambda h: h.edits(1, "Нет связи!!", "complaint")),
        (*SILENT, "CHANGE", []),
    ),
    "a complaint taken back is a silent edit": (
        (CLAIMED, lambda h: h.edits(1, "Спасибо!", "remark")),
        (*SILENT, "CHANGE", []),
    ),
    "a deleted complaint is a silent edit": (
        (CLAIMED, lambda h: h.by_customer(Delete(mention=1, others=False))),
        (*SILENT, "CHANGE", []),
    ),
    "a warning is a word to the owner": (
        (CLAIMED, ticks(15)),
        ("deadline", False, "URGENT", [("warn", ("owner",), "CHANGE")]),
    ),
    "a warning in a case that nobody has is a word to the receiver": (
        (ticks(15),),
        ("deadline", False, "URGENT", [("warn", ("receiver",), "CHANGE")]),
    ),
    "a missed deadline rings the owner and the backup": (
        (CLAIMED, ticks(30)),
        ("deadline", False, "URGENT", [("due", ("owner", "backup"), "URGENT")]),
    ),
    "a missed deadline in a case that nobody has rings the receiver and the backup": (
        (ticks(30),),
        ("deadline", False, "URGENT", [("due", ("receiver", "backup"), "URGENT")]),
    ),
    "a broken promise rings the owner, the backup and the leads": (
        (CLAIMED, ticks(60)),
        ("deadline", False, "URGENT", [("breach", ("owner", "backup", "leads"), "URGENT")]),
    ),
    "a broken promise in a case that nobody has rings the receiver, the backup and the leads": (
        (ticks(60),),
        ("deadline", False, "URGENT", [("breach", ("receiver", "backup", "leads"), "URGENT")]),
    ),
    "a broken promise rings in a resting case too": (
        (RESTS_CLAIMED, ticks(60)),
        ("deadline", False, "URGENT", [("breach", ("owner", "backup", "leads"), "URGENT")]),
    ),
    "the end of a rest is a word to the owner": (
        (by(ANNA, Claim(), Snooze(until=at(minutes=10))), ticks(10)),
        ("rest over", False, "URGENT", [("woke", ("owner",), "URGENT")]),
    ),
    "the end of a rest in a case that nobody has is a word to the receiver": (
        (by(ANNA, Snooze(until=at(minutes=10))), ticks(10)),
        ("rest over", False, "URGENT", [("woke", ("receiver",), "URGENT")]),
    ),
    "a deadline that passed meanwhile says more than the end of a rest": (
        (by(ANNA, Claim(), Snooze(until=at(minutes=40), past_deadline=True)), ticks(40)),
        ("deadline", False, "URGENT", [("due", ("owner", "backup"), "URGENT")]),
    ),
    "a transfer is a word to the new owner": (
        (CLAIMED, by(ANNA, TO_BORIS)),
        ("transfer", False, "PRESS", [("transferred", ("owner",), "URGENT")]),
    ),
    "a transfer of a case that nobody had is a word to the new owner": (
        (by(ANNA, TO_BORIS),),
        ("transfer", False, "PRESS", [("transferred", ("owner",), "URGENT")]),
    ),
    "a transfer to oneself is a word to who had it": (
        (CLAIMED, by(OLEG, TransferTo(person="oleg", name="Олег Смирнов"))),
        ("transfer", False, "PRESS", [("taken", ("former_owner",), "URGENT")]),
    ),
    "a transfer to oneself of a case that nobody had is a silent edit": (
        (by(ANNA, TransferTo(person="anna", name="Анна Иванова")),),
        (*SILENT, "PRESS", []),
    ),
    "an answer that needs a second's word is a word to the leads": (
        (CLAIMED, by(ANNA, AskApproval(outbound=7, kind="reply", reason="stop_topic"))),
        (*FATE, [("approval", ("leads",), "URGENT")]),
    ),
    "an answer that a colleague stopped is a word to who wrote it": (
        (CLAIMED, by(OLEG, Cancel(outbound=7, kind="reply", author="anna"))),
        (*FATE, [("cancelled", ("sender",), "URGENT")]),
    ),
    "an answer that its writer stopped is a silent edit": (
        (CLAIMED, by(ANNA, Cancel(outbound=7, kind="reply", author="anna"))),
        (*SILENT, "PRESS", []),
    ),
    "an answer that the network refused is a word to who sent it": (
        (CLAIMED, became(ReplyRefused(outbound=7, kind="reply", reason="gone", by="anna"))),
        (*FATE, [("refused", ("sender",), "URGENT")]),
    ),
    "an answer of nobody known that the network refused is a word to the owner": (
        (CLAIMED, became(ReplyRefused(outbound=7, kind="reply", reason="gone"))),
        (*FATE, [("refused", ("owner",), "URGENT")]),
    ),
    "an answer of which nobody knows is a word to who sent it": (
        (CLAIMED, became(ReplyUnknown(outbound=7, kind="reply", by="anna"))),
        (*FATE, [("unknown", ("sender",), "URGENT")]),
    ),
    "an answer that somebody took off is a word to the owner": (
        (CLAIMED, became(ReplyGone(outbound=7))),
        (*FATE, [("gone", ("owner",), "URGENT")]),
    ),
    "an answer for which others of the thread wait too is a word to who sent it": (
        (CLAIMED, became(ReplySent(outbound=7, kind="reply", by="anna", similar=(13, 15)))),
        (*FATE, [("similar", ("sender",), "URGENT")]),
    ),
    "an answer is a silent edit": (
        (CLAIMED, became(ReplySent(outbound=7, kind="reply", by="anna"))),
        (*SILENT, "CHANGE", []),
    ),
    "a mended answer is a silent edit": (
        (CLAIMED, became(ReplyEdited(outbound=7, text="иначе", by="anna"))),
        (*SILENT, "CHANGE", []),
    ),
    "an answer that we took back is a silent edit": (
        (CLAIMED, became(ReplyTakenBack(outbound=7, by="anna"))),
        (*SILENT, "CHANGE", []),
    ),
    "a word to the customer that is confirmed is a silent edit": (
        (CLAIMED, by(ANNA, Confirm(outbound=7, kind="reply"))),
        (*SILENT, "PRESS", []),
    ),
    "a word that the guard kept back is a silent edit": (
        (CLAIMED, by(ANNA, HoldBack(reason="night", kind="reply"))),
        (*SILENT, "PRESS", []),
    ),
    "a private message is a word to the owner, in the thread and in private": (
        (CLAIMED, writes_privately()),
        ("private words", False, "CHANGE", [("wrote", ("owner",), "URGENT"), ("wrote", ("owner",), "URGENT")]),
    ),
    "a private message in a case that nobody has is a word to the receiver": (
        (writes_privately(),),
        ("private words", False, "CHANGE", [("wrote", ("receiver",), "URGENT")]),
    ),
    "a private message that was changed is told again": (
        (CLAIMED, writes_privately(), lambda h: h.by_customer(ChangeMessage(message=1, is_deleted=False))),
        ("private words", False, "CHANGE", [("rewrote", ("owner",), "URGENT"), ("rewrote", ("owner",), "URGENT")]),
    ),
    "a private message taken back is a silent edit": (
        (CLAIMED, writes_privately(), lambda h: h.by_customer(ChangeMessage(message=1, is_deleted=True))),
        (*SILENT, "CHANGE", []),
    ),
    "a private message in a closed case is a new card, and a word to who had it": (
        (CLAIMED, CLOSED, writes_privately(on_shift=frozenset({"anna"}))),
        (
            "reopened by the customer",
            True,
            "NEW",
            [("wrote", ("owner",), "NEW"), ("wrote", ("owner",), "NEW")],
        ),
    ),
    "a private message in a closed case of somebody who does not work now is told to all": (
        (CLAIMED, CLOSED, writes_privately()),
        ("reopened by the customer", True, "NEW", [("wrote", ("receiver",), "NEW")]),
    ),
    "thanks after the end are told in the thread and call nobody": (
        (CLAIMED, CLOSED, writes_privately(is_farewell=True)),
        ("private words", False, "CHANGE", [("wrote", (), "CHANGE")]),
    ),
    "a complaint in a closed case of somebody who works now is a new card and a word to him": (
        (CLAIMED, CLOSED, lambda h: h.by_customer(ANGRY_AGAIN)),
        ("reopened by the customer", True, "NEW", [("came_back", ("owner",), "NEW")]),
    ),
    "an answer past us in an owned case is a word to the owner": (
        (CLAIMED, answered_past_us(mention=9, text="Уже едем")),
        ("answered elsewhere", False, "CHANGE", [("elsewhere", ("owner",), "URGENT")]),
    ),
    "a private answer past us is told in the thread and in private": (
        (CLAIMED, writes_privately(), answered_past_us(message=9)),
        (
            "answered elsewhere",
            False,
            "CHANGE",
            [("elsewhere", ("owner",), "URGENT"), ("elsewhere", ("owner",), "URGENT")],
        ),
    ),
    "an answer past us in a case that nobody has is a silent edit": (
        (answered_past_us(mention=9),),
        ("answered elsewhere", False, "CHANGE", []),
    ),
    "a question to the engineers is told where they are": (
        (CLAIMED, ASKED),
        ("engineers", False, "PRESS", [("engineers_asked", ("receiver",), "URGENT")]),
    ),
    "the engineers' answer is a word to the owner": (
        (CLAIMED, ASKED, by(OLEG, AnswerAsEngineer(text="авария"))),
        ("engineers", False, "CHANGE", [("engineers_answered", ("owner",), "URGENT")]),
    ),
    "engineers who are late are called where they are, and the owner learns of it": (
        (CLAIMED, ASKED, ticks(10)),
        (
            "engineers",
            False,
            "URGENT",
            [("engineers_late", ("owner",), "URGENT"), ("engineers_late", ("receiver", "backup"), "URGENT")],
        ),
    ),
    "engineers who are late when a deadline passes are called beside it": (
        (CLAIMED, ASKED, ticks(30)),
        (
            "deadline",
            False,
            "URGENT",
            [
                ("due", ("owner", "backup"), "URGENT"),
                ("engineers_late", ("owner",), "URGENT"),
                ("engineers_late", ("receiver", "backup"), "URGENT"),
            ],
        ),
    ),
    "who asked not to be written to is a silent edit": (
        (CLAIMED, by(ANNA, ForbidWriting())),
        (*SILENT, "PRESS", []),
    ),
    "that the customer knows of a removal is a silent edit": (
        (CLAIMED, writes_privately(), by(ANNA, ConfirmTold())),
        (*SILENT, "PRESS", []),
    ),
    "a removal that was done is a silent edit": (
        (CLAIMED, became(Removed(outbound=9, by="anna"))),
        (*SILENT, "CHANGE", []),
    ),
    "words that the page's keeper deleted are a word to the leads": (
        (CLAIMED, lambda h: h.by_customer(Delete(mention=1, others=False, by="brand"))),
        ("silent deletion", False, "URGENT", [("vanished", ("leads",), "URGENT")]),
    ),
    "words that an unknown keeper of the page deleted are a word to the leads": (
        (lambda h: h.by_customer(Delete(mention=1, others=False, by="other")),),
        ("silent deletion", False, "URGENT", [("vanished", ("leads",), "URGENT")]),
    ),
    "words that people of the case had removed are a silent edit": (
        (CLAIMED, lambda h: h.by_customer(Delete(mention=1, others=False, by="brand", removed=True))),
        (*SILENT, "CHANGE", []),
    ),
    "words that their author deleted are a silent edit": (
        (CLAIMED, lambda h: h.by_customer(Delete(mention=1, others=False, by="author"))),
        (*SILENT, "CHANGE", []),
    ),
    "who takes a case in the middle of a talk reads what was said, whole and alone": (
        (writes_privately(), CLAIMED),
        ("nothing new for people", False, "PRESS", [("handed", (), "URGENT")]),
    ),
    "who is given a case in the middle of a talk reads what was said, too": (
        (CLAIMED, writes_privately(), by(ANNA, TO_BORIS)),
        ("transfer", False, "PRESS", [("transferred", ("owner",), "URGENT"), ("handed", (), "URGENT")]),
    ),
    "an owner who does nothing is told that he will lose the case": (
        (unpromised, by(ANNA, Claim(idle=IDLE)), ticks(20)),
        ("idle owner", False, "CHANGE", [("idle_warned", ("owner",), "URGENT")]),
    ),
    "who lost a case learns of it with all": (
        (unpromised, by(ANNA, Claim(idle=IDLE)), ticks(20), ticks(10)),
        ("idle owner", False, "URGENT", [("returned", ("former_owner", "receiver"), "NEW")]),
    ),
    "a case that nobody has touched for a day is a word to the leads": (
        (unpromised, ticks(24 * 60)),
        ("forgotten", False, "URGENT", [("forgotten", ("leads", "receiver"), "URGENT")]),
    ),
    "a claim is a silent edit": ((CLAIMED,), (*SILENT, "PRESS", [])),
    "a release is a silent edit": ((CLAIMED, by(ANNA, Release())), (*SILENT, "PRESS", [])),
    "a note is a silent edit": ((CLAIMED, by(BORIS, Note(text="звонил"))), (*SILENT, "PRESS", [])),
    "a rest is a silent edit": ((RESTS,), (*SILENT, "PRESS", [])),
    "a claim of a resting case wakes it without a word": ((RESTS, CLAIMED), (*SILENT, "PRESS", [])),
    "a close is a silent edit": ((CLAIMED, CLOSED), (*SILENT, "PRESS", [])),
    "«не жалоба» is a silent edit": ((DISMISSED,), (*SILENT, "PRESS", [])),
    "what a person reopens is a silent edit": ((CLOSED, by(OLEG, Reopen())), (*SILENT, "PRESS", [])),
}


@pytest.mark.parametrize(("steps", "expected"), TABLE.values(), ids=TABLE.keys())
def test_who_is_woken_by_what_and_how(steps: tuple[Step, ...], expected: tuple[Any, ...]) -> None:
    assert words(told(*steps)) == expected


def test_the_table_has_every_kind_of_word_every_reason_and_everybody_who_is_called() -> None:
    tellings = [expected for _, expected in TABLE.values()]
    notices = [notice for telling in tellings for notice in telling[3]]
    # That the bot may not write to somebody turns out when it tries; which cards are followed the store knows, and
    # who is called outside the hours the decision; how an incident goes on, the incident.
    assert {kind for kind, _, _ in notices} == set(get_args(NoticeKind)) - {
        "unreachable",
        "moved_on",
        "on_call",
        "incident_began",
        "incident_grew",
        "incident_over",
    }
    assert {who for _, to, _ in notices for who in to} == set(get_args(Addressee)) - {"on_call"}
    assert {telling[0] for telling in tellings} == set(get_args(Reason))


def test_what_is_said_to_the_owner_and_to_the_engineers_goes_into_their_own_chats() -> None:
    assert [notice.where for notice in told(CLAIMED, writes_privately()).notices] == ["cards", "owner"]
    assert [notice.where for notice in told(CLAIMED, ASKED).notices] == ["engineers"]
    assert [notice.where for notice in told(CLAIMED, ASKED, ticks(10)).notices] == ["cards", "engineers"]


def test_a_new_case_is_told_by_its_new_cards_alone() -> None:
    telling = how_to_tell(FRESH, opened().case.events)
    assert (telling.anew, telling.notices) == (False, ())


def test_a_word_names_the_event_that_it_speaks_of() -> None:
    history = opened().by(ANNA, Claim())
    before = history.case.state
    after = history.by(ANNA, Snooze(until=at(minutes=40), past_deadline=True)).later(minutes=40).tick()
    (notice,) = how_to_tell(before, after.case.events[-2:]).notices
    assert after.case.events[notice.event - 1].fact == Rang(bell="due")


def test_who_is_taken_a_case_from_is_named() -> None:
    telling = told(CLAIMED, by(OLEG, TransferTo(person="oleg", name="Олег Смирнов")))
    assert [notice.former_owner for notice in telling.notices] == ["anna"]


@pytest.mark.parametrize("before", [FRESH, fold(opened().case.events), replace(FRESH, owner="anna")])
def test_what_a_later_version_wrote_wakes_nobody(before: State) -> None:
    event = Event(number=7, fact=Unknown(kind="audited"), actor=PROGRAM, at=NOON)
    assert how_to_tell(before, (event,)) == Telling(reason="nothing new for people")
    assert how_to_tell(before, ()) == Telling(reason="nothing new for people")


@pytest.mark.parametrize("actor", [PROGRAM, Actor(kind="person", id="anna")])
def test_only_the_clock_ends_a_rest_with_a_word(actor: Actor) -> None:
    before = fold(opened().by(ANNA, Claim()).case.events)
    assert how_to_tell(before, (Event(number=3, fact=Woke(), actor=actor, at=NOON),)).notices == ()
    by_the_clock = how_to_tell(before, (Event(number=3, fact=Woke(), actor=CLOCK, at=NOON),))
    assert [notice.kind for notice in by_the_clock.notices] == ["woke"]


def test_urgent_words_go_before_new_cards_and_new_cards_before_changes() -> None:
    assert sorted(Priority) == [Priority.PRESS, Priority.URGENT, Priority.NEW, Priority.CHANGE, Priority.OLD]
