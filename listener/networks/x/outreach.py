"""What a person confirmed, said on X in an account's name: answers, private messages, withdrawals.

X knows no key against doubles, so what may have been said is looked for before it is said again; and an answer
that X calls a duplicate was said already.
"""

import re
import unicodedata
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final, TypeVar

from alerts.outreach.outbound import Outbound, Sent
from alerts.outreach.ports import OutreachError, Refused
from listener.mention_format import MalformedMentionError, parse_time
from listener.networks.reading import read, read_all
from listener.networks.written import unescaped
from listener.networks.x.abilities import COMPOSE
from listener.networks.x.client import Timeouts, XClient
from listener.networks.x.costs import Bill
from listener.networks.x.network import SITE
from listener.networks.x.options import XOptions
from listener.networks.x.outreach_errors import outreach_error
from listener.networks.x.posts import errors_of, own_number, read_list
from listener.networks.x.prices import price_of
from listener.networks.x.refusals import RefusedError
from listener.networks.x.shapes import (
    Answer,
    Deleted,
    Direct,
    DirectAnswer,
    MadeDirect,
    MadePost,
    Post,
    Reference,
    UserAnswer,
)
from listener.networks.x.speaking import open_accounts
from listener.ports import Clock, SourceError

T = TypeVar("T")

MOST_PAGES: Final = 5
"""Pages of own posts, and of one talk, that are looked through for what may have been said."""
SKEW: Final = timedelta(seconds=30)
"""So much may X's clock be behind ours. A person takes longer between two equal answers to the same customer."""
_STATUS: Final = re.compile(r"/status/(\d{1,20})$")
_ANY_ADDRESS: Final = re.compile(r"https?://\S+|(?<![@\w.])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])(?:/\S*)?")
_ADDRESSED: Final = re.compile(r"^(?:@\w{1,15}\s+)+")


def build_outreach(
    options: XOptions,
    clock: Clock,
    *,
    timeouts: Timeouts | None = None,
    bills: Mapping[str, Bill] | None = None,
) -> "XOutreach | None":
    """None where no account has keys. `bills` count what is said and looked up for each brand, by its id."""
    accounts = open_accounts(options, clock, timeouts)
    return XOutreach(accounts, clock, options, bills or {}) if accounts else None


class XOutreach:
    """`accounts` are the clients in the accounts' names, by handle; `bills` are the brands' by id.

    Nobody is asked ahead: X bills the question, and wants messages to those alone who wrote first.
    """

    asks_ahead = False

    def __init__(
        self, accounts: Mapping[str, XClient], clock: Clock, options: XOptions, bills: Mapping[str, Bill]
    ) -> None:
        self._accounts = accounts
        self._bills = bills
        self._clock = clock
        self._numbers = {handle: options.number_of(handle) for handle in accounts}

    async def send(self, outbound: Outbound) -> Sent:
        match outbound.kind:
            case "reply" | "invite":
                return await self._answer(outbound)
            case "message":
                return await self._message(outbound)
            case "take_back":
                return await self._take_back(outbound)
            case "edit" | "remove" | "restore":
                raise _refused(outbound, "no_right", f"X: {outbound.kind} is not possible")

    async def find(self, outbound: Outbound) -> Sent | None:
        match outbound.kind:
            case "reply" | "invite":
                return await self._asked(outbound, self._find_post(outbound))
            case "message":
                return await self._asked(outbound, self._find_message(outbound))
            case "edit" | "take_back" | "remove" | "restore":
                return None

    async def may_message(self, page: str, author: str) -> bool:
        client = self._accounts.get(page.removeprefix("x:"))
        if client is None or not author.isdecimal():
            return False
        try:
            user = read(await client.person(author), UserAnswer).data
        except (SourceError, MalformedMentionError) as error:
            raise OutreachError(str(error), outcome="unknown", reason="unreachable") from None
        return user is not None and user.receives_your_dm

    async def stands(self, outbound: Outbound) -> bool:
        sent = outbound.sent or outbound.of
        if sent is None:
            return False
        client = self._speaking(outbound)
        try:
            # A private message has no public address.
            answer = await (client.posts([sent.ref]) if sent.url else client.message(sent.ref))
        except SourceError as error:
            if _is_gone(error):
                return False
            raise _unable(outbound, str(error)) from None
        stands = bool(answer.get("data"))
        if not stands and not list(errors_of(answer)):
            raise _unable(outbound, "X: neither what was looked up nor a word that it is gone")
        if stands:
            read_one = frozenset({sent.ref})
            await self._looked(outbound, **({"posts": read_one} if sent.url else {"messages": read_one}))
        return stands

    async def close(self) -> None:
        for client in self._accounts.values():
            await client.close()

    async def _answer(self, outbound: Outbound) -> Sent:
        client, handle = self._speaking(outbound), _handle(outbound)
        link = await self._asked(outbound, self._deep_link(outbound)) if outbound.kind == "invite" else None
        try:
            asked = client.create_post(outbound.text, _answered(outbound), link)
            made = read(await self._paid(outbound, asked), MadePost)
        except MalformedMentionError as error:
            raise _unable(outbound, f"X: {error}") from None
        except SourceError as error:
            refused = outreach_error(error, outbound, self._clock.now())
            earlier = await self.find(outbound) if refused.reason == "duplicate" else None
            if earlier is not None:
                return earlier
            raise refused from None
        return Sent(ref=str(made.data.id), url=f"{SITE}{handle}/status/{made.data.id}")

    async def _deep_link(self, outbound: Outbound) -> str:
        """X's button knows accounts by number alone."""
        return COMPOSE.format(number=await self._number(outbound))

    async def _message(self, outbound: Outbound) -> Sent:
        client, author = self._speaking(outbound), outbound.target.author
        asked = self._paid(outbound, client.create_message(author, outbound.text))
        answer = await self._asked(outbound, asked)
        try:
            return Sent(ref=str(read(answer, MadeDirect).data.dm_event_id))
        except MalformedMentionError as error:
            raise _unable(outbound, f"X: {error}") from None

    async def _take_back(self, outbound: Outbound) -> Sent:
        earlier = outbound.of
        if earlier is None or not earlier.url:
            # X takes a message out of one's own sight, never out of the other's.
            raise _refused(outbound, "no_right", "X: a message cannot be taken back")
        try:
            asked = self._speaking(outbound).delete_post(earlier.ref)
            answer = read(await self._paid(outbound, asked), Deleted)
        except MalformedMentionError as error:
            raise _unable(outbound, f"X: {error}") from None
        except SourceError as error:
            if _is_gone(error):
                return earlier  # maybe by a first try whose answer never came
            raise outreach_error(error, outbound, self._clock.now()) from None
        if not answer.data.deleted:
            raise _refused(outbound, "other", "X: the post was not deleted")
        return earlier

    async def _find_post(self, outbound: Outbound) -> Sent | None:
        """An own post with that text that answers the same one, not older than the outbound."""
        client, number, token = self._speaking(outbound), await self._number(outbound), None
        for _ in range(MOST_PAGES):
            page = read_list(await client.timeline(number, outbound.created_at - SKEW, token), Answer)
            posts = list(read_all(page.data or (), Post))
            await self._looked(outbound, posts=frozenset(str(post.id) for post in posts))
            for post in posts:
                beside = post.referenced_tweets or post.referenced_posts
                answers = {
                    str(reference.id)
                    for reference in read_all(beside, Reference)
                    if reference.type == "replied_to"
                }
                if {_answered(outbound), outbound.target.mention} & answers and _same(post.text, outbound.text):
                    return Sent(ref=str(post.id), url=f"{SITE}{_handle(outbound)}/status/{post.id}")
            token = page.meta.next_token if page.meta else None
            if token is None:
                return None
            token = str(token)
        raise SourceError("X: more own posts than are looked through", maybe_done=True)

    async def _find_message(self, outbound: Outbound) -> Sent | None:
        """An own message with that text in the talk with the author, not older than the outbound."""
        client, me = self._speaking(outbound), await self._number(outbound)
        since, token = outbound.created_at - SKEW, None
        for _ in range(MOST_PAGES):
            page = read_list(await client.messages(person=outbound.target.author, token=token), DirectAnswer)
            messages = list(read_all(page.data or (), Direct))
            await self._looked(outbound, messages=frozenset(str(message.id) for message in messages))
            for message in messages:
                if parse_time(message.created_at, "created_at") < since:
                    return None
                if str(message.sender_id) == me and _same(message.text, outbound.text):
                    return Sent(ref=str(message.id))
            token = page.meta.next_token if page.meta else None
            if token is None:
                return None
            token = str(token)
        raise SourceError("X: more messages than are looked through", maybe_done=True)

    async def _number(self, outbound: Outbound) -> str:
        """The account's own number: the beginning of its keys, or else by X's word."""
        handle = _handle(outbound)
        known = self._numbers.get(handle)
        if known is None:
            known = self._numbers[handle] = own_number(await self._speaking(outbound).me(), handle)
            await self._looked(outbound, users=frozenset({known}))
        return known

    async def _paid(self, outbound: Outbound, asked: Awaitable[T]) -> T:
        """What X may have done is counted as done: it bills what it did, whether its answer comes or not."""
        bill = self._bills.get(outbound.target.brand)
        try:
            answer = await asked
        except SourceError as error:
            if error.maybe_done and bill is not None:
                await bill.said(price_of(outbound))
            raise
        if bill is not None:
            await bill.said(price_of(outbound))
        return answer

    async def _looked(self, outbound: Outbound, **read_ones: frozenset[str]) -> None:
        bill = self._bills.get(outbound.target.brand)
        if bill is not None:
            await bill.looked(**read_ones)

    async def _asked(self, outbound: Outbound, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except MalformedMentionError as error:
            raise _unable(outbound, f"X: {error}") from None
        except SourceError as error:
            raise outreach_error(error, outbound, self._clock.now()) from None

    def _speaking(self, outbound: Outbound) -> XClient:
        client = self._accounts.get(_handle(outbound))
        if client is None:
            raise _refused(outbound, "no_token", f"X: no keys of {outbound.target.page}")
        return client


def _handle(outbound: Outbound) -> str:
    return (outbound.target.page or "").removeprefix("x:")


def _answered(outbound: Outbound) -> str:
    """The number of the version that people see: an edited post has another than its mention."""
    shown = _STATUS.search(outbound.target.url)
    return shown[1] if shown else outbound.target.mention


def _same(said: str, text: str) -> bool:
    """X begins an answer with whom it answers, and writes every address as one of its own."""
    return _bare(_ADDRESSED.sub("", unescaped(said))) == _bare(_ADDRESSED.sub("", text))


def _bare(text: str) -> str:
    """In the form in which X keeps it. What it makes an address of, nobody but X knows: «vk.cc/a» is one too."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(_ANY_ADDRESS.sub("…", composed).split())


def _is_gone(error: SourceError) -> bool:
    return isinstance(error, RefusedError) and error.status == HTTPStatus.NOT_FOUND


def _refused(outbound: Outbound, reason: Refused, words: str) -> OutreachError:
    return OutreachError(f"{words} (outbound {outbound.id})", outcome="refused", reason=reason)


def _unable(outbound: Outbound, words: str) -> OutreachError:
    return OutreachError(f"{words} (outbound {outbound.id})", outcome="unknown", reason="unreachable")
