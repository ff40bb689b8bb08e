"""A process that renews an account's tokens again and again: `ADDRESS FILE DATABASE-OR-DASH ROUNDS`.

It waits for a line on its standard input, so that several begin together; each round is three hours later than the
one before, so that the pair which stands is too old.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.clock import SystemClock
from listener.environment import STRAIGHT
from listener.networks.x.rotation import Consent, RotatingTokens, TokenFile
from listener.proxies import Proxies
from listener.store.engine import Database, driver_url
from listener.store.vault import DatabaseVault

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = timedelta(hours=3)


async def main(address: str, file: str, database_url: str, rounds: str, refresh: str) -> None:
    database = None if database_url == "-" else Database(driver_url(database_url))
    vault = DatabaseVault(database, SystemClock()) if database is not None else None
    now = [BEGAN]
    consent = Consent(handle="romashka_ru", refresh=refresh, client_id="client")
    tokens = RotatingTokens(
        consent, TokenFile(Path(file)), address, Proxies("X", STRAIGHT), lambda: now[0], vault=vault
    )
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for _ in range(int(rounds)):
        await tokens.headers("GET", "")
        now[0] += LATER
    if database is not None:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
