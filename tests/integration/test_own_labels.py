"""`listener train --labels` as a person calls it, and the model it writes put to use."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from listener.__main__ import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "telecom"
PRAISE = [f"МТС, спасибо мастеру, подключил за {number} минут" for number in range(16)]
TROUBLE = [
    "МТС, третий день без связи",
    "МТС списал деньги ни за что",
    "МТС, не дозвониться до вас",
    "МТС опять лежит",
]


def listener(folder: Path, *arguments: Any, **settings: str) -> Any:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LISTENER_")}
    return subprocess.run(
        [sys.executable, "-m", "listener", *map(str, arguments)],
        cwd=folder,
        env={**environ, "PYTHONIOENCODING": "utf-8", "LISTENER_CONFIG_DIR": str(EXAMPLES), **settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def write(file: Path, rows: list[tuple[str, bool]]) -> Path:
    lines = [json.dumps({"text": text, "brand": "mts", "complaint": complaint}) for text, complaint in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def judged(folder: Path, *arguments: Any, **settings: str) -> Any:
    texts = folder / "texts.jsonl"
    texts.write_text(json.dumps({"text": "МТС, что с интернетом?", "brand": "mts"}), encoding="utf-8")
    done = listener(folder, "classify", texts, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_twenty_labels_make_a_model_that_classify_and_the_setting_take(tmp_path: Path) -> None:
    rows = [(text, False) for text in PRAISE] + [(text, True) for text in TROUBLE]
    done = listener(tmp_path, "train", "--labels", write(tmp_path / "labels.jsonl", rows))
    assert done.returncode == 0, done.stderr
    assert "Меток 20: жалоб 4, не жалоб 16" in done.stdout
    assert "Судят оба уровня" in done.stderr
    assert "Проверка заняла" in done.stdout
    out = tmp_path / "var" / "judge.npz"
    assert f"LISTENER_MODEL={out.relative_to(tmp_path)}" in done.stdout
    old, new, set_to = (
        judged(tmp_path),
        judged(tmp_path, "--model", out),
        judged(tmp_path, LISTENER_MODEL=str(out)),
    )
    assert new == set_to
    assert new["model"] != old["model"]
    assert new["complaint"] != old["complaint"]
    again = listener(tmp_path, "train", "--labels", tmp_path / "labels.jsonl", "--model", out, "--out", "b.npz")
    assert (again.returncode, "уже подстроена" in again.stderr) == (1, True)


def test_nothing_is_written_when_labels_are_few_or_broken(tmp_path: Path) -> None:
    few = listener(tmp_path, "train", "--labels", write(tmp_path / "few.jsonl", [(TROUBLE[0], True)] * 19))
    assert (few.returncode, "меток 19, а нужно хотя бы 20" in few.stderr) == (1, True)
    (tmp_path / "bad.jsonl").write_text('{"text": 5}\n{torn', encoding="utf-8")
    bad = listener(tmp_path, "train", "--labels", "bad.jsonl")
    assert bad.returncode == 1
    assert "bad.jsonl:1: text" in bad.stderr
    assert "bad.jsonl:2: это не JSON" in bad.stderr
    none = listener(tmp_path, "train", "--labels", "none.jsonl")
    assert (none.returncode, "файл не читается" in none.stderr) == (1, True)
    assert not (tmp_path / "var").exists()


def test_without_a_second_opinion_the_first_tier_is_asked_alone_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [(text, False) for text in PRAISE] + [(text, True) for text in TROUBLE]
    labels = write(tmp_path / "labels.jsonl", rows)
    off = listener(tmp_path, "train", "--labels", labels, LISTENER_SECOND_OPINION="off")
    assert off.returncode == 0, off.stderr
    assert "только первый уровень: LISTENER_SECOND_OPINION=off" in off.stderr
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.chdir(tmp_path)
    options = ["--labels", str(labels), "--config", str(EXAMPLES), "--out", "absent.npz"]
    assert main(["train", *options]) == 0
    assert "только первый уровень: не установлено: onnxruntime" in capfd.readouterr().err
    assert (tmp_path / "absent.npz").read_bytes() == (tmp_path / "var" / "judge.npz").read_bytes()


def test_a_wish_for_a_second_opinion_that_is_neither_on_nor_off_is_refused(tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.jsonl", [(TROUBLE[0], True)])
    done = listener(tmp_path, "train", "--labels", labels, LISTENER_SECOND_OPINION="maybe")
    assert done.returncode == 1
    assert "LISTENER_SECOND_OPINION: «maybe» не подходит" in done.stderr
