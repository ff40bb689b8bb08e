"""The VK sources that the config's brands and the tokens at hand allow."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from domain.brand import Brand, Watch
from listener.environment import Secret
from listener.networks.vk.client import VkClient
from listener.networks.vk.community import VkCommunity
from listener.networks.vk.options import VkOptions
from listener.networks.vk.quota import Quota
from listener.networks.vk.search import VkSearch
from listener.networks.vk.transport import Limits
from listener.ports import Budget, Clock, Source
from listener.proxies import Proxies

log = logging.getLogger(__name__)

NOTHING: Final = Watch(search=False)


def build_vk(
    brands: Sequence[Brand],
    options: VkOptions,
    budget: Budget,
    clock: Clock,
    queries: Callable[[Brand], Sequence[str]],
    *,
    limits: Limits | None = None,
) -> list[Source]:
    """One search a brand when there is a service token, one community source for each watched community's token.

    Each source is closed on its own; the service token's client ends with the last of them.
    """
    if options.service_token is None and not options.community_tokens:
        log.info("VK is off: no token")
        return []
    limits = limits or Limits()
    communities = watched_communities(brands, options.community_tokens)
    searched = [brand for brand in brands if _watched(brand).search]
    proxies = Proxies("VK", options.road)
    reader = _service_client(options, limits, proxies, needed=bool(searched or communities))
    sources: list[Source] = []
    if reader is not None:
        quota = Quota(budget, clock, reader.budget_name, limit=options.search_per_day)
        sources += [VkSearch(brand, queries(brand), reader.share(), quota, clock) for brand in searched]
    for community, token in communities.items():
        client = VkClient(token.reveal(), options.api_url, group=True, limits=limits, proxies=proxies)
        wall = reader.share() if reader is not None else None
        sources.append(VkCommunity(community, client, clock, reader=wall, limits=limits, proxies=proxies))
    return sources


def watched_communities(brands: Sequence[Brand], tokens: Mapping[str, Secret]) -> dict[str, Secret]:
    """The communities to hear, each once, with their tokens; one without a token is named in the log."""
    by_name = {name.lower(): token for name, token in tokens.items()}
    watched = (name for brand in brands for name in _watched(brand).pages)
    heard: dict[str, Secret] = {}
    for name in dict.fromkeys(name.lower() for name in watched):
        token = by_name.get(name)
        if token is None:
            log.warning("VK: сообщество «%s» не слушаем: для него нет ключа в LISTENER_VK_COMMUNITY_TOKENS", name)
        else:
            heard[name] = token
    return heard


def _watched(brand: Brand) -> Watch:
    return brand.watch.get("vk", NOTHING)


def _service_client(options: VkOptions, limits: Limits, proxies: Proxies, *, needed: bool) -> VkClient | None:
    if not needed:
        return None
    if options.service_token is None:
        log.warning(
            "VK: нет сервисного ключа (LISTENER_VK_SERVICE_TOKEN): поиск по записям выключен, "
            "пропуски в событиях сообществ восполнить нечем"
        )
        return None
    return VkClient(options.service_token.reveal(), options.api_url, group=False, limits=limits, proxies=proxies)
