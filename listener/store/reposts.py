"""Reposts: an author who says his own words again, in another place, is heard in the case that they opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update

from alerts.candidate import Place
from alerts.likeness import is_repost, signature_of
from listener.decided import Decided
from listener.store.among import given
from listener.store.connection import Connection
from listener.store.tables import cases

RECENT: Final = timedelta(days=7)
"""Cases older than that are not looked at: what he says again so late he means anew."""
_ALSO_IN: Final = update(cases).where(cases.c.id == bindparam("of_case")).values(also_in=bindparam("threads"))

Said = Mapping[Place, tuple[str, ...]]
"""The signatures of what was complained of in each place."""


def said_in(decided: Iterable[Decided]) -> dict[Place, tuple[str, ...]]:
    """What the candidates say, and what they show again of themselves, by their places; of each the first."""
    said: dict[Place, tuple[str, ...]] = {}
    for decision in decided:
        quoted = decision.stored.mention.quoted
        for route in decision.routed:
            if route.candidate.place not in said:
                texts = (route.candidate.text, quoted.text if quoted else "")
                said[route.candidate.place] = tuple(filter(None, map(signature_of, texts)))
    return said


async def find(connection: Connection, said: Said, now: datetime) -> tuple[dict[Place, int], dict[Place, Place]]:
    """The places whose words belong to an open case of their author elsewhere, and those whose words stand in
    another of these places already.
    """
    known = await _of_authors(connection, said, now)
    stored: dict[Place, int] = {}
    beside: dict[Place, Place] = {}
    opening: dict[tuple[str, str, str], list[Place]] = defaultdict(list)
    for place in said:
        brand, network, author, thread = place
        theirs = known.get((brand, network, author), ())
        if any(row.thread == thread for row in theirs):
            continue
        found = next((row.id for row in theirs if _is_there(row, thread, said[place])), None)
        if found is not None:
            stored[place] = found
            continue
        mates = opening[brand, network, author]
        first = next((mate for mate in mates if _says_again(said[place], said[mate][0])), None)
        if first is not None:
            beside[place] = first
        elif said[place]:
            mates.append(place)
    return stored, beside


async def note(connection: Connection, threads: Mapping[int, Iterable[str]], before: Mapping[int, Any]) -> None:
    """Write down in which further threads the authors of these cases speak of them; `before` are those known."""
    rows = [
        {"of_case": case, "threads": [*dict.fromkeys((*(before.get(case) or ()), *more))]}
        for case, more in threads.items()
        if not set(more) <= set(before.get(case) or ())
    ]
    if rows:
        await connection.execute(_ALSO_IN, rows)


@cache
def _by_authors(dialect: str) -> Any:
    columns = ("id", "brand", "network", "author_id", "thread", "signature", "also_in")
    return (
        select(*(cases.c[name] for name in columns))
        .where(
            cases.c.network == bindparam("of_network"),
            given(cases.c.author_id, "authors", dialect),
            cases.c.stage != "closed",
            cases.c.opened_at >= bindparam("since", type_=cases.c.opened_at.type),
        )
        .order_by(cases.c.id)
    )


async def _of_authors(
    connection: Connection, said: Said, now: datetime
) -> dict[tuple[str, str, str], list[Row[Any]]]:
    authors: dict[str, set[str]] = defaultdict(set)
    for _, network, author, _ in said:
        authors[network].add(author)
    known: dict[tuple[str, str, str], list[Row[Any]]] = defaultdict(list)
    for network in sorted(authors):
        asked = {"of_network": network, "authors": sorted(authors[network]), "since": now - RECENT}
        for row in await connection.execute(_by_authors(connection.dialect.name), asked):
            known[row.brand, row.network, row.author_id].append(row)
    return known


def _is_there(row: Row[Any], thread: str, signatures: tuple[str, ...]) -> bool:
    return thread in (row.also_in or ()) or _says_again(signatures, row.signature or "")


def _says_again(signatures: tuple[str, ...], before: str) -> bool:
    return any(is_repost(signature, before) for signature in signatures)
