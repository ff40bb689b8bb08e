"""How far a new button or a new line of the card reaches: the files that would have to know of it."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

import alerts
from alerts.cards.buttons import BUTTONS, ButtonKind
from alerts.cards.card import Card, Line

ALERTS: Final = Path(alerts.__file__).parent
SOURCES: Final = {path.relative_to(ALERTS): path.read_text(encoding="utf-8") for path in ALERTS.rglob("*.py")}


def naming(word: str, sources: dict[Path, str]) -> set[str]:
    """The files in which the word stands as a string of its own."""
    return {str(path) for path, text in sources.items() if re.search(rf"[\"'«]{re.escape(word)}[\"'»]", text)}


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.action)
def test_a_button_of_a_known_command_is_a_row_and_an_answer(button: ButtonKind) -> None:
    """Beside the row in the table, its label stands only where a refusal sends people to it."""
    assert naming(button.label, SOURCES) <= {
        "cards/buttons.py",
        "cards/answers.py",
        "cards/asking.py",
        "cards/wording.py",  # «Не жалоба» is an outcome too
        "cases/transitions.py",  # in a comment
    }


def test_messengers_know_no_line_of_the_card_by_name() -> None:
    """A new line is one more value of this shape; a new field here would touch every messenger."""
    assert {field.name for field in fields(Line)} == {"text", "tone", "sign"}
    assert {field.name for field in fields(Card)} == {
        "above",
        "below",
        "brand_spans",
        "buttons",
        "case",
        "evidence_spans",
        "quote",
        "repeat",
        "revision",
        "status",
        "title",
        "urgent",
    }
