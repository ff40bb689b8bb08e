"""An account's private talks on X: its direct message events, asked for by the minute, both sides'."""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from domain.mention import MAX_TEXT, Author
from domain.message import Message
from listener.mention_format import MalformedMentionError, parse_time, storable
from listener.networks.reading import read_all
from listener.networks.written import unescaped
from listener.networks.x.client import XClient
from listener.networks.x.costs import Bill
from listener.networks.x.network import X
from listener.networks.x.posts import own_number, read_list
from listener.networks.x.refusals import RefusedError
from listener.networks.x.shapes import Address, Direct, DirectAnswer, User
from listener.networks.x.snowflake import may_be_there, number_at, time_of
from listener.ports import Batch, Clock, Gap, SourceError

log = logging.getLogger(__name__)

WINDOW: Final = timedelta(minutes=15)
LOOKS: Final = 15
"""Pages that X gives in a window, read 2026-08-22; its own answers say what holds."""
SHARE: Final = 2 / 3
"""Of the pages, for looks that find nothing new; the rest is for busy ones."""
FIRST_LOOK: Final = timedelta(hours=1)
"""How far back an account is read that was never read before."""
NEWEST: Final = 5
"""Messages of a look that finds nothing new. X takes no lower bound and bills each message once a day."""
NO_RIGHT: Final = (
    "у ключей аккаунта @{handle} нет права на личные сообщения, остальное работает. Нужны — дайте приложению права"
    " «Read and write and Direct message» и выпустите ключи заново (docs/connect-x.ru.md, «Отвечать»); не нужны —"
    " messages: off в policy.yaml"
)
MORE: Final = 100
MOST_PAGES: Final = 6


class XTalks:
    """The private messages of one account, read with its own keys; `number` is its own where it is known."""

    network = X.id

    def __init__(
        self,
        handle: str,
        every: timedelta,
        client: XClient,
        clock: Clock,
        bill: Bill | None,
        *,
        number: str | None = None,
    ) -> None:
        self.name = f"x.messages:{handle}"
        self._handle = handle
        self._every = every
        self._client = client
        self._clock = clock
        self._bill = bill
        self._number = number

    @property
    def every(self) -> timedelta:
        """As often as the brand asks, and no oftener than X allows."""
        looks = max(1, self._client.looks_for_messages() or LOOKS)
        return max(self._every, WINDOW / (looks * SHARE))

    async def fetch(self, cursor: str | None) -> Batch:
        now = self._clock.now()
        since = read_cursor(cursor)
        if since is None:
            since = number_at(now - FIRST_LOOK)
        me, found, token = await self._me(), dict[str, Message](), None
        newest, reached = since, False
        for page in range(MOST_PAGES):
            if self._bill is not None:
                await self._bill.allow()
            answer = await self._page(token, NEWEST if page == 0 else MORE)
            people = {str(user.id): user for user in read_all(answer.includes.users, User)}
            events = list(read_all(answer.data, Direct))
            if self._bill is not None:
                await self._bill.count_messages(frozenset(str(event.id) for event in events), frozenset(people))
            for event in events:
                newest = max(newest, int(event.id)) if may_be_there(int(event.id), now, since) else newest
                if int(event.id) > since:
                    found |= self._messages(event, me, people)
            token = str(answer.meta.next_token) if answer.meta and answer.meta.next_token else None
            reached = token is None or any(int(event.id) <= since for event in events)
            if reached:
                break
        gaps = () if reached else (self._left_out(since),)
        return Batch(messages=tuple(found.values()), cursor=json.dumps({"since": newest}), gaps=gaps)

    async def close(self) -> None:
        await self._client.close()

    async def _page(self, token: str | None, size: int) -> DirectAnswer:
        try:
            return read_list(await self._client.messages(token=token, size=size), DirectAnswer)
        except RefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise SourceError(
                    str(error), permanent=True, advice=NO_RIGHT.format(handle=self._handle)
                ) from None
            raise
        except MalformedMentionError as error:
            raise SourceError(f"X answers 200, but with no page of messages: {error}") from None

    def _messages(self, event: Direct, me: str, people: Mapping[str, User]) -> dict[str, Message]:
        try:
            message = as_message(event, self._handle, me, people)
        except MalformedMentionError as error:
            log.warning("source %s left out the message %s: %s", self.name, event.id, error)
            return {}
        return {} if message is None else {message.id: message}

    def _left_out(self, since: int) -> Gap:
        now = self._clock.now()
        cause = f"больше {MORE * (MOST_PAGES - 1)} личных сообщений за раз, самые старые не прочитаны"
        return Gap(since=time_of(since, now), until=now, cause=cause)

    async def _me(self) -> str:
        if self._number is None:
            self._number = own_number(await self._client.me(), self._handle)
        return self._number


def as_message(event: Direct, handle: str, me: str, people: Mapping[str, User]) -> Message | None:
    """None for what was said among several. Raises MalformedMentionError."""
    sides = event.dm_conversation_id.split("-")
    if len(sides) != 2 or me not in sides:
        return None
    other = sides[0] if sides[1] == me else sides[1]
    user = people.get(other)
    return Message(
        network=X.id,
        id=str(event.id),
        page=f"x:{handle}",
        customer=Author(
            id=other,
            name=(storable(user.name) if user else "") or f"id{other}",
            handle=(storable(user.username) if user else "") or None,
        ),
        incoming=str(event.sender_id) == other,
        text=storable(unescaped(event.text))[:MAX_TEXT],
        at=parse_time(event.created_at, "created_at"),
        attached=tuple(map(storable, _attached(event))),
    )


def read_cursor(cursor: str | None) -> int | None:
    """The number of the newest message that is stored."""
    try:
        row = json.loads(cursor or "null")
        return int(row["since"])
    except (KeyError, TypeError, ValueError):
        return None


def _attached(event: Direct) -> Iterator[str]:
    """The addresses behind X's own short ones; pictures have such an address too."""
    given: tuple[Any, ...] = (*event.urls, *(event.entities.urls if event.entities else ()))
    links = dict.fromkeys(address.expanded_url for address in read_all(given, Address) if address.expanded_url)
    yield from links
    if event.attachments is not None and not links:
        yield "вложение"
