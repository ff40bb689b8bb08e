"""Labelled rows: what each form means, and every bad one named at once."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.examples import DataError
from classifiers.gold import Gold, read_gold


def test_a_row_of_brands_gives_one_example_for_each(tmp_path: Path) -> None:
    gold = _read(tmp_path, {"text": "Мегафон лучше МТС", "brands": {"megafon": "positive", "mts": "negative"}})
    good, bad = gold.examples
    assert (good.label, good.domain, good.brand) == ("positive", "telecom", ((0, 7),))
    assert (bad.label, bad.domain) == ("negative", "telecom")
    assert not gold.told


def test_a_row_may_be_about_one_brand_as_operators_labels_are(tmp_path: Path) -> None:
    text = "МТС лучше, а Ромашка молчит"
    gold = _read(
        tmp_path,
        {"text": text, "brand": "romashka", "words": [[13, 20]], "complaint": True},
        {"text": text, "brand": "mts", "label": "positive"},
        {"text": text, "brand": "ромашка", "label": "negative", "complaint": False, "domain": "цветы"},
        {"text": text, "brand": "mts", "label": "speech"},
    )
    told, mts, named = gold.examples
    assert (told.brand, told.label, told.complaint, told.domain) == (((13, 20),), None, True, "general")
    assert told.text == text
    assert (mts.label, mts.domain, mts.brand) == ("positive", "telecom", ((0, 3),))
    assert (named.label, named.complaint, named.domain) == ("negative", False, "цветы")
    assert [named.text[start:end] for start, end in named.brand] == ["Ромашка"]
    assert gold.skipped == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"brand": 7},
        {"brand": " "},
        {"brand": "mts", "brands": {"mts": "neutral"}},
        {"brand": "mts", "words": [[3, 1]]},
        {"brand": "mts", "words": [[0, 99]]},
        {"brand": "mts", "words": "МТС"},
        {"brand": "mts", "words": [[True, 2]]},
    ],
)
def test_a_brand_that_cannot_be_is_named_with_its_line(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r":1: .*(brand|words)"):
        _read(tmp_path, {"text": "МТС молчит", "complaint": True, **wrong})


def test_domains_are_the_usual_ones_or_any(tmp_path: Path) -> None:
    gold = _read(
        tmp_path,
        {"text": "ВТБ", "brands": {"vtb": "neutral"}},
        {"text": "обожаю", "label": "positive"},
        {"text": "привезли не то", "label": "negative", "domain": "магазины"},
        {"text": "Озон привез не то", "brands": {"озон": "negative"}},
    )
    assert [one.domain for one in gold.examples] == ["banks", "general", "магазины", "general"]
    assert gold.examples[3].brand == ((0, 4),)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"complaint": True}, [True, True]),
        ({"complaint": False, "complaints": {"mts": True}}, [False, True]),
        ({"complaints": {"beeline": False}}, [False, None]),
    ],
)
def test_complaints_are_told_for_the_row_or_by_brand(
    tmp_path: Path, said: dict[str, Any], known: list[bool | None]
) -> None:
    row = {"text": "Билайн и МТС", "brands": {"beeline": "negative", "mts": "negative"}, **said}
    gold = _read(tmp_path, row)
    assert [one.complaint for one in gold.examples] == known
    assert gold.told == {"telecom"}


def test_a_complaint_may_be_all_that_is_known(tmp_path: Path) -> None:
    gold = _read(
        tmp_path,
        {"text": "заказ не пришел", "complaint": True},
        {"text": "МТС молчит", "complaints": {"mts": True}},
        {"text": "МТС и Билайн", "brands": ["mts", "beeline"], "complaint": False},
    )
    assert [(one.label, one.complaint) for one in gold.examples] == [(None, True)] * 2 + [(None, False)] * 2


def test_where_people_told_complaints_no_wording_speaks_for_them(tmp_path: Path) -> None:
    guessed = {"text": "достали, мтс!!", "brands": {"mts": "negative"}}
    alone = _read(tmp_path, guessed)
    beside = _read(tmp_path, guessed, {"text": "мтс ужас", "brands": {"mts": "negative"}, "complaint": True})
    assert [one.complaint for one in alone.examples] == [True]
    assert [one.complaint for one in beside.examples] == [None, True]


def test_labels_that_are_no_mood_are_left_out_and_counted(tmp_path: Path) -> None:
    gold = _read(tmp_path, {"text": "С Новым годом!", "label": "speech"}, {"text": "да", "label": "neutral"})
    assert (len(gold.examples), gold.skipped) == (1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{torn", "не JSON"),
        (b"\xff\xfe{}", "не JSON"),
        (b"[" * 100_000, "не JSON"),
        (b"[1]", "объект"),
        (b'{"label": "neutral"}', "`text`"),
        (b'{"text": 1, "label": "neutral"}', "`text`"),
        (b'{"text": "a"}', "мерить не с чем"),
        (b'{"text": "a", "label": null, "brands": {"mts": null}}', "мерить не с чем"),
        (b'{"text": "a", "label": "angry"}', "`label`"),
        (b'{"text": "a", "label": ["negative"]}', "`label`"),
        (b'{"text": "a", "brands": {"mts": "bad"}}', "`brands`, mts"),
        (b'{"text": "a", "brands": "mts", "complaint": true}', "`brands`"),
        (b'{"text": "a", "complaint": 1}', "`complaint`"),
        (b'{"text": "a", "complaint": "yes"}', "`complaint`"),
        (b'{"text": "a", "complaints": {"mts": 0}}', "`complaints`, mts"),
        (b'{"text": "a", "complaints": [true]}', "`complaints`"),
        (b'{"text": "a", "label": "neutral", "domain": 3}', "`domain`"),
        (b'{"text": "a", "label": "neutral", "domain": " "}', "`domain`"),
        (b'{"text": "a", "label": "\\ud800"}', "`label`"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, line: bytes, said: str) -> None:
    file = tmp_path / "gold.jsonl"
    file.write_bytes(b'{"text": "a", "label": "neutral"}\n\n' + line + b"\n")
    with pytest.raises(DataError) as raised:
        read_gold(file)
    assert str(raised.value).startswith(f"{file}:3: ")
    assert said in str(raised.value)
    str(raised.value).encode()


def test_all_bad_rows_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    file.write_text('{"text": "a"}\n{"text": "a", "label": "neutral"}\n{"label": "x", "domain": 1}\n')
    with pytest.raises(DataError) as raised:
        read_gold(file)
    assert [line.split(": ")[0] for line in str(raised.value).splitlines()] == [f"{file}:1"] + [f"{file}:3"] * 3


def test_packed_rows_are_read_and_a_torn_pack_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"text": "a", "label": "neutral"}\n' * 100))
    assert len(read_gold(file).examples) == 100
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(DataError, match="gzip"):
        read_gold(file)


def _read(folder: Path, *rows: dict[str, Any]) -> Gold:
    file = folder / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return read_gold(file)
