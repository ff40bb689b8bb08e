"""What the long poll missed, read from the wall itself: recent posts and the comments under them."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.mention import Author, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import PEOPLE_FIELDS, author_id, read_comment, read_date, read_people, read_post

log = logging.getLogger(__name__)

PAGE: Final = 100
MOST_POST_PAGES: Final = 5
MOST_COMMENT_PAGES: Final = 5
THREAD_SHOWN: Final = 10

Keep = Callable[[Mapping[str, Any], Mapping[int, Author]], Mention]


@dataclass(slots=True, kw_only=True)
class _Haul:
    """Mentions by id of what others wrote since a moment on the wall of `owner`."""

    owner: int
    since: int
    mentions: dict[str, Mention] = field(default_factory=dict)
    people: dict[int, Author] = field(default_factory=dict)

    def take(self, item: object, read: Keep) -> None:
        try:
            if isinstance(item, Mapping) and read_date(item) >= self.since and author_id(item) != self.owner:
                mention = read(item, self.people)
                self.mentions[mention.id] = mention
        except MalformedMentionError as error:
            log.warning("one item of the wall of %d skipped: %s", self.owner, error)


async def catch_up(client: VkClient, owner: int, since: int) -> tuple[Mention, ...]:
    """Posts and comments of others since `since` (unix seconds). Raises SourceError.

    New comments are looked for under the newest hundred posts or so, whatever the post's own age.
    """
    haul = _Haul(owner=owner, since=since)
    commented = [post async for post in _posts(client, haul)]
    for post in commented:
        await _comments(client, haul, (owner, post))
    return tuple(haul.mentions.values())


async def _posts(client: VkClient, haul: _Haul) -> AsyncIterator[int]:
    """Take the posts; yields the numbers of those with comments."""
    for page in range(MOST_POST_PAGES):
        items = await _items(client, haul, "wall.get", owner_id=haul.owner, offset=page * PAGE)
        for item in items:
            haul.take(item, read_post)
            if _has_comments(item) and isinstance(item.get("id"), int):
                yield item["id"]
        # A pinned post comes first whatever its age, so the last one says how far back the page reaches.
        if len(items) < PAGE or _older(items[-1], haul.since):
            return


async def _comments(client: VkClient, haul: _Haul, post: tuple[int, int]) -> None:
    place = {"owner_id": post[0], "post_id": post[1], "sort": "desc"}

    def read(item: Mapping[str, Any], people: Mapping[int, Author]) -> Mention:
        return read_comment(item, people, post=post)

    for page in range(MOST_COMMENT_PAGES):
        values = {**place, "offset": page * PAGE, "thread_items_count": THREAD_SHOWN}
        items = await _items(client, haul, "wall.getComments", **values)
        for item in items:
            haul.take(item, read)
            for reply in await _thread(client, haul, place, item):
                haul.take(reply, read)
        if len(items) < PAGE:
            return


async def _thread(client: VkClient, haul: _Haul, place: Mapping[str, object], item: object) -> list[Any]:
    """The replies under a comment: those shown with it, or, when there are more, the newest hundred."""
    thread = item.get("thread") if isinstance(item, Mapping) else None
    if not isinstance(thread, Mapping) or not isinstance(item, Mapping):
        return []
    shown, count = thread.get("items"), thread.get("count")
    replies = shown if isinstance(shown, list) else []
    if isinstance(count, int) and count > len(replies):
        return await _items(client, haul, "wall.getComments", **place, comment_id=item.get("id"))
    return replies


async def _items(client: VkClient, haul: _Haul, method: str, **values: object) -> list[Any]:
    answer = await client.call(method, **values, count=PAGE, extended=1, fields=PEOPLE_FIELDS)
    items = answer.get("items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list):
        return []
    haul.people |= read_people(answer)
    return items


def _has_comments(item: object) -> bool:
    """An answer that does not count the comments may still have some."""
    if not isinstance(item, Mapping):
        return False
    comments = item.get("comments")
    return not isinstance(comments, Mapping) or comments.get("count") != 0


def _older(item: object, moment: int) -> bool:
    try:
        return isinstance(item, Mapping) and read_date(item) < moment
    except MalformedMentionError:
        return False
