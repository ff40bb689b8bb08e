"""Cutting a text into tokens: nothing is lost, nothing is slow, the brand is masked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text import BRAND, LINK, NUMBER, USER, form_of, mask, pieces
from classifiers.unsaid import tokens


@given(st.text(max_size=500))
def test_pieces_give_the_text_back(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 50))
def test_tokens_never_overlap_and_stay_inside(text: str, start: int, length: int) -> None:
    end = 0
    for token in tokens(text, ((start, start + length),)):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@pytest.mark.parametrize(
    ("piece", "form"),
    [
        ("Ооочень", "очень"),
        ("ЁЛКА", "елка"),
        ("paбoтaeт", "работает"),
        ("http://a.b/c", LINK),
        ("@romashka_help", USER),
        ("[id15|Анна]", USER),
        ("2024", NUMBER),
        ("!!!!!!", "!!!"),
        ("😡", "😡"),
        (" \n", ""),
        ("\ufe0f", ""),
    ],
)
def test_a_piece_is_judged_by_its_plain_form(piece: str, form: str) -> None:
    assert pieces(piece) == [piece]
    assert form_of(piece) == form


def test_a_brand_of_two_words_is_masked_once() -> None:
    text = "в Ромашка Телеком хамят"
    assert [token.form for token in tokens(text, ((2, 17),))] == ["в", BRAND, "хамят"]


def test_a_span_inside_a_handle_masks_the_whole_handle() -> None:
    text = "@romashka_help ау"
    assert [token.form for token in tokens(text, ((1, 9),))] == [BRAND, "ау"]


def test_a_link_that_names_the_brand_stays_a_link() -> None:
    text = "http://romashka.ru/sale"
    assert mask(pieces(text), ((7, 15),)) == [text]


@pytest.mark.parametrize("text", ["x" * 65_536, "😡" * 65_536, "а-" * 32_768, "[id1|" * 13_000, "(:" * 32_768])
def test_the_longest_text_is_cut_in_no_time(text: str) -> None:
    begun = time.thread_time()
    assert pieces(text)
    assert time.thread_time() - begun < 0.5
