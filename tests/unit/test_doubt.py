"""A network that was silent is waited for less, until it answers, and now and then as long as ever."""

import pytest

from listener.networks.doubt import PROBE, Doubt


def silent(doubt: Doubt) -> None:
    with pytest.raises(TimeoutError), doubt.settled(TimeoutError):
        raise TimeoutError


def test_a_network_that_answers_has_its_usual_time() -> None:
    assert Doubt().at_most(20) == 20


def test_one_that_was_silent_has_little_but_a_slow_one_gets_its_chance() -> None:
    doubt = Doubt()
    waits = []
    for _ in range(20):
        silent(doubt)
        waits.append(doubt.at_most(20))
    assert waits == ([PROBE] * 9 + [20]) * 2
    assert doubt.at_most(1) == 1


@pytest.mark.parametrize("answer", [None, ValueError("HTTP 500")])
def test_any_answer_ends_the_doubt(answer: Exception | None) -> None:
    doubt = Doubt()
    silent(doubt)
    if answer is None:
        with doubt.settled(TimeoutError):
            pass
    else:
        with pytest.raises(ValueError, match="500"), doubt.settled(TimeoutError):
            raise answer
    assert doubt.at_most(20) == 20
