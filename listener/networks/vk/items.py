"""VK's posts, comments and profiles as mentions: the only place that knows the shape of VK's objects."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import Author, Kind, Mention
from listener.mention_format import MalformedMentionError, parse_mention

PEOPLE_FIELDS: Final = "screen_name,followers_count,members_count"
_SITE: Final = "https://vk.com/"
_MOST: Final = 10**12
"""No count of people is larger; a larger number is a fault and would not fit the store."""


def read_people(answer: Mapping[str, Any]) -> dict[int, Author]:
    """The authors of an extended answer by id (communities negative); broken profiles are left out."""
    people = {}
    for profile in _objects(answer.get("profiles")):
        author = _person(profile)
        people[int(author.id)] = author
    for group in _objects(answer.get("groups")):
        author = _community(group)
        people[int(author.id)] = author
    return people


def nameless(number: int) -> Author:
    """Who is known by number only: VK shows such pages as id123 and club123 itself."""
    return Author(id=str(number), name=f"id{number}" if number >= 0 else f"club{-number}")


def read_post(item: Mapping[str, Any], people: Mapping[int, Author]) -> Mention:
    """A wall post, or a comment when a search gives it as a post of type `reply`. Raises MalformedMentionError."""
    if item.get("post_type") == "reply" or item.get("type") == "reply":
        return read_comment(item, people)
    owner, number = _owner(item), _number(item, "id", "post_id")
    place = f"{owner}_{number}"
    return _mention(item, people, kind="post", id_=place, url=f"{_SITE}wall{place}", owner=owner)


def read_comment(
    item: Mapping[str, Any], people: Mapping[int, Author], *, post: tuple[int, int] | None = None
) -> Mention:
    """A comment under a wall post; `post` is its (owner, id) where the comment does not name it."""
    owner = _optional_number(item, "post_owner_id", "owner_id", "to_id") or (post[0] if post else None)
    parent = _optional_number(item, "post_id") or (post[1] if post else None)
    if owner is None or parent is None:
        raise MalformedMentionError("a comment must name its post")
    number = _number(item, "id")
    thread = f"{owner}_{parent}"
    url = f"{_SITE}wall{thread}?reply={number}"
    return _mention(item, people, kind="comment", id_=f"{owner}_{number}", url=url, owner=owner, thread=thread)


def read_topic_comment(item: Mapping[str, Any], people: Mapping[int, Author]) -> Mention:
    """A comment in a community's discussion. Its numbers are not the wall's, so the topic stands in the id."""
    owner, topic, number = _number(item, "topic_owner_id"), _number(item, "topic_id"), _number(item, "id")
    place = f"topic{owner}_{topic}"
    url = f"{_SITE}{place}?post={number}"
    id_ = f"{owner}_{topic}_{number}"
    return _mention(item, people, kind="topic", id_=id_, url=url, owner=owner, thread=place)


def read_date(item: Mapping[str, Any]) -> int:
    """Unix seconds of an item. Raises MalformedMentionError."""
    return _number(item, "date")


def author_id(item: Mapping[str, Any]) -> int:
    return _number(item, "from_id", "owner_id")


def named_author(item: object) -> int | None:
    """Whom the item names as its author, if anybody."""
    return _optional_number(item, "from_id", "owner_id") if isinstance(item, Mapping) else None


def _mention(
    item: Mapping[str, Any],
    people: Mapping[int, Author],
    *,
    kind: Kind,
    id_: str,
    url: str,
    owner: int,
    thread: str | None = None,
) -> Mention:
    number = author_id(item)
    author = people.get(number) or nameless(number)
    row = {
        "network": "vk",
        "kind": kind,
        "id": id_,
        "url": url,
        "author": {"id": author.id, "name": author.name, "handle": author.handle, "followers": author.followers},
        "text": item.get("text"),
        "published_at": _moment(read_date(item)).isoformat(),
        "thread": thread,
        "reach": _reach(item, people.get(owner), author),
        "place": _place(people.get(owner)) if owner < 0 else None,
    }
    return parse_mention(row)


def _place(community: Author | None) -> str | None:
    return f"vk:{community.handle}" if community is not None and community.handle else None


def _reach(item: Mapping[str, Any], owner: Author | None, author: Author) -> int | None:
    """The larger of the wall's audience and the views; a comment is read by whoever reads the wall."""
    views = item.get("views")
    seen = _count(views.get("count")) if isinstance(views, Mapping) else _count(views)
    audience = (owner or author).followers
    known = [count for count in (seen, audience) if count is not None]
    return max(known, default=None)


def _person(profile: Mapping[str, Any]) -> Author:
    number = profile["id"]
    parts = [profile.get("first_name"), profile.get("last_name")]
    name = " ".join(part.strip() for part in parts if isinstance(part, str)).strip()
    handle = _text(profile.get("screen_name")) or _text(profile.get("domain"))
    return Author(
        id=str(number),
        name=name or nameless(number).name,
        handle=handle,
        followers=_count(profile.get("followers_count")),
    )


def _community(group: Mapping[str, Any]) -> Author:
    number = -abs(group["id"])
    return Author(
        id=str(number),
        name=_text(group.get("name")) or nameless(number).name,
        handle=_text(group.get("screen_name")),
        followers=_count(group.get("members_count")),
    )


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    """The objects with a usable `id` in what should be a list of them."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping) and _count(abs(_whole(one.get("id")) or 0)):
                yield one


def _owner(item: Mapping[str, Any]) -> int:
    return _number(item, "owner_id", "to_id", "source_id", "from_id")


def _number(item: Mapping[str, Any], *keys: str) -> int:
    number = _optional_number(item, *keys)
    if number is None:
        raise MalformedMentionError(f"`{keys[0]}` must be a whole number, got {str(item.get(keys[0]))[:40]!r}")
    return number


def _optional_number(item: Mapping[str, Any], *keys: str) -> int | None:
    """The first of the keys that holds a whole number other than zero: VK's numbers start at one."""
    for key in keys:
        number = _whole(item.get(key))
        if number:
            return number
    return None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _count(value: object) -> int | None:
    number = _whole(value)
    return number if number is not None and 0 <= number <= _MOST else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise MalformedMentionError(f"`date` must be unix seconds, got {str(seconds)[:40]}") from None
