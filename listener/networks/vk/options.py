"""What is set for VK: its address, its tokens and the day's searches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from listener.environment import STRAIGHT, Reader, Road, Secret

API_URL = "https://api.vk.ru/method/"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkOptions:
    """`community_tokens` by the community's screen name.

    `search_per_day` is the daily quota of newsfeed.search for one token, 1000 on 2026-11-22.
    """

    api_url: str = API_URL
    service_token: Secret | None = None
    community_tokens: Mapping[str, Secret] = field(default_factory=dict)
    search_per_day: int = 1000
    road: Road = STRAIGHT

    def secrets(self) -> tuple[str, ...]:
        tokens = (*([self.service_token] if self.service_token else ()), *self.community_tokens.values())
        return (*tokens, *self.road.secrets())


def read_options(reader: Reader) -> VkOptions:
    return VkOptions(
        api_url=reader.url("VK_API_URL", API_URL),
        service_token=reader.secret("VK_SERVICE_TOKEN"),
        community_tokens=reader.secrets("VK_COMMUNITY_TOKENS"),
        search_per_day=reader.count("VK_SEARCH_PER_DAY", 1000),
        road=reader.road("VK"),
    )
