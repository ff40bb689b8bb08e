"""`listener classify`: a row may say what its text answers."""

import json
from typing import Any

import pytest

from classifiers.classify import Judge
from listener.commands.classify import classify_rows

COMPLAINT = "третий день нет интернета, трубку никто не берёт, верните деньги"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


def asked(judge: Judge, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return list(classify_rows([json.dumps(row).encode() for row in rows], judge, {}))


def test_a_short_reply_is_judged_with_the_parent_that_its_row_names(judge: Judge) -> None:
    alone, joined, complaint = asked(
        judge,
        {"id": 1, "text": "у нас тоже"},
        {"id": 2, "text": "у нас тоже", "parent": COMPLAINT},
        {"id": 3, "text": COMPLAINT},
    )
    assert alone["complaint"] <= 0.5
    assert joined["complaint"] == complaint["complaint"] > 0.6


def test_a_parent_that_is_no_text_is_named(judge: Judge) -> None:
    (row,) = asked(judge, {"id": 1, "text": "у нас тоже", "parent": 5})
    assert row == {"line": 1, "error": "`parent` must be a string, got int"}
