"""The JSON shapes of API v2: posts, users, pages and problems."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.people import Writer
from simulator.x.posts import Post, time_of

EDITABLE: Final = timedelta(hours=1)
MOST_EDITS: Final = 5
PROBLEMS: Final = "https://api.twitter.com/2/problems/"


class RefusedError(Exception):
    """A request that X refuses, with the answer it gives."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.body = body


def invalid(parameter: str, value: str, message: str) -> RefusedError:
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": PROBLEMS + "invalid-request",
    }
    return RefusedError(400, body)


def unauthorized() -> RefusedError:
    body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    return RefusedError(401, body)


def forbidden(words: str) -> RefusedError:
    return RefusedError(403, {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": words})


def not_found(resource: str, parameter: str, value: str) -> RefusedError:
    problem = {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }
    return RefusedError(404, problem)


def too_many() -> RefusedError:
    body = {"title": "Too Many Requests", "type": "about:blank", "status": 429, "detail": "Too Many Requests"}
    return RefusedError(429, body)


def no_such_user(parameter: str, value: str) -> dict[str, Any]:
    """A user that is not there is no failed request: 200, with the problem inside."""
    problem = {
        "value": value,
        "detail": f"Could not find user with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }
    return {"errors": [problem]}


def page(
    posts: Sequence[Post], *, fields: frozenset[str], users: frozenset[str] | None, token: str | None
) -> dict[str, Any]:
    """One page of posts, `users`: the fields of their authors if these were asked for. No posts: no `data`."""
    meta: dict[str, Any] = {"result_count": len(posts)}
    if not posts:
        return {"meta": meta}
    meta |= {"newest_id": str(posts[0].number), "oldest_id": str(posts[-1].number)}
    if token is not None:
        meta["next_token"] = token
    answer: dict[str, Any] = {"data": [_post(post, fields) for post in posts], "meta": meta}
    if users is not None:
        authors = {post.author.number: post.author for post in posts}
        answer["includes"] = {"users": [user(author, users) for author in authors.values()]}
    return answer


def counts(found: int, since: datetime, until: datetime) -> dict[str, Any]:
    """How many posts there were."""
    row = {"start": _time(since), "end": _time(until), "tweet_count": found}
    return {"data": [row], "meta": {"total_tweet_count": found}}


def lookup(
    posts: Sequence[Post], gone: Sequence[str], *, fields: frozenset[str], users: frozenset[str] | None
) -> dict[str, Any]:
    """Posts asked for by number; `gone` are the numbers that X does not know (any more)."""
    answer: dict[str, Any] = {"data": [_post(post, fields) for post in posts]} if posts else {}
    if users is not None and posts:
        authors = {post.author.number: post.author for post in posts}
        answer["includes"] = {"users": [user(author, users) for author in authors.values()]}
    if gone:
        answer["errors"] = [_no_such_post(number) for number in gone]
    return answer


def _no_such_post(number: str) -> dict[str, Any]:
    return {
        "value": number,
        "detail": f"Could not find tweet with ids: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": number,
        "type": PROBLEMS + "resource-not-found",
    }


def user(writer: Writer, fields: frozenset[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": str(writer.number), "name": writer.name, "username": writer.handle}
    if writer.city and "location" in fields:
        shown["location"] = writer.city
    if "public_metrics" in fields:
        shown["public_metrics"] = {
            "followers_count": writer.followers,
            "following_count": 0,
            "tweet_count": 1,
            "listed_count": 0,
        }
    return shown


def _post(post: Post, fields: frozenset[str]) -> dict[str, Any]:
    number = str(post.number)
    answered = post.reply_to
    everything: dict[str, Any] = {
        "author_id": str(post.author.number),
        "conversation_id": str(post.conversation),
        "created_at": _time(post.at),
        "in_reply_to_user_id": str(answered.author.number) if answered else None,
        "lang": post.language,
        "possibly_sensitive": False,
        "public_metrics": {
            "retweet_count": 0,
            "reply_count": 0,
            "like_count": 0,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 0,
        },
        "edit_controls": {
            "is_edit_eligible": True,
            "editable_until": _time(time_of(post.versions[0]) + EDITABLE),
            "edits_remaining": max(0, MOST_EDITS - len(post.versions) + 1),
        },
        "referenced_tweets": _referenced(post) or None,
    }
    chosen = {name: value for name, value in everything.items() if name in fields and value is not None}
    # X escapes these three signs in texts, and nothing else.
    text = post.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"id": number, "text": text, "edit_history_tweet_ids": list(map(str, post.versions)), **chosen}


def _referenced(post: Post) -> list[dict[str, str]]:
    quoted = [{"type": "quoted", "id": str(post.quoting.number)}] if post.quoting else []
    return [*([{"type": "replied_to", "id": str(post.reply_to.number)}] if post.reply_to else []), *quoted]


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
