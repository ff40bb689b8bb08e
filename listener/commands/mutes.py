"""`listener mutes`: what people have muted, until when, and how it is heard again."""

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
from alerts.cards.wording import Wording, muted_words
from alerts.russian import NBSP
from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.config.load import load
from listener.config.values import Config, ConfigError
from listener.environment import SettingsError
from listener.redaction import one_line
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.mutes import KeptMute
from listener.store.stores import open_stores

NONE: Final = "Никого и ничего не заглушили: приходят все карточки."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lift", type=int, metavar="CASE", help="show again what was muted on the card of this case"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a mute")
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when it was shown or lifted, 1 when nothing was there to lift or the store fails, 2 for a setting."""
    try:
        settings = read_settings(os.environ, Path(".env"), config_dir=arguments.config)
        config = load(settings.config_dir)
        must_exist(settings.database_url)
    except (SettingsError, ConfigError) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    now = SystemClock().now()
    try:
        kept = asyncio.run(
            _kept(settings.database_url, [brand.id for brand in config.brands], arguments.lift, now)
        )
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.lift is not None and not kept:
        print(f"На карточке обращения № {arguments.lift} сейчас ничего не заглушено.", file=sys.stderr)
        return 1
    if arguments.json:
        sys.stdout.buffer.writelines(orjson.dumps(row(muted), option=orjson.OPT_APPEND_NEWLINE) for muted in kept)
        sys.stdout.flush()
    else:
        said = lines(kept, config, now, lifted=arguments.lift is not None)
        print("\n".join(map(one_line, said)) or NONE)
    return 0


async def _kept(url: str, brands: Sequence[str], case: int | None, now: datetime) -> list[KeptMute]:
    """What is muted; with a case what was muted on its card, which is lifted."""
    stores = await open_stores(url)
    try:
        kept = await stores.mutes.in_force(brands, now)
        if case is None:
            return kept
        of_case = [muted for muted in kept if muted.case == case]
        for muted in of_case:
            await stores.mutes.lift(muted, now)
        return of_case
    finally:
        await stores.close()


def lines(kept: Sequence[KeptMute], config: Config, now: datetime, *, lifted: bool = False) -> Iterator[str]:
    """A line each: «Ромашка Телеком: тему «связь» до 00:00 — Анна Иванова, обращение № 12»."""
    words = Wording(context=CardContext(people=config.people, timezone=config.routing.timezone), now=now)
    titles = {brand.id: brand.title for brand in config.brands}
    for muted in kept:
        title, what = titles.get(muted.mute.brand, muted.mute.brand), muted_words(muted.mute.topic)
        if muted.mute.author is not None:
            what = f"{what} «{muted.name}» ({muted.mute.author})" if muted.name else f"{what} {muted.mute.author}"
        if lifted:
            yield f"{title}: {what} снова показываем"
            continue
        person = words.name(muted.person)
        yield f"{title}: {what} до {words.moment(muted.mute.until)} — {person}, обращение №{NBSP}{muted.case}"


def row(muted: KeptMute) -> dict[str, Any]:
    """One mute for a program."""
    return {
        "brand": muted.mute.brand,
        "author": muted.mute.author,
        "topic": muted.mute.topic,
        "until": muted.mute.until,
        "case": muted.case,
        "person": muted.person,
        "at": muted.at,
    }
