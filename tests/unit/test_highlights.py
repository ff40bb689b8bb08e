"""What every messenger does to a customer's words: nothing in them can reach beyond them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notifiers.highlights import clean

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("mark", TURNING)
def test_no_mark_of_a_customer_turns_our_words_round(mark: str) -> None:
    assert clean(f"рассказ{mark}акзакср») — Никто не взял") == "рассказ акзакср») — Никто не взял"


def test_words_of_other_directions_stay_as_they_are() -> None:
    assert clean("שלום עליכם مرحبا") == "שלום עליכם مرحبا"


def test_other_line_breaks_are_line_breaks() -> None:
    assert clean("раз\u2028два\u2029три") == "раз\nдва\nтри"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_cleaning_moves_no_letter(text: str) -> None:
    shown = clean(text)
    assert len(shown) == len(text)
    assert all(
        before == after or unicodedata.category(before)[0] in "CZ"
        for before, after in zip(text, shown, strict=True)
    )


@given(st.text(alphabet=st.characters()))
def test_what_is_clean_stays_so(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert not set(TURNING) & set(shown)
