"""The source of posts that name a brand: X's recent search."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.network import X
from listener.networks.x.pagination import Pagination
from listener.ports import Batch


class XSearch:
    """Asks recent search for one query, newest first, down to what is already delivered."""

    network = X.id

    def __init__(
        self,
        name: str,
        query: str,
        every: timedelta,
        client: XClient,
        pagination: Pagination,
        own: OwnAccounts | None = None,
    ) -> None:
        self.name = name
        self.every = every
        self._query = query
        self._client = client
        self._pagination = pagination
        self._own = own or OwnAccounts(client, ())

    async def fetch(self, cursor: str | None) -> Batch:
        batch = await self._pagination.step(
            self._pagination.open(cursor), self._ask, self._client.can_spare_search
        )
        return await self._own.with_names(batch)

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        return await self._client.search(self._query, bound, token)
