"""The second opinion as a person meets it: in processes of the commands, switched off, absent, and taught."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from listener.__main__ import main
from listener.built_rules import build_judge
from listener.config.load import load

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "telecom"
COMPLAINT = "Третий день нет интернета, МТС, верните деньги"


def _process(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "listener", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**plain, **environ},
    )


@pytest.mark.parametrize(("wanted", "readers"), [("off", 1), ("on", 2), ("", 2)])
def test_the_models_that_read_a_text_are_those_that_were_asked_for(wanted: str, readers: int) -> None:
    line = json.dumps({"id": 1, "text": COMPLAINT, "brand": "mts"})
    done = _process("classify", "--config", str(EXAMPLES), stdin=line, LISTENER_SECOND_OPINION=wanted)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    names = row["model"].split("+")
    assert [name.partition("-")[0] for name in names] == ["judge", "encoder"][:readers]
    whole = [one for one in row["evidence"] if (one["start"], one["end"]) == (0, len(COMPLAINT))]
    assert len(whole) == readers - 1


def test_reading_a_text_twice_tells_nobody_outside(tmp_path: Path) -> None:
    """onnxruntime reports to its maker unless told not to, and keeps in the home folder what it will send."""
    line = json.dumps({"id": 1, "text": COMPLAINT, "brand": "mts"})
    quiet = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "", "CI": "", "ORT_DISABLE_TELEMETRY": ""}
    done = _process("classify", "--config", str(EXAMPLES), stdin=line, **quiet)
    assert "encoder" in json.loads(done.stdout)["model"]
    assert not list(tmp_path.iterdir())


def test_every_text_is_read_twice_unless_the_first_tier_alone_is_asked_for() -> None:
    line = json.dumps({"id": 1, "text": "МТС сообщил о росте выручки в третьем квартале", "brand": "mts"})
    twice, once = (
        json.loads(_process("classify", *more, "--config", str(EXAMPLES), stdin=line).stdout)
        for more in ((), ("--once",))
    )
    assert "encoder" in twice["model"]
    assert "encoder" not in once["model"]


@pytest.mark.parametrize("command", [("classify",), ("explain", COMPLAINT)])
def test_a_wish_that_is_neither_on_nor_off_is_refused(command: tuple[str, ...]) -> None:
    done = _process(*command, "--config", str(EXAMPLES), LISTENER_SECOND_OPINION="maybe")
    assert done.returncode != 0
    assert done.stderr.strip() == "LISTENER_SECOND_OPINION: «maybe» не подходит; можно: on, off"
    assert not done.stdout


def test_explaining_tells_what_the_second_reading_added() -> None:
    once = _process("explain", COMPLAINT, "--config", str(EXAMPLES), LISTENER_SECOND_OPINION="off")
    twice = _process("explain", COMPLAINT, "--config", str(EXAMPLES))
    assert once.returncode == twice.returncode == 0, once.stderr + twice.stderr
    assert "Второе чтение" not in once.stdout
    (line,) = (line for line in twice.stdout.splitlines() if line.startswith("Второе чтение"))
    assert line.removeprefix("Второе чтение, весь текст: ") in ("за жалобу", "против")


def test_without_its_file_the_first_tier_judges_alone(tmp_path: Path) -> None:
    copied = shutil.ignore_patterns("encoder.onnx", "__pycache__")
    shutil.copytree(ROOT / "classifiers", tmp_path / "classifiers", ignore=copied)
    script = (
        "from classifiers.tiers import missing, open_judge\n"
        "from classifiers.verdict import Question\n"
        "print(missing())\n"
        f"print(open_judge().classify([Question(text={COMPLAINT!r})])[0].model)\n"
        "import sys; print('onnxruntime' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    reason, model, imported = done.stdout.splitlines()
    assert reason == "нет файла encoder.onnx"
    assert model.startswith("judge-")
    assert "+" not in model
    assert imported == "False"


def test_the_daemon_says_at_its_start_why_there_is_no_second_opinion(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    config = load(EXAMPLES)
    build_judge(config, second=False)
    assert "second opinion" not in caplog.text
    build_judge(config)
    assert "the second opinion is off: не установлено: onnxruntime" in caplog.text


@pytest.mark.parametrize("absent", ["torch", "sentencepiece"])
def test_teaching_without_its_libraries_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, absent: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("classifiers.encoder.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, absent, None)
    files = [tmp_path / "encoder.onnx", tmp_path / "taught.npz"]
    code = main(["teach", "--data", str(tmp_path), "--out", str(files[0]), "--taught", str(files[1])])
    assert code == 1
    said = capfd.readouterr()
    assert "pip install 'otklik[teach]'" in said.err
    assert not said.out
    assert not any(file.exists() for file in files)
