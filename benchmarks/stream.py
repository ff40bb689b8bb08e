"""Invented mentions in any number: the simulator's texts again and again, each time by other people."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import orjson

from listener.config.load import load
from listener.config.values import Config
from simulator.corpus import Entry, load_corpus

FIRST: Final = datetime(2026, 11, 18, 9, tzinfo=UTC)
"""When the first mention was published; a second passes between two."""
REAL: Final = Path(__file__).parents[2] / "shared" / "data" / "replay" / "telecom.jsonl.gz"
"""Real texts, where the data sets stand beside the project."""
TELECOM: Final = Path(__file__).parents[1] / "examples" / "telecom"


def invented_config() -> Config:
    """The demo's configuration: the three invented brands that the simulator's texts speak of."""
    with as_file(files("simulator") / "demo") as folder:
        return load(folder)


def invented_texts(count: int) -> list[str]:
    return [entry.text for entry in islice(cycle(load_corpus().entries), count)]


def invented_lines(count: int) -> bytes:
    """So many mentions in the replay format. Every tenth is a complaint, as on a usual day."""
    return b"".join(orjson.dumps(row) + b"\n" for row in invented_rows(count))


def invented_rows(count: int) -> Iterator[dict[str, Any]]:
    """The same one by one, each made when it is asked for."""
    return (_row(entry, number) for number, entry in enumerate(_usual(count)))


def complaining_lines(count: int) -> bytes:
    """The same of complaints only, by many people: a crisis."""
    complaints = cycle([entry for entry in load_corpus().entries if entry.complaint])
    return b"".join(
        orjson.dumps(_row(entry, number)) + b"\n" for number, entry in enumerate(islice(complaints, count))
    )


def real_lines() -> bytes | None:
    """None in a clone without the data sets."""
    if not REAL.exists():
        return None
    with gzip.open(REAL) as packed:
        return packed.read()


def _usual(count: int) -> Iterator[Entry]:
    entries = load_corpus().entries
    complaints = cycle([entry for entry in entries if entry.complaint])
    others = cycle([entry for entry in entries if not entry.complaint])
    return (next(others) if number % 10 else next(complaints) for number in range(count))


def _row(entry: Entry, number: int) -> dict[str, Any]:
    author = 1_000 + number
    on_vk = entry.network == "vk"
    mention = f"{author}_{number}" if on_vk else str(1_900_000_000_000_000_000 + number)
    url = f"https://vk.com/wall{mention}" if on_vk else f"https://x.com/i/status/{mention}"
    return {
        "network": entry.network,
        "kind": "post",
        "id": mention,
        "url": url,
        "author": {
            "id": str(author),
            "name": f"Автор {author}",
            "handle": f"user{author}",
            "followers": number % 997,
        },
        "text": entry.text,
        "published_at": (FIRST + timedelta(seconds=number)).isoformat(),
    }
