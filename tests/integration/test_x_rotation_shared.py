"""One refresh token is never spent twice, whichever processes need the next pair at the same moment."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.x.keys import Family
from tests.contract.outreach_stages import ACCOUNT, XStage, x_stage

FIRST = "refresh-token-of-a-person"
ROUNDS = 12
PATIENCE = 600.0
ALONE = "-"


@pytest.fixture
async def stage() -> AsyncIterator[XStage]:
    async with x_stage() as stage:
        stage.x.give_consent(Family(account=ACCOUNT, client_id="client", refresh=FIRST))
        yield stage


async def renewed_by(stage: XStage, *files: Path, database: str = ALONE) -> list[int]:
    """Each file's process renews its tokens ROUNDS times, all at once; their exit codes."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.integration.renewing", stage.address, str(file), database, str(ROUNDS), FIRST),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for file in files
    ]
    async with asyncio.timeout(PATIENCE):
        for process in running:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.close()
        return [await process.wait() for process in running]


def family(stage: XStage) -> Family:
    return stage.x.keys.families[0]


@pytest.mark.slow
async def test_two_processes_of_one_machine_share_their_file(stage: XStage, tmp_path: Path) -> None:
    file = tmp_path / "var" / "x-tokens.json"
    assert await renewed_by(stage, file, file) == [0, 0]
    assert not family(stage).revoked
    assert len(family(stage).used) >= ROUNDS


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_machines_share_their_database(stage: XStage, tmp_path: Path, database_url: str) -> None:
    assert await renewed_by(stage, tmp_path / "one.json", tmp_path / "two.json", database=database_url) == [0, 0]
    assert not family(stage).revoked
    assert len(family(stage).used) >= ROUNDS


@pytest.mark.slow
async def test_two_machines_that_share_nothing_lose_the_consent(stage: XStage, tmp_path: Path) -> None:
    """What the two above would meet without their locks."""
    codes = await renewed_by(stage, tmp_path / "one.json", tmp_path / "two.json")
    assert family(stage).revoked
    assert any(codes)
