"""The sources that the brands ask for on X, over one client."""

import logging
from collections.abc import Callable, Sequence

from domain.brand import Brand, Watch
from listener.networks.x.accounts import OwnAccounts
from listener.networks.x.client import XClient
from listener.networks.x.costs import Bill, bill_of
from listener.networks.x.credentials import Bearer
from listener.networks.x.dialect import LONGEST_QUERY
from listener.networks.x.mentions import XAnswers, XMentions
from listener.networks.x.options import XOptions
from listener.networks.x.pagination import Pagination
from listener.networks.x.search import XSearch
from listener.networks.x.speaking import open_accounts
from listener.networks.x.talks import XTalks
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
    """For each brand its search and its accounts' mentions, by the bearer token; what is answered in the accounts'
    names, and the private messages of those that have keys.
    """
    sources = _spoken(brands, options, budget, clock)
    if options.bearer_token is None:
        log.info("X is off: no token" if not sources else "X: posts are not heard: no bearer token")
        return sources
    proxies = Proxies("X", options.road)
    client = XClient(Bearer(options.bearer_token.reveal()), options.api_url, clock, proxies=proxies)
    for brand in brands:
        watch, bill = brand.watch.get("x"), bill_of(brand, budget, clock)
        if watch is None:
            continue
        own = OwnAccounts(client, brand.accounts.get("x", ()))
        if watch.search:
            for query in queries(brand):
                pagination = Pagination(f"x.search:{brand.id}", clock, bill)
                sources += _search(brand, watch, query, client, pagination, own)
        if watch.mentions:
            sources += _mentions(brand, watch, client, clock, bill, own)
            heard = frozenset(source.name for source in sources)
            sources += _answers(brand, watch, client, clock, bill, heard)
    return sources


def _spoken(brands: Sequence[Brand], options: XOptions, budget: Budget, clock: Clock) -> list[Source]:
    """Each account once, with the first brand that watches X and has it."""
    clients, sources = open_accounts(options, clock), dict[str, list[Source]]()
    for brand in brands:
        watch = brand.watch.get("x")
        if watch is None:
            continue
        for account in brand.accounts.get("x", ()):
            handle = account.lstrip("@").lower()
            client = clients.get(handle)
            if client is not None and handle not in sources:
                bill, number = bill_of(brand, budget, clock), options.number_of(handle)
                name = f"x.answers:{handle}"
                sources[handle] = [XAnswers(name, handle, watch.every, client, Pagination(name, clock, bill))]
                if watch.messages:
                    talks = XTalks(handle, watch.every, client, clock, bill, number=number)
                    sources[handle].insert(0, talks)
    return [source for pair in sources.values() for source in pair]


def _search(
    brand: Brand, watch: Watch, query: str, client: XClient, pagination: Pagination, own: OwnAccounts
) -> list[Source]:
    if not query or len(query) > LONGEST_QUERY:
        log.error("brand %s is not searched on X: its query has %d characters", brand.id, len(query))
        return []
    return [XSearch(f"x.search:{brand.id}", query, watch.every, client, pagination, own)]


def _mentions(
    brand: Brand, watch: Watch, client: XClient, clock: Clock, bill: Bill, own: OwnAccounts
) -> list[Source]:
    sources: list[Source] = []
    for account in brand.accounts.get("x", ()):
        handle = account.lstrip("@")
        name = f"x.mentions:{brand.id}:{handle.lower()}"
        sources.append(XMentions(name, handle, watch.every, client, Pagination(name, clock, bill), own))
    return sources


def _answers(
    brand: Brand, watch: Watch, client: XClient, clock: Clock, bill: Bill, heard: frozenset[str]
) -> list[Source]:
    """What the accounts that are not `heard` yet say: read by the app, where they have no keys."""
    handles = (account.lstrip("@").lower() for account in brand.accounts.get("x", ()))
    names = {f"x.answers:{handle}": handle for handle in handles}
    return [
        XAnswers(name, handle, watch.every, client, Pagination(name, clock, bill))
        for name, handle in names.items()
        if name not in heard
    ]
