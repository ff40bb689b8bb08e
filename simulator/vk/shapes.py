"""The JSON of VK's objects, as API 5.199 gives them."""

import zlib
from collections.abc import Iterable
from typing import Any

from simulator.people import Writer
from simulator.vk.world import Community, Entry, World


def post(entry: Entry, world: World) -> dict[str, Any]:
    """A wall post."""
    row = {
        "inner_type": "wall_wallpost",
        "type": "post",
        "post_type": "suggest" if entry.suggested else "post",
        "id": entry.number,
        "owner_id": entry.owner,
        "from_id": entry.author,
        "date": entry.seconds,
        "text": entry.text,
        "attachments": list(entry.attachments),
        "comments": {"can_post": 1, "count": len(world.comments(entry.owner, entry.number))},
        "likes": {"can_like": 1, "count": 0, "user_likes": 0},
        "reposts": {"count": 0, "user_reposted": 0},
        "views": {"count": 0},
    }
    if entry.edited:
        row["edited"] = int(entry.edited.timestamp())
    if entry.signer:
        row["signer_id"] = entry.signer
    return row | ({"copy_history": [_copied(entry.copied)]} if entry.copied else {})


def _copied(entry: Entry) -> dict[str, Any]:
    """A shared post inside the one that shares it: what it says, without its counters."""
    row = {
        "inner_type": "wall_wallpost",
        "type": "post",
        "post_type": "post",
        "id": entry.number,
        "owner_id": entry.owner,
        "from_id": entry.author,
        "date": entry.seconds,
        "text": entry.text,
        "attachments": list(entry.attachments),
    }
    return row | ({"signer_id": entry.signer} if entry.signer else {})


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
        "attachments": list(entry.attachments),
    }


def comment(entry: Entry, world: World, thread: list[Entry] | None = None) -> dict[str, Any]:
    """A comment; `thread` are the answers under it when the caller asked for them."""
    above = world.entries.get(f"{entry.owner}_{entry.reply_to}")
    answered = above.author if above else None
    row: dict[str, Any] = {
        "id": entry.number,
        "from_id": entry.author,
        "post_id": entry.parent,
        "owner_id": entry.owner,
        "parents_stack": [entry.root] if entry.root else [],
        "date": entry.seconds,
        "text": entry.text,
    }
    if entry.gone:
        row |= {"deleted": True, "from_id": 0}
    if entry.attachments:
        row["attachments"] = list(entry.attachments)
    if entry.reply_to:
        row["reply_to_comment"] = entry.reply_to
        row |= {"reply_to_user": answered} if answered else {}
    if thread is not None:
        items = [comment(one, world) for one in thread]
        row["thread"] = {"count": len(thread), "items": items[:10], "can_post": True}
    return row


def event_object(entry: Entry, world: World) -> dict[str, Any]:
    """The `object` of a community's event about an entry."""
    match entry.kind:
        case "post":
            return post(entry, world)
        case "comment":
            return comment(entry, world) | {"post_owner_id": entry.owner}
        case "topic":
            base = {"id": entry.number, "from_id": entry.author, "date": entry.seconds, "text": entry.text}
            base |= {"attachments": list(entry.attachments)} if entry.attachments else {}
            return base | {"topic_id": entry.parent, "topic_owner_id": entry.owner}


def _city_number(name: str) -> int:
    """Some number that is the same for the same city, as VK's own are."""
    return 1 + zlib.crc32(name.encode()) % 1_000_000


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
    if writer.city:
        more["city"] = {"id": _city_number(writer.city), "title": writer.city}
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
    """`profiles` and `groups` of an extended answer: authors, signers, owners of walls, of what is shared too."""
    known = [*entries]
    known += [entry.copied for entry in known if entry.copied]
    numbers = sorted({number for entry in known for number in (entry.author, entry.owner, entry.signer or 0)})
    return {
        "profiles": [user(world.people[one], fields) for one in numbers if one in world.people],
        "groups": [group(world.communities[-one], fields) for one in numbers if -one in world.communities],
    }
