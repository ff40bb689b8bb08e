"""Customers in private in the simulated world, heard and answered by the real clients over sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from alerts.outreach.abilities import Learned
from alerts.outreach.outbound import Outbound, OutboundKind, Target
from alerts.outreach.ports import Outreach
from domain.brand import Brand, Watch
from domain.mention import network_id
from domain.message import Message
from listener.networks.registry import NETWORKS
from listener.ports import Batch, Source
from listener.settings import read_settings
from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now
from tests.vk_parts import Purse

BRAND = Brand(
    id="romashka",
    title="Ромашка",
    names=("Ромашка",),
    accounts={"vk": ("romashka_help",), "x": ("romashka_ru",)},
    watch={"vk": Watch(search=False, pages=("romashka_help",)), "x": Watch(search=False)},
)
Row = dict[str, Any]


class Wall:
    """The clock on the wall: the simulator's too."""

    def now(self) -> datetime:
        return system_now().astimezone(UTC)

    def monotonic(self) -> float:
        return self.now().timestamp()


class Town:
    """The simulated world with the real clients of one network pointed at it."""

    def __init__(self, simulator: Simulator, web: aiohttp.ClientSession, network: str) -> None:
        self.simulator = simulator
        self.network = network
        self._web = web
        settings = read_settings(simulator.environment(), config_dir=Path("config"))
        self._options, self._cursor = settings.networks[network_id(network)], None
        self.source, *_ = self._built()
        outreach = NETWORKS[network].outreach([BRAND], self._options, Purse(), Wall())
        assert outreach is not None
        self.outreach: Outreach = outreach

    def _built(self) -> list[Source]:
        return NETWORKS[self.network].sources([BRAND], self._options, Purse(), Wall())

    async def sim(self, path: str, *, status: int = 200, **body: Any) -> Row:
        async with self._web.post(f"/sim/{path}", json=body) as response:
            assert response.status == status, await response.text()
            answer: Row = await response.json()
            return answer

    async def talks(self) -> list[Row]:
        async with self._web.get("/sim/state") as response:
            rows: list[Row] = (await response.json())["talks"]
            return rows

    async def look(self) -> Batch:
        batch = await self.source.fetch(self._cursor)
        self._cursor = batch.cursor or self._cursor
        return batch

    async def messages(self) -> tuple[Message, ...]:
        return (await self.look()).messages

    def outbound(self, item: Row, kind: OutboundKind, text: str, number: int = 1) -> Outbound:
        thread = item["under"] or item["id"]
        url = f"https://x.com/a/status/{item['id']}"
        target = Target(
            brand="romashka",
            network=network_id(self.network),
            mention=item["id"],
            kind="comment",
            url=url,
            author=item["author"]["id"],
            author_handle=None,
            thread=thread,
            wall="vk:romashka_help",
            page="vk:romashka_help" if self.network == "vk" else "x:romashka_ru",
            text=item["text"],
        )
        return Outbound(
            id=number, case=1, kind=kind, target=target, text=text, author="anna", created_at=Wall().now()
        )

    async def complaint(self) -> Row:
        where = {"community": "romashka"} if self.network == "vk" else {}
        return await self.sim(
            "publish", network=self.network, text="@romashka_ru где связь?", author="Ия", **where
        )

    async def close(self) -> None:
        await self.source.close()
        await self.outreach.close()


@pytest.fixture(params=["vk", "x"])
async def town(request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    simulator = Simulator(load_corpus(), system_now, rate=0)
    await simulator.start()
    async with aiohttp.ClientSession(simulator.address) as web:
        town = Town(simulator, web, request.param)
        await town.look()
        yield town
        await town.close()
    await simulator.stop()


async def test_a_customer_is_answered_writes_in_private_and_is_answered_there(town: Town) -> None:
    item = await town.complaint()
    answered = await town.outreach.send(town.outbound(item, "reply", "Проверяем"))
    again = await town.sim("again", id=item["id"], text="Жду")
    assert again["under"] == answered.ref
    written = await town.sim(
        "message", id=item["id"], brand="romashka", text="Это я", link="https://vk.me/romashka_help?ref=Ab-9_x"
    )
    assert written["ref"] == ("Ab-9_x" if town.network == "vk" else None)
    (heard,) = await town.messages()
    assert (heard.id, heard.text, heard.ref) == (written["id"], "Это я", written["ref"])
    assert heard.customer.id == item["author"]["id"]
    sent = await town.outreach.send(town.outbound(item, "message", "Здравствуйте!", 2))
    (own,) = await town.messages()
    assert (own.id, own.incoming) == (sent.ref, False)
    assert [(row["id"], row["incoming"], row["brand"]) for row in await town.talks()] == [
        (heard.id, True, "romashka"),
        (own.id, False, "romashka"),
    ]


async def test_who_goes_on_after_an_answer_may_be_answered_again(town: Town) -> None:
    item = await town.complaint()
    await town.outreach.send(town.outbound(item, "reply", "Проверяем"))
    again = await town.sim("again", id=item["id"], text="Жду")
    again["under"] = again["under"] if town.network == "x" else item["under"]
    await town.outreach.send(town.outbound(again, "reply", "Готово", 2))
    published = [one for one in town.simulator.publishing.published if "api" in one.kinds]
    assert [one.text for one in published] == ["Проверяем", "Готово"]


@pytest.mark.parametrize("town", ["vk"], indirect=True)
async def test_a_message_is_changed_and_messages_are_forbidden_on_vk(town: Town) -> None:
    written = await town.sim("message", network="vk", brand="romashka", author="Ия", text="Это я")
    await town.sim("message/edit", id=written["id"], text="Это Ия")
    await town.sim("permit", author="Ия", brand="romashka", allow=False)
    batch = await town.look()
    assert [one.text for one in batch.messages] == ["Это Ия"]
    assert [one.reason for one in batch.learned] == ["messages_closed"]
    await town.sim("permit", author="Ия", brand="romashka", allow=True)
    learned: tuple[Learned, ...] = (await town.look()).learned
    assert [one.reason for one in learned] == [None]
    (row,) = await town.talks()
    assert (row["text"], bool(row["edited_at"])) == ("Это Ия", True)


@pytest.mark.parametrize("town", ["vk"], indirect=True)
async def test_comments_of_a_post_are_closed_and_opened(town: Town) -> None:
    item = await town.complaint()
    await town.sim("comments", id=item["under"], closed=True)
    outbound = town.outbound(item, "reply", "Проверяем")
    with pytest.raises(Exception, match="213"):
        await town.outreach.send(outbound)
    await town.sim("comments", id=item["under"], closed=False)
    assert (await town.outreach.send(replace(outbound, id=2))).ref


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("message", {"network": "vk", "text": "а"}, 400),
        ("message", {"network": "ok", "brand": "romashka", "text": "а"}, 400),
        ("message", {"id": "-5_5", "brand": "romashka", "text": "а"}, 404),
        ("message/edit", {"id": "message1_2_3", "text": "а"}, 404),
        ("comments", {"id": "-5_5", "closed": True}, 404),
    ],
)
@pytest.mark.parametrize("town", ["vk"], indirect=True)
async def test_what_makes_no_sense_is_refused(town: Town, path: str, body: Row, status: int) -> None:
    assert (await town.sim(path, status=status, **body))["error"]
