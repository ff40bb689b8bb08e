"""What taps have taught comes into force in a running daemon, and goes out of it again, by one command each."""

from pathlib import Path
from typing import Any

import pytest

from classifiers.correction import Correction, to_row
from listener.store.stores import open_stores
from simulator.server import Simulator
from tests.acceptance.running import Process, config_files, until, world
from tests.contract.store_samples import NOW

TEXT = "Ромашка Телеком, третий день не работает интернет, в поддержке никто не отвечает! Верните деньги"


async def verdict_on(daemon: Process, simulator: Simulator, author: str) -> dict[str, Any]:
    """What the daemon says of a new post."""
    before = len(await daemon.export("verdicts"))
    simulator.publishing.by_hand("vk", author, TEXT)
    found: list[dict[str, Any]] = []

    async def judged() -> bool:
        found[:] = await daemon.export("verdicts")
        return len(found) > before

    await until(judged, every=0.5)
    return max(found, key=lambda verdict: verdict["judged_at"])


@pytest.mark.slow
async def test_a_correction_judges_without_a_restart_and_a_rollback_ends_it(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'otklik.db'}"
    async with (
        world() as simulator,
        Process(tmp_path, simulator.environment(), config_files(tmp_path), database) as daemon,
    ):
        await daemon.start()
        alone = await verdict_on(daemon, simulator, "Пётр")
        made = Correction(base=alone["model"].partition("+")[0], weights={"shift": -1.5})
        stores = await open_stores(database)
        await stores.learning.propose(made.version, to_row(made), NOW)
        await stores.close()
        code, said, errors = await daemon.command("model", "promote", made.version)
        assert (code, errors) == (0, ""), said
        await until(lambda: f"what taps have taught is in use: {made.version}" in daemon.said())
        taught = await verdict_on(daemon, simulator, "Ольга")
        assert taught["model"] == f"{alone['model']}+{made.version}"
        assert taught["complaint"] < alone["complaint"]
        code, _, _ = await daemon.command("model", "rollback")
        assert code == 0
        await until(lambda: "what taps have taught is in use: none" in daemon.said())
        again = await verdict_on(daemon, simulator, "Мария")
        assert (again["model"], again["complaint"]) == (alone["model"], pytest.approx(alone["complaint"]))
