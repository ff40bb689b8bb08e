"""`listener silent`: who took cases and did nothing with them, and who is about to lose one."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from alerts.cards.context import CardContext
from alerts.cards.handover import Silent
from alerts.cards.wording import Wording
from alerts.russian import NBSP
from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.commands.export import since_when
from listener.config.load import load
from listener.config.values import Config, ConfigError
from listener.environment import SettingsError
from listener.redaction import one_line
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.handover import silent, still_silent
from listener.store.stores import open_stores

NONE: Final = "Все, кто взял обращения, чем-то по ним занялись."
USUAL_SINCE: Final = "24h"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", default=USUAL_SINCE, metavar="TIME", help=f"how far to look back: 7d, 2h; default {USUAL_SINCE}"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a case")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when it was shown, 1 when the store fails, 2 for a setting."""
    now = SystemClock().now()
    try:
        since = since_when(arguments.since, now)
        settings = read_settings(os.environ, Path(".env"), config_dir=arguments.config)
        config = load(settings.config_dir)
        must_exist(settings.database_url)
    except (SettingsError, ConfigError, ValueError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    try:
        found = asyncio.run(_found(settings.database_url, since, now))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        sys.stdout.buffer.writelines(orjson.dumps(row(each), option=orjson.OPT_APPEND_NEWLINE) for each in found)
        sys.stdout.flush()
    else:
        print("\n".join(map(one_line, lines(found, config, now))) or NONE)
    return 0


async def _found(url: str, since: datetime, now: datetime) -> list[Silent]:
    stores = await open_stores(url)
    try:
        lost = await silent(stores.database, since)
        going = await still_silent(stores.database, now)
        return [*(each for receiver in sorted(lost) for each in lost[receiver]), *going]
    finally:
        await stores.close()


def lines(found: Sequence[Silent], config: Config, now: datetime) -> Iterator[str]:
    """A line each, by person: «Анна Иванова: обращение № 5 вернулось в очередь в 14:05»."""
    words = Wording(context=CardContext(people=config.people, timezone=config.routing.timezone), now=now)
    for each in sorted(found, key=lambda silent: (words.name(silent.person), silent.at, silent.case)):
        what = "вернулось" if each.lost else "вернётся"
        when = words.moment(each.at)
        yield f"{words.name(each.person)}: обращение №{NBSP}{each.case} {what} в очередь в{NBSP}{when}"


def row(each: Silent) -> dict[str, Any]:
    """One of them for a program."""
    return {"person": each.person, "case": each.case, "at": each.at, "lost": each.lost}
