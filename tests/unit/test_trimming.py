"""Monstrous strings are taken out of JSON in passing; everything else comes through as it was."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from listener.networks.trimming import Trimmer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
)
CUTS = st.lists(st.integers(0, 500))


def trimmed(data: bytes, cuts: list[int], longest: int) -> bytes:
    trimmer = Trimmer(longest)
    at = 0
    for cut in (*sorted(cut % (len(data) + 1) for cut in cuts), len(data)):
        trimmer.feed(data[at:cut])
        at = cut
    return trimmer.whole()


@given(value=JSON, ascii_only=st.booleans(), cuts=CUTS)
def test_ordinary_json_comes_through_untouched_however_it_is_cut(
    *, value: Any, ascii_only: bool, cuts: list[int]
) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert trimmed(data, cuts, 10_000) == data


@given(monster=st.text(min_size=11), ascii_only=st.booleans(), cuts=CUTS)
def test_a_long_string_becomes_null_and_its_neighbours_stay(
    *, monster: str, ascii_only: bool, cuts: list[int]
) -> None:
    data = json.dumps([1, monster, True], ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert json.loads(trimmed(data, cuts, 11)) == [1, None, True]


@given(
    digits=st.integers(400, 6000),
    sign=st.sampled_from(["", "-", "0.", "-2.5e", "1E-", "3.1e+"]),
    end=st.sampled_from(["", ".5", "e5", ".25E+7"]),
    cuts=st.lists(st.integers(0, 6000)),
)
def test_a_number_that_nobody_can_read_becomes_null_and_its_neighbours_stay(
    *, digits: int, sign: str, end: str, cuts: list[int]
) -> None:
    monster = f"{sign}{'7' * digits}{end}"
    data = f'[-1, "{"9" * 500}", {monster}, 2.5, {{"id": {monster}}}, {monster}]'.encode()
    assert json.loads(trimmed(data, cuts, 10_000)) == [-1, "9" * 500, None, 2.5, {"id": None}, None]


@given(st.binary(), CUTS)
def test_what_is_no_json_does_no_harm(data: bytes, cuts: list[int]) -> None:
    assert len(trimmed(data, cuts, 8)) <= 2 * len(data) + 4
