"""What is set for Slack: its address, the bot's and the app's tokens, its pace."""

from dataclasses import dataclass
from typing import Final

from listener.environment import STRAIGHT, Reader, Road, Secret

API_URL: Final = "https://slack.com/api/"
PER_MINUTE: Final = 60
_BOT: Final = {
    "xapp-": "это ключ приложения (xapp-…), его место в LISTENER_SLACK_APP_TOKEN; здесь нужен токен бота xoxb-…",
    "xoxp-": "это токен человека (xoxp-…), а нужен токен бота xoxb-…: Install App → Bot User OAuth Token",
}
_APP: Final = {
    "xoxb-": "это токен бота (xoxb-…), его место в LISTENER_SLACK_BOT_TOKEN; здесь нужен ключ приложения xapp-…",
    "xoxp-": "это токен человека (xoxp-…), а нужен ключ приложения xapp-…: Basic Information → App-Level Tokens",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    api_url: str = API_URL
    bot_token: Secret | None = None
    app_token: Secret | None = None
    road: Road = STRAIGHT
    per_minute: int = PER_MINUTE

    def secrets(self) -> tuple[str, ...]:
        return (*filter(None, (self.bot_token, self.app_token)), *self.road.secrets())


def read_options(reader: Reader) -> SlackOptions:
    options = SlackOptions(
        api_url=reader.url("SLACK_API_URL", API_URL),
        bot_token=reader.secret("SLACK_BOT_TOKEN", begins=_BOT),
        app_token=reader.secret("SLACK_APP_TOKEN", begins=_APP),
        road=reader.road("SLACK"),
        per_minute=reader.count("SLACK_PER_MINUTE", PER_MINUTE),
    )
    _pair(reader)
    return options


def _pair(reader: Reader) -> None:
    """Half a pair of tokens is no platform that is off, but one that somebody believes to be on."""
    if reader.given("SLACK_BOT_TOKEN") and not reader.given("SLACK_APP_TOKEN"):
        reader.complain("SLACK_APP_TOKEN", "не задан, а без ключа приложения (xapp-…) Slack не заработает")
    if reader.given("SLACK_APP_TOKEN") and not reader.given("SLACK_BOT_TOKEN"):
        reader.complain("SLACK_BOT_TOKEN", "не задан, а без токена бота (xoxb-…) Slack не заработает")
