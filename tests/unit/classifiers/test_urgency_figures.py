"""What was read for urgency in all trades, and how often a named danger is a complaint."""

import gzip
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from classifiers import other_trades
from classifiers.classify import Judge
from classifiers.examples import Example
from classifiers.topic_figures import URGENT_KINDS
from classifiers.urgency_figures import DangerFigures, measure_dangers, measure_urgency, read_urgency

CALM = "Сегодня хорошая погода"
HARM = "Отравились вашей рыбой, третий день температура, верните деньги"
OFF = "Второй день нет воды, когда включите, сколько можно ждать!"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


def packed(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of data sets with one text of each kind."""
    train = tmp_path / "train"
    for folder in (train, tmp_path / "eval"):
        folder.mkdir()
    with zipfile.ZipFile(train / "okmlcup_toxic.csv.zip", "w") as archive:
        archive.writestr("comments.csv", f'label,text\nx,"{HARM}"\nx,"{CALM}"\n')
    (train / "cedr_train.csv").write_text(f"text,labels\n{CALM},[]\n", encoding="utf-8")
    packed(train / "rusentitweet_train.jsonl.gz", [{"id": 5, "text": OFF, "label": "negative"}])
    packed(train / other_trades.MENTIONS, [{"id": "m1", "text": CALM}])
    packed(tmp_path / other_trades.MEASURED, [{"id": "r1", "text": HARM}])
    return tmp_path


def test_the_committed_readings_use_the_codes_own_kinds() -> None:
    read = read_urgency()
    assert len(read) == 600
    counted = Counter(read.values())
    assert set(counted) == {None, *URGENT_KINDS}
    assert counted["danger"] == 25
    assert {post.partition(":")[0] for post in read} == {"okml", "tweet", "cedr", "mention", "review"}


def test_texts_are_found_by_their_ids_and_the_kinds_counted(judge: Judge, data: Path) -> None:
    readings = {
        "okml:0": "danger", "okml:1": None, "cedr:0": None, "tweet:5": "outage", "mention:m1": None,
        "review:r1": "danger", "review:unknown": "danger",
    }  # fmt: skip
    figures = measure_urgency(judge, data, readings)
    assert figures is not None
    assert (figures.count, figures.urgent) == (6, 3)
    assert figures.average_precision.value == pytest.approx(1.0)
    counts = {row.name: row.count for row in figures.kinds}
    assert counts == {"danger": 2, "leaves": 0, "court_press": 0, "minors": 0, "outage": 1}
    assert figures.dangers.shares is not None
    assert [of.value for of in figures.dangers.shares] == [1.0, 1.0, 1.0]


def test_a_folder_without_the_texts_measures_nothing(judge: Judge, tmp_path: Path) -> None:
    assert measure_urgency(judge, tmp_path, {"okml:0": "danger"}) is None


def test_only_texts_that_name_a_danger_are_judged_and_counted(judge: Judge) -> None:
    def read(text: str, *, complaint: bool) -> Example:
        return Example(text=text, brand=(), label=None, domain="read", complaint=complaint)

    harmed = read(HARM, complaint=True)
    doubtful = read("Мы ездили на море и там отравились рыбой, теперь дома", complaint=False)
    (figures, nothing) = measure_dangers(
        judge, {"посты": [harmed, doubtful, read(CALM, complaint=False)], "отзывы": []}
    )
    assert (figures.named, figures.complaints, figures.alone_complaints) == (2, 1, 0)
    assert nothing == DangerFigures(source="отзывы", named=0, complaints=0, alone=0, alone_complaints=0)
    assert nothing.precision is None
    assert nothing.alone_precision is None
