"""What the long poll missed, read from the wall itself: recent posts and the comments under them."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain.mention import Author, Deletion, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read, read_all
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import PEOPLE_FIELDS, read_comment, read_item, read_people, read_post
from listener.networks.vk.shapes import Item, Page
from listener.ports import SourceError

log = logging.getLogger(__name__)

PAGE: Final = 100
MOST_PAGES: Final = 100
"""Pages of one list: ten thousand comments under one post, and not for ever."""
OLD_PAGES: Final = 5
"""Pages of comments that are read however old they are: a new answer stands under its old comment."""
THREAD_SHOWN: Final = 10

Keep = Callable[[Item, Mapping[int, Author]], Mention]


class OddAnswerError(SourceError):
    """VK answered with something that lists nothing."""


@dataclass(slots=True, kw_only=True)
class Recovered:
    """What the wall of `owner` has since a moment; `left_out` counts what could not be read, post by post.

    `older` passed on the way: what new comments may answer.
    """

    owner: int
    since: int
    now: datetime
    mentions: dict[str, Mention] = field(default_factory=dict)
    deleted: dict[str, Deletion] = field(default_factory=dict)
    older: dict[str, Mention] = field(default_factory=dict)
    people: dict[int, Author] = field(default_factory=dict)
    left_out: int = 0

    def take(self, item: Item, keep: Keep) -> None:
        try:
            mention = keep(item, self.people)
            if item.date < self.since:
                self.older[mention.id] = mention
            elif item.deleted or item.is_deleted:
                self.deleted[mention.id] = Deletion(network=mention.network, id=mention.id, at=self.now)
            else:
                self.mentions[mention.id] = mention
        except MalformedMentionError as error:
            log.warning("one item of the wall of %d skipped: %s", self.owner, error)


async def catch_up(client: VkClient, owner: int, since: int, now: datetime) -> Recovered:
    """Posts and comments since `since` (unix seconds). Raises SourceError.

    New comments are looked for under the newest hundred posts or so, whatever the post's own age. A post whose
    comments VK refuses, or answers oddly, costs those alone.
    """
    recovered = Recovered(owner=owner, since=since, now=now)
    commented = [post async for post in _posts(client, recovered)]
    for post in commented:
        try:
            await _comments(client, recovered, (owner, post))
        except SourceError as error:
            if not error.permanent and not isinstance(error, OddAnswerError):
                raise
            recovered.left_out += 1
            log.warning("the comments under %d_%d are left out: %s", owner, post, error)
    return recovered


async def _posts(client: VkClient, recovered: Recovered) -> AsyncIterator[int]:
    """Take the posts; yields the numbers of those with comments."""
    # A pinned post comes first whatever its age, so the last one says how far back the page reaches.
    async for posts in _pages(client, recovered, "wall.get", 1, owner_id=recovered.owner):
        for post in posts:
            recovered.take(post, read_post)
            # An answer that does not count the comments may still have some.
            if post.id and (post.comments is None or post.comments.count):
                yield post.id


async def _comments(client: VkClient, recovered: Recovered, post: tuple[int, int]) -> None:
    place: dict[str, object] = {"owner_id": post[0], "post_id": post[1], "sort": "desc"}

    def keep(item: Item, people: Mapping[int, Author]) -> Mention:
        return read_comment(item, people, post=post)

    pages = _pages(client, recovered, "wall.getComments", OLD_PAGES, **place, thread_items_count=THREAD_SHOWN)
    async for comments in pages:
        for comment in comments:
            recovered.take(comment, keep)
            await _thread(client, recovered, place, comment, keep)


async def _thread(
    client: VkClient, recovered: Recovered, place: Mapping[str, object], comment: Item, keep: Keep
) -> None:
    """The answers under a comment: those shown with it, or, when there are more, all since the moment."""
    thread = comment.thread
    if thread is None:
        return
    for answer in read_all(thread.items, Item):
        recovered.take(answer, keep)
    if thread.count > len(thread.items):
        pages = _pages(client, recovered, "wall.getComments", 1, **place, comment_id=comment.id)
        try:
            async for answers in pages:
                for answer in answers:
                    recovered.take(answer, keep)
        except OddAnswerError as error:
            recovered.left_out += 1
            log.warning("the answers under the comment %d are left out: %s", comment.id, error)


async def _pages(
    client: VkClient, recovered: Recovered, method: str, at_least: int, **values: object
) -> AsyncIterator[list[Item]]:
    """The pages of a list that goes back in time: to its end, or past the moment after so many.

    Raises OddAnswerError where the first has no list; at a later one the rest is counted as left out.
    """
    for number in range(MOST_PAGES):
        asked = {**values, "offset": number * PAGE, "count": PAGE, "extended": 1, "fields": PEOPLE_FIELDS}
        try:
            answer, rows = await _page(client, method, asked)
        except OddAnswerError as error:
            if number == 0:
                raise
            log.warning("the rest of the wall of %d is left out: %s", recovered.owner, error)
            break
        recovered.people |= read_people(answer) if isinstance(answer, Mapping) else {}
        items = list(_readable(rows, recovered.owner))
        yield items
        past = bool(items) and items[-1].date < recovered.since
        if len(rows) < PAGE or (past and number + 1 >= at_least):
            return
    recovered.left_out += 1


async def _page(client: VkClient, method: str, asked: Mapping[str, object]) -> tuple[Any, tuple[Any, ...]]:
    """One answer and the rows in it; one without a list is asked for once more.

    Raises OddAnswerError: such an answer is not an empty one, and fills no gap.
    """
    for _ in range(2):
        answer = await client.call(method, **asked)
        with contextlib.suppress(MalformedMentionError):
            return answer, read(answer, Page).items
    raise OddAnswerError(f"VK {method}: ответ непонятен (нет списка items)")


def _readable(rows: tuple[Any, ...], owner: int) -> Iterator[Item]:
    for row in rows:
        try:
            yield read_item(row)
        except MalformedMentionError as error:
            log.warning("one item of the wall of %d skipped: %s", owner, error)
