"""What is set for Telegram: its address, the bot's token, its pace."""

from dataclasses import dataclass
from typing import Final

from listener.environment import STRAIGHT, Reader, Road, Secret

API_URL: Final = "https://api.telegram.org/"
PER_MINUTE: Final = 20
_BEGINS: Final = {"bot": "уберите слово bot в начале: токен начинается с цифр"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramOptions:
    api_url: str = API_URL
    token: Secret | None = None
    road: Road = STRAIGHT
    per_minute: int = PER_MINUTE

    def secrets(self) -> tuple[str, ...]:
        return (*((self.token,) if self.token else ()), *self.road.secrets())


def read_options(reader: Reader) -> TelegramOptions:
    return TelegramOptions(
        api_url=reader.url("TELEGRAM_API_URL", API_URL),
        token=reader.secret("TELEGRAM_TOKEN", begins=_BEGINS),
        road=reader.road("TELEGRAM", alias="TELEGRAM_PROXY"),
        per_minute=reader.count("TELEGRAM_PER_MINUTE", PER_MINUTE),
    )
