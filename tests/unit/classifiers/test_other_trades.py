"""Texts of other trades: what each set says of a complaint, the brand's place, and what nobody is sure of."""

import gzip
import json
from pathlib import Path

import pytest

from classifiers.examples import Example
from classifiers.other_trades import MENTIONS, POINTS, READINGS, WRITTEN, examples
from classifiers.text import OTHER_BRAND


@pytest.fixture
def found(tmp_path: Path) -> list[Example]:
    rows = {
        MENTIONS: [
            {"id": "a", "text": "опять не привезли", "label": "negative"},
            {"id": "b", "text": "еду мимо магазина", "label": "normal"},
            {"id": "c", "text": "цены растут", "label": "negative"},
        ],
        WRITTEN: [
            {"text": "{B}, верните деньги", "attitude": "negative", "complaint": True},
            {"text": "в {C} хуже, чем в {B}", "attitude": "positive", "complaint": False},
            {"text": "никого не назвали", "attitude": "neutral", "complaint": False},
        ],
        POINTS: [
            {"text": "хамят", "label": "negative", "level": "review"},
            {"text": "так себе", "label": "mixed", "level": "review"},
            {"text": "вежливые", "label": "positive", "level": "sentence"},
        ],
    }
    for name, listed in rows.items():
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in listed)
    (tmp_path / READINGS).write_text("id\tcomplaint\na\tyes\nb\tno\nc\tdoubtful\n", encoding="utf-8")
    return list(examples(tmp_path))


def of(found: list[Example], domain: str) -> list[tuple[str, object, object]]:
    return [(one.text, one.label, one.complaint) for one in found if one.domain == domain]


def test_real_posts_have_what_both_readers_said_and_doubtful_ones_are_left_out(found: list[Example]) -> None:
    assert of(found, "mentions") == [
        ("опять не привезли", "negative", True),
        ("еду мимо магазина", None, False),
    ]


def test_written_posts_stand_with_the_brands_place_and_as_on_its_own_page(found: list[Example]) -> None:
    assert of(found, "written") == [
        ("{B}, верните деньги", "negative", True),
        ("верните деньги", "negative", True),
        (f"в {OTHER_BRAND} хуже, чем в {{B}}", "positive", False),
        (f"в {OTHER_BRAND} хуже, чем в", "positive", False),
        ("никого не назвали", "neutral", False),
    ]
    masked = [one.text[slice(*one.brand[0])] for one in found if one.brand]
    assert masked == ["{B}", "{B}"]


def test_reviews_complain_by_their_stars_and_middling_ones_say_neither(found: list[Example]) -> None:
    assert of(found, "reviews") == [("хамят", "negative", True), ("так себе", "neutral", None)]
    assert of(found, "sentences") == [("вежливые", "positive", False)]
