"""The VK sources that the config's brands and the tokens at hand allow."""

import logging
from collections.abc import Callable, Mapping, Sequence

from domain.brand import Brand
from listener.networks.vk.client import VkClient
from listener.networks.vk.community import VkCommunity
from listener.networks.vk.quota import Quota
from listener.networks.vk.search import VkSearch
from listener.networks.vk.transport import Limits
from listener.ports import Budget, Clock, Source
from listener.settings import Secret, Settings

log = logging.getLogger(__name__)


def build_vk(
    brands: Sequence[Brand],
    settings: Settings,
    budget: Budget,
    clock: Clock,
    queries: Callable[[Brand], Sequence[str]],
    *,
    limits: Limits | None = None,
) -> list[Source]:
    """One search a brand when there is a service token, one community source for each watched community's token.

    Each source is closed on its own; the service token's client ends with the last of them.
    """
    limits = limits or Limits()
    communities = watched_communities(brands, settings.vk_community_tokens)
    searched = [brand for brand in brands if brand.watch_vk is not None and brand.watch_vk.search]
    reader = _service_client(settings, limits, needed=bool(searched or communities))
    sources: list[Source] = []
    if reader is not None:
        quota = Quota(budget, clock, reader.budget_name, limit=settings.vk_search_per_day)
        sources += [VkSearch(brand, queries(brand), reader.share(), quota, clock) for brand in searched]
    for community, token in communities.items():
        client = VkClient(token.reveal(), settings.vk_api_url, group=True, limits=limits)
        wall = reader.share() if reader is not None else None
        sources.append(VkCommunity(community, client, clock, reader=wall, limits=limits))
    return sources


def watched_communities(brands: Sequence[Brand], tokens: Mapping[str, Secret]) -> dict[str, Secret]:
    """The communities to hear, each once, with their tokens; one without a token is named in the log."""
    by_name = {name.lower(): token for name, token in tokens.items()}
    watched = (name for brand in brands if brand.watch_vk is not None for name in brand.watch_vk.community)
    heard: dict[str, Secret] = {}
    for name in dict.fromkeys(name.lower() for name in watched):
        token = by_name.get(name)
        if token is None:
            log.warning("VK: сообщество «%s» не слушаем: для него нет ключа в LISTENER_VK_COMMUNITY_TOKENS", name)
        else:
            heard[name] = token
    return heard


def _service_client(settings: Settings, limits: Limits, *, needed: bool) -> VkClient | None:
    if not needed:
        return None
    if settings.vk_service_token is None:
        log.warning(
            "VK: нет сервисного ключа (LISTENER_VK_SERVICE_TOKEN): поиск по записям выключен, "
            "пропуски в событиях сообществ восполнить нечем"
        )
        return None
    return VkClient(settings.vk_service_token.reveal(), settings.vk_api_url, group=False, limits=limits)
