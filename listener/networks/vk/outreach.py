"""What a person confirmed, said on VK: comments as the community, private messages, changes and removals.

VK knows its own repeats: a comment by `guid`, a message by `random_id`. Both come of the outbound's number and
time, so that a second try says nothing twice. What was said is looked for all the same where it can be read, for
VK tells nowhere how long it remembers a `guid`.
"""

import hashlib
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final, TypeVar

from alerts.outreach.outbound import Outbound, Sent
from alerts.outreach.ports import OutreachError, Refused
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read, read_all
from listener.networks.vk.client import VkClient
from listener.networks.vk.errors import vk_error
from listener.networks.vk.ids import (
    Spot,
    comment_id,
    message_id,
    person,
    read_comment_id,
    read_message_id,
    spot_of,
    topic_spot_of,
)
from listener.networks.vk.network import SITE
from listener.networks.vk.options import VkOptions
from listener.networks.vk.outreach_errors import outreach_error
from listener.networks.vk.people import listed_groups
from listener.networks.vk.shapes import DeletedMessage, Group, Item, NewComment, Page, PrivateMessage
from listener.networks.vk.transport import Limits
from listener.networks.written import unescaped
from listener.ports import Clock, SourceError
from listener.proxies import Proxies

T = TypeVar("T")

PAGE: Final = 100
DEEPEST: Final = 10
"""Pages of comments that are looked through for an own one: the newest thousand."""
HISTORY: Final = 200
_SKEW: Final = 120
"""Seconds that VK's clock may be behind ours."""


def build_outreach(options: VkOptions, clock: Clock, *, limits: Limits | None = None) -> "VkOutreach | None":
    """None without a community's key."""
    if not options.community_tokens:
        return None
    limits, proxies = limits or Limits(), Proxies("VK", options.road)

    def client(token: str, *, group: bool) -> VkClient:
        return VkClient(token, options.api_url, group=group, limits=limits, proxies=proxies).share()

    return VkOutreach(
        {name.lower(): client(token.reveal(), group=True) for name, token in options.community_tokens.items()},
        clock,
        reader=client(options.service_token.reveal(), group=False) if options.service_token else None,
        admin=client(options.user_token.reveal(), group=False) if options.user_token else None,
    )


class VkOutreach:
    """`pages` are the communities' clients by name, `reader` a service key's, `admin` that of their keeper."""

    asks_ahead = True

    def __init__(
        self,
        pages: Mapping[str, VkClient],
        clock: Clock,
        *,
        reader: VkClient | None = None,
        admin: VkClient | None = None,
    ) -> None:
        self._pages = pages
        self._clock = clock
        self._reader = reader
        self._admin = admin
        self._groups: dict[str, int] = {}

    async def send(self, outbound: Outbound) -> Sent:
        match outbound.kind:
            case "reply" | "invite":
                return await self._comment(outbound)
            case "message":
                return await self._message(outbound)
            case "edit":
                return await self._edit(outbound)
            case "take_back":
                return await self._take_back(outbound)
            case "remove" | "restore":
                return await self._moderate(outbound)

    async def find(self, outbound: Outbound) -> Sent | None:
        """None may be sent again: VK knows a repeated comment or message, and the rest does no harm twice."""
        match outbound.kind:
            case "reply" | "invite":
                return await self._asked(outbound, self._find_comment(outbound))
            case "message":
                return await self._asked(outbound, self._find_message(outbound))
            case "edit" | "take_back" | "remove" | "restore":
                return None

    async def may_message(self, page: str, author: str) -> bool:
        number = person(author)
        client = self._pages.get(page.removeprefix("vk:"))
        if number is None or client is None:
            return False
        try:
            group = await self._group(client, page)
            answer = await client.call("messages.isMessagesFromGroupAllowed", group_id=group, user_id=number)
        except SourceError as error:
            raise OutreachError(str(error), outcome="unknown", reason="unreachable") from None
        return isinstance(answer, Mapping) and answer.get("is_allowed") in (1, True)

    async def stands(self, outbound: Outbound) -> bool:
        sent = outbound.sent or outbound.of
        if sent is None:
            return False
        if (message := read_message_id(sent.ref)) is not None:
            return await self._asked(outbound, self._message_stands(outbound, *message))
        if (comment := read_comment_id(sent.ref)) is not None:
            return await self._asked(outbound, self._comment_stands(outbound, comment[1]))
        raise _unable(outbound, f"VK: {sent.ref[:40]} cannot be looked up")

    async def close(self) -> None:
        for client in (*self._pages.values(), self._reader, self._admin):
            if client is not None:
                await client.close()

    async def _comment(self, outbound: Outbound) -> Sent:
        client, spot = self._speaking(outbound), spot_of(outbound.target)
        if spot is None:
            raise _refused(outbound, "no_right", "VK: a discussion takes no comment of a community's key")
        group = await self._asked(outbound, self._group(client, outbound.target.page or ""))
        values = {"reply_to_comment": spot.comment} if spot.comment is not None else {}
        answer = await self._asked(
            outbound,
            client.call(
                "wall.createComment",
                owner_id=spot.owner,
                post_id=spot.post,
                from_group=group,
                message=outbound.text,
                guid=guid(outbound),
                **values,
            ),
        )
        try:
            new = read(answer, NewComment)
        except MalformedMentionError as error:
            raise OutreachError(
                f"VK wall.createComment: {error}", outcome="unknown", reason="unreachable"
            ) from None
        return _sent_comment(spot, new.comment_id, new.parents_stack)

    async def _message(self, outbound: Outbound) -> Sent:
        client, peer = self._speaking(outbound), person(outbound.target.author)
        if peer is None:
            raise _refused(outbound, "messages_closed", "VK: only a person takes a private message")
        group = await self._asked(outbound, self._group(client, outbound.target.page or ""))
        number = await self._asked(
            outbound,
            client.call("messages.send", peer_id=peer, message=outbound.text, random_id=random_id(outbound)),
        )
        if not isinstance(number, int) or number <= 0:
            raise OutreachError("VK messages.send: no number", outcome="unknown", reason="unreachable")
        return Sent(ref=message_id(group, peer, number))

    async def _edit(self, outbound: Outbound) -> Sent:
        earlier = _earlier(outbound)
        if (message := read_message_id(earlier.ref)) is not None:
            peer, number = message
            await self._done(
                outbound,
                self._speaking(outbound),
                "messages.edit",
                peer_id=peer,
                message_id=number,
                message=outbound.text,
            )
            return earlier
        owner, number = _comment_of(outbound, earlier)
        await self._done(
            outbound,
            self._keeping(outbound),
            "wall.editComment",
            owner_id=owner,
            comment_id=number,
            message=outbound.text,
        )
        return earlier

    async def _take_back(self, outbound: Outbound) -> Sent:
        earlier = _earlier(outbound)
        if (message := read_message_id(earlier.ref)) is not None:
            peer, number = message
            await self._done(
                outbound,
                self._speaking(outbound),
                "messages.delete",
                peer_id=peer,
                message_ids=number,
                delete_for_all=1,
            )
            return earlier
        owner, number = _comment_of(outbound, earlier)
        await self._done(
            outbound, self._keeping(outbound), "wall.deleteComment", owner_id=owner, comment_id=number
        )
        return earlier

    async def _moderate(self, outbound: Outbound) -> Sent:
        target, verb = outbound.target, "delete" if outbound.kind == "remove" else "restore"
        topic = topic_spot_of(target)
        if topic is not None:
            await self._done(
                outbound,
                self._speaking(outbound),
                f"board.{verb}Comment",
                group_id=topic.group,
                topic_id=topic.topic,
                comment_id=topic.comment,
            )
            return Sent(ref=target.mention, url=target.url)
        spot = spot_of(target)
        if spot is None or spot.comment is None:
            raise _refused(outbound, "no_right", "VK: only comments are removed")
        await self._done(
            outbound, self._keeping(outbound), f"wall.{verb}Comment", owner_id=spot.owner, comment_id=spot.comment
        )
        return Sent(ref=target.mention, url=target.url)

    async def _find_comment(self, outbound: Outbound) -> Sent | None:
        """An own comment with that text that answers the same one, not older than the outbound."""
        spot, client = spot_of(outbound.target), self._reader or self._admin
        if spot is None or client is None:
            return None
        group = await self._group(self._speaking(outbound), outbound.target.page or "")
        since = int(outbound.created_at.timestamp()) - _SKEW
        for item in await self._comments(client, spot, since):
            said = unescaped(item.text) == outbound.text or item.text == outbound.text
            if item.from_id == -group and said and item.reply_to_comment == (spot.comment or 0):
                return _sent_comment(spot, item.id, item.parents_stack)
        return None

    async def _comments(self, client: VkClient, spot: Spot, since: int) -> list[Item]:
        """The comments under a post, newest first, with the answers in their threads; from `since` on at least."""
        found: list[Item] = []
        for page in range(DEEPEST):
            answer = await client.call(
                "wall.getComments",
                owner_id=spot.owner,
                post_id=spot.post,
                count=PAGE,
                offset=page * PAGE,
                sort="desc",
                thread_items_count=10,
            )
            rows = read(answer, Page).items
            for item in read_all(rows, Item):
                answers = await self._thread(client, spot, item)
                found += [item, *answers]
            if len(rows) < PAGE:
                break
        return [item for item in found if item.date >= since]

    async def _thread(self, client: VkClient, spot: Spot, item: Item) -> list[Item]:
        if item.thread is None or not item.thread.count:
            return []
        answers = list(read_all(item.thread.items, Item))
        if item.thread.count <= len(answers):
            return answers
        answer = await client.call(
            "wall.getComments",
            owner_id=spot.owner,
            post_id=spot.post,
            comment_id=item.id,
            count=PAGE,
            sort="desc",
        )
        return [*answers, *read_all(read(answer, Page).items, Item)]

    async def _find_message(self, outbound: Outbound) -> Sent | None:
        client, peer = self._speaking(outbound), person(outbound.target.author)
        if peer is None:
            return None
        group = await self._group(client, outbound.target.page or "")
        answer = await client.call("messages.getHistory", peer_id=peer, count=HISTORY)
        for message in read_all(read(answer, Page).items, PrivateMessage):
            if message.random_id == random_id(outbound) and message.from_id == -group:
                return Sent(ref=message_id(group, peer, message.id))
        return None

    async def _message_stands(self, outbound: Outbound, peer: int, number: int) -> bool:
        client = self._speaking(outbound)
        answer = await client.call("messages.getById", message_ids=number, peer_id=peer)
        found = read_all(read(answer, Page).items, PrivateMessage)
        return any(message.id == number and not message.deleted for message in found)

    async def _comment_stands(self, outbound: Outbound, number: int) -> bool:
        spot, client = spot_of(outbound.target), self._reader or self._admin
        if spot is None or client is None:
            raise SourceError("VK: own comments cannot be read without a service key", maybe_done=True)
        since = int(outbound.created_at.timestamp()) - _SKEW
        items = await self._comments(client, spot, since)
        return any(item.id == number and not (item.deleted or item.is_deleted) for item in items)

    async def _done(self, outbound: Outbound, client: VkClient, method: str, **values: object) -> None:
        """Ask for what can be asked for twice; a refusal that means that it is so already is none."""
        try:
            failure = _failure(method, await client.call(method, **values))
            if failure is not None:
                raise failure
        except SourceError as error:
            refused = outreach_error(error, outbound, self._clock.now())
            if refused is not None:
                raise refused from None

    async def _asked(self, outbound: Outbound, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except MalformedMentionError as error:
            raise _unable(outbound, f"VK: {error}") from None
        except SourceError as error:
            refused = outreach_error(error, outbound, self._clock.now())
            raise refused or _unable(outbound, str(error)) from None

    async def _group(self, client: VkClient, page: str) -> int:
        """The number of the community whose key it is."""
        if page not in self._groups:
            answer = await client.call("groups.getById")
            groups = list(read_all(listed_groups(answer), Group))
            if not groups:
                raise SourceError(f"VK: сообщество «{page}» не найдено", permanent=True)
            self._groups[page] = abs(groups[0].id)
        return self._groups[page]

    def _speaking(self, outbound: Outbound) -> VkClient:
        client = self._pages.get((outbound.target.page or "").removeprefix("vk:"))
        if client is None:
            raise _refused(outbound, "no_token", f"VK: no key of {outbound.target.page}")
        return client

    def _keeping(self, outbound: Outbound) -> VkClient:
        if self._admin is None:
            raise _refused(outbound, "no_right", f"VK: {outbound.kind} needs the key of a person")
        return self._admin


def _failure(method: str, answer: object) -> SourceError | None:
    """messages.delete says of each message what became of it."""
    rows = list(read_all(answer, DeletedMessage))
    code = next((row.error.code for row in rows if row.error is not None), None)
    return None if code is None else vk_error(method, code, "")


def guid(outbound: Outbound) -> str:
    """The same for every try. The time stands in it for a database that begins to count anew."""
    return hashlib.sha256(f"{outbound.id} {outbound.created_at.isoformat()}".encode()).hexdigest()[:32]


def random_id(outbound: Outbound) -> int:
    """VK compares it with the whole history and asks for a large range, up to int64; zero would mean none."""
    return int(guid(outbound)[:15], 16) + 1


def _sent_comment(spot: Spot, number: int, above: Sequence[int]) -> Sent:
    thread = f"&thread={above[0]}" if above else ""
    url = f"{SITE}wall{spot.owner}_{spot.post}?reply={number}{thread}"
    return Sent(ref=comment_id(spot.owner, number), url=url)


def _earlier(outbound: Outbound) -> Sent:
    if outbound.of is None:
        raise _refused(outbound, "other", f"VK: {outbound.kind} of nothing")
    return outbound.of


def _comment_of(outbound: Outbound, earlier: Sent) -> tuple[int, int]:
    comment = read_comment_id(earlier.ref)
    if comment is None:
        raise _refused(outbound, "other", f"VK: {earlier.ref[:40]} is no comment")
    return comment


def _refused(outbound: Outbound, reason: Refused, words: str) -> OutreachError:
    return OutreachError(f"{words} (outbound {outbound.id})", outcome="refused", reason=reason)


def _unable(outbound: Outbound, words: str) -> OutreachError:
    return OutreachError(f"{words} (outbound {outbound.id})", outcome="unknown", reason="unreachable")
