"""`listener doctor`: a check-up of everything between nothing and the first real card."""

import argparse
import asyncio
import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Final

from listener.app import with_vault
from listener.clock import SystemClock
from listener.config.load import check, load
from listener.config.values import Config, ConfigError
from listener.database_url import sqlite_file
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.doctor.checkup import Part, check_up, of_config, of_dotenv
from listener.environment import SettingsError
from listener.redaction import one_line
from listener.settings import Settings, read_settings
from listener.store.engine import Database, driver_url
from listener.store.usage import DailyBudget
from listener.store.vault import DatabaseVault

WAIT: Final = 60.0
SIGNS: Final = {"ok": "✓", "warn": "!", "bad": "✗", "off": "–"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")
    parser.add_argument(
        "--send-test",
        action="store_true",
        help="show a test card with a button in every chat and wait for the press",
    )
    parser.add_argument(
        "--wait", type=float, default=WAIT, metavar="SECONDS", help="for the press, default: %(default).0f"
    )
    parser.add_argument("--fix", action="store_true", help="switch on what can be switched on, close what is open")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of lines for people")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when nothing is red, 1 when something is, 2 when the settings cannot be read."""
    try:
        settings = read_settings(os.environ, Path(".env"), config_dir=arguments.config)
    except SettingsError as error:
        print(f"Настройки с ошибками, дальше смотреть рано:\n{error}", file=sys.stderr)
        return 2
    logging.getLogger().addHandler(logging.NullHandler())  # the table says what a log would say again
    parts = asyncio.run(_look(settings, arguments))
    if arguments.json:
        rows = [_row(part, line) for part in parts for line in part.lines]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print(_summary(parts))
    return 1 if _count(parts, "bad") else 0


async def _look(settings: Settings, arguments: argparse.Namespace) -> list[Part]:
    config, line = await asyncio.to_thread(_config, settings.config_dir)
    parts = [Part(title="Настройки", lines=(*of_dotenv(settings, Path.cwd()), line))]
    database = _counted(settings)
    budget = DailyBudget(database, SystemClock()) if database is not None else None
    if database is not None and not database.is_sqlite:
        settings = with_vault(settings, DatabaseVault(database, SystemClock()))
    look = Look(
        now=lambda: SystemClock().now().timestamp(),
        fix=arguments.fix,
        config_read=config is not None,
        budget=budget,
    )
    test = (
        (0.0 if await asyncio.to_thread(is_running, settings) else arguments.wait) if arguments.send_test else None
    )
    if not arguments.json:
        _show(parts[0])
        if test is not None:
            wait = f": нажмите кнопку на каждой, жду {test:.0f} с" if test else ""
            print(f"Сейчас в чаты уйдут пробные карточки{wait}", flush=True)
    async for part in check_up(settings, config, look, send_test=test):
        parts.append(part)
        if not arguments.json:
            _show(part)
    if database is not None:
        await database.close()
    return parts


def _counted(settings: Settings) -> Database | None:
    """The daemon's database where there is one: to read from, never to make or upgrade."""
    file = sqlite_file(settings.database_url)
    return Database(driver_url(settings.database_url)) if file is None or file.is_file() else None


def is_running(settings: Settings) -> bool:
    """Whether a daemon with these settings runs: it, not the doctor, would take the presses."""
    try:
        with socket.create_connection((settings.http_host, settings.http_port), timeout=1):
            return True
    except OSError:
        return False


def _config(folder: Path) -> tuple[Config | None, Line]:
    mistakes = check(folder)
    wrong = sum(not mistake.warning for mistake in mistakes)
    line = of_config(wrong, len(mistakes) - wrong, there=folder.is_dir(), folder=str(folder))
    try:
        return load(folder), line
    except ConfigError:
        return None, line


def _show(part: Part) -> None:
    print(f"\n{part.title}")
    width = min(44, max((len(line.what) for line in part.lines), default=0))
    for line in part.lines:
        # Titles of chats and pages, and networks' own words.
        print(f"  {SIGNS[line.state]} {one_line(line.what):<{width}}  {one_line(line.says)}")
        if line.remedy:
            print(f"    {'':<{width}}  → {one_line(line.remedy)}")
    sys.stdout.flush()


def _row(part: Part, line: Line) -> dict[str, str]:
    return {
        "part": part.title,
        "what": line.what,
        "state": line.state,
        "says": line.says,
        "remedy": line.remedy,
    }


def _summary(parts: list[Part]) -> str:
    wrong, doubtful = _count(parts, "bad"), _count(parts, "warn")
    if wrong:
        return f"\nКрасных строк: {wrong}, предупреждений: {doubtful}. Начните с первой красной."
    if doubtful:
        return f"\nКрасных строк нет, предупреждений: {doubtful}."
    return "\nВсё в порядке."


def _count(parts: list[Part], state: str) -> int:
    return sum(line.state == state for part in parts for line in part.lines)
