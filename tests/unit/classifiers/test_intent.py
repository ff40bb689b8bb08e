"""Whether an unhappy author wants something done: whom he speaks to and what he says."""

from collections.abc import Set as AbstractSet

import pytest

from classifiers.dangers import NAMELESS
from classifiers.intent import ADDRESSED, intent_of, turned_to
from classifiers.text import pieces
from domain.span import Span

SURE = 0.95


@pytest.mark.parametrize(
    ("text", "brand", "signals"),
    [
        ("@romashka интернета нет", ((1, 9),), {ADDRESSED}),
        ("@romashka_help интернета нет", ((1, 9),), {ADDRESSED}),
        ("[club1|Ромашка], интернета нет", ((7, 14),), {ADDRESSED}),
        ("@ivan у Ромашки интернета нет", ((8, 15),), set()),
        ("Ромашка, интернета нет", ((0, 7),), set()),
        ("@ Ромашка", ((2, 9),), set()),
        ("интернета нет", (), {NAMELESS}),
        ("", ((0, 7),), set()),
        ("", (), {NAMELESS}),
    ],
)
def test_a_text_that_begins_with_the_brands_mention_is_addressed_to_it(
    text: str, brand: tuple[Span, ...], signals: set[str]
) -> None:
    assert turned_to(pieces(text), brand) == signals


@pytest.mark.parametrize(
    ("signals", "intent"),
    [
        (set(), "vent"),
        ({"asks"}, "vent"),
        ({"wonders"}, "vent"),
        ({"demands"}, "solve"),
        ({ADDRESSED}, "solve"),
        ({ADDRESSED, "insults"}, "vent"),
        ({ADDRESSED, "thanks"}, "vent"),
        ({ADDRESSED, "insults", "demands"}, "solve"),
        ({"asks", "turns to people"}, "solve"),
        ({"wonders", NAMELESS}, "solve"),
        ({"turns to people"}, "vent"),
        ({NAMELESS}, "vent"),
    ],
)
def test_the_unhappy_want_a_solution_if_they_demand_one_or_turn_to_somebody(
    signals: AbstractSet[str], intent: str
) -> None:
    assert intent_of(signals, "negative", SURE) == intent


def test_a_calm_text_is_no_request_whoever_it_is_addressed_to() -> None:
    assert intent_of({ADDRESSED}, "neutral", 0.1) == "other"
    assert intent_of({ADDRESSED, "asks"}, "neutral", 0.1) == "question"
    assert intent_of({ADDRESSED}, "positive", 0.1) == "praise"
