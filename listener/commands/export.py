"""`listener export NOUN`: what is stored, as JSON lines on stdout and nothing else there."""

import argparse
import asyncio
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.environment import SettingsError
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.export import PAGES, export
from listener.store.stores import open_stores

UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("noun", choices=sorted(PAGES), help="what to export")
    parser.add_argument(
        "--since",
        metavar="TIME",
        help="only what came about since then: 7d, 2h, 30m, or a time like 2026-11-22T10:00:00+03:00",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when all was written (or the reader had enough), 1 when the store fails, 2 for a wrong argument."""
    try:
        since = since_when(arguments.since, SystemClock().now()) if arguments.since else None
        url = read_settings(os.environ, Path(".env")).database_url
        must_exist(url)
    except (SettingsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(_export(url, arguments.noun, since))
        sys.stdout.flush()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # `| head` is no fault; without this the interpreter would complain when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def since_when(value: str, now: datetime) -> datetime:
    """A span back from now, or a time; without a zone it is UTC. Raises ValueError in Russian."""
    span = re.fullmatch(r"(\d{1,6})([smhdw])", value.strip())
    try:
        if span:
            return now - timedelta(**{UNITS[span[2]]: int(span[1])})
        moment = datetime.fromisoformat(value.strip())
    except (ValueError, OverflowError):
        raise ValueError(f"--since: «{value}» не подходит; нужно 7d, 2h, 30m или 2026-11-22T10:00:00") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


async def _export(url: str, noun: str, since: datetime | None) -> None:
    store = await open_stores(url)
    try:
        async for row in export(store.database, noun, since):
            sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    finally:
        await store.close()
