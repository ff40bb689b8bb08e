"""What `listener evaluate FILE` prints of classes that a file does not have."""

import json
from pathlib import Path

import pytest

from listener.__main__ import main

PRAISE = {"text": "спасибо, всё отлично", "label": "positive"}
TALK = {"text": "открыли офис в Самаре", "label": "neutral"}
ANGER = {"text": "ужас, опять не работает", "label": "negative"}


def printed(folder: Path, capfd: pytest.CaptureFixture[str], *rows: dict[str, str]) -> dict[str, list[str]]:
    """The rows of the tables by what stands first in them; wide enough that no cell is broken."""
    file = folder / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["evaluate", str(file), "--tiers", "one"]) == 0
    lines = [line.strip("│┃ ").split("│") for line in capfd.readouterr().out.splitlines() if "│" in line]
    return {first.strip(): [cell.strip() for cell in rest] for first, *rest in lines}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def test_a_class_that_the_labels_do_not_have_is_shown_as_absent_and_left_out_of_the_mean(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = printed(tmp_path, capfd, PRAISE, TALK)
    assert rows["негатив"] == ["нет", "—", "—", "—"]
    assert rows["позитив"] == ["1", "100 (100–100)", "100 (100–100)", "100 (100–100)"]
    assert rows["F1 негатива и позитива (SentiRuEval)"] == ["— (нет в разметке: негатив)"]
    assert rows["macro F1 (без того, чего нет в разметке: негатив)"] == ["100 (100–100)"]


def test_without_neutral_texts_the_contests_mean_still_stands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = printed(tmp_path, capfd, PRAISE, ANGER)
    assert rows["нейтрально"] == ["нет", "—", "—", "—"]
    assert rows["F1 негатива и позитива (SentiRuEval)"] == ["100 (100–100)"]
    assert "macro F1 (без того, чего нет в разметке: нейтрально)" in rows


def test_where_all_classes_occur_nothing_is_said_of_absent_ones(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = printed(tmp_path, capfd, PRAISE, TALK, ANGER)
    assert rows["macro F1"] == ["100 (100–100)"]
    assert not [name for name in rows if "нет в разметке" in name]
