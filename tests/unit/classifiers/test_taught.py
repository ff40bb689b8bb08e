"""The second tier's answers about unlabelled tweets: a small file, the same for the same answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.model import ModelError
from classifiers.taught import TAUGHT, Taught, answer_key, save_answers, taught_answers

shares = st.floats(min_value=0, max_value=1)
many_answers = st.dictionaries(
    st.integers(min_value=0, max_value=2**64 - 1), st.tuples(shares, shares, shares, shares), max_size=20
)


@given(many_answers)
def test_answers_come_back_within_half_a_step(
    tmp_path_factory: pytest.TempPathFactory, given: dict[int, Taught]
) -> None:
    path = tmp_path_factory.getbasetemp() / "taught.npz"
    save_answers(given, path)
    found = taught_answers(path)
    assert found.keys() == given.keys()
    for key, answers in given.items():
        assert found[key] == pytest.approx(answers, abs=0.5 / 255 + 1e-9)


def test_the_same_answers_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    given = {answer_key(str(at), "mts"): (0.1 * at, 0.2, 0.3, 1.0) for at in range(5)}
    one = save_answers(given, tmp_path / "one.npz")
    assert one == save_answers(dict(reversed(given.items())), tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    assert one != save_answers({**given, 7: (0.0, 0.0, 1.0, 0.0)}, tmp_path / "third.npz")


def test_what_was_read_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    first = save_answers({1: (0.123, 0.5, 0.377, 0.9)}, tmp_path / "first.npz")
    assert save_answers(taught_answers(tmp_path / "first.npz"), tmp_path / "again.npz") == first


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"nothing of the kind"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "taught.npz"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"taught\.npz.*listener teach"):
        taught_answers(file)


def test_a_tweet_is_known_by_its_id_and_brand_together() -> None:
    pairs = [("1", "mts"), ("1", "beeline"), ("11", "mts"), ("2", "mts")]
    keys = [answer_key(*pair) for pair in pairs]
    assert len(set(keys)) == len(pairs)
    assert keys == [answer_key(*pair) for pair in pairs]
    assert all(0 <= key < 2**64 for key in keys)


def test_the_committed_answers_are_shares() -> None:
    found = taught_answers(TAUGHT)
    assert len(found) > 10_000
    for negative, neutral, positive, complaint in found.values():
        assert negative + neutral + positive == pytest.approx(1, abs=2 / 255)
        assert 0 <= complaint <= 1
