"""`listener init`: a few questions, and a config with comments stands there; nothing is ever overwritten."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from importlib.resources import files as packaged
from pathlib import Path
from typing import Any, Final

from listener.commands.sizing import print_today
from listener.config.load import check, load
from listener.config.values import ConfigError
from listener.environment import SettingsError
from listener.messengers.registry import AS_READ
from listener.networks.registry import NETWORKS
from listener.settings import read_settings
from listener.starting.files import SECRETS, by_hand, files
from listener.starting.wishes import Wishes

_PAGE: Final = re.compile(r"[A-Za-z0-9_.]{2,64}")

Ask = Callable[[str], str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brand", metavar="NAME", help="the brand's name, as people say it")
    for name, network in NETWORKS.items():
        parser.add_argument(f"--{name}", metavar="PAGE", help=f"the brand's page in {network.short}")
    for messenger in AS_READ:
        asked = messenger.beginning
        if asked is None:
            continue
        parser.add_argument(f"--{messenger.id}", metavar=asked.metavar, help=asked.help)
    parser.add_argument("--person", metavar="NAME", help="who may press the buttons first")
    parser.add_argument(
        "--dir", type=Path, default=Path(), metavar="DIR", help="where to write, here if not given"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the config stands there, 2 when an answer makes no sense."""
    ask = input if sys.stdin.isatty() and arguments.brand is None else None
    try:
        wishes = read_wishes(arguments, ask)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except EOFError:
        return 2
    example = (packaged("listener") / "data" / "env.example").read_text(encoding="utf-8")
    config = arguments.dir / "config"
    others = sorted(path.name for path in (config / "brands").glob("*.yaml"))
    for path, text in files(wishes, example).items():
        print(_written(arguments.dir / path, text, by_hand(path, wishes)))
    if others:
        print(f"  в {config / 'brands'} уже слушают: {', '.join(others)}; чужие примеры удалите")
    for mistake in check(config):
        print(f"  {'предупреждение: ' if mistake.warning else ''}{mistake}")
    print(f"\nСколько о бренде «{wishes.name}» пишут:")
    _show_today(arguments.dir, config, wishes.id)
    print(_next(arguments.dir))
    return 0


def read_wishes(arguments: argparse.Namespace, ask: Ask | None) -> Wishes:
    """From the flags, or from the answers where somebody sits there. Raises ValueError in Russian."""
    asked: dict[str, Any] = vars(arguments)

    def answer(name: str, question: str, understood: Callable[[str], str] = str) -> str:
        """A flag, else what is answered: a question is asked again until the answer makes sense."""
        if given := str(asked.get(name) or "").strip():
            return understood(given)
        while ask is not None:
            try:
                return understood(ask(question).strip())
            except ValueError as error:
                print(error)
        return understood("")

    name = answer("brand", "Как люди называют бренд? ", _name)
    pages = {
        network: answer(network, f"Страница бренда в {known.short}, короткое имя (Enter — нет): ", _page)
        for network, known in NETWORKS.items()
    }
    chats = {
        messenger.id: answer(messenger.id, messenger.beginning.question, messenger.beginning.address)
        for messenger in AS_READ
        if messenger.beginning is not None
    }
    return Wishes(
        name=name,
        pages={network: page for network, page in pages.items() if page},
        chats={messenger: address for messenger, address in chats.items() if address},
        person=answer("person", "Кто первым будет нажимать кнопки, имя и фамилия (Enter — потом): ") or None,
    )


def _name(text: str) -> str:
    """A brand's name. Raises ValueError."""
    if not any(letter.isalpha() for letter in text):
        raise ValueError("Назовите бренд: listener init --brand «Ромашка Телеком»")
    return text


def _page(text: str) -> str:
    """A page's short name, out of its address too. Raises ValueError."""
    name = text.rstrip("/").rpartition("/")[2].partition("?")[0].removeprefix("@")
    if text and not _PAGE.fullmatch(name):
        raise ValueError(f"«{text}» — не страница: нужно короткое имя латиницей, как в её адресе")
    return name


def _written(path: Path, text: str, by_hand: str) -> str:
    """What became of one file. The one with the secrets is for nobody else to read."""
    if path.exists():
        return f"  уже есть, не тронут: {path}" + (f"; впишите сами: {by_hand}" if by_hand else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600 if path.name == SECRETS else 0o644)
    path.write_text(text, encoding="utf-8")
    return f"  написан: {path}"


def _show_today(folder: Path, config: Path, brand: str) -> None:
    """Where there is a key already, today's mentions; where reading costs money, what a day would cost."""
    try:
        settings = read_settings(os.environ, folder / SECRETS)
        chosen = next(known for known in load(config).brands if known.id == brand)
    except (SettingsError, ConfigError, StopIteration):
        print("  узнаем, когда настройки будут без ошибок: listener queries --today")
        return
    print_today(settings, chosen)


def _next(folder: Path) -> str:
    return (
        f"\nДальше: впишите ключи в {folder / SECRETS} (откуда их взять — docs/connect-*.ru.md), потом\n"
        "  listener doctor     скажет, чего не хватает\n"
        "  listener queries --today    спросит сети, сколько упоминаний за сутки и что стоит день\n"
        "  listener run        начнёт слушать"
    )
