"""Labels of a brand's own: what a row may be, and every bad one named at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.brand import Brand
from listener.brands.matcher import Matcher
from listener.commands.own_labels import BadLabelError, read_labels

MATCHERS = {"romashka": Matcher([Brand(id="romashka", title="Ромашка", names=("Ромашка",))])}


def labels_of(folder: Path, *rows: Any) -> Any:
    file = folder / "labels.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return read_labels(file, MATCHERS)


def test_the_brand_is_found_by_its_id_or_stands_where_the_row_says(tmp_path: Path) -> None:
    text = "у Ромашки нет связи"
    found = labels_of(
        tmp_path,
        {"text": text, "brand": "romashka", "complaint": True},
        {"text": text, "brand": "василёк", "words": [[2, 9]], "complaint": False, "case": 7},
        "",
        {"text": text, "complaint": False},
        {"text": "нет связи", "brand": "romashka", "complaint": True},
    )
    assert [one.words for one in found] == [((2, 9),), ((2, 9),), (), ()]
    assert [one.complaint for one in found] == [True, False, False, True]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{torn", "не JSON"),
        ("[1]", "объект JSON"),
        ({"complaint": True}, "text"),
        ({"text": "  ", "complaint": True}, "text"),
        ({"text": "а"}, "true или false"),
        ({"text": "а", "complaint": "да"}, '«да»|"да"'),
        ({"text": "а", "complaint": 1}, "true или false"),
        ({"text": "а", "complaint": True, "brand": 5}, "brand"),
        ({"text": "а", "complaint": True, "brand": "вася"}, "есть: romashka"),
        ({"text": "а", "complaint": True, "words": [[0, 2]]}, "words"),
        ({"text": "а", "complaint": True, "words": [0, 1]}, "words"),
        ({"text": "а", "complaint": True, "words": [[True, 1]]}, "words"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(BadLabelError, match=said) as error:
        labels_of(tmp_path, {"text": "а", "complaint": True}, row)
    assert "labels.jsonl:2: " in str(error.value)


def test_all_bad_rows_come_at_once_but_not_thousands(tmp_path: Path) -> None:
    with pytest.raises(BadLabelError) as error:
        labels_of(tmp_path, *(["нет"] * 60))
    lines = str(error.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "…и ещё 10"
