"""What is set for X: its address and the app's token."""

from dataclasses import dataclass

from listener.environment import STRAIGHT, Reader, Road, Secret

API_URL = "https://api.x.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class XOptions:
    api_url: str = API_URL
    bearer_token: Secret | None = None
    road: Road = STRAIGHT

    def secrets(self) -> tuple[str, ...]:
        return (*((self.bearer_token,) if self.bearer_token else ()), *self.road.secrets())


def read_options(reader: Reader) -> XOptions:
    return XOptions(
        api_url=reader.url("X_API_URL", API_URL),
        bearer_token=reader.secret("X_BEARER_TOKEN"),
        road=reader.road("X"),
    )
