"""The source of posts that name a brand: X's recent search."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.mention import Network
from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.walking import Walking
from listener.ports import Batch


class XSearch:
    """Asks recent search for one query, newest first, down to what is already delivered."""

    network: Network = "x"

    def __init__(
        self,
        name: str,
        query: str,
        every: timedelta,
        client: XClient,
        walking: Walking,
        own: OwnAccounts | None = None,
    ) -> None:
        self.name = name
        self.every = every
        self._query = query
        self._client = client
        self._walking = walking
        self._own = own or OwnAccounts(client, ())

    async def fetch(self, cursor: str | None) -> Batch:
        batch = await self._walking.step(self._walking.open(cursor), self._ask)
        return await self._own.without_own(batch)

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        return await self._client.search(self._query, bound, token)
