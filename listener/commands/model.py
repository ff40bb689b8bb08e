"""`listener model`: what operators' taps have taught the judge, which correction judges now, and the way back."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table

from alerts.cards.lessons import Compared, lessons_note
from alerts.russian import NBSP, counted, number
from classifiers.bootstrap import Ranged
from classifiers.correction import CorrectionError
from classifiers.reason_figures import KindFigures
from classifiers.watch_words import LEAST_TAPPED, RIPE_AT, Ripeness, WordFigures, ripeness
from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.commands.export import since_when
from listener.config.load import load
from listener.config.values import ConfigError
from listener.environment import SettingsError
from listener.learning import promote_by_hand, roll_back
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.learning import KeptCorrection, NoCorrectionError
from listener.store.stores import Stores, open_stores
from listener.tap_figures import DAYS, reason_figures, word_figures

STATES: Final = {"active": "судит", "candidate": "в тени", "retired": "не у дел"}
MISSING: Final[Mapping[Ripeness, str]] = {
    "ripe": "созрело: перенесите в urgent",
    "few_taps": f"мало разобрано, нужно хотя бы {LEAST_TAPPED}",
    "too_often_none": f"слишком часто не жалоба, нужно не меньше {RIPE_AT:.0%}".replace("%", f"{NBSP}%"),
    "mostly_unseen": "большей части таких текстов никто не видел",
}
SOON: Final = "Отклик, который сейчас работает, возьмёт это сам за полминуты."

Shows = Callable[[Stores, argparse.Namespace, datetime], Awaitable[Sequence[RenderableType]]]


class RefusedError(Exception):
    """What was asked cannot be done; the message is Russian."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")
    asked = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    asked.add_parser("list", help="the corrections that are kept, and what changed in the last month")
    promote = asked.add_parser("promote", help="let this correction judge, whatever its figures")
    promote.add_argument("version", help="as `list` shows it")
    asked.add_parser("rollback", help="back to what judged before, step by step to the judge alone")
    reasons = asked.add_parser("reasons", help="how often each kind of reason on the cards was right, by the taps")
    reasons.add_argument("--since", metavar="TIME", default="30d", help="taps since then: 30d, or a time")
    asked.add_parser("words", help="the watch words: how often they were met, and in how many complaints")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when it was shown or done, 1 when it cannot be done or the store fails, 2 for a setting."""
    try:
        url = read_settings(os.environ, Path(".env"), config_dir=arguments.config).database_url
        must_exist(url)
        shown = asyncio.run(_asked(url, arguments, SystemClock().now()))
    except (SettingsError, ConfigError, ValueError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    except (StoreError, RefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    console = Console()
    for part in shown:
        console.print(part, highlight=False)
    return 0


async def _asked(url: str, arguments: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    stores = await open_stores(url)
    try:
        return await ACTIONS[arguments.action](stores, arguments, now)
    finally:
        await stores.close()


async def _list(stores: Stores, _: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    kept = await stores.learning.corrections()
    changed = await stores.learning.lessons(since_when("30d", now))
    note = lessons_note([lesson for _, lesson in changed])
    if not kept:
        return ["Судит исходная модель: поправок ещё нет. Их учат ночью, когда наберётся хотя бы 60 нажатий."]
    return [corrections_table(kept, [lesson for _, lesson in changed if isinstance(lesson, Compared)]), note or ""]


async def _promote(stores: Stores, arguments: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    try:
        before = await promote_by_hand(stores.learning, arguments.version, now)
    except NoCorrectionError:
        raise RefusedError(f"Поправки {arguments.version} нет: listener model list") from None
    except CorrectionError as error:
        raise RefusedError(str(error)) from error
    return [f"Теперь судит {arguments.version} вместо {before or 'исходной модели'}. {SOON}"]


async def _roll_back(stores: Stores, _: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    try:
        model, to = await roll_back(stores.learning, now)
    except NoCorrectionError:
        raise RefusedError("Возвращаться не от чего: судит исходная модель.") from None
    return [f"Вернулись от {model} к {to or 'исходной модели'}. {SOON}"]


async def _reasons(stores: Stores, arguments: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    figures = await reason_figures(stores.database, since_when(arguments.since, now))
    return [reasons_table(figures)] if figures else ["За это время никто не нажал ни на одну карточку."]


async def _words(stores: Stores, arguments: argparse.Namespace, now: datetime) -> Sequence[RenderableType]:
    directory = read_settings(os.environ, Path(".env"), config_dir=arguments.config).config_dir
    watched = (await asyncio.to_thread(load, directory)).words.watch
    if not watched:
        return ["В words.yaml нет слов на испытании: впишите их в watch, например watch: [пломба]"]
    return [words_table(await word_figures(stores.database, watched, now))]


ACTIONS: Final[Mapping[str, Shows]] = {
    "list": _list,
    "promote": _promote,
    "reasons": _reasons,
    "rollback": _roll_back,
    "words": _words,
}


def corrections_table(kept: Iterable[KeptCorrection], weighed: Iterable[Compared]) -> Table:
    """A line a correction, with what its last weighing came to."""
    last = {lesson.model: lesson for lesson in weighed}
    table = Table(
        "поправка", "сейчас", "сделана", "нажатий", "выше жалоба, а не другой текст", title_justify="left"
    )
    for correction in kept:
        about = correction.content.get("about", {})
        taps = int(about.get("complaints", 0)) + int(about.get("others", 0))
        made = correction.trained_at.astimezone().strftime("%d.%m.%Y %H:%M")
        table.add_row(
            correction.version,
            STATES[correction.state],
            made,
            number(taps),
            _weighed(last.get(correction.version)),
        )
    return table


def reasons_table(figures: Iterable[KindFigures]) -> Table:
    """The kinds that people contradicted most stand first."""
    table = Table("причина на карточке", "разобрано", "не жалоба", "жалоб среди них", title_justify="left")
    for figure in figures:
        table.add_row(figure.kind, number(figure.count), number(figure.contradicted), _share(figure.right))
    return table


def words_table(figures: Iterable[WordFigures]) -> Table:
    table = Table(
        "слово",
        "встретилось",
        "разобрано",
        "жалоб среди них",
        "что с ним",
        title=f"Слова на испытании за {counted(DAYS, 'день', 'дня', 'дней')}",
        title_justify="left",
    )
    for figure in figures:
        right = "—" if figure.right is None else _share(figure.right)
        table.add_row(figure.word, number(figure.hits), number(figure.tapped), right, MISSING[ripeness(figure)])
    return table


def _weighed(one: Compared | None) -> str:
    if one is None or one.ordered is None:
        return "—"
    before, after = one.ordered
    return f"{after * 100:.0f}{NBSP}% (было {before * 100:.0f}), новых нажатий {one.labels}"


def _share(share: Ranged) -> str:
    return f"{share.value * 100:.0f}{NBSP}% ({share.low * 100:.0f}–{share.high * 100:.0f})"
