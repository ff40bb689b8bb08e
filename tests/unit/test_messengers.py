"""A messenger is its folders and one line: what the registry holds works everywhere."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.person import messenger_id
from listener.messengers.messenger import Messenger
from listener.messengers.registry import AS_READ, MESSENGERS

ROOT = Path(__file__).parents[2]


def test_the_registry_is_alphabetical_and_each_messenger_knows_its_own_name() -> None:
    assert list(MESSENGERS) == sorted(MESSENGERS)
    assert {name: messenger.id for name, messenger in MESSENGERS.items()} == {name: name for name in MESSENGERS}


def test_people_read_of_telegram_first_and_no_two_share_a_place() -> None:
    assert [messenger.id for messenger in AS_READ] == ["telegram", "slack", "webhook"]
    assert len({messenger.rank for messenger in AS_READ}) == len(AS_READ)


@pytest.mark.parametrize("messenger", AS_READ, ids=lambda messenger: messenger.id)
def test_the_document_that_connects_it_is_there(messenger: Messenger[Any]) -> None:
    assert (ROOT / messenger.guide).is_file()


@pytest.mark.parametrize("name", ["", "Slack", "1c", "ms-teams", "слак", "a" * 17])
def test_what_cannot_be_a_key_of_the_files_is_no_messengers_name(name: str) -> None:
    with pytest.raises(ValueError, match="a messenger's name"):
        messenger_id(name)


THIRD = """
import dataclasses, pathlib, sys, types
from alerts.routing import Chat
from domain.person import messenger_id
from listener.messengers.messenger import AddressKey, Beginning, Chats, Slip, Users
from listener.messengers.telegram.messenger import OF_TELEGRAM

MAX = messenger_id("max")
room = AddressKey(name="room", help="Комната", required=True, wrong="нужна комната")
third = dataclasses.replace(
    OF_TELEGRAM,
    id=MAX,
    title="MAX",
    rank=3,
    options=lambda reader: reader.text("MAX_TOKEN", ""),
    chats=Chats(
        help="Чаты MAX",
        keys=(room,),
        chat=lambda address: Chat(messenger=MAX, chat=str(address["room"])),
        slips=lambda chat, known: iter([Slip(key="room", message="комнаты нет")] if chat.chat == "0" else []),
    ),
    users=Users(help="Код", found="Код в MAX — профиль.", example="M1", pattern="^M[0-9]+$", wrong="нужен M1"),
    beginning=Beginning(metavar="ROOM", help="room", question="Комната? ", address="{{room: {}}}".format),
    open=lambda options, now, prompts: (f"notifier of {options}", "inbox"),
)
source = pathlib.Path("listener/messengers/registry.py").read_text(encoding="utf-8")
registry = types.ModuleType("listener.messengers.registry")
registry.THIRD = third
exec(source.replace('"slack": OF_SLACK,', '"max": THIRD, "slack": OF_SLACK,'), registry.__dict__)
sys.modules["listener.messengers.registry"] = registry

import argparse
from domain.person import who_is
from listener.app import build_messengers
from listener.commands import init
from listener.config.load import check, load
from listener.settings import read_settings
from listener.starting.files import people_yaml, routes_yaml

root, wrong = map(pathlib.Path, sys.argv[1:])
config = load(root)
assert config.routing.receivers[0].chats == (Chat(messenger=MAX, chat="7"),), config
assert who_is(config.people, MAX, "M5").name == "Анна", config.people
said = [mistake.message for mistake in check(wrong) if not mistake.warning]
assert said == ["«max»: нужен M1 — а тут текст «5»", "комнаты нет"], said
settings = dataclasses.replace(read_settings({"LISTENER_MAX_TOKEN": "t"}))
assert build_messengers(settings, None, None).notifiers[MAX] == "notifier of t"
parser = argparse.ArgumentParser()
init.add_arguments(parser)
wishes = init.read_wishes(parser.parse_args(["--brand", "Ромашка", "--max", "7"]), None)
assert "    max: [{room: 7}]" in routes_yaml(wishes).splitlines()
assert "Код в MAX — профиль." in people_yaml(wishes)
print("told")
"""


def _folder(root: Path, *, room: int, user: str) -> Path:
    (root / "brands").mkdir(parents=True)
    (root / "brands" / "it.yaml").write_text("id: it\ntitle: Ромашка\nnames: [Ромашка]\n", encoding="utf-8")
    routes = f"receivers: {{one: {{max: [{{room: {room}}}]}}}}\nroute: {{to: one}}\n"
    (root / "routes.yaml").write_text(routes, encoding="utf-8")
    people = f"people: [{{name: Анна, role: operator, max: {user}}}]\n"
    (root / "people.yaml").write_text(people, encoding="utf-8")
    return root


def test_a_third_messenger_takes_its_folders_and_one_line_of_the_registry(tmp_path: Path) -> None:
    """Config and its mistakes, settings, building, beginning: all know it, with no other file changed."""
    right = _folder(tmp_path / "right", room=7, user="M5")
    wrong = _folder(tmp_path / "wrong", room=0, user='"5"')
    done = subprocess.run(
        [sys.executable, "-c", THIRD, str(right), str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "told", done.stderr


def test_to_know_the_messengers_loads_neither_their_libraries_nor_the_cards() -> None:
    """`listener health` runs every few seconds, and tells none of them anything."""
    code = "import sys, listener.settings; print({'slack_sdk', 'rich', 'alerts.ports'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
