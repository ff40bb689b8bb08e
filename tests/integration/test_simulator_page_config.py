"""The demo's configuration is sound, and finds the brands of the corpus that a person finds by name."""

from pathlib import Path

import pytest

import simulator
from listener.brands.matcher import Matcher
from listener.config.load import check, load
from listener.config.values import Config
from simulator.corpus import Corpus, load_corpus
from simulator.server import system_now
from simulator.world import SLACK_CHANNELS, TELEGRAM_CHATS, World

CONFIG = Path(simulator.__file__).parent / "demo"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(CONFIG)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_there_is_no_mistake_in_it() -> None:
    """It searches faster than anybody should in earnest, for the demo lasts minutes; nothing else is odd in it."""
    assert [str(mistake) for mistake in check(CONFIG) if "поиск раз в 2s" not in mistake.message] == []


def test_it_knows_the_brands_and_their_places_in_the_simulated_networks(config: Config, corpus: Corpus) -> None:
    watched = {brand.id: (brand.title, brand.accounts["vk"], brand.accounts["x"]) for brand in config.brands}
    assert watched == {
        house.id: (house.title, (house.screen_name,), (corpus.writers[house.account].handle,))
        for house in corpus.houses
    }


def test_its_receivers_are_the_chats_that_the_simulator_has(config: Config) -> None:
    chats = [chat for receiver in config.routing.receivers for chat in receiver.chats]
    telegram = {chat.chat for chat in chats if chat.messenger == "telegram"}
    slack = {chat.chat for chat in chats if chat.messenger == "slack"}
    assert telegram == {str(chat) for chat in TELEGRAM_CHATS}, "a chat that nothing comes to puzzles a newcomer"
    assert slack == {f"#{name}" for name in SLACK_CHANNELS.values()}


def test_named_brands_are_found_and_homonyms_mostly_are_not(config: Config, corpus: Corpus) -> None:
    matcher = Matcher(config.brands)
    named = [entry for entry in corpus.entries if "unnamed" not in entry.kinds and not entry.own]
    found = {entry.key: {match.brand for match in matcher.match(entry.text)} for entry in named}
    right = sum(entry.brand in found[entry.key] for entry in named if entry.brand)
    wrong = sum(bool(found[entry.key] - {entry.brand}) for entry in named)
    assert right >= 0.97 * sum(entry.brand is not None for entry in named)
    assert wrong <= 0.03 * len(named)


def test_a_world_is_furnished_with_what_the_brands_say(corpus: Corpus) -> None:
    world = World(corpus, system_now, rate=0)
    said = {item.key for item in world.publishing.published}
    assert said == {entry.key for entry in corpus.entries if entry.own}
