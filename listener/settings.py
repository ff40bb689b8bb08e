"""Secrets and addresses from the environment or `.env`: every LISTENER_ setting, checked, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from listener.database_url import DEFAULT, passwords
from listener.environment import Options, Secret, open_reader
from listener.judge_settings import is_apart, wants_second
from listener.messengers.registry import AS_READ
from listener.networks.registry import NETWORKS

LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses are base URLs that end with a slash. A platform without a token is off.

    `model` is None for the model that comes with Otklik; `second_opinion` lets the second tier read the texts near
    the threshold again, where its file is there.
    `judge_apart` gives the judge a process of its own.
    `http_token` is what must be shown for the names on /healthz and /metrics.
    `networks` and `messengers` hold the own options of each by its id; `files` are those that they came from.
    """

    database_url: str = DEFAULT
    config_dir: Path = Path("config")
    model: Path | None = None
    second_opinion: bool = True
    judge_apart: bool = False
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    http_token: Secret | None = None
    networks: Mapping[str, Options] = field(default_factory=dict)
    messengers: Mapping[str, Options] = field(default_factory=dict)
    log_level: str = "INFO"
    log_format: str = "text"
    files: tuple[Path, ...] = ()

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log line may show, the passwords inside addresses among it."""
        platforms = (*self.networks.values(), *self.messengers.values())
        secrets = (secret for options in platforms for secret in options.secrets())
        return tuple(filter(None, (self.http_token, *passwords(self.database_url), *secrets)))


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
        second_opinion=wants_second(reader),
        judge_apart=is_apart(reader),
        http_host=reader.bind()[0],
        http_port=reader.bind()[1],
        http_token=reader.secret("HTTP_TOKEN"),
        networks={name: network.options(reader) for name, network in NETWORKS.items()},
        messengers={messenger.id: messenger.options(reader) for messenger in AS_READ},
        log_level=reader.choice("LOG_LEVEL", "INFO", LOG_LEVELS),
        log_format=reader.choice("LOG_FORMAT", "text", ("text", "json")),
    )
    reader.finish()
    watched = (dotenv, *reader.files) if dotenv is not None else tuple(reader.files)
    return replace(settings, files=watched)


def read_config_dir(environ: Mapping[str, str], dotenv: Path | None = None) -> Path:
    """The config folder alone, for commands that need no token: mistakes in the other settings do not matter."""
    return Path(open_reader(environ, dotenv).text("CONFIG_DIR", "config"))
