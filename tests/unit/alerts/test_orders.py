"""Orders of other programs: what is read, what is refused and why, and that the published schema says the same."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.buttons import BUTTONS
from alerts.cards.closing import CAUSELESS
from alerts.cards.orders import COMMANDS, OrderError, read_order
from alerts.cards.wording import ENDINGS

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "webhook-order.schema.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)
BASE = {"case": 12, "user": "agent-17"}
GOOD: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
    ({"command": "claim"}, ("claim", None)),
    ({"command": "claim", "user_name": "Анна"}, ("claim", None)),
    ({"command": "release"}, ("release", None)),
    ({"command": "not_complaint"}, ("not_complaint", None)),
    ({"command": "reopen"}, ("reopen", None)),
    ({"command": "note", "text": "ждёт мастера"}, ("note", "ждёт мастера")),
    ({"command": "close", "outcome": "resolved", "cause": "product"}, ("close", "resolved-product")),
    ({"command": "close", "outcome": "spam"}, ("close", "spam")),
    ({"command": "close", "outcome": "not_ours", "cause": "other"}, ("close", "not_ours-other")),
    ({"command": "reply", "text": "Здравствуйте"}, ("write_reply", "Здравствуйте")),
    ({"command": "reply", "text": "да", "private": True}, ("write_private", "да")),
    ({"command": "reply", "text": "да", "confirmed": True}, ("say_reply", "да")),
    ({"command": "reply", "text": "да", "confirmed": True, "private": True}, ("say_private", "да")),
    ({"command": "suggest"}, ("reply", None)),
    ({"command": "suggest", "private": True}, ("invite", None)),
    ({"command": "snooze"}, ("snooze", None)),
    ({"command": "transfer"}, ("transfer", None)),
    ({"command": "transfer", "person": "oleg"}, ("transfer", "oleg")),
    ({"command": "answer", "to": "send", "value": "ok-12"}, ("send", "ok-12")),
    ({"command": "answer", "to": "rewrite.12", "value": "иначе"}, ("rewrite.12", "иначе")),
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"command": "claim", "case": 0}, "case"),
    ({"command": "claim", "case": True}, "case"),
    ({"command": "claim", "case": 2**60}, "case"),
    ({"command": "claim", "case": "12"}, "case"),
    ({"command": "claim", "user": ""}, "user"),
    ({"command": "claim", "user": "Анна"}, "user"),
    ({"command": "claim", "user": "a" * 65}, "user"),
    ({"command": "claim", "user_name": " "}, "user_name"),
    ({"command": "claim", "text": "и вот"}, "text"),
    ({"command": "steal"}, "command"),
    ({}, "command"),
    ({"command": "note"}, "text"),
    ({"command": "note", "text": "  \n"}, "text"),
    ({"command": "note", "text": "а" * 1001}, "text"),
    ({"command": "close", "outcome": "resolved"}, "cause"),
    ({"command": "close", "outcome": "handled", "cause": "other"}, "outcome"),
    ({"command": "close", "cause": "other"}, "outcome"),
    ({"command": "close", "outcome": "resolved", "cause": "weather"}, "cause"),
    ({"command": "close", "outcome": ["resolved"], "cause": "other"}, "outcome"),
    ({"command": "reply", "text": "а" * 4001}, "text"),
    ({"command": "reply", "text": "да", "confirmed": 1}, "confirmed"),
    ({"command": "transfer", "person": ""}, "person"),
    ({"command": "suggest", "text": "да"}, "text"),
    ({"command": "answer", "to": "send"}, "value"),
    ({"command": "answer", "to": "a:b", "value": "ok"}, "to"),
    ({"command": "answer", "to": "send.", "value": "ok"}, "to"),
]


@pytest.mark.parametrize(("order", "pressed"), GOOD)
def test_an_order_becomes_a_press(order: dict[str, Any], pressed: tuple[str, str | None]) -> None:
    read = read_order(BASE | order)
    assert (read.case, read.user, read.action, read.value) == (12, "agent-17", *pressed)
    assert VALID.is_valid(BASE | order)


@pytest.mark.parametrize(("order", "field"), BAD)
def test_what_is_no_order_is_refused_by_the_field_that_is_wrong(order: dict[str, Any], field: str) -> None:
    with pytest.raises(OrderError) as refused:
        read_order(BASE | order)
    assert refused.value.field == field
    assert not VALID.is_valid(BASE | order)


def test_every_order_presses_a_button_that_there_is() -> None:
    actions = {kind.action for kind in BUTTONS}
    assert {pressed[0].partition(".")[0] for _, pressed in GOOD} <= actions
    assert {order["command"] for order, _ in GOOD} == COMMANDS.keys()


def test_every_ending_and_cause_of_the_buttons_may_be_ordered() -> None:
    for outcome in ENDINGS:
        order = BASE | {"command": "close", "outcome": outcome}
        assert VALID.is_valid(order) == (outcome in CAUSELESS)
        assert VALID.is_valid(order | {"cause": "own_error"})


WORDS = st.sampled_from(
    ["agent-17", "a b", "", " ", "Анна", "send", "rewrite.1", "resolved", "spam", "other", "ok-1"]
)
VALUES = st.one_of(WORDS, st.integers(-1, 13), st.booleans(), st.none(), st.lists(WORDS, max_size=1), st.text())
FIELDS = st.sampled_from(
    ["case", "user", "user_name", "text", "outcome", "cause", "private", "confirmed", "person", "to", "value"]
)


@given(st.sampled_from(GOOD), st.dictionaries(FIELDS, VALUES, max_size=3), st.sets(FIELDS, max_size=2))
def test_the_program_takes_exactly_what_the_schema_allows(
    good: tuple[dict[str, Any], Any], more: dict[str, Any], left_out: set[str]
) -> None:
    order = {key: value for key, value in (BASE | good[0] | more).items() if key not in left_out}
    try:
        read_order(order)
    except OrderError:
        taken = False
    else:
        taken = True
    assert taken == VALID.is_valid(order), order
