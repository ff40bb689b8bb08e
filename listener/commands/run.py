"""`listener run`: the daemon, until it is told to stop."""

import argparse
import asyncio
import contextlib
import os
from asyncio.subprocess import Process
from collections.abc import Collection
from pathlib import Path

from listener.environment import SettingsError
from listener.gc_tuning import made_to_last
from listener.judge_launch import launched, put_away
from listener.judge_settings import read_judge
from listener.roles import ROLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")
    parser.add_argument(
        "--role", action="append", choices=ROLES, metavar="ROLE", help=f"one of {', '.join(ROLES)}; default: all"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 after a clean stop, 2 when the daemon could not start, with the reason on standard error."""
    os.umask(0o077)  # the database holds customers' words: what is made here is for nobody else to read
    roles = arguments.role or ROLES
    with asyncio.Runner() as runner:
        judge = runner.run(_judge(roles))
        try:
            with made_to_last():
                from listener.serving import serve  # noqa: PLC0415 - takes as long as the judge, which loads meanwhile

            return serve(runner, arguments.config, roles, judge)
        finally:
            if judge is not None:  # a refused start may have come before anybody took it up
                runner.run(put_away(judge))


async def _judge(roles: Collection[str]) -> Process | None:
    """The judge's process where there is to be one. What is in its way is said by whoever wants it next."""
    with contextlib.suppress(SettingsError, OSError):
        settings = read_judge(os.environ, Path(".env"))
        if "judge" in roles and settings.apart:
            return await launched(settings.model, second=settings.second)
    return None
