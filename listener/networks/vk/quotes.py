"""What was said before: the texts that answers hang on, remembered as they pass or asked of VK."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from domain.mention import Mention, Quote
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import PEOPLE_FIELDS, post_place, quote_of, read_item, read_people, read_post
from listener.networks.vk.shapes import Page
from listener.ports import SourceError

log = logging.getLogger(__name__)

BATCH: Final = 100
REMEMBERED: Final = 2_000
LONGEST: Final = 2_000
"""Characters of a text that are remembered: it is shown beside an answer, not judged."""


class Quotes:
    """The last few thousand posts and comments that passed; `reader` (a service token) can ask for posts."""

    def __init__(self, reader: VkClient | None, remembered: int = REMEMBERED) -> None:
        self._reader = reader
        self._remembered = remembered
        self._known: OrderedDict[str, Quote | None] = OrderedDict()
        self._gone: list[str] = []

    def learn(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            quote = quote_of(mention)
            self._keep(mention.id, replace(quote, text=quote.text[:LONGEST]))

    async def answered(self, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions with the words that they answer. What cannot be had stays a number and an address."""
        self.learn(mentions)
        await self._ask(
            mention.parent.id
            for mention in mentions
            if mention.parent is not None and mention.parent.id == mention.thread and mention.kind == "comment"
        )
        return [self._with_parent(mention) for mention in mentions]

    def gone(self) -> tuple[str, ...]:
        """The posts that were asked for and that VK says are deleted; each is said once."""
        gone, self._gone = tuple(self._gone), []
        return gone

    def _with_parent(self, mention: Mention) -> Mention:
        known = self._known.get(mention.parent.id) if mention.parent is not None else None
        return mention if known is None else replace(mention, parent=known)

    async def _ask(self, posts: Iterable[str]) -> None:
        missing = [post for post in dict.fromkeys(posts) if post not in self._known]
        if self._reader is None:
            return
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            try:
                answer = await self._reader.call(
                    "wall.getById", posts=",".join(batch), extended=1, fields=PEOPLE_FIELDS
                )
            except SourceError as error:
                log.info("%d posts that were answered cannot be read: %s", len(batch), error)
                return
            # What VK does not show is remembered too, or every comment under it would ask again.
            for post in batch:
                self._keep(post, None)
            self._read(answer)

    def _read(self, answer: Any) -> None:
        """The list itself, or an object with it where the answer was extended."""
        rows = answer if isinstance(answer, list) else _items(answer)
        people = read_people(answer) if isinstance(answer, dict) else {}
        for row in rows:
            try:
                item = read_item(row)
                if item.is_deleted:
                    self._gone.append(post_place(item))
                else:
                    self.learn([read_post(item, people)])
            except MalformedMentionError as error:
                log.info("a post that was answered cannot be read: %s", error)

    def _keep(self, name: str, quote: Quote | None) -> None:
        self._known[name] = quote
        self._known.move_to_end(name)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)


def _items(answer: Any) -> tuple[Any, ...]:
    try:
        return read(answer, Page).items
    except MalformedMentionError:
        return ()
