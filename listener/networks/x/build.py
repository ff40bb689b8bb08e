"""The sources that the brands ask for on X, over one client."""

import logging
from collections.abc import Callable, Sequence

from domain.brand import Brand, Watch
from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.costs import Bill
from listener.networks.x.credentials import Bearer
from listener.networks.x.dialect import LONGEST_QUERY
from listener.networks.x.mentions import XMentions
from listener.networks.x.options import XOptions
from listener.networks.x.pagination import Pagination
from listener.networks.x.search import XSearch
from listener.ports import Budget, Clock, Source
from listener.proxies import Proxies

log = logging.getLogger(__name__)


def build_x(
    brands: Sequence[Brand],
    options: XOptions,
    budget: Budget,
    clock: Clock,
    queries: Callable[[Brand], Sequence[str]],
) -> list[Source]:
    """A search for each brand that wants one and the mentions of its accounts; nothing without a bearer token."""
    if options.bearer_token is None:
        log.info("X is off: no token")
        return []
    proxies = Proxies("X", options.road)
    client = XClient(Bearer(options.bearer_token.reveal()), options.api_url, clock, proxies=proxies)
    sources: list[Source] = []
    for brand in brands:
        watch, usd = brand.watch.get("x"), brand.usd_per_day.get("x")
        if watch is None:
            continue
        bill = None if usd is None else Bill(budget, brand.id, usd, clock)
        own = OwnAccounts(client, brand.accounts.get("x", ()))
        if watch.search:
            for query in queries(brand):
                pagination = Pagination(f"x.search:{brand.id}", clock, bill)
                sources += _search(brand, watch, query, client, pagination, own)
        if watch.mentions:
            sources += _mentions(brand, watch, client, clock, bill, own)
    return sources


def _search(
    brand: Brand, watch: Watch, query: str, client: XClient, pagination: Pagination, own: OwnAccounts
) -> list[Source]:
    if not query or len(query) > LONGEST_QUERY:
        log.error("brand %s is not searched on X: its query has %d characters", brand.id, len(query))
        return []
    return [XSearch(f"x.search:{brand.id}", query, watch.every, client, pagination, own)]


def _mentions(
    brand: Brand, watch: Watch, client: XClient, clock: Clock, bill: Bill | None, own: OwnAccounts
) -> list[Source]:
    sources: list[Source] = []
    for account in brand.accounts.get("x", ()):
        handle = account.lstrip("@")
        name = f"x.mentions:{brand.id}:{handle.lower()}"
        sources.append(XMentions(name, handle, watch.every, client, Pagination(name, clock, bill), own))
    return sources
