"""`listener health`: asks the running daemon whether it is alive; for Docker and systemd."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from listener.environment import SettingsError
from listener.redaction import one_line
from listener.settings import read_settings

PATIENCE: Final = 5.0
LONGEST_ANSWER: Final = 1_000_000
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, not bound
"""An address that means 'all interfaces' is listened on, but cannot be asked."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=PATIENCE, metavar="SECONDS", help="default: %(default)s")


def run(arguments: argparse.Namespace) -> int:
    try:
        settings = read_settings(os.environ, Path(".env"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    host = EVERYWHERE.get(settings.http_host, settings.http_host)
    address = f"[{host}]" if ":" in host else host
    token = settings.http_token.reveal() if settings.http_token else None
    alive, words = ask(f"http://{address}:{settings.http_port}/livez", arguments.timeout, token)
    print("\n".join(map(one_line, words.splitlines())))
    return 0 if alive else 1


def ask(url: str, timeout: float, token: str | None = None) -> tuple[bool, str]:
    """Whether the daemon behind the address is alive, and one line that says so or why not."""
    # A proxy of the environment knows nothing of our loopback.
    opener = build_opener(ProxyHandler({}))
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with opener.open(Request(url, headers=headers), timeout=timeout) as response:  # noqa: S310  # ours, http
            return True, f"alive: {_words(_read(response))}"
    except HTTPError as error:
        with error:
            problems = _read(error).get("problems")
        words = "; ".join(map(str, problems)) if isinstance(problems, list) else ""
        return False, f"not alive: {words or f'{url} answers {error.code}'}"
    except (OSError, ValueError) as error:
        return False, f"not alive: {url}: {error}"


def _words(answer: dict[str, Any]) -> str:
    """How much is listened to, what waits, and what is wrong all the same."""
    sources, problems = answer.get("sources"), answer.get("problems")
    if isinstance(problems, int) and "status" in answer:
        return f"{answer['status']}, {problems} problems; their names need LISTENER_HTTP_TOKEN"
    if not isinstance(sources, dict) or not isinstance(problems, list):
        raise ValueError("the answer is not the daemon's")  # noqa: TRY004  # the answer is wrong, not our types
    waiting = [
        name
        for name, source in sources.items()
        if isinstance(source, dict) and source.get("state") not in ("ok", "new")
    ]
    words = f"{len(sources)} sources" + (f", waiting: {', '.join(waiting)}" if waiting else "")
    return "\n  ".join([words, *map(str, problems)])


def _read(response: Any) -> dict[str, Any]:
    try:
        answer = json.loads(response.read(LONGEST_ANSWER))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
