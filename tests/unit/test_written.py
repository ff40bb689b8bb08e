"""A text as readers see it: mark-up becomes a name, and spans go on covering the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.networks.registry import as_shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[id123|Анна], почему списали?", "Анна, почему списали?"),
        ("[club1|Ромашка Телеком], верните", "Ромашка Телеком, верните"),
        ("[club1:bp-1_7|Ромашка], верните", "Ромашка, верните"),
        ("см. [https://vk.com/wall-1_2|эту запись]", "см. эту запись"),
        ("[id1|А] и [id2|Б]", "А и Б"),
        ("[важно] и a|b и [id|нет]", "[важно] и a|b и [id|нет]"),
        ("[id1|]", "[id1|]"),
    ],
)
def test_mark_up_is_shown_as_a_name(text: str, shown: str) -> None:
    assert as_shown("vk", text) == (shown, [])


def test_other_networks_have_no_such_mark_up() -> None:
    assert as_shown("x", "[id1|Анна]", [(0, 4)]) == ("[id1|Анна]", [((0, 4),)])


def test_spans_are_moved_and_one_of_which_nothing_is_shown_is_dropped() -> None:
    text = "[club1|Ромашка], нет связи"
    shown, (named, hidden, words) = as_shown("vk", text, [(7, 14)], [(1, 6)], [(17, 20), (21, 26), (0, 15)])
    assert [shown[start:end] for start, end in named] == ["Ромашка"]
    assert hidden == ()
    assert [shown[start:end] for start, end in words] == ["нет", "связи", "Ромашка"]


parts = st.sampled_from(["нет ", "связи", "[id1|Анна]", "[club1:bp-1_7|Ромашка]", "[", "|", "] "])


@given(st.lists(parts, max_size=12).map("".join), st.integers(0, 60), st.integers(0, 60))
def test_a_span_of_plain_words_goes_on_covering_them(text: str, start: int, length: int) -> None:
    span = (min(start, len(text)), min(start + length, len(text)))
    shown, (moved,) = as_shown("vk", text, [span])
    for first, last in moved:
        assert 0 <= first <= last <= len(shown)
    if "[" not in text:
        assert moved == (span,)
