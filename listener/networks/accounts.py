"""Whose account it is: the brand's own, an ignored author's, the page on which something was said."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from alerts.cases.events import Deleter
from alerts.outreach.outbound import Target
from domain.brand import Brand
from domain.mention import Author, Mention, NetworkId, network_id
from listener.networks.registry import NETWORKS

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def is_own_account(mention: Mention, brands: Iterable[Brand]) -> bool:
    """Whether one of the brands' own accounts wrote the mention."""
    return any(_is_any(mention, brand.accounts.get(mention.network, ())) for brand in brands)


def own_names(network: NetworkId, brands: Iterable[Brand]) -> frozenset[str]:
    """The ids and screen names of the brands' own accounts in the network."""
    return frozenset().union(*(_names(network, tuple(brand.accounts.get(network, ()))) for brand in brands))


def is_one_of(mention: Mention, names: Collection[str]) -> bool:
    """Whether its author is one of these, by id or by screen name."""
    author = mention.author
    return author.id.casefold() in names or (author.handle is not None and author.handle.casefold() in names)


def is_ignored(mention: Mention, brand: Brand) -> bool:
    """Whether the staff do not want to hear of its author."""
    return _is_any(mention, brand.ignore_authors)


def on_own_page(mention: Mention, brand: Brand) -> bool:
    """Whether it was said on one of the brand's own pages, where people speak of the brand without naming it."""
    return mention.place is not None and is_page_of(brand, mention.network, mention.place)


def is_page_of(brand: Brand, network: str, page: str) -> bool:
    """Whether the page (`vk:romashka_help`) is one of the brand's own in that network."""
    where, name = address(network, page)
    if where != network:
        return False
    watch = brand.watch.get(network_id(network))
    pages = (*brand.accounts.get(network_id(network), ()), *(watch.pages if watch is not None else ()))
    return any(address(network, account) == (network, name) for account in pages)


def brand_of_page(network: str, page: str, brands: Iterable[Brand]) -> str | None:
    """The id of the first brand whose page or account it is."""
    return next((brand.id for brand in brands if is_page_of(brand, network, page)), None)


def who_deleted(mention: Mention, deleter: str | None, brands: Iterable[Brand]) -> Deleter | None:
    """Who took the mention away, by the account that the network named. A moderator of a page is somebody else:
    the network does not say in whose name he acts.
    """
    if deleter is None:
        return None
    if deleter == mention.author.id:
        return "author"
    return "brand" if any(is_page_of(brand, mention.network, deleter) for brand in brands) else "other"


def speaks_to(target: Target, brand: Brand) -> bool:
    """Whether somebody turned to the brand: on its page, by naming its account, by showing its words again."""
    own = brand.accounts.get(target.network, ())
    page = Mention(
        network=target.network,
        kind="post",
        id="",
        url="",
        author=Author(id="", name=""),
        text="",
        published_at=_EVER,
        place=target.wall,
    )
    if target.kind == "message" or on_own_page(page, brand):
        return True
    names = {address(target.network, account) for account in own}
    network = NETWORKS.get(target.network)
    named = {
        address(target.network, found[1])
        for mark in (network.marks if network else ())
        for found in re.finditer(re.escape(mark) + r"([A-Za-z0-9_.]{2,40})", target.text)
    }
    quoted = {address(target.network, target.quoted_author)} if target.quoted_author else set()
    return bool(names & (named | quoted))


@lru_cache(maxsize=4096)
def address(network: str, account: str) -> tuple[str, str]:
    """An account as the staff write it, as (network, id or screen name); `network` where it names none."""
    name = account.strip().casefold()
    prefix, colon, rest = name.partition(":")
    if colon and prefix in NETWORKS:
        network, name = prefix, rest
    return network, NETWORKS[network].account(name.strip().removeprefix("@")) if network in NETWORKS else name


def _is_any(mention: Mention, accounts: Collection[str]) -> bool:
    return bool(accounts) and is_one_of(mention, _names(mention.network, tuple(accounts)))


@lru_cache(maxsize=256)
def _names(network: str, accounts: tuple[str, ...]) -> frozenset[str]:
    """The ids and screen names that these accounts have in that network."""
    return frozenset(
        name for where, name in (address(network, account) for account in accounts) if where == network
    )
