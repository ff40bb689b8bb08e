"""Labels: what people's taps say of texts, read from the events of their cases, a page of cases at a time."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import exists, func, select

from alerts.cases.labels import TapLabel, labels_of
from domain.span import Span
from listener.store import histories
from listener.store.connection import Connection
from listener.store.engine import Database
from listener.store.tables import EPOCH, case_events, case_mentions, cases, mentions, verdicts

PAGE: Final = 500
"""Cases read in one transaction."""
TAPPED: Final = ("claimed", "closed", "imported", "not_complaint", "reply_sent")
"""Kinds of events without which a case has no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A tap with the text that it is about and what the judge had said of it for the case's brand.

    `words` name the brand; `said` is the probability of a complaint, None where the text was not judged for
    it, and `model` who gave it. `reasons` and `dangers` are as in the verdict.
    """

    case: int
    brand: str
    mention: int
    text: str
    words: tuple[Span, ...]
    tap: TapLabel
    said: float | None = None
    model: str = ""
    reasons: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()


async def read_labels(database: Database, since: datetime | None = None) -> AsyncIterator[Label]:
    """Every label that was tapped since then, by cases in the order in which they were opened."""
    last: int | None = 0
    while last is not None:
        last, found = await database.read(partial(labels_after, last=last, since=since or EPOCH))
        for label in found:
            yield label


async def labels_after(
    connection: Connection, last: int, since: datetime = EPOCH
) -> tuple[int | None, Sequence[Label]]:
    """The labels of a page of cases after the case `last`, and the page's last case, None where it is the end."""
    tapped = exists().where(
        case_events.c.case_id == cases.c.id, case_events.c.kind.in_(TAPPED), case_events.c.at >= since
    )
    page = select(cases.c.id, cases.c.brand).where(cases.c.id > last, tapped).order_by(cases.c.id).limit(PAGE)
    brands = {row.id: row.brand for row in await connection.execute(page)}
    events = await histories.read(connection, brands)
    first = await _first_mentions(connection, brands)
    taps = [
        (case, first.get(case) if tap.mention is None else tap.mention, tap)
        for case in sorted(brands)
        for tap in labels_of(events[case])
        if tap.at >= since
    ]
    found = await _joined(connection, brands, taps)
    return (max(brands) if len(brands) == PAGE else None), found


async def _first_mentions(connection: Connection, ids: Collection[int]) -> Mapping[int, int]:
    rows = await connection.execute(
        select(case_mentions.c.case_id, func.min(case_mentions.c.mention_id).label("mention"))
        .where(case_mentions.c.case_id.in_(sorted(ids)))
        .group_by(case_mentions.c.case_id)
    )
    return {row.case_id: row.mention for row in rows}


async def _joined(
    connection: Connection, brands: Mapping[int, str], taps: Sequence[tuple[int, int | None, TapLabel]]
) -> list[Label]:
    """The taps with their texts and verdicts; one whose mention is gone says nothing any more."""
    rows = sorted({mention for _, mention, _ in taps if mention is not None})
    kept = {
        row.id: row
        for row in await connection.execute(select(mentions.c.id, mentions.c.text).where(mentions.c.id.in_(rows)))
    }
    judged = {
        (row.mention_id, row.brand): row
        for row in await connection.execute(select(verdicts).where(verdicts.c.mention_id.in_(rows)))
    }
    return [
        _label(case, brands[case], kept[mention], judged.get((mention, brands[case])), tap)
        for case, mention, tap in taps
        if mention in kept
    ]


def _label(case: int, brand: str, mention: Any, verdict: Any, tap: TapLabel) -> Label:
    label = Label(case=case, brand=brand, mention=mention.id, text=mention.text, words=(), tap=tap)
    if verdict is None:
        return label
    return Label(
        case=case,
        brand=brand,
        mention=mention.id,
        text=mention.text,
        words=tuple((start, end) for start, end in verdict.words),
        tap=tap,
        said=verdict.complaint,
        model=verdict.model,
        reasons=tuple(verdict.reasons),
        dangers=tuple(verdict.dangers),
    )
