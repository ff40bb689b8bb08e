"""Asks the simulated networks themselves what a search finds, to hold the daemon's store against it."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiohttp

from listener.config.load import load
from listener.networks.vk.dialect import vk_queries
from listener.networks.x.dialect import x_query
from simulator.server import Simulator

Key = tuple[str, str]


async def findable(simulator: Simulator, config: Path) -> set[Key]:
    """(network, id) of everything that the brands' queries find now, without the brands' own voices."""
    own = {(one.network, one.id) for one in simulator.publishing.published if "own" in one.kinds}
    found: set[Key] = set()
    async with aiohttp.ClientSession() as session:
        for brand in (await asyncio.to_thread(load, config)).brands:
            # Word forms load the dictionary, which must not happen on the loop.
            for query in await asyncio.to_thread(vk_queries, brand):
                found |= {("vk", one) for one in await _in_vk(session, simulator.environment(), query)}
            found |= {("x", one) for one in await _on_x(session, simulator.environment(), x_query(brand))}
    return found - own


def comments(simulator: Simulator) -> set[Key]:
    """(network, id) of every comment in an own community: the long poll brings each once, whatever it says."""
    return {(one.network, one.id) for one in simulator.publishing.published if one.place == "comment"}


async def _in_vk(session: aiohttp.ClientSession, settings: dict[str, str], query: str) -> Iterable[str]:
    asked = {
        "q": query,
        "count": "200",
        "start_time": "1",
        "v": "5.199",
        "access_token": settings["LISTENER_VK_SERVICE_TOKEN"],
    }
    ids: list[str] = []
    while True:
        answer = await _json(session, settings["LISTENER_VK_API_URL"] + "newsfeed.search", asked)
        assert "response" in answer, answer
        ids += [f"{one['owner_id']}_{one['id']}" for one in answer["response"]["items"]]
        if not answer["response"].get("next_from"):
            return ids
        asked["start_from"] = answer["response"]["next_from"]


async def _on_x(session: aiohttp.ClientSession, settings: dict[str, str], query: str) -> Iterable[str]:
    asked = {"query": query, "max_results": "100"}
    headers = {"Authorization": f"Bearer {settings['LISTENER_X_BEARER_TOKEN']}"}
    ids: list[str] = []
    while True:
        answer = await _json(session, settings["LISTENER_X_API_URL"] + "/2/tweets/search/recent", asked, headers)
        assert "meta" in answer, answer
        ids += [one["id"] for one in answer.get("data", [])]
        if not answer["meta"].get("next_token"):
            return ids
        asked["next_token"] = answer["meta"]["next_token"]


async def _json(
    session: aiohttp.ClientSession, url: str, asked: dict[str, str], headers: dict[str, str] | None = None
) -> Any:
    async with session.get(url, params=asked, headers=headers) as answer:
        return await answer.json()
