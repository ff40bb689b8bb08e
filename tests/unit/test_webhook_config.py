"""Receivers of webhooks in the files and their secrets in the environment: what is understood and what is not."""

import json
from pathlib import Path

import pytest

from alerts.routing import Endpoint
from domain.person import who_is
from listener.config.load import check, load
from listener.environment import SettingsError
from listener.settings import read_settings
from tests.helpdesk import FORMER, SECRET
from tests.unit.test_config_load import BRAND, PEOPLE, ROUTES, folder

PLAIN = '{name: desk, url: "https://desk.example/otklik"}'


def routes(*addresses: str) -> str:
    assert '"#support"]' in ROUTES
    return ROUTES.replace('slack: ["#support"]', f'slack: ["#support"], webhook: [{", ".join(addresses)}]')


def said(tmp_path: Path, *addresses: str, people: str = PEOPLE) -> list[str]:
    root = folder(tmp_path, brand=BRAND, routes=routes(*addresses), people=people)
    return [mistake.message for mistake in check(root)]


def test_a_receiver_is_told_at_its_address_and_trusted_with_nothing_by_itself(tmp_path: Path) -> None:
    config = load(folder(tmp_path, brand=BRAND, routes=routes(PLAIN), people=PEOPLE))
    (chat,) = (chat for each in config.routing.receivers for chat in each.chats if chat.messenger == "webhook")
    assert chat.chat == "desk"
    assert chat.endpoint == Endpoint(url="https://desk.example/otklik", whole=False, answers=False, private=False)


def test_a_person_is_known_by_the_helpdesks_id(tmp_path: Path) -> None:
    people = PEOPLE.replace("telegram: 222", 'telegram: 222, helpdesk: "17"')
    config = load(folder(tmp_path, brand=BRAND, routes=ROUTES, people=people))
    found = who_is(config.people, "webhook", "17")
    assert found is not None
    assert found.users["telegram"] == "222"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ('{name: desk, url: "http://desk.example/"}', "укажите https"),
        ('{name: desk, url: "desk.example"}', "не адрес"),
        ('{name: desk, url: "ftp://desk.example/"}', "не адрес"),
        ('{name: desk, url: "https://[oops"}', "не адрес"),
        ('{name: desk, url: "https://desk.example:port/"}', "не адрес"),
        ('{name: desk, url: "https://me:secret@desk.example/"}', "имя и пароль"),
        ('{name: desk, url: "https://desk.example/#here"}', "после #"),
        ('{name: desk, url: "https://10.0.0.7/"}', "допишите private: true"),
        ('{name: desk, url: "https://169.254.169.254/", private: true}', "служебный адрес"),
        ('{name: Desk, url: "https://desk.example/"}', "латиницей"),
        ('{name: "a b", url: "https://desk.example/"}', "латиницей"),
        ("{name: desk}", "url"),
        ('{url: "https://desk.example/"}', "name"),
        ('{name: desk, url: "https://desk.example/", secret: abc}', "secret"),
        ('{name: desk, url: "https://desk.example/", whole: "да"}', "whole"),
        ('{name: desk, url: "https://desk.example/", answers: true}', "helpdesk"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(tmp_path: Path, address: str, words: str) -> None:
    (message,) = said(tmp_path, address)
    assert words in message


@pytest.mark.parametrize(
    "address",
    [
        PLAIN,
        '{name: desk, url: "http://127.0.0.1:8000/in"}',
        '{name: desk, url: "http://localhost:8000/in"}',
        '{name: desk, url: "https://10.0.0.7/", private: true}',
        '{name: desk, url: "https://desk.example/", whole: true}',
        '{name: desk-2, url: "https://desk.example:8443/a/b?c=d"}',
    ],
)
def test_what_is_right_is_let_be(tmp_path: Path, address: str) -> None:
    assert said(tmp_path, address) == []


def test_one_that_only_listens_needs_no_people(tmp_path: Path) -> None:
    assert not any("helpdesk" in message for message in said(tmp_path, PLAIN))
    answering = PLAIN.replace("}", ", answers: true}")
    people = PEOPLE.replace("telegram: 222", "telegram: 222, helpdesk: agent-18")
    assert said(tmp_path, answering, people=people) == []


def test_a_program_is_the_same_in_every_receiver(tmp_path: Path) -> None:
    here, there = PLAIN, PLAIN.replace("otklik", "elsewhere")
    for address, wanted in (
        (here, []),
        (there, ["«desk» уже описан у «support», и по-другому: впишите одно и то же"]),
    ):
        text = routes(here).replace("console: true}", f"console: true, webhook: [{address}]}}")
        root = folder(tmp_path, brand=BRAND, routes=text, people=PEOPLE)
        assert [mistake.message for mistake in check(root)] == wanted


def test_secrets_come_by_name_and_two_at_once_while_they_change(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text(json.dumps({"desk": [SECRET, FORMER], "crm": SECRET}), encoding="utf-8")
    settings = read_settings({"LISTENER_WEBHOOK_SECRETS_FILE": str(file)})
    options = settings.messengers["webhook"]
    assert {name: len(keys) for name, keys in options.keys().items()} == {"desk": 2, "crm": 1}
    assert {SECRET, FORMER} <= set(settings.secrets()), "no log line may show them"
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("desk", "нужен JSON вида"),
        ('["desk"]', "нужен JSON вида"),
        ('{"desk": 7}', "«desk»: нужен JSON"),
        ('{"desk": []}', "«desk»: нужен JSON"),
        ('{"desk": ["", "b"]}', "«desk»: нужен JSON"),
        ('{"desk": "short"}', "короче 24 знаков"),
        (f'{{"desk": ["{SECRET}", "whsec_%%%"]}}', "«desk», 2-й секрет: после whsec_ нужен base64"),
    ],
)
def test_a_secret_that_cannot_be_one_is_named_and_not_shown(value: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"LISTENER_WEBHOOK_SECRETS": value})
    assert words in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_secrets_webhooks_are_off() -> None:
    assert read_settings({}).messengers["webhook"].secrets() == ()
