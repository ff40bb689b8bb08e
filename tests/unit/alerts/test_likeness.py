"""Likeness: which texts are the same words again, of one author and of several, and the keys that find them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.likeness import is_alike, is_repost, keys_of, signature_of

COMPLAINT = "Ромашка, связь не работает третий день, поддержка молчит, верните деньги за тариф"
WORDS = st.text(alphabet="абвгдежзик", min_size=3, max_size=9)
TEXTS = st.lists(WORDS, min_size=8, max_size=30, unique=True).map(" ".join)


def repost(now: str, before: str = COMPLAINT) -> bool:
    return is_repost(signature_of(now), signature_of(before))


def alike(one: str, another: str = COMPLAINT) -> bool:
    return is_alike(signature_of(one), signature_of(another))


@pytest.mark.parametrize(
    "again",
    [
        COMPLAINT,
        COMPLAINT.upper() + "!!! 😡",
        f"RT @petr: {COMPLAINT} https://vk.com/wall-1_2",
        "ромашка связь не работает третий день поддержка молчит верните деньги за тариф",
        COMPLAINT + " Алло!",
    ],
)
def test_an_author_says_his_own_words_again(again: str) -> None:
    assert repost(again)
    assert alike(again)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "Ромашка, верните деньги",
        "Ромашка, приложение не открывается второй день, в поддержке не отвечают, что делать",
    ],
)
def test_other_words_are_another_complaint(other: str) -> None:
    assert not repost(other)
    assert not alike(other)


def test_other_figures_are_another_trouble_of_the_same_author_and_the_same_campaign_of_two() -> None:
    said = "Ромашка не везёт заказ {}, деньги списали, поддержка молчит вторую неделю"
    assert not repost(said.format(11), said.format(12))
    assert alike(said.format(11), said.format(12))


def test_a_few_words_that_everybody_says_are_nobody_s_own() -> None:
    assert not repost("не работает интернет", "не работает интернет")
    assert keys_of(signature_of("не работает интернет")) == ()


def test_what_is_written_with_yo_or_in_capitals_is_the_same_word() -> None:
    assert signature_of("ЁЛКА, Ещё 5G!") == "елка еще 5 g"


@given(TEXTS, st.data())
def test_a_text_with_a_word_more_or_less_is_found_by_a_key(text: str, data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(0, len(words) - 1))
    if data.draw(st.booleans()):
        words.insert(place, data.draw(WORDS))
    else:
        del words[place]
    assert set(keys_of(signature_of(text))) & set(keys_of(signature_of(" ".join(words))))


@given(st.text(max_size=2000))
def test_any_text_has_a_bounded_signature_that_is_its_own(text: str) -> None:
    signature = signature_of(text)
    assert len(signature) <= 600
    assert signature_of(signature) == signature
    assert len(keys_of(signature)) <= 3
