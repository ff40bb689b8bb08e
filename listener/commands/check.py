"""`listener check`: every mistake of the config, with file and line."""

import argparse
import json
import os
from pathlib import Path

from listener.config.load import check
from listener.config.values import Mistake
from listener.settings import SettingsError, read_config_dir, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dir", nargs="?", type=Path, metavar="DIR", help="the config's folder, `config` if not given"
    )
    parser.add_argument("--json", action="store_true", help="one JSON list instead of lines for people")


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong; 1 when the daemon would refuse to start with this config."""
    directory = arguments.dir or read_config_dir(os.environ, Path(".env"))
    mistakes = check(directory, vk_searches=_vk_searches())
    wrong = sum(not one.warning for one in mistakes)
    if arguments.json:
        print(json.dumps([_row(one) for one in mistakes], ensure_ascii=False, indent=2))
    else:
        for one in mistakes:
            print(f"{one.file}:{one.line}: {'предупреждение: ' if one.warning else ''}{one.message}")
        print(_summary(wrong, len(mistakes) - wrong))
    return 1 if wrong else 0


def _vk_searches() -> int:
    """The quota that the daemon would count with; mistakes in its settings are the daemon's to name."""
    try:
        return read_settings(os.environ, Path(".env")).vk_search_per_day
    except (SettingsError, OSError, ValueError):
        return read_settings({}).vk_search_per_day


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
