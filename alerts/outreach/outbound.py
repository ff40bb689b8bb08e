"""An outbound: what a person has drafted and confirmed to be said to a customer, or done for him, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from domain.mention import NetworkId

OutboundKind = Literal["reply", "invite", "message", "edit", "take_back", "remove", "restore"]
"""A public answer; one with a link into a private talk; a private message; a change and a withdrawal of an own
answer; the customer's words taken off the brand's page, and put back."""
OutboundState = Literal["draft", "approval", "confirmed", "sending", "sent", "unknown", "refused", "cancelled"]
"""Only what a person confirmed is ever sent; `approval`: confirmed by one, a second must agree. `unknown`: it may
have been done, nobody knows; never sent again blindly."""


WAITING: Final[frozenset[OutboundState]] = frozenset({"confirmed", "sending"})
"""Confirmed by people, and not yet done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom an outbound speaks to, and where: the mention that it answers, as its network knows it.

    `mention` is the mention's network id, `thread` the id of the post that its conversation hangs on. `wall` is
    whose page it was said on where that is not the author's own (`Mention.place`), `page` the brand's own page or
    account that speaks (`vk:romashka_help`, `x:romashka_ru`), None where the brand has none with a token. `text`
    and `quoted_author` are what tells whether the brand was spoken to.
    """

    brand: str
    network: NetworkId
    mention: str
    kind: str
    url: str
    author: str
    author_handle: str | None
    thread: str
    wall: str | None
    page: str | None
    text: str = ""
    quoted_author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of it on the network: `ref` is its id there, `url` where people see it, empty where nowhere."""

    ref: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An outbound that nobody has written down yet; the fields are those of Outbound."""

    kind: OutboundKind
    target: Target
    text: str
    author: str
    of_id: int | None = None
    link: str | None = None
    token: str | None = None
    unsolicited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an outbound, made only where it stands in one of `before`.

    `confirmed_by` lets it go out, `approved_by` agrees; `sent` is what a person has seen of it.
    """

    outbound: int
    before: frozenset[OutboundState]
    after: OutboundState
    confirmed_by: str | None = None
    approved_by: str | None = None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """`id` is the store's number, and the source of the network's own key against doubles (guid, random_id).

    `author` and `confirmed_by` are Person.ids. `of` is the earlier outbound's `Sent` that an edit or a withdrawal
    speaks of, `of_id` that outbound's number. `link` is the invitation's address, which stands in `text` already;
    where the network attaches it in another way, it takes it from here; `token` is its opaque part. `unsolicited`:
    the customer did not ask us. `tries` counts earlier tries whose outcome is known to be none; with `unknown` one
    of them may have done it all the same: look before another. `gone_at` is when an answer no longer stood.
    """

    id: int
    case: int
    kind: OutboundKind
    target: Target
    text: str
    author: str
    state: OutboundState = "draft"
    confirmed_by: str | None = None
    approved_by: str | None = None
    of: Sent | None = None
    of_id: int | None = None
    link: str | None = None
    token: str | None = None
    unsolicited: bool = False
    sent: Sent | None = None
    reason: str | None = None
    tries: int = 0
    unknown: bool = False
    created_at: datetime
    confirmed_at: datetime | None = None
    sent_at: datetime | None = None
    gone_at: datetime | None = None
