"""A mention: one post, comment, reply, review, topic comment or message, in one shape for every network."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NewType, get_args

NetworkId = NewType("NetworkId", str)
"""The short name of a network in configs, rows and addresses; `network_id` makes one."""
Kind = Literal["post", "comment", "reply", "review", "topic", "message"]

KINDS: Final = get_args(Kind)
NETWORK_ID: Final = re.compile(r"[a-z][a-z0-9]{0,15}")

MAX_TEXT: Final = 65_536
"""Characters of a text that are kept; VK's own longest post has 15 895, X's long posts 25 000."""


def network_id(text: str) -> NetworkId:
    """Raises ValueError for what cannot be a network's name; which there are, the registry knows."""
    if NETWORK_ID.fullmatch(text) is None:
        raise ValueError(f"a network's name is short and of Latin letters, not {text[:40]!r}")
    return NetworkId(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote. `id` is the network's own id (communities may be negative), `handle` has no @, `city` is where he
    says he lives, in his own words.
    """

    id: str
    name: str
    handle: str | None = None
    followers: int | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody else's words beside a mention: what it answers, or what it shows again.

    `id` is the id that they have as a mention of the same network. `author` is a name to show and may be empty, as
    `text` is where the network tells no more than the number.
    """

    id: str
    author: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One text of one author in one place.

    `id` is unique within the network and outlives edits. `thread` is the id of the post that the conversation
    hangs on; None when the mention is that post itself. `reach` counts the people who can read it; `published_at`
    is aware and in UTC. `place` is whose page it was said on where that is not the author's own, e.g.
    `vk:romashka_help`.

    `text` is what the author wrote, nothing else, and may be empty. `parent` is the post or comment that it
    answers, `quoted` what it shows again (a repost, a quotation), `attached` the words of each attachment (a
    link's title, a poll, a photo's caption). `edited_at` is when the author last changed it, as far as the
    network tells: the same id with another text is a new version of the text, whatever `edited_at` says.
    """

    network: NetworkId
    kind: Kind
    id: str
    url: str
    author: Author
    text: str
    published_at: datetime
    thread: str | None = None
    reach: int | None = None
    place: str | None = None
    parent: Quote | None = None
    quoted: Quote | None = None
    attached: tuple[str, ...] = ()
    edited_at: datetime | None = None

    @property
    def words(self) -> str:
        """What there is to judge and to show."""
        return words_of(self.text, self.quoted, self.attached)


def words_of(text: str, quoted: Quote | None, attached: tuple[str, ...]) -> str:
    """The author's own words, then those that he shows again; of attachments only where there is nothing else."""
    if quoted is None and not attached:
        return text
    spoken = [part for part in (text, quoted.text if quoted else "") if part.strip()]
    return "\n\n".join(spoken or attached)[:MAX_TEXT] if len(spoken) != 1 else spoken[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A mention that its network shows no more; `at` is when that was heard, for networks seldom tell more.

    `deleter` is the id of who did it, where that is told: the author himself, or whoever keeps the page.
    """

    network: NetworkId
    id: str
    at: datetime
    deleter: str | None = None
