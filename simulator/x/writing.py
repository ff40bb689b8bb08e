"""What accounts do on the simulated X: post, delete, write and read direct messages, look at themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from simulator.people import Writer
from simulator.x.answers import forbidden, invalid, no_such_user, not_found, page, user
from simulator.x.demands import next_token, read_direct, read_fields, read_timeline
from simulator.x.fields import ACCOUNT_FIELDS, DIRECT_FIELDS
from simulator.x.posts import HANDLE, Post, Posts
from simulator.x.talks import Direct, Directs

LONGEST: Final = 280
LONGEST_MESSAGE: Final = 10_000
NOT_ADDRESSED: Final = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
    "author of the post you are replying to."
)
GONE: Final = "You attempted to reply to a Tweet that is deleted or not visible to you."
DUPLICATE: Final = "You are not allowed to create a Tweet with duplicate content."
NO_DIRECT: Final = "You do not have permission to DM one or more participants."
NOT_YOURS: Final = "You are not allowed to delete this Tweet."
"""X's own words, as its users have met them."""
_POST: Final = frozenset({"text", "reply", "direct_message_deep_link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request in an account's name."""

    account: Writer
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    now: datetime


@dataclass(slots=True, kw_only=True)
class Writing:
    """What is asked in an account's name; `links` are the buttons under posts, by number."""

    posts: Posts
    directs: Directs
    accounts: dict[str, Writer]
    links: dict[int, str] = field(default_factory=dict)

    def me(self, asked: Asked) -> dict[str, Any]:
        return {"data": user(asked.account, read_fields(asked.query, "user.fields", ACCOUNT_FIELDS))}

    def person(self, asked: Asked) -> dict[str, Any]:
        """A user by number, and whether he takes the account's messages."""
        fields = read_fields(asked.query, "user.fields", ACCOUNT_FIELDS)
        found = self.by_number(asked.path["id"])
        if found is None:
            return no_such_user("id", asked.path["id"])
        row = user(found, fields)
        if "receives_your_dm" in fields:
            row["receives_your_dm"] = self.directs.takes(found.number, asked.account.number)
        return {"data": row}

    def post(self, asked: Asked) -> dict[str, Any]:
        body, text = asked.body, asked.body.get("text")
        if not isinstance(text, str) or not text.strip() or not body.keys() <= _POST:
            raise invalid(
                "text", str(text), "one of [text, media] must be given, and nothing that X does not know"
            )
        if len(text) > 2 * LONGEST:
            raise invalid("text", text, "Your Tweet text is too long")
        answered = self._answered(asked)
        mine = (one for one in self.posts.newest_first(after=0, before=None) if one.author == asked.account)
        if any((one.text, one.reply_to) == (text, answered) for one in mine):
            raise forbidden(DUPLICATE)
        made = self.posts.add(asked.account, text, asked.now, reply_to=answered, seen_at=asked.now)
        link = body.get("direct_message_deep_link")
        if isinstance(link, str):
            self.links[made.number] = link
        return {"data": {"id": str(made.number), "text": text, "edit_history_tweet_ids": [str(made.number)]}}

    def _answered(self, asked: Asked) -> Post | None:
        reply = asked.body.get("reply")
        if reply is None:
            return None
        number = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
        if not isinstance(number, str) or not number.isdecimal():
            raise invalid("reply", str(reply), "in_reply_to_tweet_id is not a number")
        post = self.posts.get(int(number))
        if post is None:
            raise forbidden(GONE)
        if post.author != asked.account and not addresses(post, asked.account):
            raise forbidden(NOT_ADDRESSED)
        return post

    def delete(self, asked: Asked) -> dict[str, Any]:
        post = self.posts.get(int(asked.path["id"]))
        if post is None:
            raise not_found("tweet", "id", asked.path["id"])
        if post.author != asked.account:
            raise forbidden(NOT_YOURS)
        self.posts.remove(post.number)
        return {"data": {"deleted": True}}

    def timeline(self, asked: Asked) -> dict[str, Any]:
        return self.posts_of(asked.path["id"], asked.query, asked.now)

    def posts_of(self, number: str, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """The newest posts of one account, answers among them."""
        demand = read_timeline(query, now)
        within = self.posts.newest_first(after=demand.after, before=demand.before)
        posts = [post for post in within if str(post.author.number) == number and post.latest]
        shown = posts[: demand.size]
        token = next_token(shown[-1].number) if len(posts) > demand.size else None
        return page(shown, fields=demand.fields, users=demand.users, token=token)

    def message(self, asked: Asked) -> dict[str, Any]:
        text, number = asked.body.get("text"), asked.path["participant_id"]
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_MESSAGE:
            raise invalid("text", str(text)[:100], "text must have 1 to 10000 characters")
        other = self.by_number(number)
        if other is None or not self.directs.takes(other.number, asked.account.number):
            raise forbidden(NO_DIRECT)
        said = self.directs.say(asked.account, other, text, asked.now)
        return {"data": {"dm_conversation_id": said.conversation, "dm_event_id": str(said.number)}}

    def events(self, asked: Asked) -> dict[str, Any]:
        """The account's messages of thirty days, newest first; with a participant one talk's."""
        demand = read_direct(asked.query, asked.now)
        other = asked.path.get("participant_id")
        said = self.directs.seen_by(asked.account.number, int(other) if other else None)
        found = [one for one in said if demand.after < one.number < demand.before]
        shown = found[: demand.size]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if len(found) > demand.size:
            meta["next_token"] = next_token(shown[-1].number)
        if not shown:
            return {"meta": meta}
        answer: dict[str, Any] = {"data": [one.row(demand.fields) for one in shown], "meta": meta}
        if demand.users is not None:
            people = {one.sender.number: one.sender for one in shown}
            answer["includes"] = {"users": [user(one, demand.users) for one in people.values()]}
        return answer

    def event(self, asked: Asked) -> dict[str, Any]:
        return {"data": self._direct(asked).row(read_fields(asked.query, "dm_event.fields", DIRECT_FIELDS))}

    def forget(self, asked: Asked) -> dict[str, Any]:
        """A message goes out of the account's own sight alone."""
        said = self._direct(asked)
        place = self.directs.said.index(said)
        self.directs.said[place] = replace(said, gone_for=said.gone_for | {asked.account.number})
        return {"data": {"deleted": True}}

    def by_number(self, number: str) -> Writer | None:
        return next((one for one in self.accounts.values() if str(one.number) == number), None)

    def _direct(self, asked: Asked) -> Direct:
        seen = self.directs.seen_by(asked.account.number)
        found = next((one for one in seen if str(one.number) == asked.path["event_id"]), None)
        if found is None:
            raise not_found("dm_event", "event_id", asked.path["event_id"])
        return found


def addresses(post: Post, account: Writer) -> bool:
    """Whether its author mentions the account or quotes it."""
    named = {handle.casefold() for handle in HANDLE.findall(post.text)}
    quoted = post.quoting is not None and post.quoting.author.number == account.number
    return quoted or account.handle.casefold() in named
