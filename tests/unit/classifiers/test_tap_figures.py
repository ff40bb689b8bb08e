"""What taps tell of reasons on cards and of words on trial."""

import pytest

from classifiers.reason_figures import LASTS, WITHOUT, Tapped, kind_figures, kind_of
from classifiers.watch_words import WordFigures, ripeness


def test_a_text_counts_for_each_kind_that_its_card_named_and_the_most_contradicted_stand_first() -> None:
    taps = [
        *[Tapped(complaint=True, reasons=("не работает третий день", "хамство"))] * 3,
        *[Tapped(complaint=False, reasons=("хамство",))] * 2,
        Tapped(complaint=False, reasons=("хамство", "хамство третий раз")),
        Tapped(complaint=True, dangers=("fire",)),
        Tapped(complaint=False),
    ]
    found = {one.kind: (one.count, one.contradicted) for one in kind_figures(taps)}
    assert found == {"хамство": (6, 3), WITHOUT: (1, 1), "не работает": (3, 0), "опасно: fire": (1, 0)}
    assert next(iter(found)) == "хамство"


def test_a_share_of_few_has_a_wide_interval() -> None:
    (one,) = kind_figures([Tapped(complaint=True, reasons=("хамство",))] * 3)
    assert one.right.value == 1
    assert one.right.low == pytest.approx(0.44, abs=0.01)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("не работает третий день", "не работает"), ("третий день", LASTS), ("хамство", "хамство")],
)
def test_how_long_it_lasts_is_no_kind_of_its_own(reason: str, kind: str) -> None:
    assert kind_of(reason) == kind


@pytest.mark.parametrize(
    ("hits", "tapped", "complaints", "said"),
    [
        pytest.param(20, 12, 12, "ripe", id="looked at and nearly always a complaint"),
        pytest.param(20, 9, 9, "few_taps", id="too few were looked at"),
        pytest.param(0, 0, 0, "few_taps", id="never met"),
        pytest.param(20, 15, 10, "too_often_none", id="often no complaint"),
        pytest.param(100, 20, 20, "mostly_unseen", id="most of it was never shown"),
    ],
)
def test_a_word_is_ripe_by_the_written_rule(hits: int, tapped: int, complaints: int, said: str) -> None:
    assert ripeness(WordFigures(word="пломба", hits=hits, tapped=tapped, complaints=complaints)) == said
