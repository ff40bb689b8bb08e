"""Foreign JSON as structs: a bad required field is malformed, an odd optional one costs itself alone."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.mention_format import MalformedMentionError
from listener.networks.reading import read, read_all
from listener.networks.vk import shapes as vk
from listener.networks.x import shapes as x

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SHAPES: list[type[msgspec.Struct]] = [
    *(vk.Item, vk.Deleted, vk.Topic, vk.Profile, vk.Group, vk.Page, vk.Update),
    *(x.Post, x.User, x.Answer, x.Address, x.Reference, x.UserAnswer),
]


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str = "никто"
    parts: tuple[Any, ...] = ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "must be an object"),
        ([], "must be an object"),
        ({}, "`id` is missing"),
        ({"id": "1"}, "`id`: Expected `int`, got `str`"),
        ({"id": True}, "`id`: Expected `int`, got `bool`"),
        ({"id": None, "name": "Анна"}, "`id`: Expected `int`, got `null`"),
    ],
)
def test_what_is_required_must_be_there_and_right(value: object, said: str) -> None:
    with pytest.raises(MalformedMentionError, match=said):
        read(value, Thing)


def test_an_odd_optional_field_costs_itself_alone() -> None:
    assert read({"id": 1, "name": 5, "parts": ["a"], "more": 1}, Thing) == Thing(id=1, parts=("a",))
    assert read({"id": 1, "name": "Анна", "parts": {}}, Thing) == Thing(id=1, name="Анна")


def test_of_a_list_the_readable_ones_are_read() -> None:
    assert list(read_all([{"id": 1}, None, {"id": "2"}, {"id": 3}], Thing)) == [Thing(id=1), Thing(id=3)]
    assert list(read_all({"id": 1}, Thing)) == []


@given(st.sampled_from(SHAPES), st.data())
def test_whatever_comes_it_is_read_or_malformed(shape: type[msgspec.Struct], data: st.DataObject) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(shape)]
    row = data.draw(st.dictionaries(st.sampled_from(names), json_values) | json_values)
    try:
        thing = read(row, shape)
    except MalformedMentionError:
        return
    assert isinstance(thing, shape)
