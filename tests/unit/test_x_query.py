"""The simulated X's query language."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.people import Writer
from simulator.x.posts import Post, Posts, snowflake, time_of, words
from simulator.x.query import QueryError, parse_query

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLGA = Writer(number=1, first_name="Ольга", last_name="П", handle="Olga_P")
PAVEL = Writer(number=2, first_name="Павел", last_name="Ж", handle="pzhuk")


def post(text: str, author: Writer = OLGA, reply_to: Post | None = None) -> Post:
    return Posts().add(author, text, NOON, reply_to=reply_to, seen_at=NOON)


TEXT = "Ромашка опять НЕ работает, @romashka_ru! #связь café 🙂 coca-cola"
FOUND = [
    "ромашка",
    "РОМАШКА",
    "ромашка работает",
    "тишина OR ромашка",
    "(тишина OR ромашка) работает",
    "тишина мёд OR ромашка",
    '"не работает"',
    "@romashka_ru",
    "@Romashka_RU",
    "#связь",
    "связь",
    "cafe",
    "coca-cola",
    "🙂",
    "from:olga_p",
    "from:@olga_p ромашка",
    "ромашка -тишина",
    '-"работает не" ромашка',
    "ромашка lang:ru",
    "ромашка -lang:en -is:retweet -is:reply -from:romashka_ru",
    "((ромашка))",
]
NOT_FOUND = [
    "ромашки",
    "ромаш",
    "тишина",
    "ромашка тишина",
    '"ромашка работает"',
    "-ромашка работает",
    "ромашка lang:en",
    "#ромашка",
    "@olga_p",
    "from:pzhuk",
    "ромашка is:reply",
    "ромашка is:retweet",
    "to:pzhuk",
]
REFUSED = [
    "",
    "   ",
    "lang:ru",
    "-ромашка",
    "is:reply -тишина",
    "ромашка OR lang:ru",
    "-(ромашка OR мёд)",
    "(ромашка",
    "ромашка)",
    "()",
    "OR ромашка",
    "ромашка OR",
    '"ромашка',
    "colour:red",
    "from:",
    "ромашка and мёд",
    "ромашка AND мёд",
    "(" * 30 + "ромашка" + ")" * 30,
]


@pytest.mark.parametrize("query", FOUND)
def test_the_query_finds_the_post(query: str) -> None:
    assert parse_query(query)(post(TEXT))


@pytest.mark.parametrize("query", NOT_FOUND)
def test_the_query_does_not_find_the_post(query: str) -> None:
    assert not parse_query(query)(post(TEXT))


@pytest.mark.parametrize("query", REFUSED)
def test_the_query_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse_query(query)


def test_a_reply_is_known_by_whom_it_answers() -> None:
    reply = post("где?", PAVEL, reply_to=post("ромашка"))
    assert parse_query("to:olga_p где")(reply)
    assert parse_query("где is:reply")(reply)
    assert parse_query("@olga_p")(reply)


@given(st.text())
def test_any_text_is_a_query_or_refused(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_query(text)(post(TEXT))


def test_short_i_and_yo_are_letters_of_their_own() -> None:
    assert words("Йод, мёд") == ("йод", "мёд")


def test_posts_of_one_moment_have_numbers_of_their_own_and_keep_their_time() -> None:
    posts = Posts()
    numbers = [posts.add(OLGA, str(n), NOON, reply_to=None, seen_at=NOON).number for n in range(100)]
    assert len(set(numbers)) == 100
    assert {time_of(number) for number in numbers} == {NOON}
    assert numbers[0] == snowflake(NOON)
    assert [one.text for one in posts.newest_first(after=numbers[97], before=None)] == ["99", "98"]
    assert [one.text for one in posts.newest_first(after=numbers[96], before=numbers[99])] == ["98", "97"]
