"""A brand's own accounts by number, for posts whose author X names by number only."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.mention import Mention
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read
from listener.networks.x.client import XClient
from listener.networks.x.shapes import UserAnswer
from listener.ports import Batch, SourceError

log = logging.getLogger(__name__)

TRIES: Final = 3
"""Looks for one account before it is left alone: each is billed, and an account may not exist."""


class OwnAccounts:
    """Puts the names of own accounts to posts that came without. X is asked only when there are such posts."""

    def __init__(self, client: XClient, accounts: Sequence[str]) -> None:
        self._client = client
        handles = dict.fromkeys(sorted(account.lstrip("@").lower() for account in accounts))
        self._left = dict.fromkeys(handles, TRIES)
        self._names: dict[str, str] = {}

    async def with_names(self, batch: Batch) -> Batch:
        """The batch with every own post known as such by its author's name."""
        if not any(mention.author.handle is None for mention in batch.mentions):
            return batch
        if self._left:
            await self._look_up()
        return replace(batch, mentions=tuple(map(self._with_name, batch.mentions)))

    def _with_name(self, mention: Mention) -> Mention:
        handle = self._names.get(mention.author.id)
        if handle is None or mention.author.handle is not None:
            return mention
        return replace(mention, author=replace(mention.author, handle=handle))

    async def _look_up(self) -> None:
        for handle in tuple(self._left):
            self._left[handle] -= 1
            try:
                user = read(await self._client.user(handle), UserAnswer).data
                number = str(user.id) if user is not None else ""
            except (SourceError, MalformedMentionError) as error:
                log.info("the number of @%s is not known: %s", handle, error)
                number = ""
            if number:
                self._names[number] = handle
            if number or not self._left[handle]:
                del self._left[handle]
