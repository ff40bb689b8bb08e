"""Run the simulated world by itself: `python -m simulator --port 8090`."""

import argparse
import asyncio
import shlex
import signal
import sys

from simulator.corpus import load_corpus
from simulator.server import Simulator, system_now


def main() -> int:
    """Serve until interrupted; prints the settings that point a daemon here."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="VK, X, Telegram and Slack on loopback."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--rate", type=float, default=1.0, help="texts a second, 0 for silence")
    parser.add_argument("--seed", type=int, default=0, help="another order of the texts")
    parser.add_argument("--limits", action="store_true", help="the messengers' real limits")
    parser.add_argument("--sequels", action="store_true", help="now and then edits, deletions, answers, reposts")
    parser.add_argument("--quiet", action="store_true", help="print the settings only")
    arguments = parser.parse_args()
    if arguments.rate < 0:
        parser.error("--rate is zero or more")
    try:
        asyncio.run(_serve(arguments))
    except OSError as error:
        print(f"cannot listen on {arguments.host}:{arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
    simulator = Simulator(
        load_corpus(),
        system_now,
        rate=arguments.rate,
        seed=arguments.seed,
        limits=arguments.limits,
        sequels=arguments.sequels,
    )
    # Before anything is printed: who reads the settings may stop us at once.
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await simulator.start(arguments.host, arguments.port)
    for name, value in simulator.environment().items():
        print(f"export {name}={shlex.quote(value)}")
    if not arguments.quiet:
        print(f"# the page: {simulator.address}")
    sys.stdout.flush()
    await stopped.wait()
    await simulator.stop()


if __name__ == "__main__":
    sys.exit(main())
