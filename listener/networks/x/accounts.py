"""A brand's own accounts by number, for posts whose author X names by number only."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.mention import Mention
from listener.networks.x.client import XClient
from listener.ports import Batch, SourceError

log = logging.getLogger(__name__)

TRIES: Final = 3
"""Looks for one account before it is left alone: each is billed, and an account may not exist."""


class OwnAccounts:
    """Takes the brand's own posts out of a batch. X is asked only when a post comes without its author's name."""

    def __init__(self, client: XClient, accounts: Sequence[str]) -> None:
        self._client = client
        self._handles = frozenset(account.lstrip("@").lower() for account in accounts)
        self._left = dict.fromkeys(sorted(self._handles), TRIES)
        self._numbers: set[str] = set()

    async def without_own(self, batch: Batch) -> Batch:
        if self._left and any(one.author.handle is None for one in batch.mentions):
            await self._look_up()
        others = tuple(one for one in batch.mentions if not self._is_own(one))
        return batch if len(others) == len(batch.mentions) else replace(batch, mentions=others)

    def _is_own(self, mention: Mention) -> bool:
        author = mention.author
        return author.id in self._numbers or (author.handle or "").lower() in self._handles

    async def _look_up(self) -> None:
        for handle in tuple(self._left):
            self._left[handle] -= 1
            try:
                user = (await self._client.user(handle)).get("data")
                number = str(user["id"]) if isinstance(user, dict) else ""
            except (SourceError, KeyError) as error:
                log.info("the number of @%s is not known: %s", handle, error)
                number = ""
            if number:
                self._numbers.add(number)
            if number or not self._left[handle]:
                del self._left[handle]
