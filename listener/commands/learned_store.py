"""Reads from a database what taps have taught; apart, for it takes the store's libraries to do it."""

import asyncio
import sys

from classifiers.corrected import InForce
from classifiers.correction import CorrectionError
from listener.learning import read
from listener.store.errors import StoreError
from listener.store.stores import open_stores


def read_learned(url: str) -> InForce:
    """The correction in force; none, and a word on stderr, where it cannot be read."""
    try:
        return asyncio.run(_learned(url))
    except (StoreError, CorrectionError) as error:
        print(f"Судим без того, чему научили нажатия: {error}", file=sys.stderr)
        return InForce()


async def _learned(url: str) -> InForce:
    stores = await open_stores(url)
    try:
        active, _ = await stores.learning.versions()
        return InForce() if active is None else InForce(active=read(await stores.learning.correction(active)))
    finally:
        await stores.close()
