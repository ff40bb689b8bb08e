"""X's JSON read as mentions: tolerant of missing parts and of both generations of field names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from domain.mention import MAX_TEXT, Author, Mention, Quote
from listener.mention_format import MalformedMentionError, city_of, parse_time, storable
from listener.networks.reading import read, read_all
from listener.networks.written import unescaped
from listener.networks.x.network import SITE, X
from listener.networks.x.shapes import (
    Address,
    Answer,
    DirectAnswer,
    LongText,
    Numbered,
    Post,
    Reference,
    User,
    UserAnswer,
)
from listener.networks.x.snowflake import may_be_there, time_of
from listener.ports import SourceError

POST_FIELDS: Final = (
    "created_at",
    "conversation_id",
    "author_id",
    "in_reply_to_user_id",
    "referenced_tweets",
    "public_metrics",
    "lang",
    "note_tweet",
    "entities",
    "edit_history_tweet_ids",
)
USER_FIELDS: Final = ("name", "username", "public_metrics", "location")

Listing = TypeVar("Listing", Answer, DirectAnswer)


class MalformedPageError(ValueError):
    """An answer that is no page of posts at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`posts` and `users` are the numbers of all that was read (and is billed); `problems` were left out, why.

    `newest` is the highest number that X can have come to.

    `errors` are the parts that X itself could not give.
    """

    mentions: tuple[Mention, ...]
    newest: int | None
    token: str | None
    posts: frozenset[str]
    users: frozenset[str]
    problems: tuple[str, ...]
    errors: tuple[str, ...]


def read_page(answer: Mapping[str, Any], now: datetime, since: int | None = None) -> Page:
    """Read one page, asked for from number `since` on. A post that cannot be read is left out and named; it never
    sinks the others.

    Raises MalformedPageError when there is neither a list of posts nor X's word that there are none.
    """
    try:
        page = read_list(answer, Answer)
    except MalformedMentionError as error:
        raise MalformedPageError(f"no page of posts: {error}") from None
    rows, meta = page.data or (), page.meta
    around = Around(page)
    mentions, problems = [], []
    for row in rows:
        try:
            mention = _mention(read(row, Post), around, now)
        except MalformedMentionError as error:
            problems.append(f"post {_number(row) or 'without a number'}: {error}")
            continue
        if mention is not None:
            mentions.append(mention)
    posts = frozenset(filter(None, map(_number, rows)))
    numbers = map(int, (*posts, *((meta.newest_id,) if meta and meta.newest_id else ())))
    return Page(
        mentions=tuple(mentions),
        newest=max((number for number in numbers if may_be_there(number, now, since)), default=None),
        token=(meta.next_token if meta else None) or None,
        posts=posts,
        users=frozenset(around.users),
        problems=tuple(problems),
        errors=tuple(errors_of(answer)),
    )


def read_list(answer: Mapping[str, Any], kind: type[Listing]) -> Listing:
    """A page of what was looked up. Raises MalformedMentionError where there is neither a list nor X's word that
    it is empty: who sees no answer of ours there would say it again.
    """
    page = read(answer, kind)
    data = answer.get("data")
    if (data is not None and page.data is None) or (data is None and page.meta is None):
        raise MalformedMentionError(f"no list: {', '.join(errors_of(answer)) or 'unknown fields'}")
    return page


def own_number(answer: Mapping[str, Any], handle: str) -> str:
    """The number of the account that asked who it is. Raises SourceError, for good where X names a reason."""
    user = read(answer, UserAnswer).data
    if user is None:
        said = list(errors_of(answer))
        raise SourceError(f"X does not say who @{handle} is", permanent=bool(said))
    return str(user.id)


def errors_of(answer: Mapping[str, Any]) -> Iterable[str]:
    """X's own words on what it could not give."""
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            words = (error.get(key) for key in ("detail", "message", "title"))
            yield next((text for text in words if isinstance(text, str) and text), "an error without words")[:200]


class Around:
    """What came with the posts of a page: their authors, and posts that they answer or show where X gave them."""

    def __init__(self, page: Answer) -> None:
        self.users = {str(user.id): user for user in read_all(page.includes.users, User)}
        given = (*page.includes.tweets, *page.includes.posts)
        self._posts = {str(post.id): post for post in read_all(given, Post)}

    def quote(self, number: str) -> Quote:
        """A post by its number; only that and its address where X did not give the post, which it bills."""
        post = self._posts.get(number)
        url = f"{SITE}i/status/{number}"
        if post is None:
            return Quote(id=number, url=url)
        user = self.users.get(str(post.author_id))
        return Quote(id=number, author=user.name if user else "", text=_text(post), url=url)


def _mention(post: Post, around: Around, now: datetime) -> Mention | None:
    """The post as a mention; None for a retweet, which is somebody else's post once more."""
    references = {
        reference.type: str(reference.id)
        for reference in read_all(post.referenced_tweets or post.referenced_posts, Reference)
    }
    if "retweeted" in references:
        return None
    number, versions = str(post.id), tuple(map(str, post.edit_history_tweet_ids or post.edit_history_post_ids))
    # An edit has a number of its own; the mention keeps that of the first version.
    first = versions[0] if number in versions else number
    written = _written(post, number, now)
    thread = str(post.conversation_id) if post.conversation_id is not None else None
    author = _author(str(post.author_id), around.users.get(str(post.author_id)))
    answered, quoted = references.get("replied_to"), references.get("quoted")
    return Mention(
        network=X.id,
        kind="reply" if answered or post.in_reply_to_user_id is not None else "post",
        id=first,
        url=f"{SITE}{author.handle or 'i'}/status/{number}",
        author=author,
        text=_text(post),
        published_at=written if first == number else time_of(int(first), now) or written,
        thread=thread if thread != first else None,
        reach=author.followers,
        parent=around.quote(answered) if answered else None,
        quoted=around.quote(quoted) if quoted else None,
        attached=tuple(_link_words(post)),
        edited_at=None if first == number else written,
    )


def _author(number: str, user: User | None) -> Author:
    if user is None:
        return Author(id=number, name=f"id{number}")
    count = user.public_metrics.followers_count if user.public_metrics else None
    return Author(
        id=number,
        name=storable(user.name) or f"id{number}",
        handle=storable(user.username) or None,
        followers=count if count is not None and count >= 0 else None,
        city=city_of(user.location),
    )


def _text(post: Post) -> str:
    """The text as its author wrote it: the long one where there is one."""
    long: LongText | None = post.note_tweet or post.note_post
    return storable(unescaped(long.text if long and long.text else post.text))[:MAX_TEXT]


def _link_words(post: Post) -> Iterator[str]:
    """What the pages behind the post's links say of themselves; a photo is a link without words."""
    for address in read_all(post.entities.urls if post.entities else (), Address):
        words = "\n".join(filter(None, (address.title.strip(), address.description.strip())))
        if words:
            yield storable(unescaped(words))


def _written(post: Post, number: str, now: datetime) -> datetime:
    if post.created_at is not None:
        return parse_time(post.created_at, "created_at")
    moment = time_of(int(number), now)
    if moment is None:
        raise MalformedMentionError("a post without a time")
    return moment.astimezone(UTC)


def _number(row: Any) -> str | None:
    """The number of a post that may be broken otherwise: it was billed all the same."""
    try:
        return str(read(row, Numbered).id)
    except MalformedMentionError:
        return None
