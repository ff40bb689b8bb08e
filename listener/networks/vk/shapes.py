"""The JSON of VK's objects, as far as it is read: what has no default must be there, all else may be odd."""

from typing import Annotated, Any

import msgspec

Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Unix seconds up to the last day that a calendar here has."""


class Views(msgspec.Struct, frozen=True):
    count: int


class Thread(msgspec.Struct, frozen=True):
    """The answers under a comment: some of them, and how many there are."""

    count: int = 0
    items: tuple[Any, ...] = ()


class Comments(msgspec.Struct, frozen=True):
    count: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A post, a comment or a topic's comment; which it is says the method or the event that brought it.

    Numbers are zero where VK does not give them: its own start at one. `reply_to_comment` is the comment answered,
    `copy_history` the post shown again with that one's own history. `created_by` is given to the wall's own alone.
    """

    date: Seconds
    text: str
    id: int = 0
    post_id: int = 0
    owner_id: int = 0
    to_id: int = 0
    source_id: int = 0
    post_owner_id: int = 0
    topic_owner_id: int = 0
    topic_id: int = 0
    from_id: int = 0
    signer_id: int = 0
    created_by: int = 0
    reply_to_comment: int = 0
    parents_stack: tuple[int, ...] = ()
    edited: Seconds = 0
    type: str = ""
    post_type: str = ""
    views: Views | int | None = None
    comments: Comments | None = None
    thread: Thread | None = None
    attachments: tuple[Any, ...] = ()
    copy_history: tuple[Any, ...] = ()
    deleted: bool = False
    is_deleted: bool = False


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A discussion of a community, with what it begins with."""

    id: int
    title: str = ""
    first_comment: str = ""


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """The object of an event about a deletion."""

    id: int
    owner_id: int = 0
    topic_owner_id: int = 0
    topic_id: int = 0
    deleter_id: int = 0


class City(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    first_name: str = ""
    last_name: str = ""
    screen_name: str = ""
    domain: str = ""
    followers_count: int = -1
    city: City | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str = ""
    screen_name: str = ""
    members_count: int = -1


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that lists things. `next_from` and `total_count` are the search's."""

    items: tuple[Any, ...]
    next_from: str = ""
    total_count: int | None = None


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the long poll."""

    type: str
    object: Any = None
    event_id: str = ""


class NewComment(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a comment that was made; `parents_stack` are the comments whose threads it stands in."""

    comment_id: int
    parents_stack: tuple[int, ...] = ()


class PrivateMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message between a person (`peer_id`) and a community. `random_id` is given with a community's own alone,
    `admin_author_id` with those of them that somebody of its keepers wrote, `ref` with the first that came by a
    link.
    """

    id: int
    date: Seconds
    from_id: int
    peer_id: int
    text: str = ""
    random_id: int = 0
    admin_author_id: int = 0
    ref: str = ""
    update_time: Seconds = 0
    attachments: tuple[Any, ...] = ()
    fwd_messages: tuple[Any, ...] = ()
    geo: Any = None
    deleted: bool | int = False


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A row of messages.getConversations."""

    last_message: Any


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """The object of message_allow and message_deny."""

    user_id: int


class MessageError(msgspec.Struct, frozen=True, kw_only=True):
    code: int


class DeletedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What messages.delete says of one message."""

    error: MessageError | None = None
