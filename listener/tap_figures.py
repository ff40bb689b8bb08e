"""What taps tell of words on trial and of the reasons on cards, counted over the latest texts."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from classifiers.asked_of_texts import Spoken
from classifiers.reason_figures import KindFigures, Tapped, kind_figures
from classifiers.watch_words import WordFigures
from listener.store.engine import Database
from listener.store.heard_texts import Text, latest_texts
from listener.store.labels import read_labels

DAYS: Final = 30
MOST: Final = 20_000
"""Texts that are looked through: some seconds of a core, a page at a time."""


async def word_figures(database: Database, words: Sequence[str], now: datetime) -> list[WordFigures]:
    """In the order of the config. A text that was tapped on twice counts by its last tap."""
    if not words:
        return []
    since = now - timedelta(days=DAYS)
    tapped = {label.mention: label.tap.complaint async for label in read_labels(database, since)}
    spoken = await asyncio.to_thread(Spoken, tuple(words))
    hits: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    complaints: Counter[str] = Counter()
    async for page in latest_texts(database, since, MOST):
        for mention, found in await asyncio.to_thread(_found, spoken, page):
            hits.update(found)
            if mention in tapped:
                judged.update(found)
                complaints.update(found if tapped[mention] else ())
    return [
        WordFigures(word=word, hits=hits[word], tapped=judged[word], complaints=complaints[word]) for word in words
    ]


async def reason_figures(database: Database, since: datetime) -> list[KindFigures]:
    """Of the taps since then, the kinds of reasons that people contradicted most first."""
    return kind_figures(
        [
            Tapped(complaint=label.tap.complaint, reasons=label.reasons, dangers=label.dangers)
            async for label in read_labels(database, since)
        ]
    )


def _found(spoken: Spoken, page: Sequence[Text]) -> list[tuple[int, tuple[str, ...]]]:
    return [(mention, spoken(text)) for mention, text in page]
