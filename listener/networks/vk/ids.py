"""VK's numbers as our ids have them: walls, posts, comments, discussions and private messages."""

import re
from dataclasses import dataclass
from typing import Final

from alerts.outreach.outbound import Target

_WALL: Final = re.compile(r"(-?\d{1,20})_(\d{1,20})")
_TOPIC: Final = re.compile(r"topic-(\d{1,20})_(\d{1,20})")
_MESSAGE: Final = re.compile(r"message(\d{1,20})_(\d{1,20})_(\d{1,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where an answer goes: the post, and the comment under it that is answered, None for the post itself."""

    owner: int
    post: int
    comment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpot:
    """A comment in a discussion of the community of that number."""

    group: int
    topic: int
    comment: int


def spot_of(target: Target) -> Spot | None:
    """None for what stands on no wall."""
    thread, mention = _WALL.fullmatch(target.thread), _WALL.fullmatch(target.mention)
    if thread is None or mention is None:
        return None
    comment = None if target.mention == target.thread else int(mention[2])
    return Spot(owner=int(thread[1]), post=int(thread[2]), comment=comment)


def topic_spot_of(target: Target) -> TopicSpot | None:
    thread, number = _TOPIC.fullmatch(target.thread), target.mention.rpartition("_")[2]
    if thread is None or not number.isdecimal():
        return None
    return TopicSpot(group=int(thread[1]), topic=int(thread[2]), comment=int(number))


def comment_id(owner: int, number: int) -> str:
    return f"{owner}_{number}"


def read_comment_id(text: str) -> tuple[int, int] | None:
    """The wall's owner and the comment's number."""
    found = _WALL.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def message_id(group: int, peer: int, number: int) -> str:
    """A private message's: unlike a mention's, for a talk may be judged as one."""
    return f"message{group}_{peer}_{number}"


def read_message_id(text: str) -> tuple[int, int] | None:
    """The person it is with, and its number."""
    found = _MESSAGE.fullmatch(text)
    return (int(found[2]), int(found[3])) if found else None


def person(author: str) -> int | None:
    """The number of an author who is a person; communities take no private messages."""
    return int(author) if author.isdecimal() and int(author) > 0 else None
