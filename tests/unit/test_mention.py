"""The replay format reads back what it writes, and says what is wrong with what it cannot read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mention import MAX_TEXT, Author, Mention, Quote
from listener.mention_format import MalformedMentionError, mention_row, parse_mention, storable

ROW: dict[str, Any] = {
    "network": "vk",
    "kind": "comment",
    "id": "-1_2",
    "url": "https://vk.com/wall-1_2",
    "author": {"id": "7", "name": "Иван", "handle": "ivan", "followers": 3, "city": "Омск"},
    "text": "не работает",
    "published_at": "2026-11-22T10:00:00+03:00",
    "thread": "-1_1",
    "reach": 5,
    "place": "vk:romashka_help",
}

texts = st.text(max_size=50).map(storable)
times = st.datetimes(min_value=datetime(2006, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
quotes = st.builds(Quote, id=st.just("-1_1"), author=texts, text=texts, url=st.just("https://vk.com/wall-1_1"))
mentions = st.builds(
    Mention,
    network=st.sampled_from(["vk", "x"]),
    kind=st.sampled_from(["post", "comment", "reply"]),
    id=st.from_regex(r"-?[0-9]{1,9}_[0-9]{1,9}", fullmatch=True),
    url=st.just("https://vk.com/wall1_1"),
    author=st.builds(
        Author,
        id=st.from_regex(r"[0-9]{1,9}", fullmatch=True),
        name=texts,
        handle=st.none() | st.just("ivan"),
        followers=st.none() | st.integers(0, 10**9),
    ),
    text=texts,
    published_at=times,
    thread=st.none() | st.just("-1_1"),
    reach=st.none() | st.integers(0, 10**9),
    place=st.none() | st.just("vk:romashka_help"),
    parent=st.none() | quotes,
    quoted=st.none() | quotes,
    attached=st.lists(texts, max_size=3).map(tuple),
    edited_at=st.none() | times,
)


@given(mentions)
def test_a_mention_survives_writing_and_reading(mention: Mention) -> None:
    once = parse_mention(mention_row(mention))
    assert parse_mention(mention_row(once)) == once


def test_a_time_with_another_offset_is_kept_in_utc() -> None:
    assert parse_mention(ROW).published_at == datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"network": "Vk"}, "network"),
        ({"network": None}, "network"),
        ({"parent": "-1_1"}, "`parent` must be an object"),
        ({"parent": {"text": "без номера"}}, "parent.id"),
        ({"quoted": {"id": "-1_1", "text": 5}}, "quoted.text"),
        ({"attached": "опрос"}, "attached"),
        ({"attached": [1]}, "attached"),
        ({"edited_at": "вчера"}, "edited_at"),
        ({"kind": None}, "kind"),
        ({"id": None}, "`id` must be a string"),
        ({"id": ""}, "`id` must be a string"),
        ({"text": None}, "`text` must be a string, got nothing"),
        ({"text": 5}, "`text` must be a string"),
        ({"author": None}, "author"),
        ({"author": {"id": "1", "name": None}}, "author.name"),
        ({"author": {"id": 1, "name": "Иван"}}, "author.id"),
        ({"published_at": "вчера"}, "published_at"),
        ({"reach": -1}, "reach"),
        ({"place": 7}, "place"),
        ({"reach": True}, "reach"),
        ({"thread": 5}, "thread"),
    ],
)
def test_a_bad_row_names_the_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedMentionError, match=said):
        parse_mention({**ROW, **change})


def test_a_network_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(MalformedMentionError, match="must be one of vk, x"):
        parse_mention({**ROW, "network": "ok"}, ("vk", "x"))


@pytest.mark.parametrize("key", ["published_at", "edited_at"])
def test_a_time_before_the_first_day_is_refused_and_ends_nothing(key: str) -> None:
    with pytest.raises(MalformedMentionError, match=key):
        parse_mention({**ROW, key: "0001-01-01T00:00:00+03:00"})


@pytest.mark.parametrize("row", [None, 5, "text", [ROW]])
def test_a_row_that_is_no_object_is_refused(row: object) -> None:
    with pytest.raises(MalformedMentionError):
        parse_mention(row)


def test_a_huge_text_is_cut_and_what_no_store_takes_is_taken_out() -> None:
    mention = parse_mention({**ROW, "text": "a\x00\ud800" + "б" * 1_000_000})
    assert len(mention.text) <= MAX_TEXT
    assert "\x00" not in mention.text
    mention.text.encode()


def test_signs_that_turn_a_card_round_are_not_kept() -> None:
    assert storable("Иван \u202eвонавИ\u202c \u2066x\u2069\x00") == "Иван вонавИ x"
    assert storable("שלום \u200f!") == "שלום \u200f!", "writing from right to left is no crime"
