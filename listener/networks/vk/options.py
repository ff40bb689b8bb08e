"""What is set for VK: its address, its tokens and the day's searches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from listener.environment import STRAIGHT, Reader, Road, Secret

API_URL = "https://api.vk.ru/method/"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkOptions:
    """`community_tokens` by the community's screen name. `user_token` is the key of a person who keeps them.

    `search_per_day` is the daily quota of newsfeed.search for one token, 1000 on 2026-11-22.
    """

    api_url: str = API_URL
    service_token: Secret | None = None
    community_tokens: Mapping[str, Secret] = field(default_factory=dict)
    user_token: Secret | None = None
    search_per_day: int = 1000
    road: Road = STRAIGHT

    def secrets(self) -> tuple[str, ...]:
        single = (token for token in (self.service_token, self.user_token) if token is not None)
        return (*single, *self.community_tokens.values(), *self.road.secrets())


def read_options(reader: Reader) -> VkOptions:
    return VkOptions(
        api_url=reader.url("VK_API_URL", API_URL),
        service_token=reader.secret("VK_SERVICE_TOKEN"),
        community_tokens=reader.secrets("VK_COMMUNITY_TOKENS"),
        user_token=reader.secret("VK_USER_TOKEN"),
        search_per_day=reader.count("VK_SEARCH_PER_DAY", 1000),
        road=reader.road("VK"),
    )
