"""A batch that breaks is tried in halves until its culprits stand alone."""

from hypothesis import given
from hypothesis import strategies as st

from listener.halves import Halves


def tried(batch: list[int], bad: set[int]) -> tuple[list[int], list[int], int]:
    """What went through, what was left alone, and how many parts that took."""
    good: list[int] = []
    culprits: list[int] = []
    parts = 0
    halves = Halves(batch)
    for part in halves:
        parts += 1
        if not bad & set(part):
            good += part
        elif not halves.split(part):
            culprits += part
    return good, culprits, parts


def test_a_part_may_be_given_again_as_it_is() -> None:
    halves = Halves([1, 2, 3])
    given_again = iter(halves)
    part = next(given_again)
    halves.again(part)
    assert next(given_again) == part
    assert list(given_again) == []


@given(
    st.lists(st.integers(), unique=True, max_size=60).flatmap(
        lambda all_: st.tuples(st.just(all_), st.sets(st.sampled_from(all_ or [0])))
    )
)
def test_every_item_goes_through_in_order_or_stands_alone(given_: tuple[list[int], set[int]]) -> None:
    batch, bad = given_
    good, culprits, _ = tried(batch, bad)
    assert good == [item for item in batch if item not in bad]
    assert culprits == [item for item in batch if item in bad]


def test_a_sound_batch_is_tried_once_and_one_culprit_costs_twice_its_depth() -> None:
    assert tried(list(range(64)), set())[2] == 1
    assert tried(list(range(64)), {17})[2] == 1 + 2 * 6


def test_an_empty_batch_is_not_tried() -> None:
    assert tried([], set()) == ([], [], 0)
