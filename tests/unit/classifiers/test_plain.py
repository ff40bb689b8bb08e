"""The plain reading: what is seen of a text, and the way back to the author's characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.plain import plain, straightened


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("обычный текст", "обычный текст"),
        ("соловеи\u0306 и е\u0308лка", "соловей и ёлка"),
        ("Рома\u0301шка", "Ромашка"),
        ("ром\u00adаш\u200bка\u200e", "ромашка"),
        ("\u202eРом\u2066ашка\u2069", "Ромашка"),
        ("М\u0489Т\u0336С\u20dd", "МТС"),
        ("\u3164a\u034fb", "ab"),
        ("ＭＴＳ и 𝐌𝐓𝐒 и Ⓜ", "MTS и MTS и M"),
        ("&quot;Ромашка&quot; &amp; Ко &lt;3 &#33;", '"Ромашка" & Ко <3 !'),
        ("&unknown; & &amp", "&unknown; & &amp"),
        ("&amp;quot;", "&quot;"),
        ("ΟΖΟΝ и SΑMSUNG", "OZON и SAMSUNG"),
        ("ρυθμός", "ρυθμός"),
        ("повідомлення", "повідомлення"),
        ("ѕamѕung", "samsung"),
        ("Nestle\u0301", "Nestlé"),
        ("👨\u200d💻 ❤\ufe0f", "👨💻 ❤"),
        ("№ 5 ™ м²", "№ 5 ™ м²"),
        ("\u0301", ""),
        ("", ""),
    ],
)
def test_a_text_is_read_as_it_looks(written: str, seen: str) -> None:
    assert plain(written).text == seen


def test_a_plain_text_is_itself() -> None:
    reading = plain("ёлка, 5 руб. 🤬")
    assert reading.as_written
    assert reading.read((2, 4)) == reading.written(2, 4) == (2, 4)


def test_a_span_leads_back_to_what_the_author_wrote() -> None:
    text = "у &quot;Ром\u00adаи\u0306шки&quot; беда"
    reading = plain(text)
    start = reading.text.index("Ром")
    written = reading.written(start, start + 8)
    assert text[slice(*written)] == "Ром\u00adаи\u0306шки"
    assert reading.read(written) == (start, start + 8)
    assert text[slice(*reading.written(start - 1, start))] == "&quot;"


@given(
    st.text(
        st.sampled_from("аАйЙеёяz3 .\u0301\u0306\u0308\u00ad\u200b\u202e&;quotamp#1ΟѕіＭ🤬\ufe0f\ud800")
        | st.characters()
    )
)
def test_places_go_both_ways_for_any_text(text: str) -> None:
    reading = plain(text)
    assert len(reading.text) == len(reading.starts) == len(reading.ends)
    for at in range(len(reading.text)):
        start, end = reading.written(at, at + 1)
        assert 0 <= start < end <= len(text)
        first, last = reading.read((start, end))
        assert first <= at < last
    assert list(reading.starts) == sorted(reading.starts)
    assert list(reading.ends) == sorted(reading.ends)
    assert all(0 <= place <= len(text) for place in reading.written(0, 0))


@pytest.mark.parametrize(
    ("word", "seen"), [("сбeрбaнк", "сбербанк"), ("oppo", "oppo"), ("ромашка", "ромашка"), ("3aкaз", "заказ")]
)
def test_a_word_of_both_scripts_is_made_russian(word: str, seen: str) -> None:
    assert straightened(word) == seen
