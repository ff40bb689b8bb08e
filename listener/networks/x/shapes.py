"""The JSON of X's posts, as far as it is read; both generations of field names are understood."""

from typing import Annotated, Any

import msgspec

Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$", max_length=20)] | Annotated[int, msgspec.Meta(ge=0)]
"""X's numbers are strings; some servers write them bare."""


class Numbered(msgspec.Struct, frozen=True):
    id: Number


class Reference(msgspec.Struct, frozen=True):
    type: str
    id: Number


class LongText(msgspec.Struct, frozen=True):
    """The whole text of a post longer than 280 characters."""

    text: str


class Address(msgspec.Struct, frozen=True):
    """A link in a post, with what the page behind it says of itself."""

    title: str = ""
    description: str = ""
    expanded_url: str = ""


class Entities(msgspec.Struct, frozen=True):
    urls: tuple[Any, ...] = ()


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post. `edit_history_tweet_ids` are the numbers of its versions, the first one first."""

    id: Number
    author_id: Number
    text: str
    created_at: str | None = None
    conversation_id: Number | None = None
    in_reply_to_user_id: Number | None = None
    note_tweet: LongText | None = None
    note_post: LongText | None = None
    referenced_tweets: tuple[Any, ...] = ()
    referenced_posts: tuple[Any, ...] = ()
    edit_history_tweet_ids: tuple[Number, ...] = ()
    edit_history_post_ids: tuple[Number, ...] = ()
    entities: Entities | None = None


class Counts(msgspec.Struct, frozen=True):
    followers_count: int | None = None


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: Number
    name: str = ""
    username: str = ""
    location: str = ""
    public_metrics: Counts | None = None
    receives_your_dm: bool = False


class UserAnswer(msgspec.Struct, frozen=True):
    data: User | None = None


class Meta(msgspec.Struct, frozen=True):
    newest_id: Number | None = None
    next_token: str | None = None


class Includes(msgspec.Struct, frozen=True):
    users: tuple[Any, ...] = ()
    tweets: tuple[Any, ...] = ()
    posts: tuple[Any, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """A page of posts: `data` is not there when nothing was found, then `meta` says so."""

    data: tuple[Any, ...] | None = None
    meta: Meta | None = None
    includes: Includes = Includes()


class Made(msgspec.Struct, frozen=True):
    id: Number


class MadePost(msgspec.Struct, frozen=True):
    """The answer to a post that was made."""

    data: Made


class MadeMessage(msgspec.Struct, frozen=True):
    dm_event_id: Number


class MadeDirect(msgspec.Struct, frozen=True):
    """The answer to a private message that was sent."""

    data: MadeMessage


class Deletion(msgspec.Struct, frozen=True):
    deleted: bool


class Deleted(msgspec.Struct, frozen=True):
    data: Deletion


class Direct(msgspec.Struct, frozen=True, kw_only=True):
    """A private message."""

    id: Number
    sender_id: Number
    created_at: str
    text: str = ""
    dm_conversation_id: str = ""
    attachments: Any = None
    urls: tuple[Any, ...] = ()
    entities: Entities | None = None


class DirectAnswer(msgspec.Struct, frozen=True):
    """A page of private messages: `data` is not there when there are none, then `meta` says so."""

    data: tuple[Any, ...] | None = None
    meta: Meta | None = None
    includes: Includes = Includes()
