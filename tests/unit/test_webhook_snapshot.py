"""Events: whole, bounded, equal byte for byte when they are repeated, masked, and as the published schema says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.asking import asker_of
from alerts.cards.masking import DOT, masked_case
from alerts.cases.case import Case, CaseMessage
from alerts.cases.commands import (
    Claim,
    Close,
    Command,
    NotComplaint,
    Note,
    PersonsCommand,
    Release,
    Reopen,
    Report,
    Snooze,
    TransferTo,
)
from alerts.cases.events import ReplySent
from alerts.cases.transitions import Refusal, decide
from alerts.notifiers.webhook.snapshot import LONGEST, MOST, body_of, event_of, key_of_case, ping_body
from domain.person import Person
from tests.people import users
from tests.unit.alerts.histories import ANNA, CONTEXT, OLEG, History, a_mention, at, promise

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "webhook-event.schema.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
DESK_ANNA = replace(ANNA, users={**ANNA.users, **users(webhook="agent-17")})
DESK = replace(CONTEXT, people=(DESK_ANNA, OLEG))
PHONE = "Мой телефон +7 912 345-67-12, жду"


def told(case: Case, *, shown: int = 0, masked: bool = True) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(body_of(case, DESK, shown=shown, masked=masked))
    VALID.validate(event)
    return event


def test_a_new_case_is_told_whole() -> None:
    event = told(History.opened(a_mention(), deadlines=promise(hours=1)).case)
    assert (event["schema"], event["event"]) == ("otklik.event/1", "case.opened")
    case = event["case"]
    assert (case["id"], case["revision"], case["open"], case["state"]) == (12, 1, True, "new")
    assert (case["brand"], case["network"]["title"]) == (
        {"id": "vasilek", "title": "Василёк Телеком"},
        "ВКонтакте",
    )
    assert case["author"] == {
        "id": "7",
        "name": "Иван Петров",
        "handle": None,
        "followers": None,
        "url": "https://vk.com/id7",
    }
    assert case["mentions"][0]["text"] == "Третий день не работает интернет"
    assert case["deadlines"]["due_at"] == at(hours=1).isoformat()
    assert case["history"] == [
        {"revision": 1, "kind": "opened", "actor": "customer", "by": None, "at": at().isoformat()}
    ]


def test_people_are_named_by_the_helpdesks_own_ids_where_they_are_known() -> None:
    history = History.opened().by(ANNA, Claim(), Note(text="ждёт мастера"))
    case = told(history.case)["case"]
    anna = {"id": "anna", "name": "Анна Иванова", "helpdesk": "agent-17"}
    assert case["owner"] == anna
    assert case["notes"] == [{"text": "ждёт мастера", "by": anna, "at": at().isoformat()}]
    given_away = history.by(ANNA, TransferTo(person="oleg", name="Олег Смирнов")).case
    assert told(given_away)["case"]["owner"] == {"id": "oleg", "name": "Олег Смирнов", "helpdesk": None}
    gone = History.opened().by(Person(id="lev", name="Лев Кот", role="operator"), Claim()).case
    assert told(gone)["case"]["owner"]["id"] == "lev"
    assert told(gone)["case"]["history"][-1]["by"]["name"] == "Лев Кот"


def test_what_happened_since_the_last_event_is_one_word() -> None:
    history = History.opened()
    assert event_of(history.case, 0) == "case.opened"
    claimed = history.by(ANNA, Claim()).case
    assert event_of(claimed, 1) == "case.changed"
    assert event_of(claimed, 0) == "case.opened", "it was claimed before the receiver heard of it"
    closed = history.by(ANNA, Close(outcome="resolved", cause="product")).case
    assert event_of(closed, 2) == event_of(closed, 0) == "case.closed"
    assert told(closed, shown=2)["case"]["cause"] == "product"
    reopened = history.by(OLEG, Reopen()).case
    assert event_of(reopened, closed.revision) == "case.reopened"
    again = history.by(ANNA, Claim()).case
    assert event_of(again, closed.revision) == "case.reopened", "it opened again, and more happened since"
    assert event_of(again, reopened.revision) == "case.changed"


def test_a_key_names_the_case_and_its_revision() -> None:
    history = History.opened()
    assert key_of_case(history.case) == "otklik-case-12-r1"
    assert key_of_case(history.by(ANNA, Claim()).case) == "otklik-case-12-r2"


def test_every_word_of_people_is_masked_where_the_case_was() -> None:
    sent = ReplySent(outbound=1, kind="message", text=PHONE, by="anna")
    history = History.opened(a_mention(PHONE)).by(ANNA, Note(text=PHONE)).by_program(Report(fact=sent))
    case = replace(history.case, messages=(CaseMessage(row=1, incoming=True, text=PHONE, at=at()),))
    masked = body_of(masked_case(case), DESK, shown=0, masked=True).decode()
    assert "345-67" not in masked
    assert masked.count(DOT * 3) >= 4
    whole = told(case, masked=False)["case"]
    texts = [whole[key][0]["text"] for key in ("mentions", "messages", "answers", "notes")]
    assert texts == [PHONE] * 4
    assert not whole["masked"]
    assert whole["answers"][0]["by"]["helpdesk"] == "agent-17"


def test_a_body_stays_below_a_megabyte_whatever_is_written() -> None:
    history = History.opened(a_mention("ы" * 65_000))
    for _ in range(MOST * 2):
        history.writes("ы" * 65_000)
    many = tuple(CaseMessage(row=row, incoming=True, text="ы" * 65_000, at=at()) for row in range(100))
    body = body_of(replace(history.case, messages=many), DESK, shown=0, masked=True)
    case = json.loads(body)["case"]
    assert len(case["mentions"]) == len(case["messages"]) == len(case["history"]) == MOST
    assert {len(each["text"]) for each in (*case["mentions"], *case["messages"])} == {LONGEST}
    assert len(body) < 2 * 1024 * 1024


def test_half_a_letter_that_a_network_sent_does_not_stop_the_event() -> None:
    event = told(History.opened(a_mention("нет связи \ud83d")).case)
    assert event["case"]["mentions"][0]["text"] == "нет связи ?"


def test_a_ping_is_about_nothing() -> None:
    VALID.validate(json.loads(ping_body()))


COMMANDS: list[PersonsCommand] = [
    Claim(),
    Release(),
    TransferTo(person="oleg", name="Олег Смирнов"),
    Snooze(until=at(hours=5), past_deadline=True),
    Note(text="заметка"),
    Close(outcome="resolved", cause="own_error"),
    NotComplaint(),
    Reopen(deadlines=promise(hours=2)),
]


@given(st.lists(st.sampled_from([*COMMANDS, "words"]), max_size=12))
def test_whatever_happens_to_a_case_the_event_is_as_the_schema_says_and_repeats_are_equal(
    steps: list[Command | str],
) -> None:
    history = History.opened(deadlines=promise(hours=1))
    for step in steps:
        if isinstance(step, str):
            history.later(minutes=1).writes("и ещё")
        elif not isinstance(decide(history.case.state, step, asker_of(OLEG), history.now), Refusal):
            history.by(OLEG, step)  # type: ignore[arg-type]  # one of those above
        case = history.case
        event = told(case, shown=case.revision - 1)
        assert event["case"]["revision"] == case.revision == len(case.events)
        first = body_of(case, DESK, shown=0, masked=True)
        assert first == body_of(case, DESK, shown=0, masked=True)


@pytest.mark.parametrize("left_out", ["revision", "masked", "mentions", "state"])
def test_the_schema_is_no_open_door(left_out: str) -> None:
    event = told(History.opened().case)
    del event["case"][left_out]
    assert not VALID.is_valid(event)
