"""The config for the commands that can do without one."""

import os
from pathlib import Path

from listener.config.load import load
from listener.config.values import Config
from listener.settings import read_config_dir


def asked_or_usual(directory: Path | None) -> Config | None:
    """The config that was asked for, else the usual one, else none. Raises ConfigError for a broken one."""
    if directory is not None:
        return load(directory)
    usual = read_config_dir(os.environ, Path(".env"))
    return load(usual) if usual.is_dir() else None
