"""`listener classify`, `train` and `evaluate` as a person calls them."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from classifiers.corpora import OWN, comments, read_comments, read_corpora
from classifiers.examples import Domain
from classifiers.readings import read_moods
from listener.__main__ import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "telecom"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_lines_are_judged_in_order_and_a_bad_one_stops_nothing(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [
        '{"id": "a", "text": "Третий день нет интернета, МТС, верните деньги", "brand": "mts"}',
        "{torn",
        "",
        '{"id": 7, "text": null}',
        '{"id": 8, "text": "спасибо!", "brand": "никто"}',
        "[1]",
        '{"id": 9, "text": "спасибо, всё отлично"}',
    ]
    code, rows = _classify(tmp_path, "\n".join(lines), capfdbinary)
    assert code == 1
    assert [row.get("id", row.get("line")) for row in rows] == ["a", 2, 4, 5, 6, 9]
    assert rows[0]["complaint"] > 0.6
    assert rows[-1]["complaint"] < 0.3
    assert "mts" in rows[3]["error"]


def test_good_lines_end_well_and_have_every_field(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json.dumps({"id": number, "text": f"текст {number} \ud800"}) for number in range(1_203)]
    code, rows = _classify(tmp_path, "\n".join(lines), capfdbinary)
    assert code == 0
    assert [row["id"] for row in rows] == list(range(1_203))
    assert set(rows[0]) == {
        "id", "sentiment", "label", "complaint", "intent", "topics", "urgency", "dangers", "evidence", "model",
    }  # fmt: skip


def test_standard_input_is_read_when_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO('{"id": 1, "text": "привет"}\n'.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["classify", "--config", str(EXAMPLES)]) == 0
    assert json.loads(capfdbinary.readouterr().out)["id"] == 1


@pytest.mark.parametrize("missing", [["none.jsonl"], ["--model", "none.npz"], ["--config", "none"]])
def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], missing: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["classify", *missing]) == 1
    assert "none" in capfd.readouterr().err


def test_figures_are_printed_for_labelled_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    rows: list[dict[str, Any]] = [
        {"text": "Билайн опять не работает, ужас", "brands": {"beeline": "negative"}},
        {"text": "спасибо, Билайн, лучший", "brands": {"beeline": "positive"}},
        {"text": "обожаю", "label": "positive"},
    ]
    gold.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["evaluate", str(gold), "--tiers", "one"]) == 0
    out = capfd.readouterr().out
    assert "telecom" in out
    assert "general" in out
    assert "irony" in out


@pytest.mark.parametrize("content", ["{torn", "[1]", '{"id": 1}', '{"text": "нет оценки"}'])
def test_unlabelled_or_broken_gold_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(content, encoding="utf-8")
    assert main(["evaluate", str(gold)]) == 1
    assert "gold.jsonl" in capfd.readouterr().err


def test_every_bad_row_of_the_gold_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"text": 1}\n{"text": "да", "label": "neutral"}\n{torn\n', encoding="utf-8")
    assert main(["evaluate", str(gold)]) == 1
    said = capfd.readouterr().err
    assert f"{gold}:1: " in said
    assert f"{gold}:3: " in said


def test_the_process_prints_the_budget_by_domain_and_draws(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"text": text.format(at), "domain": domain, "complaint": at % 2 == 0, "label": label}
        for domain in ("магазины", "доставка")
        for at in range(20)
        for text, label in [
            ("заказ {} не привезли, верните деньги", "negative") if at % 2 == 0 else ("спасибо, {}", "positive")
        ]
    ]
    gold.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "listener", "evaluate", str(gold), "--per-day", "30"]
    command += ["--mentions", "300", "--plots", str(tmp_path / "plots")]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    for domain in ("магазины", "доставка"):
        assert f"{domain}: тональность, 20\xa0текстов" in done.stdout
    assert done.stdout.count("30\xa0карточек из 300 упоминаний в день: precision") == 2
    assert "30 (30–30)" in done.stdout
    assert "не размечены" not in done.stdout
    drawn = sorted((tmp_path / "plots").iterdir())
    assert [file.name for file in drawn] == ["precision-recall.png", "reliability.png"]
    assert all(file.stat().st_size > 20_000 for file in drawn)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--per-day", "0"], "whole number"),
        (["--plots", "plots"], "нужен FILE"),
        (["--topics"], "--data DIR"),
        (["--taught", "answers.npz"], "--data DIR"),
        (["gold.jsonl", "--data", "data"], "одно из двух"),
        (["--data", "data", "--model", "judge.npz", "--topics"], "уберите --model"),
        (["--data", "data", "--topics", "--plots", "plots"], "без --without-x и --plots"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    capfd: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    try:
        code = main(["evaluate", *options])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code != 0
    assert said in capfd.readouterr().err


def test_labels_without_a_single_complaint_are_said_to_measure_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"text": "доброе утро", "complaint": false, "domain": "кафе"}\n', encoding="utf-8")
    assert main(["evaluate", str(gold), "--tiers", "one"]) == 0
    assert "кафе: нет ни тональности, ни одной жалобы" in capfd.readouterr().err


def test_a_file_to_measure_on_that_is_not_there_is_named_first(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "none.jsonl"]) == 1
    assert capfd.readouterr().err.splitlines()[-1].startswith("none.jsonl: ")


def test_training_without_data_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "m.npz")]) == 1
    assert "train" in capfd.readouterr().err
    assert not (tmp_path / "m.npz").exists()


def test_the_data_sets_are_read_whole() -> None:
    if not SHARED.is_dir():
        pytest.skip("no shared/data beside the project")
    corpora = read_corpora(SHARED)
    domains = {one.domain for one in corpora.examples}
    named = [one for one in corpora.examples if one.domain in ("telecom", "banks")]
    assert domains == set(get_args(Domain))
    assert sum(bool(one.brand) for one in named) / len(named) > 0.95
    assert corpora.about["data"][OWN.name]


def test_a_comment_is_found_by_its_number_in_the_file() -> None:
    if not SHARED.is_dir():
        pytest.skip("no shared/data beside the project")
    file = SHARED / "train" / "okmlcup_toxic.csv.zip"
    texts = list(comments(file))
    moods = read_moods()
    read = {one.post: one for one in read_comments(file) if one.label}
    assert len(texts) == 71_987
    assert len(read) == sum(mood is not None for mood in moods.values()) == 2_285
    assert all(one.text == texts[int(name.removeprefix("ok-"))] for name, _ in read if (one := read[name, ""]))
    assert not any("NORMAL" in text for text in texts[:1_000])


def test_without_x_no_tweet_is_read() -> None:
    if not SHARED.is_dir():
        pytest.skip("no shared/data beside the project")
    corpora = read_corpora(SHARED, with_x=False)
    assert {one.domain for one in corpora.examples} == {
        "comments",
        "emotions",
        "news",
        "own",
        "written",
        "reviews",
        "sentences",
    }
    assert not [name for name in corpora.about["data"] if "sentirueval" in name or "tweet" in name]


def _classify(
    folder: Path, content: str, capture: pytest.CaptureFixture[bytes]
) -> tuple[int, list[dict[str, Any]]]:
    file = folder / "texts.jsonl"
    file.write_text(content, encoding="utf-8")
    code = main(["classify", str(file), "--config", str(EXAMPLES)])
    return code, [json.loads(line) for line in capture.readouterr().out.splitlines()]
