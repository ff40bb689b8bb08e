"""Telegram's markup of a card: always parsable, always within the limits, and ours to read back."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.cards.card import Line
from alerts.notifiers.highlights import clean, cut, pieces, units
from alerts.notifiers.telegram.markup import MAX_TEXT, keyboard, read_data, render
from simulator.telegram_entities import EntityError, length, plain_text
from tests.contract.notifier_stages import CARD

TEXTS = st.text(alphabet=st.characters(), max_size=6000) | st.text(alphabet="<>&b/i😡 \n", max_size=6000)
SOME_NAMES = st.text(alphabet="@a .\n", max_size=5000)
SPANS = st.lists(st.tuples(st.integers(-5, 6000), st.integers(-5, 6000)), max_size=6).map(tuple)


@given(quote=TEXTS | SOME_NAMES, evidence=SPANS, brand=SPANS, line=TEXTS | SOME_NAMES)
def test_any_card_parses_and_fits(
    quote: str, evidence: tuple[tuple[int, int], ...], brand: tuple[tuple[int, int], ...], line: str
) -> None:
    lines = (Line(text=line, tone="strong", sign="💡"),) * 20
    spans = {"evidence_spans": evidence, "brand_spans": brand}
    card = replace(CARD, quote=quote, title=line, above=lines, below=lines, status=line, **spans)
    assert length(plain_text(render(card))) <= MAX_TEXT


@given(quote=TEXTS, evidence=SPANS, brand=SPANS)
def test_pieces_put_together_are_the_quote(
    quote: str, evidence: tuple[tuple[int, int], ...], brand: tuple[tuple[int, int], ...]
) -> None:
    assert "".join(piece.text for piece in pieces(quote, evidence=evidence, brand=brand)) == quote


@given(text=TEXTS, most=st.integers(1, 200))
def test_a_cut_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert units(cut(clean(text), most)) <= most


def test_words_that_moved_the_decision_stand_out() -> None:
    markup = render(CARD)
    assert "<b>не работает</b>" in markup
    assert "<i>Ромашка</i>" in markup


def test_words_side_by_side_are_marked_as_one() -> None:
    markup = render(replace(CARD, evidence_spans=((12, 23), (0, 12)), brand_spans=()))
    assert "<b>Третий день не работает</b> интернет" in markup


def test_a_long_quote_gives_way_to_what_the_operator_must_read() -> None:
    shown = plain_text(render(replace(CARD, quote="а" * 10_000)))
    assert "Ответить до 14:30" in shown
    assert shown.count("а") > 3000


@given(quote=SOME_NAMES, evidence=SPANS, brand=SPANS)
@example(quote="нет связи @romashka_ru", evidence=((0, 9),), brand=((11, 22),))
def test_a_name_of_another_network_calls_nobody_in_telegram(
    quote: str, evidence: tuple[tuple[int, int], ...], brand: tuple[tuple[int, int], ...]
) -> None:
    card = replace(CARD, quote=quote, evidence_spans=evidence, brand_spans=brand)
    shown = plain_text(render(replace(card, above=(Line(text="Анна (@anna), https://vk.com/@anna, a@b.ru"),))))
    assert not re.search(r"(?<![\w/])@\w", shown)
    assert "https://vk.com/@anna, a@b.ru" in shown


def test_what_is_escaped_is_read_as_it_was() -> None:
    assert "<b>&amp;" in plain_text(render(replace(CARD, quote="<b>&amp;", evidence_spans=(), brand_spans=())))
    assert html.escape("<b>&amp;", quote=False) in render(
        replace(CARD, quote="<b>&amp;", evidence_spans=(), brand_spans=())
    )


def test_every_button_is_read_back() -> None:
    data = [button["callback_data"] for row in keyboard(CARD) for button in row if "callback_data" in button]
    assert [read_data(one) for one in data] == [(12, "claim", None), (12, "not_complaint", None)]


@pytest.mark.parametrize(
    "data", ["", "c:", "c:1", "c:x:claim", "c:1:claim;drop", "d:1:claim", "c:-1:claim", "c:²:x"]
)
def test_a_foreign_button_is_not_ours(data: str) -> None:
    assert read_data(data) is None


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<script>", 'Unsupported start tag "script" at byte offset 0'),
        ("да <b>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b><i></b></i>", 'Unmatched end tag at byte offset 6, expected "</i>", found "</b>"'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
    ],
)
def test_the_simulated_parser_complains_like_telegram(markup: str, complaint: str) -> None:
    with pytest.raises(EntityError) as caught:
        plain_text(markup)
    assert str(caught.value) == complaint
