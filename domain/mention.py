"""A mention: one post, comment, reply, review, topic comment or message, in one shape for every network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Network = Literal["vk", "x"]
Kind = Literal["post", "comment", "reply", "review", "topic", "message"]

NETWORKS: Final = get_args(Network)
KINDS: Final = get_args(Kind)

MAX_TEXT: Final = 65_536
"""Characters of a text that are kept; VK's own longest post has 15 895, X's long posts 25 000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote. `id` is the network's own id (VK communities are negative), `handle` has no @."""

    id: str
    name: str
    handle: str | None = None
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One text of one author in one place.

    `id` is unique within the network: VK `<owner>_<id>`, X the post's number as a string.
    `thread` is the id of the post that the conversation hangs on; None when the mention is that post itself.
    `reach` counts the people who can read it; `published_at` is aware and in UTC. `place` is whose page it was
    said on where that is not the author's own, e.g. `vk:romashka_help`.
    """

    network: Network
    kind: Kind
    id: str
    url: str
    author: Author
    text: str
    published_at: datetime
    thread: str | None = None
    reach: int | None = None
    place: str | None = None
