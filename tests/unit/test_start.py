"""What is made to last is left out of later collections, and the collector works again afterwards."""

import gc
from collections.abc import Iterator

import pytest

from listener.gc_tuning import made_to_last


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_made_inside_is_left_alone_later() -> None:
    before = gc.get_freeze_count()
    with made_to_last():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)


def test_a_failure_leaves_the_collector_at_work() -> None:
    with pytest.raises(KeyError), made_to_last():
        raise KeyError("no such brand")
    assert gc.isenabled()
