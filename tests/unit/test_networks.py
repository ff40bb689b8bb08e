"""A network is one folder and one line: nobody else names one, and what the registry holds works everywhere."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from domain.brand import Brand, Watch
from domain.mention import KINDS, Author, Mention, network_id
from listener.networks.accounts import address, who_deleted
from listener.networks.network import Network
from listener.networks.registry import NETWORKS, author_url, network_title, source_title

ROOT = Path(__file__).parents[2]
NAMED = {
    "vk": re.compile(r"(?<![a-zA-Z])vk(?![a-z])|Vk(?![a-z])|VK|вконтакте", re.IGNORECASE),
    "x": re.compile(r"^x$|^x[:_.]|_x$|\bв X\b|\bна X\b|(?<![A-Za-z])X_API|X_BEARER|^X$|twitter"),
}
"""How code would name a network in a string or a name; prose of comments and docstrings may."""
OTHER_MATTERS = {
    "listener/brands/letters.py": "x is a letter there",
    "listener/commands/evaluate.py": "--without-x is about sets of tweets to train on",
    "listener/commands/train.py": "the same",
}
MOST_TOUCHED = 3
"""Files outside a new network's own folder, tests, the simulator, docs and examples."""


@cache
def words_of_code(path: Path) -> frozenset[str]:
    """Names and strings of a module, without comments and docstrings."""
    source = path.read_text(encoding="utf-8")
    prose = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            prose.add(node.value.lineno)
    words = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            words.add(token.string)
        elif token.type == tokenize.STRING and token.start[0] not in prose:
            words.add(token.string.strip("rf").strip("\"'"))
    return frozenset(words)


@cache
def naming(network: str) -> frozenset[str]:
    found = set()
    for package in ("alerts", "domain", "listener"):
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(f"listener/networks/{network}/"):
                continue
            if any(NAMED[network].search(word) for word in words_of_code(path)):
                found.add(name)
    return frozenset(found)


@pytest.mark.parametrize("network", NETWORKS)
def test_nobody_but_the_registry_names_a_network(network: str) -> None:
    assert naming(network) - OTHER_MATTERS.keys() == {"listener/networks/registry.py"}


def test_what_is_excused_from_naming_none_still_needs_the_excuse() -> None:
    named = naming("vk") | naming("x")
    assert named.issuperset(OTHER_MATTERS.keys())


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_touches_few_files_beside_its_folder(network: str) -> None:
    assert len(naming(network) - OTHER_MATTERS.keys()) <= MOST_TOUCHED


def test_the_registry_is_alphabetical_and_each_network_knows_its_own_name() -> None:
    assert list(NETWORKS) == sorted(NETWORKS)
    assert {name: network.id for name, network in NETWORKS.items()} == {name: name for name in NETWORKS}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=tuple(NETWORKS))
def test_every_place_has_a_title_that_names_the_network(network: Network[Any]) -> None:
    assert all(network.title in network.places.get(kind, network.title) for kind in KINDS)


def test_a_network_of_another_version_is_shown_by_its_id_and_ends_nothing() -> None:
    assert network_title("ok") == "ok"
    assert author_url("ok", Author(id="1", name="Анна")) == ""
    assert address("ok", "@Anna") == ("ok", "@anna")


@pytest.mark.parametrize(
    ("network", "author", "url"),
    [
        ("vk", Author(id="7", name="Анна", handle="anna"), "https://vk.com/id7"),
        ("vk", Author(id="-7", name="Клуб"), "https://vk.com/club7"),
        ("vk", Author(id="никто", name=""), ""),
        ("x", Author(id="7", name="Анна", handle="anna"), "https://x.com/anna"),
        ("x", Author(id="7", name="id7"), "https://x.com/i/user/7"),
    ],
)
def test_an_author_has_a_page(network: str, author: Author, url: str) -> None:
    assert author_url(network, author) == url


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("vk:-123", ("vk", "-123")),
        ("club123", ("vk", "-123")),
        ("VK:public123", ("vk", "-123")),
        ("id7", ("vk", "7")),
        ("@Romashka_Help", ("vk", "romashka_help")),
        ("clubhouse", ("vk", "clubhouse")),
        ("x:@Romashka", ("x", "romashka")),
        ("x:club7", ("x", "club7")),
        (" vk: Romashka ", ("vk", "romashka")),
    ],
)
def test_an_account_is_read_as_its_network_writes_it(written: str, meant: tuple[str, str]) -> None:
    assert address("vk", written) == meant


THIRD = """
import dataclasses, pathlib, sys, types
import listener.networks.vk.network as vk
from domain.mention import network_id

third = dataclasses.replace(vk.VK, id=network_id("ok"), title="Одноклассники", short="OK",
                            marks=("ok.ru/",), author_example="ok:имя", options=lambda _: "options",
                            sources=lambda brands, options, *_: [(options, brands[0].watch["ok"].every)],
                            searches_per_day=lambda _: None)
source = pathlib.Path("listener/networks/registry.py").read_text(encoding="utf-8")
registry = types.ModuleType("listener.networks.registry")
registry.THIRD = third
exec(source.replace('"vk": VK,', '"ok": THIRD, "vk": VK,'), registry.__dict__)
sys.modules["listener.networks.registry"] = registry

from domain.mention import Author, Mention
from listener.brands.matcher import Matcher
from listener.config.load import load
from listener.environment import Secret
from listener.mention_format import parse_mention
from listener.networks.accounts import is_ignored, is_own_account, on_own_page
from listener.settings import read_settings

root = pathlib.Path(sys.argv[1])
(brand,) = load(root).brands
assert brand.watch["ok"].pages == ("romashka",), brand
assert read_settings({}).networks["ok"] == "options"
from listener.app import build_sources
settings = dataclasses.replace(read_settings({}), networks={"ok": "options"})
((options, every),) = build_sources(types.SimpleNamespace(brands=(brand,)), settings, None, None)
assert (options, every.total_seconds()) == ("options", 120)
row = {"network": "ok", "kind": "comment", "id": "1", "url": "https://ok.ru/1", "text": "т",
       "author": {"id": "5", "name": "Анна", "handle": "romashka"}, "published_at": "2026-11-22T10:00:00+00:00",
       "place": "ok:romashka"}
mention = parse_mention(row, registry.NETWORKS)
assert is_own_account(mention, (brand,)) and on_own_page(mention, brand)
assert is_ignored(dataclasses.replace(mention, author=Author(id="9", name="Робот", handle="robot")), brand)
assert Matcher((brand,), registry.MARKS).match("смотрите ok.ru/romashka"), "the account's address"
assert registry.NETWORKS["ok"].places["message"] == "сообщение ВКонтакте"
print("heard")
"""


def test_a_third_network_takes_its_folder_and_one_line_of_the_registry(tmp_path: Path) -> None:
    """Config, settings, matching, own pages, sources: all know it, with no other file changed."""
    (tmp_path / "brands").mkdir()
    brand = "id: it\ntitle: Ромашка\nnames: [Ромашка]\naccounts: {ok: [romashka]}\nignore_authors: ['ok:robot']\n"
    brand += "watch: {ok: {search: true, community: [romashka], every: 2m}}\n"
    (tmp_path / "brands" / "it.yaml").write_text(brand, encoding="utf-8")
    routes = (
        "receivers: {lamp: {console: true}}\nroute: {to: lamp, routes: [{when: {networks: [ok]}, to: lamp}]}\n"
    )
    (tmp_path / "routes.yaml").write_text(routes, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", THIRD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "heard", done.stderr


def test_to_know_the_networks_loads_none_of_their_libraries() -> None:
    """`listener health` runs every few seconds, and asks none of them anything."""
    code = "import sys, listener.settings; print({'vk_api', 'tweepy', 'pymorphy3'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("deleter", "who"),
    [("9", "author"), ("-1", "brand"), ("-2", "brand"), ("-3", "other"), ("10", "other"), (None, None)],
)
def test_who_deleted_a_mention_is_told_by_the_account_that_the_network_named(
    deleter: str | None, who: str | None
) -> None:
    brand = Brand(
        id="romashka",
        title="Ромашка",
        names=("Ромашка",),
        accounts={"vk": ("club1",)},
        watch={"vk": Watch(pages=("public2",))},
    )
    written = Mention(
        network=network_id("vk"),
        kind="comment",
        id="-1_5",
        url="",
        author=Author(id="9", name="А"),
        text="т",
        published_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    assert who_deleted(written, deleter, (brand,)) == who


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vk.search:romashka", "поиск по VK для romashka"),
        ("vk.community:romashka_help", "сообщество VK romashka_help"),
        ("x.mentions:romashka:romashka_ru", "упоминания @romashka_ru в X"),
        ("x.answers:romashka_ru", "ответы от имени @romashka_ru в X"),
        ("ok.search:romashka", "ok.search:romashka"),
        ("vk.streaming:romashka", "vk.streaming:romashka"),
        ("vk.search", "vk.search"),
    ],
)
def test_a_source_is_named_for_people(name: str, said: str) -> None:
    assert source_title(name) == said
