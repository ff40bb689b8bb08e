"""VK's posts, comments and profiles as mentions: the only place that knows what VK's objects mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import MAX_TEXT, Author, Kind, Mention, Quote
from listener.mention_format import MalformedMentionError, city_of, storable
from listener.networks.reading import read, read_all
from listener.networks.vk.attachments import attached_words
from listener.networks.vk.network import MARKUP, SITE, VK
from listener.networks.vk.shapes import Group, Item, Profile, Topic, Views
from listener.networks.written import as_shown, unescaped

PEOPLE_FIELDS: Final = "screen_name,followers_count,members_count,city"
MOST_ATTACHED: Final = 20
_ANSWERED: Final = re.compile(r"\[(?:id|club|public)\d{1,20}:bp-?\d{1,20}_(\d{1,20})\|([^\]\n]{1,100})\]")
_MOST: Final = 10**12
"""No count of people is larger; a larger number is a fault and would not fit the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Where something was said; `owner` is whose wall it is."""

    kind: Kind
    id: str
    url: str
    owner: int
    thread: str | None = None
    parent: Quote | None = None


def read_people(answer: Mapping[str, Any]) -> dict[int, Author]:
    """The authors of an extended answer by id (communities negative); broken profiles are left out."""
    people = {}
    for profile in read_all(answer.get("profiles"), Profile):
        if 0 < profile.id <= _MOST:
            people[profile.id] = _person(profile)
    for group in read_all(answer.get("groups"), Group):
        if 0 < abs(group.id) <= _MOST:
            people[-abs(group.id)] = _community(group)
    return people


def nameless(number: int) -> Author:
    """Who is known by number only: VK shows such pages as id123 and club123 itself."""
    return Author(id=str(number), name=f"id{number}" if number >= 0 else f"club{-number}")


def read_item(value: object) -> Item:
    """Raises MalformedMentionError."""
    return read(value, Item)


def read_post(item: Item, people: Mapping[int, Author]) -> Mention:
    """A wall post, or a comment when a search gives it as a post of type `reply`. Raises MalformedMentionError."""
    if "reply" in (item.post_type, item.type):
        return read_comment(item, people)
    owner, place = _owner(item), post_place(item)
    return _mention(item, people, _Where(kind="post", id=place, url=f"{SITE}wall{place}", owner=owner))


def read_comment(item: Item, people: Mapping[int, Author], *, post: tuple[int, int] | None = None) -> Mention:
    """A comment under a wall post; `post` is its (owner, id) where the comment does not name it."""
    owner = item.post_owner_id or item.owner_id or item.to_id or (post[0] if post else 0)
    under = item.post_id or (post[1] if post else 0)
    if not owner or not under:
        raise MalformedMentionError("a comment must name its post")
    thread, id_ = f"{owner}_{under}", f"{owner}_{_known(item.id, 'id')}"
    page = f"{SITE}wall{thread}"
    parent = Quote(id=thread, url=page)
    if item.reply_to_comment:
        parent = Quote(id=f"{owner}_{item.reply_to_comment}", url=f"{page}?reply={item.reply_to_comment}")
    url = f"{page}?reply={item.id}"
    where = _Where(kind="comment", id=id_, url=url, owner=owner, thread=thread, parent=parent)
    return _mention(item, people, where)


def read_topic_comment(item: Item, people: Mapping[int, Author]) -> Mention:
    """A comment in a community's discussion. Its numbers are not the wall's, so the topic stands in the id."""
    owner, topic = _known(item.topic_owner_id, "topic_owner_id"), _known(item.topic_id, "topic_id")
    number = _known(item.id, "id")
    place = f"topic{owner}_{topic}"
    url, id_ = f"{SITE}{place}?post={number}", f"{owner}_{topic}_{number}"
    parent = _answered_in(item, f"{owner}_{topic}", f"{SITE}{place}") or Quote(id=place, url=f"{SITE}{place}")
    where = _Where(kind="topic", id=id_, url=url, owner=owner, thread=place, parent=parent)
    return _mention(item, people, where)


def quote_of(mention: Mention) -> Quote:
    """The mention as it is quoted beside what answers it."""
    shown, _ = as_shown(mention.text, MARKUP)
    return Quote(id=mention.id, author=mention.author.name, text=shown, url=mention.url)


def topic_quote(topic: Topic, place: str) -> Quote:
    words = "\n".join(filter(None, (topic.title.strip(), topic.first_comment.strip())))
    shown, _ = as_shown(unescaped(words), MARKUP)
    return Quote(id=place, text=storable(shown), url=f"{SITE}{place}")


def post_place(item: Item) -> str:
    return f"{_owner(item)}_{_known(item.id or item.post_id, 'id')}"


def author_id(item: Item) -> int:
    """Who wrote: of a community's post whoever signed it, unless that is who published it in its name."""
    number = _known(item.from_id or item.owner_id, "from_id")
    if number < 0 < item.signer_id != item.created_by:
        return item.signer_id
    return number


def authors_of(item: Item) -> set[int]:
    """Everybody whose name is needed to read the item."""
    shown_again = (original.from_id or original.owner_id for original in read_all(item.copy_history[:1], Item))
    return {number for number in (author_id(item), *shown_again) if number}


def moment(seconds: int) -> datetime:
    """VK's unix seconds as a time. Raises MalformedMentionError."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise MalformedMentionError(f"`date` must be unix seconds, got {str(seconds)[:40]}") from None


def _mention(item: Item, people: Mapping[int, Author], where: _Where) -> Mention:
    number = author_id(item)
    author = people.get(number) or nameless(number)
    return Mention(
        network=VK.id,
        kind=where.kind,
        id=where.id,
        url=where.url,
        author=author,
        text=storable(unescaped(item.text))[:MAX_TEXT],
        published_at=moment(item.date),
        thread=where.thread,
        reach=_reach(item, people.get(where.owner), author),
        place=_place(people.get(where.owner)) if where.owner < 0 else None,
        parent=where.parent,
        quoted=_quoted(item, people),
        attached=tuple(map(storable, attached_words(item.attachments[:MOST_ATTACHED]))),
        edited_at=moment(item.edited) if item.edited > 0 else None,
    )


def _answered_in(item: Item, topic: str, page: str) -> Quote | None:
    """What a topic's comment answers: VK says it in the text alone, «[club1:bp-1_7|Ромашка], …»."""
    answered = _ANSWERED.match(item.text)
    if answered is None:
        return None
    number, name = answered.groups()
    return Quote(id=f"{topic}_{number}", author=storable(unescaped(name)), url=f"{page}?post={number}")


def _quoted(item: Item, people: Mapping[int, Author]) -> Quote | None:
    """The post that a repost shows again; VK puts the nearest first."""
    for original in read_all(item.copy_history[:1], Item):
        place = post_place(original)
        number = author_id(original)
        author = people.get(number) or nameless(number)
        shown, _ = as_shown(unescaped(original.text), MARKUP)
        return Quote(id=place, author=author.name, text=storable(shown)[:MAX_TEXT], url=f"{SITE}wall{place}")
    return None


def _place(community: Author | None) -> str | None:
    return f"{VK.id}:{community.handle}" if community is not None and community.handle else None


def _reach(item: Item, owner: Author | None, author: Author) -> int | None:
    """The larger of the wall's audience and the views; a comment is read by whoever reads the wall."""
    seen = item.views.count if isinstance(item.views, Views) else item.views
    audience = (owner or author).followers
    known = [count for count in (_count(seen), audience) if count is not None]
    return max(known, default=None)


def _person(profile: Profile) -> Author:
    name = storable(f"{profile.first_name.strip()} {profile.last_name.strip()}".strip())
    return Author(
        id=str(profile.id),
        name=name or nameless(profile.id).name,
        handle=storable(profile.screen_name or profile.domain) or None,
        followers=_count(profile.followers_count),
        city=city_of(profile.city.title) if profile.city else None,
    )


def _community(group: Group) -> Author:
    number = -abs(group.id)
    return Author(
        id=str(number),
        name=storable(group.name) or nameless(number).name,
        handle=storable(group.screen_name) or None,
        followers=_count(group.members_count),
    )


def _owner(item: Item) -> int:
    return _known(item.owner_id or item.to_id or item.source_id or item.from_id, "owner_id")


def _known(number: int, name: str) -> int:
    if not number:
        raise MalformedMentionError(f"`{name}` must be a whole number")
    return number


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= _MOST else None
