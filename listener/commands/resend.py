"""`listener resend`: cards that chats refused for good, again, after the config or the chat was mended."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from alerts.routing import Receiver
from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.config.load import load
from listener.config.values import ConfigError
from listener.environment import SettingsError
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.resend import resend
from listener.store.stores import open_stores


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--receiver", metavar="NAME", help="only what failed at this receiver")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when it was done, 1 when the store fails, 2 when the settings or the config cannot be used."""
    try:
        settings = read_settings(os.environ, Path(".env"), config_dir=arguments.config)
        receivers = _chosen(load(settings.config_dir).routing.receivers, arguments.receiver)
        must_exist(settings.database_url)
    except (SettingsError, ConfigError, LookupError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    try:
        count = asyncio.run(_resend(settings.database_url, receivers))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Обращений, чьи карточки уйдут снова: {count}. Отправит их listener run, сначала новые.")
    return 0


async def _resend(url: str, receivers: Sequence[Receiver]) -> int:
    stores = await open_stores(url)
    try:
        return await resend(stores.database, receivers, SystemClock().now())
    finally:
        await stores.close()


def _chosen(receivers: Sequence[Receiver], name: str | None) -> Sequence[Receiver]:
    """Raises LookupError for a name that no receiver has."""
    if name is None:
        return receivers
    chosen = [receiver for receiver in receivers if receiver.name == name]
    if not chosen:
        raise LookupError(f"Получателя «{name}» нет; есть: {', '.join(receiver.name for receiver in receivers)}")
    return chosen
