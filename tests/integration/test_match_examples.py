"""`listener match`: its rows and exit codes, and its figures on real texts that people have labelled."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from listener.brands.matcher import Matcher
from listener.config.load import load

ROOT = Path(__file__).parents[2]
REPLAY = ROOT.parent / "shared" / "data" / "replay"


def listener_match(*arguments: str, text: bytes) -> tuple[int, list[dict[str, object]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "listener", "match", *arguments],
        input=text,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_rows_come_in_the_order_of_the_input() -> None:
    lines = '{"id": 1, "text": "Билайн лежит"}\n\n{"id": "б", "text": "погода"}\n'.encode()
    code, rows, _ = listener_match("--config", "examples/telecom", text=lines)
    assert code == 0
    assert rows == [
        {"id": 1, "brands": [{"brand": "beeline", "words": [[0, 6]], "reason": "названо «Билайн»"}]},
        {"id": "б", "brands": []},
    ]


def test_a_bad_line_is_an_error_row_and_the_run_goes_on() -> None:
    lines = b'nonsense\n{"id": 1}\n[1]\n\xff\n{"id": 2, "text": "\\ud800 \\u0000"}\n'
    code, rows, _ = listener_match("-", "--config", "examples/telecom", text=lines)
    assert code == 1
    assert [row.get("line", "fine") for row in rows] == [1, 2, 3, 4, "fine"]


def test_one_brand_can_be_asked_for_and_an_unknown_one_is_refused() -> None:
    line = '{"id": 1, "text": "Билайн и МТС"}\n'.encode()
    _, rows, _ = listener_match("--config", "examples/telecom", "--brand", "mts", text=line)
    assert [one["brand"] for one in rows[0]["brands"]] == ["mts"]  # type: ignore[attr-defined]
    code, rows, stderr = listener_match("--config", "examples/telecom", "--brand", "nobody", text=line)
    assert (code, rows) == (1, [])
    assert "есть: beeline" in stderr


def test_a_file_and_a_config_that_are_not_there_are_said_so() -> None:
    code, _, stderr = listener_match("no-such-file", "--config", "examples/telecom", text=b"")
    assert code == 1
    assert "файл не читается" in stderr
    code, _, stderr = listener_match("--config", "no-such-folder", text=b"")
    assert code == 1
    assert "такой папки" in stderr


@pytest.mark.parametrize("domain", ["telecom", "banks"])
def test_the_examples_find_what_people_marked(domain: str) -> None:
    if not REPLAY.is_dir():
        pytest.skip("no labelled texts here (a folder `shared` beside the project)")
    matcher = Matcher(load(ROOT / "examples" / domain).brands)
    with gzip.open(REPLAY / f"{domain}.truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        truth = {row["id"]: set(row["brands"]) for row in map(json.loads, lines)}
    hit = found = marked = 0
    with gzip.open(REPLAY / f"{domain}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            brands = {match.brand for match in matcher.match(row["text"])}
            hit += len(brands & truth[row["id"]])
            found += len(brands)
            marked += len(truth[row["id"]])
    print(f"{domain}: precision {hit / found:.4f}, recall {hit / marked:.4f} over {marked} pairs")
    assert hit / found >= 0.99
    assert hit / marked >= 0.985
