"""A simulated VK on a real socket, clients that wait for it, a store in memory: for tests of the VK sources."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.brand import Brand, Watch
from domain.mention import Mention
from listener.networks.accounts import is_own_account
from listener.networks.vk.client import VkClient
from listener.networks.vk.community import VkCommunity
from listener.networks.vk.quota import Quota
from listener.networks.vk.search import VkSearch
from listener.networks.vk.transport import Limits
from listener.ports import Batch, Source, SourceError
from simulator.people import Writer
from simulator.vk import Vk

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits(connect=60, read=60, total=120, body=300_000, wait=1, grace=60)
"""Waiting costs nothing: a machine that is busy for a second makes no answer late."""
HASTY = replace(LIMITS, connect=1, read=0.4, total=0.8, grace=0.4)
"""For tests of answers that never come."""
GROUP = 77
GROUP_TOKEN = "vk1.a.very-secret-community-token"
OLGA = Writer(
    number=501, first_name="Ольга", last_name="Панова", handle="olga_p", followers=1200, female=True, city="Омск"
)
PAVEL = Writer(number=502, first_name="Павел", last_name="Жук", handle="pzhuk")
BRAND = Brand(
    id="romashka",
    title="Ромашка",
    names=("Ромашка",),
    accounts={"vk": ("romashka_help",)},
    watch={"vk": Watch(pages=("romashka_help",))},
)


@dataclass
class Hands:
    """A clock that is moved by hand."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    def move(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@dataclass
class Purse:
    """The store's budget in memory: refuses what would pass the limit, counts the rest."""

    spent: dict[str, int] = field(default_factory=dict)

    async def spend(self, key: str, *, limit: int, amount: int = 1) -> None:
        if self.spent.get(key, 0) + amount > limit:
            raise SourceError("spent", held_back=True, retry_after=60)
        self.spent[key] = self.spent.get(key, 0) + amount

    async def used(self, key: str) -> int:
        return self.spent.get(key, 0)


@dataclass
class Shelf:
    """The store in memory, behind the pipeline's rule against the brand's own voice: each mention once, edits
    replace, the cursor together with the mentions."""

    mentions: dict[str, Mention] = field(default_factory=dict)
    cursor: str | None = None
    batches: list[Batch] = field(default_factory=list)

    async def hear(self, source: Source, most: int = 50) -> list[Mention]:
        """Fetch until the source has no more; what was new or edited."""
        fresh: list[Mention] = []
        for _ in range(most):
            batch = await source.fetch(self.cursor)
            others = [one for one in batch.mentions if not is_own_account(one, (BRAND,))]
            fresh += [one for one in others if self.mentions.get(one.id) != one]
            self.mentions |= {one.id: one for one in others}
            self.cursor = batch.cursor or self.cursor
            self.batches.append(batch)
            if not batch.more:
                break
        return fresh

    @property
    def gaps(self) -> list[str]:
        return [gap.cause for batch in self.batches for gap in batch.gaps]


@dataclass
class World:
    """`address` is what LISTENER_VK_API_URL would hold: mounted under a path, as in the demo."""

    vk: Vk
    clock: Hands
    address: str
    purse: Purse = field(default_factory=Purse)
    limits: Limits = LIMITS

    def service(self, limits: Limits | None = None) -> VkClient:
        return VkClient(self.vk.service_token, self.address, group=False, limits=limits or self.limits)

    def search(
        self, *queries: str, per_day: int = 1000, limits: Limits | None = None, brand: Brand = BRAND
    ) -> VkSearch:
        client = self.service(limits)
        quota = Quota(self.purse, self.clock, client.budget_name, limit=per_day)
        return VkSearch(brand, queries or ("ромашка",), client, quota, self.clock)

    def community(self, *, reader: bool = True, limits: Limits | None = None) -> VkCommunity:
        limits = limits or self.limits
        client = VkClient(GROUP_TOKEN, self.address, group=True, limits=limits)
        wall = self.service(limits) if reader else None
        return VkCommunity("romashka_help", client, self.clock, reader=wall, limits=limits)


@asynccontextmanager
async def simulated(limits: Limits = LIMITS) -> AsyncIterator[World]:
    clock = Hands()
    vk = Vk(clock.now)
    vk.add_community(GROUP, "romashka_help", "Ромашка Телеком", 5000, GROUP_TOKEN)
    root = web.Application()
    root.add_subapp("/vk", vk.app())
    async with TestServer(root) as server:
        yield World(vk=vk, clock=clock, address=str(server.make_url("/vk/method/")), limits=limits)
