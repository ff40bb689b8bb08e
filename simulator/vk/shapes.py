"""The JSON of VK's objects, as API 5.199 gives them."""

from collections.abc import Iterable
from typing import Any

from simulator.people import Writer
from simulator.vk.world import Community, Entry, World


def post(entry: Entry, world: World) -> dict[str, Any]:
    """A wall post."""
    row = {
        "inner_type": "wall_wallpost",
        "type": "post",
        "post_type": "post",
        "id": entry.number,
        "owner_id": entry.owner,
        "from_id": entry.author,
        "date": entry.seconds,
        "text": entry.text,
        "attachments": [],
        "comments": {"can_post": 1, "count": len(world.comments(entry.owner, entry.number))},
        "likes": {"can_like": 1, "count": 0, "user_likes": 0},
        "reposts": {"count": 0, "user_reposted": 0},
        "views": {"count": 0},
    }
    return row | ({"edited": int(entry.edited.timestamp())} if entry.edited else {})


def found(entry: Entry, world: World) -> dict[str, Any]:
    """A result of the search: a post, or a comment in the clothes of a post."""
    if entry.kind == "post":
        return post(entry, world)
    return {
        "inner_type": "wall_wallpost",
        "post_type": "reply",
        "id": entry.number,
        "owner_id": entry.owner,
        "from_id": entry.author,
        "post_id": entry.parent,
        "date": entry.seconds,
        "text": entry.text,
    }


def comment(entry: Entry, thread: list[Entry] | None = None) -> dict[str, Any]:
    """A comment; `thread` are the answers under it when the caller asked for them."""
    row: dict[str, Any] = {
        "id": entry.number,
        "from_id": entry.author,
        "post_id": entry.parent,
        "owner_id": entry.owner,
        "parents_stack": [entry.reply_to] if entry.reply_to else [],
        "date": entry.seconds,
        "text": entry.text,
    }
    if entry.reply_to:
        row["reply_to_comment"] = entry.reply_to
    if thread is not None:
        items = [comment(one) for one in thread]
        row["thread"] = {"count": len(thread), "items": items[:10], "can_post": True}
    return row


def event_object(entry: Entry, world: World) -> dict[str, Any]:
    """The `object` of a community's event about an entry."""
    match entry.kind:
        case "post":
            return post(entry, world)
        case "comment":
            return comment(entry) | {"post_owner_id": entry.owner}
        case "topic":
            base = {"id": entry.number, "from_id": entry.author, "date": entry.seconds, "text": entry.text}
            return base | {"topic_id": entry.parent, "topic_owner_id": entry.owner}


def user(writer: Writer, fields: frozenset[str] = frozenset()) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": writer.number,
        "first_name": writer.first_name,
        "last_name": writer.last_name,
        "can_access_closed": True,
        "is_closed": False,
    }
    more = {
        "screen_name": writer.handle,
        "domain": writer.handle,
        "followers_count": writer.followers,
        "sex": 1 if writer.female else 2,
    }
    return row | {key: value for key, value in more.items() if key in fields}


def group(community: Community, fields: frozenset[str] = frozenset()) -> dict[str, Any]:
    row = {
        "id": community.number,
        "name": community.name,
        "screen_name": community.screen_name,
        "is_closed": 0,
        "type": "page",
    }
    return row | ({"members_count": community.members} if "members_count" in fields else {})


def people_of(entries: Iterable[Entry], world: World, fields: frozenset[str]) -> dict[str, Any]:
    """`profiles` and `groups` of an extended answer: the authors and the owners of the walls."""
    numbers = sorted({number for entry in entries for number in (entry.author, entry.owner)})
    return {
        "profiles": [user(world.people[one], fields) for one in numbers if one in world.people],
        "groups": [group(world.communities[-one], fields) for one in numbers if -one in world.communities],
    }
