"""What several commands ask of the config and of the database before they begin."""

import os
from pathlib import Path

from listener.config.load import load
from listener.config.values import Config
from listener.database_url import sqlite_file
from listener.environment import SettingsError
from listener.settings import read_config_dir


def asked_or_usual(directory: Path | None) -> Config | None:
    """The config that was asked for, else the usual one, else none. Raises ConfigError for a broken one."""
    if directory is not None:
        return load(directory)
    usual = read_config_dir(os.environ, Path(".env"))
    return load(usual) if usual.is_dir() else None


def must_exist(url: str) -> None:
    """Reading must not make the database that somebody mistyped. Raises SettingsError."""
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        raise SettingsError(
            f"Базы {file} нет: проверьте LISTENER_DATABASE_URL и папку, из которой вызвана команда"
        )
