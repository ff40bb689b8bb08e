"""Customers of the demo who go on by themselves when a brand speaks to them by its keys."""

import asyncio
from itertools import pairwise

import pytest

from simulator.corpus import House, load_corpus
from simulator.publishing import Published
from simulator.server import system_now
from simulator.talkative import Talkative
from simulator.world import World


@pytest.fixture
def world() -> World:
    world = World(load_corpus(), system_now, rate=0)
    customers = Talkative(
        world.corpus, world.publishing, world.customers, world.private, world.vk, world.x, thinks=0
    )
    world.vk.answered, world.x.answered = customers.hear_on_vk, customers.hear_on_x
    world.vk.wrote, world.x.wrote = customers.read_on_vk, customers.read_on_x
    return world


def house(world: World) -> House:
    return next(house for house in world.corpus.houses if house.id == "romashka")


def texts(world: World, *kinds: str) -> set[str]:
    return {one.text for one in world.corpus.sequels if one.kind in kinds}


async def answers(world: World, item: Published, text: str) -> None:
    """The community answers a comment on its own page, as its token would."""
    post, group = f"{item.id.partition('_')[0]}_{world.vk.world.entries[item.id].parent}", house(world).group
    world.vk.answered(world.vk.community_comment(group, text, post=post, reply_to=item.id))
    await asyncio.sleep(0.01)


async def writes(world: World, item: Published, text: str) -> None:
    world.vk.wrote(world.vk.community_message(house(world).group, item.author.number, text))
    await asyncio.sleep(0.01)


async def test_a_public_answer_is_answered_once_in_public(world: World) -> None:
    item = world.publishing.by_hand("vk", "Пётр", "Ромашка, где интернет?", community="romashka")
    await answers(world, item, "Разбираемся")
    said = world.publishing.published[-1]
    assert said.author == item.author
    assert any(said.text.endswith(text) for text in texts(world, "replies"))
    before = len(world.publishing.published)
    await answers(world, item, "Уже скоро")
    assert len(world.publishing.published) == before + 1  # the brand's own


async def test_who_is_invited_comes_by_the_link_asks_and_says_thanks(world: World) -> None:
    item = world.publishing.by_hand("vk", "Пётр", "Ромашка, где интернет?", community="romashka")
    await answers(world, item, "Напишите нам: https://vk.me/romashka_help?ref=Ab-1_x — разберёмся")
    for words in ("Мастер будет сегодня", "В 18:00", "Хорошего дня"):
        await writes(world, item, words)
    talk = world.private.talks()
    assert [row["incoming"] for row in talk] == [True, False, True, False, True, False]
    assert talk[0]["ref"] == "Ab-1_x"
    said = zip(talk[::2], ("comes", "asks", "thanks"), strict=True)
    assert all(row["text"] in texts(world, kind) for row, kind in said)
    assert all(earlier["at"] <= later["at"] for earlier, later in pairwise(talk))


async def test_whoever_thought_better_of_it_says_nothing(world: World) -> None:
    item = world.publishing.by_hand("vk", "Пётр", "Ромашка, где интернет?", community="romashka")
    post = f"{item.id.partition('_')[0]}_{world.vk.world.entries[item.id].parent}"
    place = world.vk.community_comment(house(world).group, "Разбираемся", post=post, reply_to=item.id)
    world.vk.answered(place)
    world.customers.deletes(item.id)
    await asyncio.sleep(0.01)
    assert world.publishing.published[-1].id == place


async def test_somebody_on_the_page_writes_in_a_customers_place(world: World) -> None:
    item = world.publishing.by_hand("vk", "Пётр", "Ромашка, где интернет?", community="romashka")
    asked = {"network": "vk", "brand": "romashka", "customer": str(item.author.number)}
    assert world.private.customer(asked) == ("vk", item.author, house(world))
    for network in ("vk", "x"):
        with pytest.raises(LookupError):
            world.private.customer({**asked, "network": network, "customer": "404"})
