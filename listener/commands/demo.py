"""`listener demo`: simulated networks and messengers, the real daemon, no account."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from listener.commands.summary import print_figures
from listener.config.values import ConfigError
from listener.daemon import Daemon
from listener.environment import SettingsError
from listener.logs import configure_logging
from listener.reader import DiedError
from listener.refusals import refusal
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.figures import figures
from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now

LAST_PORT: Final = 65_535
FASTEST: Final = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=8080, help="of the page with the messengers; 0 takes a free one"
    )
    parser.add_argument(
        "--for", dest="seconds", type=float, metavar="SECONDS", help="end by itself, with a summary"
    )
    parser.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="posts a second, 1 by default")
    parser.add_argument("--seed", type=int, default=0, help="another order of the posts")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0; 1 when nothing was delivered although time was given; 2 when the demo could not start."""
    try:
        return asyncio.run(_demo(arguments))
    except OSError as error:
        print(
            f"Порт {arguments.port}: {refusal(error)}; выберите другой: listener demo --port 8090",
            file=sys.stderr,
        )
    except (SettingsError, ConfigError, DiedError, StoreError) as error:
        print(f"Показ не запущен:\n{error}", file=sys.stderr)
    return 2


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"порт — число от 0 до {LAST_PORT}")
    return port


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"скорость — число от 0 до {FASTEST:.0f}")
    return speed


async def _demo(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    stop = _told_to_stop()
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(_folder())
        corpus = await asyncio.to_thread(load_corpus)
        simulator = Simulator(corpus, system_now, rate=0, seed=arguments.seed, sequels=True, talkative=True)
        await simulator.start("127.0.0.1", arguments.port)
        stack.push_async_callback(simulator.stop)
        settings = read_settings(
            {
                "LISTENER_LOG_LEVEL": os.environ.get("LISTENER_LOG_LEVEL", "WARNING"),
                "LISTENER_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
                "LISTENER_HTTP_BIND": "127.0.0.1:0",
                **simulator.environment(),
            },
            config_dir=folder / "config",
        )
        configure_logging(settings.log_level, settings.log_format, settings.secrets())
        print(f"Telegram и Slack оператора: {simulator.address}  (Ctrl+C — закончить)", flush=True)
        daemon = Daemon(settings)
        await daemon.start()
        stack.push_async_callback(daemon.stop)
        before = await figures(daemon.stores.database)
        # Only now: what is published while the daemon still reads its model would wait for it.
        simulator.traffic.rate = arguments.speed
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(arguments.seconds):
                await stop.wait()
        after = await figures(daemon.stores.database)
    print_figures("Показ Отклика", before, after, time.monotonic() - began)
    return 1 if arguments.seconds and not after.delivered else 0


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder for the demo's database and its copy of the configuration, gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="otklik-demo-") as name,
        as_file(files("simulator") / "demo") as config,
    ):
        folder = Path(name)
        (folder / "config").symlink_to(config, target_is_directory=True)
        yield folder


def _told_to_stop() -> asyncio.Event:
    """Set by Ctrl+C from the very beginning: a start that is broken off ends as quietly as a running demo."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
