"""A community's wall, comments, discussions and private talks: Bots Long Poll, read again after a gap."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from alerts.outreach.abilities import Learned
from domain.mention import Author, Deletion, Mention
from domain.message import Message
from listener.mention_format import MalformedMentionError
from listener.networks.vk.bookmark import Bookmark, read_bookmark, write_bookmark
from listener.networks.vk.catch_up import catch_up
from listener.networks.vk.client import VkClient
from listener.networks.vk.errors import VkError
from listener.networks.vk.events import EDITS, HEARD, NEEDED, EventsOnce, deletion, heard_item, read_update
from listener.networks.vk.items import PEOPLE_FIELDS, authors_of, moment, read_people
from listener.networks.vk.longpoll import LongPoll, Look, Server, read_server
from listener.networks.vk.network import VK
from listener.networks.vk.people import People, listed_groups
from listener.networks.vk.quotes import Quotes
from listener.networks.vk.shapes import Item, PrivateMessage, Update
from listener.networks.vk.talks import NEEDED as NEEDED_FOR_TALKS
from listener.networks.vk.talks import as_message, heard_message, permission, said_since
from listener.networks.vk.transport import Limits
from listener.ports import Batch, Clock, Gap, SourceError
from listener.proxies import Proxies

log = logging.getLogger(__name__)

LOOK_BACK: Final = timedelta(hours=1)
OVERLAP: Final = 600
FARTHEST: Final = 7 * 86_400
"""Seconds: nobody wants last month's complaints as this morning's cards."""
GAP_TRIES: Final = 3
OUTAGE_TRIES: Final = 25
"""Tries to read the wall of a VK that is down: two minutes, while its live events are mostly down as well."""
IDLE: Final = 1.0
"""Seconds to rest after an empty answer that came at once: a server that does not wait must not be stormed."""
KEY_TRIES: Final = 3
SERVER_REST: Final = 120.0
"""Seconds for which the long poll's address is used again although it does not answer."""
UNREAD: Final = "стену перечитать не удалось, часть записей могла пропасть"
TALKS_UNREAD: Final = "переписку перечитать не удалось, часть сообщений могла пропасть"
NO_RIGHT: Final = frozenset({7, 15, 27})
"""Codes that a community's key without the right to its messages meets."""
_LONG_POLL_OFF: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the wall and the talks gave again; `words` say it to the staff."""

    mentions: tuple[Mention, ...] = ()
    deleted: tuple[Deletion, ...] = ()
    messages: tuple[Message, ...] = ()
    complete: bool
    words: str


@dataclass(slots=True)
class _Patience:
    """With one thing that is read again after a gap: a passing fault is met again, a lasting one is not."""

    tries: int = 0

    def is_over(self, error: SourceError) -> bool:
        self.tries += 1
        most = OUTAGE_TRIES if error.unreachable else GAP_TRIES
        if not error.permanent and not error.held_back and self.tries < most:
            return False
        self.tries = 0
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An update with what it holds: a public word, a private one, who takes messages, or none of these."""

    update: Update
    item: Item | None = None
    message: PrivateMessage | None = None
    learned: Learned | None = None


class VkCommunity:
    """One community heard with its own token; `reader` (a service token) can read its wall after a gap."""

    network = VK.id
    every: timedelta | None = None

    def __init__(
        self,
        community: str,
        client: VkClient,
        clock: Clock,
        *,
        reader: VkClient | None = None,
        limits: Limits | None = None,
        proxies: Proxies | None = None,
        look_back: timedelta = LOOK_BACK,
    ) -> None:
        self.name = f"vk.community:{community}"
        self._community = community
        self._client = client
        self._reader = reader
        self._clock = clock
        self._look_back = look_back
        self._long_poll = LongPoll(limits or Limits(), proxies)
        self._people = People(client)
        self._quotes = Quotes(reader)
        self._group: int | None = None
        self._server: Server | None = None
        self._server_at = 0.0
        self._events_once = EventsOnce()
        self._wall_patience = _Patience()
        self._talks_patience = _Patience()

    async def fetch(self, cursor: str | None) -> Batch:
        self._events_once.stored(cursor)
        group = await self._opened()
        bookmark = read_bookmark(cursor)
        if bookmark is None:
            return await self._first(group)
        look, ts = await self._look(group, bookmark.ts)
        if look.state == "events":
            return await self._events(group, look, bookmark)
        return await self._after_gap(group, bookmark, ts)

    async def close(self) -> None:
        await self._long_poll.close()
        await self._quotes.close()
        await self._client.close()
        if self._reader is not None:
            await self._reader.close()

    async def _opened(self) -> int:
        """The community's id; on the first call also a word about events that are switched off."""
        if self._group is None:
            answer = await self._client.call("groups.getById", group_id=self._community, fields=PEOPLE_FIELDS)
            groups = listed_groups(answer)
            people = read_people({"groups": groups})
            if not people:
                # A list of what cannot be read says nothing of the community.
                raise SourceError(f"VK: сообщество «{self._community}» не найдено", permanent=not groups)
            self._people.learn(people)
            group = -next(iter(people))
            await self._check_events(group)
            self._group = group
        return self._group

    async def _check_events(self, group: int) -> None:
        try:
            settings = await self._client.call("groups.getLongPollSettings", group_id=group)
        except SourceError as error:
            log.warning("source %s: the long poll's settings cannot be read: %s", self.name, error)
            return
        missing = missing_events(settings)
        if missing:
            log.warning(
                "%s: в настройках Long Poll сообщества выключены события: %s. Включите их, иначе часть записей "
                "не будет услышана",
                self.name,
                ", ".join(missing),
            )

    async def _new_server(self, group: int) -> Server:
        try:
            answer = await self._client.call("groups.getLongPollServer", group_id=group)
        except VkError as error:
            if error.code == _LONG_POLL_OFF:
                words = f"{error}. Включите Long Poll API в настройках сообщества «{self._community}»"
                raise SourceError(words, permanent=True) from None
            raise
        self._server = read_server(answer)
        self._server_at = asyncio.get_running_loop().time()
        return self._server

    async def _first(self, group: int) -> Batch:
        """Never heard before: what the wall has of the last hour, then events from now on."""
        server = await self._new_server(group)
        since = self._now() - int(self._look_back.total_seconds())
        found = await self._reconcile(group, since)
        return Batch(
            mentions=found.mentions,
            deleted=found.deleted,
            messages=found.messages,
            cursor=write_bookmark(Bookmark(ts=server.ts, at=self._now())),
        )

    async def _look(self, group: int, ts: str) -> tuple[Look, str]:
        """One look, with a fresh key when the old one has expired; also the ts to go on from after a gap."""
        for _ in range(KEY_TRIES):
            server = self._server or await self._new_server(group)
            try:
                look = await self._rested(server, ts)
            except SourceError:
                self._doubt_server()
                raise
            if look.state == "lost":
                return look, (await self._new_server(group)).ts
            if look.state != "expired":
                return look, look.ts or ts
            self._server = None
        raise SourceError("VK long poll: ключ не принимается даже новым")

    def _doubt_server(self) -> None:
        """The server may have moved; its address has a quota of its own, so it is asked for now and then only.

        The ts outlives the key.
        """
        if asyncio.get_running_loop().time() - self._server_at >= SERVER_REST:
            self._server = None

    async def _rested(self, server: Server, ts: str) -> Look:
        """A look, with a rest after one that brought nothing and did not wait either."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        look = await self._long_poll.look(server, ts)
        if look.state == "events" and not look.updates:
            await asyncio.sleep(max(0.0, began + IDLE - loop.time()))
        return look

    async def _events(self, group: int, look: Look, bookmark: Bookmark) -> Batch:
        if look.ts is None or (look.ts == bookmark.ts and not look.updates):
            return Batch()
        fresh = self._events_once.fresh(look.updates)
        cursor = write_bookmark(Bookmark(ts=look.ts, at=self._now()))
        self._events_once.handed_over(cursor, look.updates)
        return replace(await self._read_updates(group, fresh), cursor=cursor)

    async def _read_updates(self, group: int, updates: list[Any]) -> Batch:
        """What the updates say, in order; a broken one is logged and costs only itself."""
        events, authors = self._understood(updates), {-group}
        for event in events:
            authors |= authors_of(event.item) if event.item is not None else set()
            authors |= {event.message.peer_id} if event.message is not None else set()
        people = await self._people.find(authors) if any(event.item or event.message for event in events) else {}
        mentions: dict[str, Mention] = {}
        deleted: dict[str, Deletion] = {}
        messages: dict[str, Message] = {}
        for event in events:
            with self._skipping():
                gone = deletion(event.update, self._clock.now())
                if gone is not None:
                    deleted[gone.id] = gone
                elif event.item is not None:
                    mention = self._mention(event.update, event.item, people)
                    # An edit in the same batch wins over what it edits, and what was brought back is there.
                    mentions.pop(mention.id, None)
                    deleted.pop(mention.id, None)
                    mentions[mention.id] = mention
                elif event.message is not None:
                    message = self._message(event.update, event.message, group, people)
                    earlier = messages.get(message.id)
                    # Only the first word of a message tells by which link its writer came.
                    messages[message.id] = replace(message, ref=message.ref or (earlier.ref if earlier else None))
        answered = await self._quotes.answered(list(mentions.values()))
        self._quotes.forget(deleted)
        now = self._clock.now()
        posts = (Deletion(network=self.network, id=post, at=now) for post in self._quotes.gone())
        return Batch(
            mentions=tuple(answered),
            deleted=(*deleted.values(), *posts),
            messages=tuple(messages.values()),
            learned=tuple(event.learned for event in events if event.learned is not None),
            told=True,
        )

    def _understood(self, updates: list[Any]) -> list[_Event]:
        events = []
        for row in updates:
            with self._skipping():
                update = read_update(row)
                events.append(
                    _Event(
                        update=update,
                        item=heard_item(update),
                        message=heard_message(update),
                        learned=permission(update, self._page, self._clock.now()),
                    )
                )
        return events

    def _mention(self, event: Update, item: Item, people: Mapping[int, Author]) -> Mention:
        mention = self._here(HEARD[event.type](item, people))
        if event.type in EDITS and mention.edited_at is None:
            return replace(mention, edited_at=self._clock.now())
        return mention

    def _message(self, event: Update, row: PrivateMessage, group: int, people: Mapping[int, Author]) -> Message:
        edited_at = self._clock.now() if event.type == "message_edit" else None
        return as_message(row, self._page, group, people, edited_at)

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        try:
            yield
        except MalformedMentionError as error:
            log.warning("source %s: one event skipped: %s", self.name, error)

    async def _after_gap(self, group: int, bookmark: Bookmark, ts: str) -> Batch:
        found = await self._reconcile(group, min(bookmark.at, self._now()) - OVERLAP)
        gap = Gap(
            since=moment(bookmark.at) if bookmark.at else None,
            until=self._clock.now(),
            cause="VK потерял часть событий сообщества; " + found.words,
            filled=found.complete,
        )
        cursor = write_bookmark(Bookmark(ts=ts, at=self._now()))
        return Batch(
            mentions=found.mentions, deleted=found.deleted, messages=found.messages, cursor=cursor, gaps=(gap,)
        )

    async def _reconcile(self, group: int, since: int) -> _Found:
        """What the wall and the talks have since `since`, and whether they could be read.

        A passing fault is raised, so that the gap is met again; a lasting one must not stop the live events.
        """
        wall, talks = await self._wall_again(group, since), await self._talks_again(group, since)
        return replace(
            wall,
            messages=talks.messages,
            complete=wall.complete and talks.complete,
            words="; ".join(filter(None, (wall.words, talks.words))),
        )

    async def _wall_again(self, group: int, since: int) -> _Found:
        if self._reader is None:
            return _Found(complete=False, words=UNREAD)
        reached = max(since, self._now() - FARTHEST)
        try:
            recovered = await catch_up(self._reader, -group, reached, self._clock.now())
        except SourceError as error:
            if not self._wall_patience.is_over(error):
                raise
            log.warning("source %s: the wall cannot be read: %s", self.name, error)
            return _Found(complete=False, words=UNREAD)
        self._wall_patience.tries = 0
        self._quotes.learn(recovered.older.values())
        mentions = await self._quotes.answered([self._here(mention) for mention in recovered.mentions.values()])
        words = f"стена перечитана, найдено записей: {len(mentions)}"
        if recovered.left_out:
            words += f"; не прочитаны комментарии под записями: {recovered.left_out}"
        return _Found(
            mentions=tuple(mentions),
            deleted=tuple(recovered.deleted.values()),
            complete=not recovered.left_out and reached == since,
            words=words,
        )

    async def _talks_again(self, group: int, since: int) -> _Found:
        reached = max(since, self._now() - FARTHEST)
        try:
            rows, complete = await said_since(self._client, reached)
        except (SourceError, MalformedMentionError) as error:
            if isinstance(error, VkError) and error.code in NO_RIGHT:
                log.info("source %s: the key has no right to the community's messages", self.name)
                return _Found(complete=True, words="")
            if isinstance(error, SourceError) and not self._talks_patience.is_over(error):
                raise
            log.warning("source %s: the talks cannot be read: %s", self.name, error)
            return _Found(complete=False, words=TALKS_UNREAD)
        self._talks_patience.tries = 0
        people = await self._people.find({row.peer_id for row in rows})
        messages = []
        for row in rows:
            with self._skipping():
                messages.append(as_message(row, self._page, group, people))
        words = f"переписка перечитана, сообщений: {len(messages)}" if messages else ""
        return _Found(messages=tuple(messages), complete=complete and reached == since, words=words)

    @property
    def _page(self) -> str:
        """The community by the name that the staff watch it by, whatever else VK calls it."""
        return f"vk:{self._community}"

    def _here(self, mention: Mention) -> Mention:
        return replace(mention, place=self._page)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def missing_events(settings: object) -> list[str]:
    """The needed events that the answer of groups.getLongPollSettings says are off."""
    events = settings.get("events") if isinstance(settings, Mapping) else None
    if not isinstance(events, Mapping):
        return []
    return [event for event in (*NEEDED, *NEEDED_FOR_TALKS) if events.get(event) in (0, False)]
