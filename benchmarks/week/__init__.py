"""A week of a support team of twenty on a clock turned by hand: the product whole, the people drawn by a seed.

`python -m benchmarks.week --seed N` prints the figures and draws them; docs/week.md reads them in plain words.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from datetime import datetime

from benchmarks.row import Row
from benchmarks.week.figures import Figures, figures_of
from benchmarks.week.scenario import A_WEEK, Scenario
from benchmarks.week.tables import rows
from benchmarks.week.world import World, read_rules
from listener.config.values import Config
from listener.rules import Rules
from listener.store.stores import open_stores


async def measured(
    scenario: Scenario,
    url: str,
    config: Config,
    rules: Rules,
    progress: Callable[[datetime], None] = lambda _now: None,
    after: Callable[[World], None] = lambda _world: None,
) -> Figures:
    """Live through it over an empty database at `url`. Raises checks.BrokenError, which names the seed."""
    stores = await open_stores(url)
    world = World(scenario=scenario, stores=stores, config=config, rules=rules)
    try:
        await world.live(progress)
        after(world)
        return await figures_of(world)
    finally:
        await world.close()
        await stores.close()


def run() -> list[Row]:
    logging.disable(logging.CRITICAL)
    config, rules = read_rules()
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        return rows(asyncio.run(measured(A_WEEK, f"sqlite:///{folder}/week.db", config, rules)))
