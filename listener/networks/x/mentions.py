"""The sources about one of the brand's own accounts: posts that address it, and what is answered in its name."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from listener.networks.reading import read
from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.network import X
from listener.networks.x.pagination import Pagination
from listener.networks.x.posts import errors_of
from listener.networks.x.shapes import UserAnswer
from listener.ports import Batch, SourceError

HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}")


class XMentions:
    """Asks for the posts that mention `account`; its number is looked up once and kept in the bookmark."""

    network = X.id

    def __init__(
        self,
        name: str,
        account: str,
        every: timedelta,
        client: XClient,
        pagination: Pagination,
        own: OwnAccounts | None = None,
    ) -> None:
        self.name = name
        self.every = every
        self._account = account
        self._client = client
        self._pagination = pagination
        self._own = own or OwnAccounts(client, ())

    async def fetch(self, cursor: str | None) -> Batch:
        bookmark = self._pagination.open(cursor)
        user = bookmark.user or await self._number()

        async def ask(bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
            return await self._page(user, bound, token)

        batch = await self._pagination.step(replace(bookmark, user=user), ask, self._client.can_spare_mentions)
        return await self._own.with_names(batch)

    async def close(self) -> None:
        await self._client.close()

    async def _page(self, user: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        return await self._client.mentions(user, bound, token)

    async def _number(self) -> str:
        if not HANDLE.fullmatch(self._account):
            raise SourceError(f"{self._account!r} cannot be an account of X; correct the brand", permanent=True)
        answer = await self._client.user(self._account)
        user = read(answer, UserAnswer).data
        if user is not None:
            return str(user.id)
        words = "; ".join(errors_of(answer))
        if not words:
            raise SourceError(f"X answers 200, but with neither @{self._account} nor a word that there is none")
        advice = f"аккаунта @{self._account} в X нет: исправьте accounts и watch в файле бренда"
        raise SourceError(f"{advice} (X: {words.rstrip('.')})", permanent=True)


class XAnswers(XMentions):
    """Asks for what `account` itself has posted: colleagues answer customers on X's own pages too."""

    async def _page(self, user: str, bound: Mapping[str, Any], token: str | None) -> Mapping[str, Any]:
        return await self._client.own_posts(user, bound, token)
