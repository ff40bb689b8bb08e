"""The judge in a process of its own: it reads as the one in this process does, and its death loses nothing."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from classifiers.lexicon import Markers
from classifiers.model import COMMITTED, ModelError
from classifiers.pace import Pace
from classifiers.tiers import open_judge
from classifiers.verdict import Question
from domain.brand import Brand
from listener.__main__ import main
from listener.brands.matcher import Matcher
from listener.built_rules import build_judge
from listener.config.load import load
from listener.config.values import Config
from listener.judge_hanging import LOOKS, Hanging
from listener.judge_launch import launched
from listener.judge_process import PATIENCE, JudgeProcess
from listener.judge_worker import Setup
from listener.networks.registry import MARKS
from listener.opened_rules import judge_setup
from listener.reader import Asked, DiedError, EndedError, Reading, read_all
from simulator.corpus import load_corpus
from tests.waiting import until

ROMASHKA = Brand(id="romashka", title="Ромашка", names=("Ромашка",))
SETUP = Setup(brands=(ROMASHKA,), marks=MARKS, topics={}, urgent=())
TROUBLE = [Asked("Ромашка, третий день нет связи!")]
MANY = [Asked(f"Ромашка, {number} дней нет связи, слово{number}") for number in range(6_000)]
"""A second of work and more."""
ALL = {"romashka": 0.0}
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def process() -> AsyncIterator[JudgeProcess]:
    opened = JudgeProcess(SETUP, second=False)
    yield opened
    await opened.close()


@pytest.fixture
def config() -> Config:
    with as_file(files("simulator") / "demo") as folder:
        return load(folder)


def figures_of(reading: Reading) -> list[tuple[object, ...]]:
    return [
        (match, found.label, found.intent, found.topics, found.dangers, found.model, found.read_twice)
        for match, found in reading
    ]


async def test_it_reads_as_the_judge_of_this_process_does(config: Config) -> None:
    asked = [Asked(entry.text) for entry in (await asyncio.to_thread(load_corpus)).entries[::3]]
    apart = JudgeProcess(judge_setup(config), second=False)
    try:
        found = await apart.read(asked, dict.fromkeys((brand.id for brand in config.brands), 0.0), Pace())
    finally:
        await apart.close()
    judge = await asyncio.to_thread(build_judge, config, second=False)
    here = read_all(asked, Matcher(config.brands, MARKS), judge)
    assert len(asked) > 100
    assert found.faults == {}
    assert sum(map(len, here)) > 50
    for there, own in zip(found.readings, here, strict=True):
        assert figures_of(there) == figures_of(own)
        for (_, verdict), (_, expected) in zip(there, own, strict=True):
            assert verdict.complaint == pytest.approx(expected.complaint, abs=1e-9)
            assert verdict.urgency == pytest.approx(expected.urgency, abs=1e-9)
            assert verdict.sentiment.negative == pytest.approx(expected.sentiment.negative, abs=1e-9)
            assert verdict.evidence == list(expected.evidence)


async def test_questions_of_whoever_learns_are_answered_as_here(process: JudgeProcess) -> None:
    asked = [Question(text=text.words) for text in TROUBLE]
    found = await process.classify(asked)
    judge = await asyncio.to_thread(open_judge, None, Markers(topics={}, urgent=()), second=False)
    assert [verdict.complaint for verdict in found] == pytest.approx(
        [verdict.complaint for verdict in judge.classify(asked)], abs=1e-9
    )


async def test_evidence_comes_only_of_what_may_make_a_case(process: JudgeProcess) -> None:
    wanted = await process.read(TROUBLE, ALL, Pace())
    unwanted = await process.read(TROUBLE, {"romashka": 1.1}, Pace())
    assert wanted.readings[0][0][1].evidence
    assert not unwanted.readings[0][0][1].evidence
    assert wanted.readings[0][0][1].complaint == unwanted.readings[0][0][1].complaint


async def test_batches_asked_at_the_same_time_are_answered_each(process: JudgeProcess) -> None:
    asked = [[Asked(f"Ромашка номер {number}")] * (number + 1) for number in range(5)]
    found = await asyncio.gather(*(process.read(batch, ALL, Pace()) for batch in asked))
    assert [len(answer.readings) for answer in found] == [1, 2, 3, 4, 5]


async def test_one_that_was_killed_is_said_to_have_died_and_the_next_batch_begins_another(
    process: JudgeProcess, caplog: pytest.LogCaptureFixture
) -> None:
    await process.start()
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # so that the batch is in hand when it dies
    asking = asyncio.create_task(process.read(TROUBLE, ALL, Pace()))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(DiedError):
        await asking
    assert "the judge's process died (-9)" in caplog.text
    found = await process.read(TROUBLE, ALL, Pace())
    assert len(found.readings[0]) == 1
    assert process.pid not in (None, first)


async def test_one_that_hangs_is_killed_long_before_its_patience_ends_and_another_reads(
    process: JudgeProcess, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.judge_process.EVERY", 0.1)
    await process.start()
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    async with asyncio.timeout(PATIENCE / 2):
        with pytest.raises(DiedError):
            await process.read(TROUBLE, ALL, Pace())
    assert "the judge's process hangs" in caplog.text
    found = await process.read(TROUBLE, ALL, Pace())
    assert len(found.readings[0]) == 1
    assert process.pid not in (None, first)


async def test_one_that_works_longer_than_it_takes_to_find_one_that_hangs_is_let_work(
    process: JudgeProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.judge_process.EVERY", 0.005)
    looks, look = 0, Hanging.look

    def counted(hanging: Hanging, answers: int, *, asked: bool) -> bool:
        nonlocal looks
        looks += asked
        return look(hanging, answers, asked=asked)

    monkeypatch.setattr(Hanging, "look", counted)
    await process.start()
    first = process.pid
    assert len((await process.read(MANY, ALL, Pace())).readings) == len(MANY)
    assert looks > 2 * LOOKS
    assert process.pid == first


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody looks")
async def test_one_that_the_machine_gives_no_core_is_waited_for(
    process: JudgeProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.judge_process.EVERY", 0.05)
    await process.start()
    first = process.pid
    assert first is not None
    others = await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
    try:
        starve(first, others.pid)
        asking = asyncio.create_task(process.read(MANY, ALL, Pace()))
        await asyncio.sleep(4 * 0.05 * LOOKS)
        assert (process.pid, asking.done()) == (first, False)
        os.kill(first, signal.SIGKILL)  # among other tests' processes it would be starved for minutes
        with pytest.raises(DiedError):
            await asking
    finally:
        others.kill()
        await others.wait()


def starve(pid: int, other: int) -> None:
    """Leave the process the core of another, and of that what the other does not want: next to nothing."""
    core = min(os.sched_getaffinity(0))
    for number in (pid, other):
        os.sched_setaffinity(number, {core})
    os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError):  # where each session has a share of the core
        Path(f"/proc/{pid}/autogroup").write_text("19", encoding="ascii")


async def test_a_word_to_all_processes_to_end_leaves_it_to_who_asks(process: JudgeProcess) -> None:
    await process.start()
    assert process.pid is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(process.pid, number)
    found = await process.read(TROUBLE, ALL, Pace())
    assert len(found.readings[0]) == 1


async def test_who_is_put_away_answers_what_it_was_asked_and_takes_nothing_more(process: JudgeProcess) -> None:
    await process.start()
    asking = asyncio.create_task(process.read(TROUBLE, ALL, Pace()))
    await asyncio.sleep(0)
    await process.close()
    assert len((await asking).readings[0]) == 1
    with pytest.raises(EndedError):
        await process.read(TROUBLE, ALL, Pace())


async def test_a_model_that_is_none_stops_the_start_in_words(tmp_path: Path) -> None:
    file = tmp_path / "judge.npz"
    file.write_bytes(b"no model")
    process = JudgeProcess(SETUP, model=file)
    process.begin()
    for _ in range(2):
        with pytest.raises(ModelError, match=r"judge\.npz"):
            await process.start()
    await process.close()


async def test_a_process_that_loads_already_is_the_first_to_be_asked() -> None:
    begun = await launched(None, second=False)
    process = JudgeProcess(SETUP, second=False, begun=begun)
    try:
        assert len((await process.read(TROUBLE, ALL, Pace())).readings[0]) == 1
        assert process.pid == begun.pid
    finally:
        await process.close()
    assert await begun.wait() == 0


@pytest.mark.parametrize("starts", [False, True])
async def test_who_is_put_away_while_it_loads_is_not_waited_for(*, starts: bool) -> None:
    begun = await launched(None, second=True)
    process = JudgeProcess(SETUP, begun=begun)
    if starts:
        process.begin()
        await asyncio.sleep(0)
    await process.close()
    assert await begun.wait() == -signal.SIGKILL


def children() -> set[str]:
    """The processes that this one has begun and not seen the end of."""
    found: set[str] = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            found.update((task / "children").read_text().split())
    return found


async def test_who_is_put_away_while_it_is_launched_leaves_no_process() -> None:
    before = children()
    process = JudgeProcess(SETUP)
    process.begin()
    await asyncio.sleep(0)
    await process.close()
    assert children() <= before
    with pytest.raises(EndedError):
        await process.start()


async def test_a_daemon_that_cannot_start_leaves_no_judge_behind(tmp_path: Path) -> None:
    model = tmp_path / "judge.npz"
    model.symlink_to(COMMITTED)
    own = {
        "LISTENER_JUDGE_PROCESS": "on",
        "LISTENER_MODEL": str(model),
        "LISTENER_DATABASE_URL": "sqlite:///own.db",
    }
    command = [sys.executable, "-m", "listener", "run", "--config", str(tmp_path / "none")]
    done = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), **own}, stderr=subprocess.PIPE
    )
    _, said = await done.communicate()
    assert done.returncode == 2, said.decode()
    await until(lambda: not alive_with(str(model)))


def test_a_start_that_is_refused_before_the_judge_is_taken_up_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LISTENER_JUDGE_PROCESS", "on")
    monkeypatch.setenv("LISTENER_DATABASE_URL", f"sqlite:///{tmp_path / 'file' / 'own.db'}")
    before = children()
    assert main(["run", "--config", str(tmp_path)]) == 2
    assert children() <= before


def alive_with(argument: str) -> list[int]:
    """Processes that were begun with it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if argument.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


async def test_it_is_told_no_secret(process: JudgeProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENER_TELEGRAM_TOKEN", "123:secret")
    await process.start()
    environment = await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_bytes)
    assert b"LISTENER_" not in environment


OUTLIVED = """
import asyncio, sys
from tests.integration.test_judge_process import SETUP
from listener.judge_process import JudgeProcess

async def main():
    process = JudgeProcess(SETUP, second=False)
    await process.start()
    print(process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_it_outlives_nobody_who_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", OUTLIVED, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not is_alive(child))


def is_alive(number: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
