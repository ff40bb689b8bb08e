"""Secrets and addresses from the environment or `.env`: every LISTENER_ setting, checked, in one value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

PREFIX: Final = "LISTENER_"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
SWITCH: Final = ("on", "off")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and what to do, never its secret value."""


class Secret(str):
    """A string whose repr is stars: no traceback and no printed Settings shows it. `reveal` gives it out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def reveal(self) -> str:
        return str.__str__(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses are base URLs that end with a slash. A platform without a token is off.

    `model` is None for the model that comes with Otklik; `second_opinion` lets the second tier read the texts near
    the threshold again, where its file is there.

    `vk_search_per_day` is VK's daily quota of newsfeed.search for one token, 1000 on 2026-11-22.
    """

    database_url: str = "sqlite:///var/otklik.db"
    config_dir: Path = Path("config")
    model: Path | None = None
    second_opinion: bool = True
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    vk_api_url: str = "https://api.vk.ru/method/"
    vk_service_token: Secret | None = None
    vk_community_tokens: Mapping[str, Secret] = field(default_factory=dict)
    vk_search_per_day: int = 1000
    x_api_url: str = "https://api.x.com/"
    x_bearer_token: Secret | None = None
    telegram_api_url: str = "https://api.telegram.org/"
    telegram_token: Secret | None = None
    telegram_proxy: str | None = None
    slack_api_url: str = "https://slack.com/api/"
    slack_bot_token: Secret | None = None
    slack_app_token: Secret | None = None
    log_level: str = "INFO"
    log_format: str = "text"

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log line may show, the passwords inside addresses among it."""
        tokens = (
            self.vk_service_token,
            *self.vk_community_tokens.values(),
            self.x_bearer_token,
            self.telegram_token,
            self.slack_bot_token,
            self.slack_app_token,
        )
        passwords = (urlsplit(address).password for address in (self.database_url, self.telegram_proxy or ""))
        return tuple(one for one in (*tokens, *passwords) if one)


def read_settings(
    environ: Mapping[str, str], dotenv: Path | None = None, *, config_dir: Path | None = None
) -> Settings:
    """Read every setting; the environment wins over the file, `config_dir` over both.

    Raises SettingsError with every mistake at once.
    """
    reader = _Reader({**_read_dotenv(dotenv), **environ})
    settings = Settings(
        database_url=reader.text_or_file("DATABASE_URL") or "sqlite:///var/otklik.db",
        config_dir=config_dir or Path(reader.text("CONFIG_DIR", "config")),
        model=reader.file("MODEL"),
        second_opinion=reader.choice("SECOND_OPINION", "on", SWITCH) == "on",
        http_host=reader.bind()[0],
        http_port=reader.bind()[1],
        vk_api_url=reader.url("VK_API_URL", "https://api.vk.ru/method/"),
        vk_service_token=reader.secret("VK_SERVICE_TOKEN"),
        vk_community_tokens=reader.secrets("VK_COMMUNITY_TOKENS"),
        vk_search_per_day=reader.count("VK_SEARCH_PER_DAY", 1000),
        x_api_url=reader.url("X_API_URL", "https://api.x.com/"),
        x_bearer_token=reader.secret("X_BEARER_TOKEN"),
        telegram_api_url=reader.url("TELEGRAM_API_URL", "https://api.telegram.org/"),
        telegram_token=reader.secret("TELEGRAM_TOKEN"),
        telegram_proxy=reader.proxy("TELEGRAM_PROXY"),
        slack_api_url=reader.url("SLACK_API_URL", "https://slack.com/api/"),
        slack_bot_token=reader.secret("SLACK_BOT_TOKEN"),
        slack_app_token=reader.secret("SLACK_APP_TOKEN"),
        log_level=reader.choice("LOG_LEVEL", "INFO", LOG_LEVELS),
        log_format=reader.choice("LOG_FORMAT", "text", ("text", "json")),
    )
    if reader.mistakes:
        raise SettingsError("\n".join(dict.fromkeys(reader.mistakes)))
    return settings


def read_config_dir(environ: Mapping[str, str], dotenv: Path | None = None) -> Path:
    """The config folder alone, for commands that need no token: mistakes in the other settings do not matter."""
    return Path(_Reader({**_read_dotenv(dotenv), **environ}).text("CONFIG_DIR", "config"))


class JudgeSettings(NamedTuple):
    """`model` as in Settings; `second` is whether a second opinion is wanted."""

    model: Path | None
    second: bool


def read_judge(environ: Mapping[str, str], dotenv: Path | None = None) -> JudgeSettings:
    """What concerns the judge alone, as `read_config_dir` reads the folder. Raises SettingsError."""
    reader = _Reader({**_read_dotenv(dotenv), **environ})
    text = reader.text("MODEL", "")
    second = reader.choice("SECOND_OPINION", "on", SWITCH) == "on"
    if reader.mistakes:
        raise SettingsError("\n".join(reader.mistakes))
    return JudgeSettings(model=Path(text) if text else None, second=second)


class _Reader:
    """Reads single settings and gathers the mistakes, so that a person sees all of them in one go."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.mistakes: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._values.get(PREFIX + name, "").strip() or default

    def file(self, name: str) -> Path | None:
        text = self.text(name, "")
        if text and not Path(text).is_file():
            self.mistakes.append(f"{PREFIX}{name}: нет файла «{text}»")
            return None
        return Path(text) if text else None

    def count(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        if text.isdecimal() and int(text) > 0:
            return int(text)
        self.mistakes.append(f"{PREFIX}{name}: нужно целое число больше нуля, а не «{text}»")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        for one in allowed:
            if one.lower() == value.lower():
                return one
        self.mistakes.append(f"{PREFIX}{name}: «{value}» не подходит; можно: {', '.join(allowed)}")
        return default

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(default), None
        if parts.scheme not in ("http", "https") or not host:
            self.mistakes.append(f"{PREFIX}{name}: «{value}» — не адрес; нужен вид https://сервер/путь/")
            return default
        if parts.scheme == "http" and host not in LOOPBACK:
            self.mistakes.append(f"{PREFIX}{name}: http без шифрования можно только для 127.0.0.1; укажите https")
            return default
        return value.rstrip("/") + "/"

    def bind(self) -> tuple[str, int]:
        value = self.text("HTTP_BIND", "127.0.0.1:8080")
        host, _, port = value.rpartition(":")
        if host and port.isdecimal() and int(port) < 65_536:
            return host.strip("[]"), int(port)
        self.mistakes.append(f"{PREFIX}HTTP_BIND: «{value}» — не адрес; нужен вид 127.0.0.1:8080")
        return "127.0.0.1", 8080

    def text_or_file(self, name: str) -> str:
        """The value, or what the file that NAME_FILE points to holds; empty when neither is given."""
        value = self.text(name, "")
        path = self.text(name + "_FILE", "")
        if not value and path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.mistakes.append(f"{PREFIX}{name}_FILE: не читается «{path}»: {type(error).__name__}")
        return value

    def proxy(self, name: str) -> str | None:
        """The address of an HTTP proxy; it may hold a password, so no mistake repeats it."""
        value = self.text_or_file(name)
        if value and not value.startswith(("http://", "https://")):
            self.mistakes.append(f"{PREFIX}{name}: нужен прокси вида http://сервер:порт")
            return None
        return value or None

    def secret(self, name: str) -> Secret | None:
        value = self.text_or_file(name)
        if any(not 32 < ord(letter) < 127 for letter in value) and not value.startswith("{"):
            self.mistakes.append(f"{PREFIX}{name}: в токене пробел или не латинская буква; скопируйте его ещё раз")
            return None
        return Secret(value) if value else None

    def secrets(self, name: str) -> Mapping[str, Secret]:
        raw = self.secret(name)
        if raw is None:
            return {}
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not all(isinstance(token, str) and token for token in value.values()):
            self.mistakes.append(f'{PREFIX}{name}: нужен JSON вида {{"имя_сообщества": "токен"}}')
            return {}
        return {key: Secret(token) for key, token in value.items()}


def _read_dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    pairs = {}
    # Editors on Windows put a mark before the first name, and save comments in an encoding of their own.
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and not name.startswith("#"):
            pairs[name.strip()] = value.strip().strip("'\"")
    return pairs
