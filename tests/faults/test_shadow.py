"""Seeded lives of the daemon: whatever fails on the way, nothing is lost, doubled or silently wrong."""

import os
from pathlib import Path

import pytest

from tests.faults.figures import note
from tests.faults.shadow import Life, rules_in_force

SEEDS = [int(seed) for seed in os.environ.get("OTKLIK_SEEDS", "").split(",") if seed] or list(range(1, 5))
"""A failing test names its seed: OTKLIK_SEEDS=4 repeats that life, step by step."""
STEPS = 70


@pytest.fixture(scope="module", autouse=True)
def _word_forms_are_loaded() -> None:
    rules_in_force()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_life_among_faults_keeps_what_must_never_break(sqlite_file: Path, seed: int) -> None:
    async with Life(f"sqlite:///{sqlite_file}", seed) as life:
        await life.live(STEPS)
    note(
        2,
        lives=1,
        faults=life.fate.met.total(),
        kills=life.kills,
        mentions=len(life.network.posts),
        lost=0,
        twice=0,
        repeats_after_a_lost_answer=life.repeats(),
    )
    assert life.fate.met.total() > STEPS // 20, "faults were met"
    assert len(life.network.posts) > STEPS // 20, "customers wrote"
