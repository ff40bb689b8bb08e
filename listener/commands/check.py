"""`listener check`: every mistake of the config, with file and line."""

import argparse
import json
import os
from pathlib import Path

from listener.clock import SystemClock
from listener.config.load import check
from listener.config.values import Mistake
from listener.environment import SettingsError
from listener.networks.registry import NETWORKS
from listener.settings import read_config_dir, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dir", nargs="?", type=Path, metavar="DIR", help="the config's folder, `config` if not given"
    )
    parser.add_argument("--json", action="store_true", help="one JSON list instead of lines for people")


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong; 1 when the daemon would refuse to start with this config."""
    directory = arguments.dir or read_config_dir(os.environ, Path(".env"))
    mistakes = check(directory, searches=_searches(), today=SystemClock().now().date())
    wrong = sum(not mistake.warning for mistake in mistakes)
    if arguments.json:
        print(json.dumps([_row(mistake) for mistake in mistakes], ensure_ascii=False, indent=2))
    else:
        for mistake in mistakes:
            print(
                f"{mistake.file}:{mistake.line}: {'предупреждение: ' if mistake.warning else ''}{mistake.message}"
            )
        print(_summary(wrong, len(mistakes) - wrong))
    return 1 if wrong else 0


def _searches() -> dict[str, int]:
    """The quotas that the daemon would count with; mistakes in its settings are the daemon's to name."""
    try:
        settings = read_settings(os.environ, Path(".env"))
    except (SettingsError, OSError, ValueError):
        settings = read_settings({})
    quotas = {name: NETWORKS[name].searches_per_day(options) for name, options in settings.networks.items()}
    return {name: quota for name, quota in quotas.items() if quota is not None}


def _row(mistake: Mistake) -> dict[str, str | int | bool]:
    return {
        "file": mistake.file,
        "line": mistake.line,
        "message": mistake.message,
        "warning": mistake.warning,
    }


def _summary(wrong: int, warnings: int) -> str:
    if wrong:
        return f"Ошибок: {wrong}, предупреждений: {warnings}. С такими настройками программа не запустится."
    if warnings:
        return f"Ошибок нет, предупреждений: {warnings}."
    return "Всё в порядке."
