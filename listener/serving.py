"""The daemon until it is told to stop: its settings, its lock, what is read anew, why it could not start."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from classifiers.model import ModelError
from listener.alone import TakenError, alone_with
from listener.config.values import ConfigError
from listener.daemon import Daemon
from listener.database_url import sqlite_file
from listener.environment import SettingsError
from listener.event_loop import Complaints, make_room
from listener.gc_tuning import made_to_last
from listener.logs import configure_logging
from listener.reader import DiedError
from listener.refusals import refused
from listener.settings import Settings, read_settings
from listener.store.errors import StoreError
from listener.watching import announce_changes, announce_new_secrets, digest, digest_of

log = logging.getLogger(__name__)

RELOAD_AGAIN: Final = 10.0

ReadAnew = Callable[[], Settings]


def serve(runner: asyncio.Runner, config_dir: Path | None, roles: Sequence[str], judge: Process | None) -> int:
    """Exit code 0 after a clean stop, 2 when the daemon could not start, with the reason on standard error.

    `judge` is the judge's process, which loads already, where there is to be one.
    """
    try:
        settings = read_settings(os.environ, Path(".env"), config_dir=config_dir)
        configure_logging(settings.log_level, settings.log_format, settings.secrets())
        with alone_with(sqlite_file(settings.database_url)):
            runner.run(_serve(settings, roles, partial(read_anew, settings), judge))
    except (SettingsError, ConfigError, ModelError, DiedError, StoreError, TakenError, OSError) as error:
        print(f"Отклик не запущен:\n{_words(error)}", file=sys.stderr)
        return 2
    return 0


def _words(error: Exception) -> str:
    """Ours have their words; the system's are put into Russian."""
    if isinstance(error, OSError) and error.errno is not None:
        return refused(error)
    return str(error)


def read_anew(before: Settings) -> Settings:
    """The settings as they stand now, secrets in files among them. Raises SettingsError."""
    settings = read_settings(os.environ, Path(".env"), config_dir=before.config_dir)
    configure_logging(settings.log_level, settings.log_format, settings.secrets())
    if (settings.database_url, settings.http_host, settings.http_port) != (
        before.database_url,
        before.http_host,
        before.http_port,
    ):
        log.warning("some changed settings are taken up at the next start only: the database, the port")
    return settings


async def _serve(settings: Settings, roles: Sequence[str], anew: ReadAnew, judge: Process | None) -> None:
    stop = asyncio.Event()
    reload = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(Complaints())
    make_room()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    daemon = Daemon(settings, roles, judge=judge)
    known = await asyncio.to_thread(digest, settings.config_dir)
    secrets = await asyncio.to_thread(digest_of, settings.files)
    with made_to_last():
        await daemon.start()
    watching = [
        asyncio.create_task(daemon.keep("config", partial(announce_changes, settings.config_dir, known, reload))),
        asyncio.create_task(
            daemon.keep("secrets", partial(announce_new_secrets, settings.files, secrets, reload))
        ),
    ]
    try:
        await _until(stop, reload, daemon, anew)
    finally:
        for task in watching:
            task.cancel()
        log.info("stopping")
        await daemon.stop()


async def _settings_anew(daemon: Daemon, anew: ReadAnew) -> Settings | None:
    """None, and a word, when they cannot be used: the config is read anew all the same."""
    try:
        settings = await asyncio.to_thread(anew)
    except SettingsError as error:
        log.error("the settings are not read anew, the old ones stay:\n%s", error)  # noqa: TRY400  # said in full
        daemon.settings_read(str(error))
        return None
    daemon.settings_read(None)
    return settings


async def _until(stop: asyncio.Event, reload: asyncio.Event, daemon: Daemon, anew: ReadAnew) -> None:
    """Wait for the stop; read the configuration anew at each wish."""
    stopping = asyncio.create_task(stop.wait())
    while True:
        wish = asyncio.create_task(reload.wait())
        await asyncio.wait({stopping, wish}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            wish.cancel()
            return
        reload.clear()
        try:
            await daemon.reload(await _settings_anew(daemon, anew))
        except Exception:  # a store that is away just now, say: what runs goes on, and the wish stands
            log.exception("the configuration is not read anew; once more in %.0f s", RELOAD_AGAIN)
            asyncio.get_running_loop().call_later(RELOAD_AGAIN, reload.set)
