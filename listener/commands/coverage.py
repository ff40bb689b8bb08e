"""`listener coverage`: since when each source is heard, when it was deaf, why, and what could not be had again."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from alerts.russian import plural
from alerts.sla import MOSCOW
from listener.clock import SystemClock
from listener.commands.config import must_exist
from listener.commands.export import since_when
from listener.environment import SettingsError
from listener.networks.registry import source_title
from listener.redaction import one_line
from listener.settings import read_settings
from listener.store.errors import StoreError
from listener.store.listening import Deafness, Heard, coverage
from listener.store.stores import open_stores

SILENT_AFTER: Final = timedelta(minutes=2)
"""A source that did not answer for longer than this, and than two of its turns, is deaf now."""
USUAL_SINCE: Final = "7d"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", default=USUAL_SINCE, metavar="TIME", help="how far to look back: 7d, 2h; default 7d"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a source")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when it was shown, 1 when the store fails, 2 for a wrong argument."""
    now = SystemClock().now()
    try:
        since = since_when(arguments.since, now)
        url = read_settings(os.environ, Path(".env")).database_url
        must_exist(url)
    except (SettingsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        heard = asyncio.run(_read(url, since))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        for source in heard:
            sys.stdout.buffer.write(orjson.dumps(row(source, since, now), option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.flush()
    else:
        print("\n".join(map(one_line, words(heard, since, now))))
    return 0


async def _read(url: str, since: datetime) -> list[Heard]:
    stores = await open_stores(url)
    try:
        return await coverage(stores.database, since)
    finally:
        await stores.close()


def row(source: Heard, since: datetime, now: datetime) -> dict[str, Any]:
    """One source for a program."""
    return {
        "source": source.source,
        "listened_since": source.began_at,
        "last_heard": source.heard_at,
        "every_seconds": source.every_seconds,
        "deaf_now": _is_deaf(source, now),
        "deaf_seconds": round(_deaf_time(source, since, now).total_seconds()),
        "gaps": [
            {
                "since": gap.since,
                "until": gap.until,
                "cause": gap.cause,
                "read_again": gap.read_again,
                "complete": gap.closed_at is not None and not gap.lost,
                "closed_at": gap.closed_at,
            }
            for gap in source.deaf
        ],
    }


def words(heard: Sequence[Heard], since: datetime, now: datetime) -> Iterator[str]:
    """All sources for a person."""
    if not heard:
        yield "Ни один источник ещё не слушали: запустите listener run."
        return
    yield f"Что слышали с {_when(since)} по {_when(now)} (время московское)."
    for source in heard:
        yield ""
        yield from _source(source, since, now)


def _source(source: Heard, since: datetime, now: datetime) -> Iterator[str]:
    began = f"слушаем с {_when(source.began_at)}, " if source.began_at else ""
    last = f"последний ответ {_when(source.heard_at)}" if source.heard_at else "ответов не было"
    yield f"{source_title(source.source)} ({source.source}): {began}{last}"
    if _is_deaf(source, now) and source.heard_at:
        yield f"  ! молчит сейчас, уже {_span(now - source.heard_at)}: причину назовёт listener doctor"
    for gap in source.deaf:
        yield f"  {_gap(gap)}"
    deaf = _deaf_time(source, since, now)
    if not source.deaf:
        yield "  пропусков не было"
    elif deaf:
        heard_for = now - max(since, source.began_at or since)
        share = f" ({deaf / heard_for:.1%})".replace(".", ",") if heard_for > deaf else ""
        lost = sum(gap.lost for gap in source.deaf)
        rest = f"восполнить нельзя: {lost} из {len(source.deaf)}" if lost else "всё перечитано или перечитывается"
        yield f"  всего без слуха {_span(deaf)}{share}; {rest}"


def _gap(gap: Deafness) -> str:
    since = _when(gap.since) if gap.since else "неизвестно когда"
    lasted = f" ({_span(gap.until - gap.since)})" if gap.since else ""
    return f"{since} — {_when(gap.until)}{lasted}: {gap.cause}; {_had(gap)}"


def _had(gap: Deafness) -> str:
    found = f"{gap.read_again} {plural(gap.read_again, 'новая запись', 'новые записи', 'новых записей')}"
    if gap.lost:
        return f"прочитано потом: {found}; остального уже не получить"
    if gap.closed_at is None:
        return f"перечитывается, пока {found}"
    return f"перечитано: {found}"


def _is_deaf(source: Heard, now: datetime) -> bool:
    turns = timedelta(seconds=2 * (source.every_seconds or 0))
    return source.heard_at is not None and now - source.heard_at > max(SILENT_AFTER, turns)


def _deaf_time(source: Heard, since: datetime, now: datetime) -> timedelta:
    """How long in all; times that overlap count once."""
    spans = sorted((max(gap.since or gap.until, since), min(gap.until, now)) for gap in source.deaf)
    total, reached = timedelta(0), since
    for start, end in spans:
        total += max(timedelta(0), end - max(start, reached))
        reached = max(reached, end)
    return total


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(MOSCOW)):%d.%m %H:%M}"


def _span(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return f"{int(passed.total_seconds())} с"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} ч {minutes} мин" if hours else f"{minutes} мин"
