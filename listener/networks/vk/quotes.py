"""What was said before: the texts that answers hang on, remembered as they pass or asked of VK."""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from domain.mention import Author, Mention, Quote
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read, read_all
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import (
    PEOPLE_FIELDS,
    post_place,
    quote_of,
    read_item,
    read_people,
    read_post,
    topic_quote,
)
from listener.networks.vk.shapes import Item, Page, Topic
from listener.ports import SourceError

log = logging.getLogger(__name__)

BATCH: Final = 100
REMEMBERED: Final = 2_000
LONGEST: Final = 2_000
"""Characters of a text that are remembered: it is shown beside an answer, not judged."""
WORTH_WAITING: Final = 1.0
"""Seconds that a mention waits for the words that it answers; what comes later serves those after it."""
_TOPIC: Final = re.compile(r"topic(?P<owner>-\d+)_(?P<number>\d+)")


class Quotes:
    """The last few thousand posts and comments that passed; `reader` (a service token) can ask for others."""

    def __init__(self, reader: VkClient | None, remembered: int = REMEMBERED) -> None:
        self._reader = reader
        self._remembered = remembered
        self._known: OrderedDict[str, Quote | None] = OrderedDict()
        self._gone: list[str] = []
        self._asking: set[asyncio.Task[None]] = set()

    def learn(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            quote = quote_of(mention)
            self._keep(mention.id, replace(quote, text=quote.text[:LONGEST]))

    async def answered(self, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions with the words that they answer. What cannot be had stays a number and an address.

        Posts and topics can be asked for; a single comment that did not pass VK gives nobody.
        """
        self.learn(mentions)
        heads = dict.fromkeys(
            mention.parent.id
            for mention in mentions
            if mention.parent is not None and mention.parent.id == mention.thread
        )
        missing = [head for head in heads if head not in self._known]
        if self._reader is not None and missing:
            asking = asyncio.create_task(self._ask_for(self._reader, missing), name="vk quotes")
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            await asyncio.wait({asking}, timeout=WORTH_WAITING)
        return [self._with_parent(mention) for mention in mentions]

    async def close(self) -> None:
        for asking in tuple(self._asking):
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def forget(self, names: Iterable[str]) -> None:
        """Words that were taken back are shown to nobody again."""
        for name in names:
            self._keep(name, None)

    def gone(self) -> tuple[str, ...]:
        """The posts that were asked for and that VK says are deleted; each is said once."""
        gone, self._gone = tuple(self._gone), []
        return gone

    def _with_parent(self, mention: Mention) -> Mention:
        known = self._known.get(mention.parent.id) if mention.parent is not None else None
        return mention if known is None else replace(mention, parent=known)

    async def _ask_for(self, reader: VkClient, missing: Sequence[str]) -> None:
        await self._posts(reader, [head for head in missing if _TOPIC.fullmatch(head) is None])
        await self._topics(reader, [found for found in map(_TOPIC.fullmatch, missing) if found])

    async def _posts(self, reader: VkClient, posts: Sequence[str]) -> None:
        for batch in _batches(posts):
            values = {"posts": ",".join(batch), "extended": 1, "fields": PEOPLE_FIELDS}
            answer = await self._ask(reader, "wall.getById", batch, values)
            people = read_people(answer) if isinstance(answer, Mapping) else {}
            # The list itself, or an object with it where the answer is extended.
            for row in answer if isinstance(answer, list) else _items(answer):
                with self._passing_over():
                    self._learn_post(read_item(row), people)

    async def _topics(self, reader: VkClient, topics: Sequence[re.Match[str]]) -> None:
        """A topic's title, and what it begins with."""
        for owner in dict.fromkeys(topic["owner"] for topic in topics):
            numbers = {topic["number"]: topic.group() for topic in topics if topic["owner"] == owner}
            for batch in _batches(list(numbers)):
                values = {
                    "group_id": owner.removeprefix("-"),
                    "topic_ids": ",".join(batch),
                    "preview": 1,
                    "preview_length": LONGEST,
                }
                answer = await self._ask(reader, "board.getTopics", [numbers[name] for name in batch], values)
                for topic in read_all(_items(answer), Topic):
                    place = f"topic{owner}_{topic.id}"
                    self._keep(place, topic_quote(topic, place))

    async def _ask(self, reader: VkClient, method: str, names: Sequence[str], values: Mapping[str, object]) -> Any:
        """The answer, or None. What VK does not show is remembered, or every answer to it would ask again."""
        answer = None
        try:
            answer = await reader.call(method, **values)
        except SourceError as error:
            log.info("%d posts or topics that were answered cannot be read: %s", len(names), error)
            if not error.permanent:
                return None
        for name in names:
            self._keep(name, None)
        return answer

    def _learn_post(self, item: Item, people: Mapping[int, Author]) -> None:
        if item.is_deleted:
            self._gone.append(post_place(item))
        else:
            self.learn([read_post(item, people)])

    @contextmanager
    def _passing_over(self) -> Iterator[None]:
        try:
            yield
        except MalformedMentionError as error:
            log.info("a post that was answered cannot be read: %s", error)

    def _keep(self, name: str, quote: Quote | None) -> None:
        self._known[name] = quote
        self._known.move_to_end(name)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]


def _items(answer: Any) -> tuple[Any, ...]:
    try:
        return read(answer, Page).items
    except MalformedMentionError:
        return ()
