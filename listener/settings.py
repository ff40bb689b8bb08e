"""Secrets and addresses from the environment or `.env`: every LISTENER_ setting, checked, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from listener.database_url import DEFAULT, passwords
from listener.environment import STRAIGHT, Reader, Road, Secret, open_reader
from listener.networks.network import Options
from listener.networks.registry import NETWORKS

SWITCH: Final = ("on", "off")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses are base URLs that end with a slash. A platform without a token is off.

    `model` is None for the model that comes with Otklik; `second_opinion` lets the second tier read the texts near
    the threshold again, where its file is there.
    `networks` holds each network's own options by its id.
    """

    database_url: str = DEFAULT
    config_dir: Path = Path("config")
    model: Path | None = None
    second_opinion: bool = True
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    networks: Mapping[str, Options] = field(default_factory=dict)
    telegram_api_url: str = "https://api.telegram.org/"
    telegram_token: Secret | None = None
    telegram_road: Road = STRAIGHT
    telegram_per_minute: int = 20
    slack_api_url: str = "https://slack.com/api/"
    slack_bot_token: Secret | None = None
    slack_app_token: Secret | None = None
    slack_road: Road = STRAIGHT
    slack_per_minute: int = 60
    log_level: str = "INFO"
    log_format: str = "text"

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log line may show, the passwords inside addresses among it."""
        tokens = (
            *(secret for options in self.networks.values() for secret in options.secrets()),
            self.telegram_token,
            self.slack_bot_token,
            self.slack_app_token,
        )
        roads = (self.telegram_road, self.slack_road)
        words = (*passwords(self.database_url), *(word for road in roads for word in road.secrets()))
        return tuple(filter(None, (*tokens, *words)))


def read_settings(
    environ: Mapping[str, str], dotenv: Path | None = None, *, config_dir: Path | None = None
) -> Settings:
    """Read every setting; the environment wins over the file, `config_dir` over both.

    Raises SettingsError with every mistake at once.
    """
    reader = open_reader(environ, dotenv)
    usual_dir = Path(reader.text("CONFIG_DIR", "config"))
    settings = Settings(
        database_url=reader.database(),
        config_dir=config_dir or usual_dir,
        model=reader.file("MODEL"),
        second_opinion=reader.choice("SECOND_OPINION", "on", SWITCH) == "on",
        http_host=reader.bind()[0],
        http_port=reader.bind()[1],
        networks={name: network.options(reader) for name, network in NETWORKS.items()},
        telegram_api_url=reader.url("TELEGRAM_API_URL", "https://api.telegram.org/"),
        telegram_token=reader.secret("TELEGRAM_TOKEN", begins=_TELEGRAM),
        telegram_road=reader.road("TELEGRAM", alias="TELEGRAM_PROXY"),
        telegram_per_minute=reader.count("TELEGRAM_PER_MINUTE", 20),
        slack_api_url=reader.url("SLACK_API_URL", "https://slack.com/api/"),
        slack_bot_token=reader.secret("SLACK_BOT_TOKEN", begins=_SLACK_BOT),
        slack_app_token=reader.secret("SLACK_APP_TOKEN", begins=_SLACK_APP),
        slack_road=reader.road("SLACK"),
        slack_per_minute=reader.count("SLACK_PER_MINUTE", 60),
        log_level=reader.choice("LOG_LEVEL", "INFO", LOG_LEVELS),
        log_format=reader.choice("LOG_FORMAT", "text", ("text", "json")),
    )
    _pairs(reader)
    reader.finish()
    return settings


def read_config_dir(environ: Mapping[str, str], dotenv: Path | None = None) -> Path:
    """The config folder alone, for commands that need no token: mistakes in the other settings do not matter."""
    return Path(open_reader(environ, dotenv).text("CONFIG_DIR", "config"))


class JudgeSettings(NamedTuple):
    """`model` as in Settings; `second` is whether a second opinion is wanted."""

    model: Path | None
    second: bool


def read_judge(environ: Mapping[str, str], dotenv: Path | None = None) -> JudgeSettings:
    """What concerns the judge alone, as `read_config_dir` reads the folder. Raises SettingsError."""
    reader = open_reader(environ, dotenv)
    text = reader.text("MODEL", "")
    second = reader.choice("SECOND_OPINION", "on", SWITCH) == "on"
    reader.check()
    return JudgeSettings(model=Path(text) if text else None, second=second)


def _pairs(reader: Reader) -> None:
    """Half a pair of tokens is no platform that is off, but one that somebody believes to be on."""
    if reader.given("SLACK_BOT_TOKEN") and not reader.given("SLACK_APP_TOKEN"):
        reader.complain("SLACK_APP_TOKEN", "не задан, а без ключа приложения (xapp-…) Slack не заработает")
    if reader.given("SLACK_APP_TOKEN") and not reader.given("SLACK_BOT_TOKEN"):
        reader.complain("SLACK_BOT_TOKEN", "не задан, а без токена бота (xoxb-…) Slack не заработает")


_SLACK_BOT: Final = {
    "xapp-": "это ключ приложения (xapp-…), его место в LISTENER_SLACK_APP_TOKEN; здесь нужен токен бота xoxb-…",
    "xoxp-": "это токен человека (xoxp-…), а нужен токен бота xoxb-…: Install App → Bot User OAuth Token",
}
_SLACK_APP: Final = {
    "xoxb-": "это токен бота (xoxb-…), его место в LISTENER_SLACK_BOT_TOKEN; здесь нужен ключ приложения xapp-…",
    "xoxp-": "это токен человека (xoxp-…), а нужен ключ приложения xapp-…: Basic Information → App-Level Tokens",
}
_TELEGRAM: Final = {"bot": "уберите слово bot в начале: токен начинается с цифр"}
