"""How far a new network, notifier, button or card field reaches: the files that would have to know of it.

The four counts may shrink and must not grow. They leave out tests, documents, the simulator, and the folders
of the network or notifier itself. Aimed at are 3, 3, 2 and 2.
"""

import ast
import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Final, get_args

import pytest

from alerts.cards.buttons import BUTTONS, ButtonKind
from alerts.cards.card import Card, Line, Tone
from alerts.cases.case import CaseMention
from alerts.cases.commands import NAMES
from alerts.notifiers.console.notifier import ConsoleNotifier
from alerts.notifiers.slack.markup import blocks
from alerts.notifiers.telegram.markup import render
from alerts.routing import Chat
from listener.messengers.registry import MESSENGERS
from listener.networks.registry import NETWORKS
from tests.contract.notifier_stages import CARD
from tests.unit.test_networks import OTHER_MATTERS, naming, words_of_code

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("alerts", "domain", "listener")

MESSENGERS_ARE_NAMED_IN: Final = {"listener/messengers/registry.py"}
"""What a messenger with people and chats of its own is written into, beside its two folders.

What is no code names it too: the example of `.env` with its packaged copy, and `.importlinter`.
"""
EACH_HAS_ITS_OWN: Final = {
    "listener/commands/demo.py": "names what its page shows",
    "alerts/notifiers/telegram/inbox.py": "a webhook of Telegram's would take its presses",
    "listener/messengers/telegram/doctor.py": "looks whether the bot has a webhook of Telegram's",
    "listener/networks/x/snowflake.py": "slack means looseness there",
}


OF_ACTIONS: Final = {
    "close": ("listener/store",),  # labels of a closed case are exported
    "invite": (
        "alerts/outreach",
        "listener/store",
        "listener/networks/vk",
        "listener/networks/x",
    ),  # of an outbound
    "not_complaint": ("listener/store",),  # an outcome too, which exported rows name
    "note": ("listener/networks/vk",),  # a kind of VK's attachments
    "reply": (  # a kind of mention and of outbound
        "alerts/outreach",
        "domain",
        "listener/networks/vk",
        "listener/networks/x",
        "listener/store",
    ),
    "send": ("alerts", "listener/commands", "listener/config"),  # what the night does
    "walk": ("listener/networks/x",),  # where a bookmark stands among the pages
    "why": ("listener/store",),  # a column of digests
    "resolved": ("listener/store",),  # an outcome too: what was solved is found again
}
"""Where else an action's name stands, as something else."""


@cache
def words() -> dict[str, frozenset[str]]:
    """The names and strings of every module, without its prose."""
    return {
        path.relative_to(ROOT).as_posix(): words_of_code(path)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


@cache
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse((ROOT / name).read_text(encoding="utf-8")) for name in words()}


@cache
def texts() -> dict[str, frozenset[object]]:
    """What stands as a string of its own in every module."""
    return {
        name: frozenset(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        for name, tree in trees().items()
    }


def writing(text: str) -> set[str]:
    return {name for name, those in texts().items() if text in those}


def naming_messenger(messenger: str) -> set[str]:
    named = re.compile(messenger, re.IGNORECASE)
    homes = (f"alerts/notifiers/{messenger}/", f"listener/messengers/{messenger}/")
    return {
        name for name, those in words().items() if not name.startswith(homes) and any(map(named.search, those))
    }


ASKS: Final = {
    "ask_engineers": {"alerts/cards/engineers.py"},
    "close": {"alerts/cards/closing.py"},
    "do_not_write": {"alerts/cards/leaving.py"},
    "engineers_answer": {"alerts/cards/engineers.py"},
    "mute": {"alerts/cards/muting.py"},
    "note": {"alerts/cards/asking.py"},
    "snooze": {"alerts/cards/asking.py"},
    "release": {"listener/store/shifts.py"},
    "transfer": {"alerts/cards/asking.py", "listener/store/shifts.py"},
}
"""Where the question stands of a button that asks for something, and what does the same for all of a shift's."""


def importing(word: str, module: str) -> set[str]:
    """The files that import the word from there."""
    return {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        if word in {alias.name for alias in node.names}
    }


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_reaches_three_files_at_most(network: str) -> None:
    assert len(naming(network) - OTHER_MATTERS.keys()) <= 3


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_a_messenger_reaches_its_line_of_the_registry_and_no_other_code(messenger: str) -> None:
    assert naming_messenger(messenger) - EACH_HAS_ITS_OWN.keys() == MESSENGERS_ARE_NAMED_IN


def test_what_is_listed_as_one_messengers_own_matter_still_is() -> None:
    named = {name for messenger in MESSENGERS for name in naming_messenger(messenger)}
    assert named >= EACH_HAS_ITS_OWN.keys()


@pytest.mark.parametrize(
    "button", [kind for kind in BUTTONS if kind.action in NAMES.values()], ids=lambda button: button.action
)
def test_a_button_of_a_known_command_reaches_the_table_and_its_answer(button: ButtonKind) -> None:
    """Where its press is asked for something, the question too."""
    command = next(command for command, name in NAMES.items() if name == button.action)
    where = {
        name
        for name in importing(command.__name__, "alerts.cases.commands")
        if not name.startswith("alerts/cases/")
    }
    asked = ASKS.get(button.action, set())
    assert where | {"alerts/cards/buttons.py"} | asked == {
        "alerts/cards/buttons.py",
        "alerts/cards/answers.py",
        *asked,
    }


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.action)
def test_no_messenger_and_no_loop_knows_a_button_by_name(button: ButtonKind) -> None:
    for word in (button.action, button.label):
        homes = {str(Path(name).parent) for name in writing(word)}
        assert homes <= {"alerts/cards", "alerts/cases", *OF_ACTIONS.get(word, ())}


def test_a_line_of_the_card_reaches_one_file() -> None:
    """Messengers know none by name: a new line is one more value of this shape."""
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


@pytest.mark.parametrize("tone", get_args(Tone))
@pytest.mark.parametrize("place", ["above", "below"])
async def test_every_messenger_shows_a_line_that_it_was_never_told_of(
    place: str, tone: Tone, capsys: pytest.CaptureFixture[str]
) -> None:
    new = (Line(text="Погода в Заречье", tone=tone, sign="🌦"),)
    card = replace(CARD, above=new if place == "above" else (), below=new if place == "below" else ())
    await ConsoleNotifier().send(Chat(messenger="console", chat="support"), card, "d1")
    for shown in (render(card), str(blocks(card)), capsys.readouterr().out):
        assert "Погода в Заречье" in shown


def test_a_fact_that_a_card_does_not_have_yet_reaches_three_files() -> None:
    """Declared, read from the store, drawn: the third is the line. Two would need a case that reads itself.

    A fact in the customer's own words is hidden from groups too, in `masking`; no other fact goes there. What
    other programs are told, and whom an answer would speak to, no new fact of a card has to change.
    """
    module = "alerts.cases.case"
    assert CaseMention.__module__ == module
    others = {"alerts/cards/masking.py", "alerts/cards/reaching.py", "alerts/notifiers/webhook/snapshot.py"}
    assert importing("CaseMention", module) - others == {
        "alerts/cards/card.py",
        "listener/store/cases.py",
    }
