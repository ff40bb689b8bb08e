"""What a mention costs the store with ten thousand stored, and with a million: copies of what tweets have made.

The pipeline fills a database once with what it makes of five thousand real tweets; copies of all those rows, under
numbers of their own, make it grow. Then tweets by new authors go through every step; reading them costs the same
whatever is stored and is left out. SQLite, and PostgreSQL where OTKLIK_BENCH_POSTGRES names an empty database;
other sizes in OTKLIK_BENCH_STORED. Indexes are the schema's own; what was copied is followed by ANALYZE.
"""

import asyncio
import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, func, select, text

from benchmarks.parts import Spent, through
from benchmarks.replay import Piped, pipeline
from benchmarks.row import Row
from benchmarks.stream import TELECOM, invented_config, invented_lines, real_lines
from domain.mention import Mention
from listener.config.load import load
from listener.config.values import Config
from listener.gc_tuning import settle
from listener.replaying import BadLine, Progress, read_mentions
from listener.store.connection import Connection
from listener.store.tables import metadata

SIZES: Final = (10_000, 100_000, 1_000_000)
SEED: Final = 5_000
MEASURED: Final = 2_000
FILLING_KIB: Final = 1_000_000
STORING: Final = ("keep", "hand out", "record", "assign", "tell")
"""The steps whose cost could grow with what is stored."""
MENTION: Final = "mentions"
CASE: Final = "cases"
COPIED: Final = (
    MENTION,
    CASE,
    "verdicts",
    "case_events",
    "case_mentions",
    "card_views",
    "case_groups",
    "text_keys",
)
"""The tables that grow with every mention or case; the later ones name rows of the first two."""
DIFFERS: Final = frozenset(
    {
        (MENTION, "external_id"),
        (MENTION, "author_id"),
        (MENTION, "author_handle"),
        (CASE, "author_id"),
        (CASE, "thread"),
        ("text_keys", "key"),
    }
)
"""What has to differ from copy to copy beside the rows' own numbers."""


def run() -> list[Row]:
    sizes = tuple(map(int, os.environ.get("OTKLIK_BENCH_STORED", "").split())) or SIZES
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        rows = asyncio.run(_grown("SQLite", f"sqlite:///{Path(folder) / 'otklik.db'}", sizes))
    if url := os.environ.get("OTKLIK_BENCH_POSTGRES"):
        rows += asyncio.run(_grown("PostgreSQL", url, sizes))
    return rows


async def _grown(engine: str, url: str, sizes: Sequence[int]) -> list[Row]:
    real = real_lines()
    config: Config = invented_config() if real is None else load(TELECOM)
    lines = invented_lines(SEED + MEASURED) if real is None else real
    mentions = list(read_mentions(BytesIO(lines), Progress(), _refuse))[: SEED + MEASURED]
    rows: list[Row] = []
    async with pipeline(config, second=False, url=url) as piped:
        await through(piped, mentions[:SEED], Spent())
        settle()
        seeded = await _numbers(piped)
        stored, least = SEED, 0.0
        for number, size in enumerate(sizes):
            copies = (size - stored) // SEED
            stored += SEED * copies
            if piped.stores.database.is_sqlite:
                file = url.removeprefix("sqlite:///")
                await asyncio.to_thread(_copied_here, file, seeded, await _numbers(piped), copies)
            else:
                for _ in range(copies):
                    await _copied(piped, seeded)
            await _analysed(piped)
            spent, began = Spent(), time.perf_counter()
            await through(piped, list(_by_others(mentions[SEED:], number)), spent)
            seconds = time.perf_counter() - began
            cost = sum(spent.seconds[step] for step in STORING) / MEASURED * 1e6
            least = least or cost
            name = f"{engine}: {size:,} stored".replace(",", " ")
            rows += [
                Row(name=name, value=cost, unit="µs of processor", against="the smallest", ratio=cost / least),
                Row(
                    name=f"{name}, all steps by the clock",
                    value=seconds / MEASURED * 1e6,
                    unit="µs",
                ),
            ]
    return rows


async def _numbers(piped: Piped) -> dict[str, int]:
    """The highest number in each table that has numbers."""

    async def asked(connection: Connection) -> dict[str, int]:
        return {
            name: (await connection.execute(select(func.coalesce(func.max(table.c.id), 0)))).scalar_one()
            for name, table in _tables()
            if "id" in table.c
        }

    return await piped.stores.database.read(asked)


async def _copied(piped: Piped, seeded: dict[str, int]) -> None:
    """All that the tweets made, once more."""
    highest = await _numbers(piped)

    async def wrote(connection: Connection) -> None:
        for name, table in _tables():
            await connection.execute(*_copying(name, table, highest, seeded, text))
            if "id" in table.c:
                highest_now = f"(SELECT max(id) FROM {name})"
                await connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest_now})")
                )

    await piped.stores.database.write(wrote)


def _copied_here(file: str, seeded: dict[str, int], highest: dict[str, int], times: int) -> None:
    """The same on SQLite, so many times; filling is not measured, and need not outlive a power cut."""
    highest = dict(highest)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", f"cache_size = -{FILLING_KIB}", "wal_autocheckpoint = 100000"):
            connection.execute(f"PRAGMA {pragma}")
        for _ in range(times):
            connection.execute("BEGIN IMMEDIATE")
            for name, table in _tables():
                connection.execute(*_copying(name, table, highest, seeded, str))
            connection.execute("COMMIT")
            for name, number in seeded.items():
                highest[name] += number
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copying(
    name: str, table: Table, highest: dict[str, int], seeded: dict[str, int], worded: Callable[[str], Any]
) -> tuple[Any, dict[str, Any]]:
    """The statement that copies a table's first rows, and its parameters."""
    columns = [(column.name, _copy_of(table, column.name)) for column in table.columns]
    into = ", ".join(f'"{column}"' for column, _ in columns)
    of = ", ".join(value for _, value in columns)
    statement = f"INSERT INTO {name} ({into}) SELECT {of} FROM {name} WHERE {_seeded(table)}"  # our own names
    given = {"mention": highest[MENTION], "case": highest[CASE], "copy": f":{highest[MENTION]}"}
    given |= {"own": highest.get(name, 0), "seeded": seeded[_numbered(table)]}
    return worded(statement), {key: value for key, value in given.items() if f":{key}" in statement}


def _tables() -> Iterator[tuple[str, Table]]:
    return ((name, metadata.tables[name]) for name in COPIED)


def _copy_of(table: Table, column: str) -> str:
    if column == "id":
        return '"id" + :own'
    if column in ("mention_id", "case_id"):
        return f'"{column}" + :{column.removesuffix("_id")}'
    return f'"{column}" || :copy' if (table.name, column) in DIFFERS else f'"{column}"'


def _numbered(table: Table) -> str:
    """The table by whose numbers it is known which of its rows the tweets made."""
    return table.name if "id" in table.c else (MENTION if "mention_id" in table.c else CASE)


def _seeded(table: Table) -> str:
    column = "id" if "id" in table.c else ("mention_id" if "mention_id" in table.c else "case_id")
    return f'"{column}" <= :seeded'


async def _analysed(piped: Piped) -> None:
    if piped.stores.database.is_sqlite:
        return
    await piped.stores.database.write(lambda connection: connection.execute(text("ANALYZE")))


def _by_others(mentions: Sequence[Mention], number: int) -> Iterator[Mention]:
    """The same texts by other people, in other places."""
    for mention in mentions:
        author = replace(mention.author, id=f"{mention.author.id}~{number}", handle=None)
        yield replace(mention, id=f"{mention.id}~{number}", author=author)


def _refuse(line: BadLine) -> None:
    raise ValueError(f"line {line.number}: {line.error}")
