"""X's JSON read as mentions: tolerant of missing parts and of both generations of field names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import Mention
from listener.mention_format import MalformedMentionError, parse_mention
from listener.networks.x.snowflake import time_of

POST_FIELDS: Final = (
    "created_at",
    "conversation_id",
    "author_id",
    "in_reply_to_user_id",
    "referenced_tweets",
    "public_metrics",
    "lang",
    "note_tweet",
)
USER_FIELDS: Final = ("name", "username", "public_metrics")
MAX_DIGITS: Final = 20


class MalformedPageError(ValueError):
    """An answer that is no page of posts at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`posts` and `users` are the numbers of all that was read (and is billed); `problems` were left out, why.

    `errors` are the parts that X itself could not give.
    """

    mentions: tuple[Mention, ...]
    newest: int | None
    token: str | None
    posts: frozenset[str]
    users: frozenset[str]
    problems: tuple[str, ...]
    errors: tuple[str, ...]


def read_page(answer: Mapping[str, Any], now: datetime) -> Page:
    """Read one page. A post that cannot be read is left out and named; it never sinks the others.

    Raises MalformedPageError when there is neither a list of posts nor X's word that there are none.
    """
    rows = answer.get("data")
    meta = answer.get("meta")
    if (rows is not None and not isinstance(rows, list)) or (rows is None and not isinstance(meta, Mapping)):
        raise MalformedPageError(f"no page of posts: {', '.join(errors_of(answer)) or 'unknown fields'}")
    users = _users(answer)
    mentions, problems = [], []
    for row in rows or ():
        try:
            mention = _mention(row, users, now)
        except MalformedMentionError as error:
            problems.append(f"post {_number(row, 'id') or 'without a number'}: {error}")
            continue
        if mention is not None:
            mentions.append(mention)
    details = meta if isinstance(meta, Mapping) else {}
    posts = frozenset(filter(None, (_number(row, "id") for row in rows or ())))
    newest = max(map(int, filter(None, (*posts, _number(details, "newest_id")))), default=None)
    token = details.get("next_token")
    return Page(
        mentions=tuple(mentions),
        newest=newest,
        token=token if isinstance(token, str) and token else None,
        posts=posts,
        users=frozenset(users),
        problems=tuple(problems),
        errors=tuple(errors_of(answer)),
    )


def errors_of(answer: Mapping[str, Any]) -> Iterable[str]:
    """X's own words on what it could not give."""
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            said = (error.get(key) for key in ("detail", "message", "title"))
            yield next((text for text in said if isinstance(text, str) and text), "an error without words")[:200]


def _users(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    includes = answer.get("includes")
    rows = includes.get("users") if isinstance(includes, Mapping) else None
    users = {}
    for row in rows if isinstance(rows, list) else ():
        number = _number(row, "id")
        if number:
            users[number] = row
    return users


def _mention(row: Any, users: Mapping[str, Mapping[str, Any]], now: datetime) -> Mention | None:
    """The post as a mention; None for a retweet, which is somebody else's post once more."""
    if not isinstance(row, Mapping):
        raise MalformedMentionError("a post is a JSON object")
    number, author = _number(row, "id"), _number(row, "author_id")
    if number is None or author is None:
        raise MalformedMentionError(f"`{'author_id' if number else 'id'}` must be a post's or user's number")
    references = _references(row)
    if "retweeted" in references:
        return None
    thread = _number(row, "conversation_id")
    user = users.get(author, {})
    handle = _text(user, "username")
    answers = "replied_to" in references or row.get("in_reply_to_user_id") is not None
    return parse_mention(
        {
            "network": "x",
            "kind": "reply" if answers else "post",
            "id": number,
            "url": f"https://x.com/{handle or 'i'}/status/{number}",
            "author": {
                "id": author,
                "name": _text(user, "name") or f"id{author}",
                "handle": handle,
                "followers": (followers := _followers(user)),
            },
            "text": _whole_text(row),
            "published_at": _published(row, number, now),
            "thread": thread if thread != number else None,
            "reach": followers,
        }
    )


def _references(row: Mapping[str, Any]) -> set[str]:
    given = row.get("referenced_tweets", row.get("referenced_posts"))
    return (
        {str(one.get("type")) for one in given if isinstance(one, Mapping)} if isinstance(given, list) else set()
    )


def _whole_text(row: Mapping[str, Any]) -> Any:
    """The text as its author wrote it: the long one where there is one, X's escapes of & < > undone."""
    long = row.get("note_tweet", row.get("note_post"))
    text = (_text(long, "text") if isinstance(long, Mapping) else None) or row.get("text")
    if not isinstance(text, str):
        return text  # the mention's parser names the mistake
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _published(row: Mapping[str, Any], number: str, now: datetime) -> Any:
    if row.get("created_at") is not None:
        return row["created_at"]
    moment = time_of(int(number), now)
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _followers(user: Mapping[str, Any]) -> int | None:
    metrics = user.get("public_metrics")
    count = metrics.get("followers_count") if isinstance(metrics, Mapping) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None


def _number(row: Any, key: str) -> str | None:
    """A number of X as a string of digits, however it was written; None for anything else."""
    value = row.get(key) if isinstance(row, Mapping) else None
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return value if isinstance(value, str) and value else None
