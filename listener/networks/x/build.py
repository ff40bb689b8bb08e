"""The sources that the brands ask for on X, over one client."""

import logging
from collections.abc import Callable, Sequence
from typing import Final

from domain.brand import Brand, WatchX
from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.costs import Bill
from listener.networks.x.mentions import XMentions
from listener.networks.x.search import XSearch
from listener.networks.x.walking import Walking
from listener.ports import Budget, Clock, Source
from listener.settings import Settings

log = logging.getLogger(__name__)

LONGEST_QUERY: Final = 512
"""Characters that X takes in a query of recent search below its Enterprise contract."""


def build_x(
    brands: Sequence[Brand], settings: Settings, budget: Budget, clock: Clock, query: Callable[[Brand], str]
) -> list[Source]:
    """A search for each brand that wants one and the mentions of its accounts; nothing without a bearer token."""
    if settings.x_bearer_token is None:
        return []
    client = XClient(settings.x_bearer_token.reveal(), settings.x_api_url, clock)
    sources: list[Source] = []
    for brand in brands:
        watch = brand.watch_x
        if watch is None:
            continue
        bill = None if brand.x_usd_per_day is None else Bill(budget, brand.id, brand.x_usd_per_day, clock)
        own = OwnAccounts(client, brand.accounts_x)
        if watch.search:
            sources += _search(
                brand, watch, query(brand), client, Walking(f"x.search:{brand.id}", clock, bill), own
            )
        if watch.mentions:
            sources += _mentions(brand, watch, client, clock, bill, own)
    return sources


def _search(
    brand: Brand, watch: WatchX, query: str, client: XClient, walking: Walking, own: OwnAccounts
) -> list[Source]:
    if not query or len(query) > LONGEST_QUERY:
        log.error("brand %s is not searched on X: its query has %d characters", brand.id, len(query))
        return []
    return [XSearch(f"x.search:{brand.id}", query, watch.every, client, walking, own)]


def _mentions(
    brand: Brand, watch: WatchX, client: XClient, clock: Clock, bill: Bill | None, own: OwnAccounts
) -> list[Source]:
    sources: list[Source] = []
    for account in brand.accounts_x:
        handle = account.lstrip("@")
        name = f"x.mentions:{brand.id}:{handle.lower()}"
        sources.append(XMentions(name, handle, watch.every, client, Walking(name, clock, bill), own))
    return sources
