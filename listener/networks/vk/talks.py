"""A community's private talks as messages: what its events say, and what its histories still know after a gap."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Final

from alerts.outreach.abilities import Learned, Reason
from domain.mention import MAX_TEXT, Author
from domain.message import Message
from listener.mention_format import MalformedMentionError, storable
from listener.networks.reading import read, read_all
from listener.networks.vk.attachments import shown_attachments
from listener.networks.vk.client import VkClient
from listener.networks.vk.ids import message_id
from listener.networks.vk.items import moment, nameless
from listener.networks.vk.network import VK
from listener.networks.vk.shapes import Page, Permission, PrivateMessage, Talk, Update
from listener.networks.written import unescaped

HEARD: Final = ("message_new", "message_reply", "message_edit")
"""A customer's message, the community's own (by a key or by somebody in VK's pages), and a change of either."""
PERMISSIONS: Final[Mapping[str, Reason | None]] = {"message_allow": None, "message_deny": "messages_closed"}
NEEDED: Final = (*HEARD, *PERMISSIONS)
PAGE: Final = 200
MOST_TALKS: Final = 3
"""Pages of talks that are gone through after a gap."""
MOST_HISTORY: Final = 5
"""Pages of one talk: a thousand messages."""
MOST_FORWARDED: Final = 10
_CHATS: Final = 2_000_000_000
"""Numbers from here on are talks of several people, in which nobody is our customer."""


def heard_message(update: Update) -> PrivateMessage | None:
    """The message of an event; None for other events, and for what was not said between a person and the page.

    Raises MalformedMentionError.
    """
    if update.type not in HEARD:
        return None
    row = update.object
    # Which of the two shapes comes says the version of the API that the community's settings name.
    if isinstance(row, Mapping) and "message" in row:
        row = row["message"]
    message = read(row, PrivateMessage)
    if not 0 < message.peer_id < _CHATS:
        return None
    if message.id <= 0:
        raise MalformedMentionError("a message without a number")
    return message


def permission(update: Update, page: str, now: datetime) -> Learned | None:
    """That a person takes the page's messages from now on, or does not any more. Raises MalformedMentionError."""
    if update.type not in PERMISSIONS:
        return None
    person = read(update.object, Permission).user_id
    return Learned(
        network=VK.id, page=page, scope="author", key=str(person), reason=PERMISSIONS[update.type], at=now
    )


def as_message(
    row: PrivateMessage, page: str, group: int, people: Mapping[int, Author], edited_at: datetime | None = None
) -> Message:
    """`edited_at` is for a change whose row does not say when. Raises MalformedMentionError."""
    at, incoming = moment(row.date), row.from_id == row.peer_id
    changed = moment(row.update_time) if row.update_time else edited_at
    return Message(
        network=VK.id,
        id=message_id(group, row.peer_id, row.id),
        page=page,
        customer=people.get(row.peer_id) or nameless(row.peer_id),
        incoming=incoming,
        text=storable(unescaped(row.text))[:MAX_TEXT],
        at=at,
        ref=storable(row.ref) or None,
        attached=tuple(map(storable, _attached(row))),
        edited_at=changed,
        deleted_at=(changed or at) if row.deleted else None,
        by_program=not incoming and not row.admin_author_id,
    )


async def said_since(client: VkClient, since: int) -> tuple[list[PrivateMessage], bool]:
    """Everything of both sides since a moment (unix seconds), and whether that is all. Raises SourceError.

    All talks are looked at, not the unanswered alone: where a colleague has answered in VK's own pages, the
    customer's words and the answer are missing both.
    """
    found: list[PrivateMessage] = []
    complete = True
    async for last in _talks(client, since):
        if last is None:
            complete = False
            continue
        said, whole = await _history(client, last.peer_id, since)
        found += said
        complete &= whole
    return found, complete


async def _talks(client: VkClient, since: int) -> AsyncIterator[PrivateMessage | None]:
    """The last message of each talk with somebody since then, latest first; None where there are too many."""
    for number in range(MOST_TALKS):
        answer = await client.call("messages.getConversations", count=PAGE, offset=number * PAGE)
        rows = read(answer, Page).items
        talks = (talk.last_message for talk in read_all(rows, Talk))
        lasts = list(read_all(tuple(talks), PrivateMessage))
        for last in lasts:
            if last.date >= since and 0 < last.peer_id < _CHATS:
                yield last
        if len(rows) < PAGE or (lasts and lasts[-1].date < since):
            return
    yield None


async def _history(client: VkClient, peer: int, since: int) -> tuple[list[PrivateMessage], bool]:
    found: list[PrivateMessage] = []
    for number in range(MOST_HISTORY):
        answer = await client.call("messages.getHistory", peer_id=peer, count=PAGE, offset=number * PAGE)
        rows = read(answer, Page).items
        said = list(read_all(rows, PrivateMessage))
        found += [message for message in said if message.date >= since and message.id > 0]
        if len(rows) < PAGE or (said and said[-1].date < since):
            return found, True
    return found, False


def _attached(row: PrivateMessage) -> Iterator[str]:
    yield from shown_attachments(row.attachments)
    if row.geo is not None:
        yield "место на карте"
    for forwarded in list(read_all(row.fwd_messages, PrivateMessage))[:MOST_FORWARDED]:
        if words := forwarded.text.strip():
            yield f"переслано: {unescaped(words)}"[:MAX_TEXT]
