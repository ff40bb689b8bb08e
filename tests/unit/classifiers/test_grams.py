"""N-grams found as numbers are those that are found as strings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.features import char_features
from classifiers.grams import Grams
from classifiers.model import Model, load

FORMS = st.lists(
    st.text(min_size=1, max_size=12) | st.sampled_from(["я", "не", "связь", "работает", "😡", "\ud800"])
)


@pytest.fixture(scope="module")
def model() -> Model:
    return load()


@pytest.fixture(scope="module")
def grams(model: Model) -> Grams:
    return Grams(model.chars.names)


@settings(deadline=None)
@given(FORMS)
def test_what_is_found_is_what_is_cut(model: Model, grams: Grams, forms: list[str]) -> None:
    numbers = {name: number for number, name in enumerate(model.chars.names)}
    owners, found = grams.found(forms)
    for place, form in enumerate(forms):
        expected = [numbers[gram] for gram in char_features(form) if gram in numbers]
        assert found[owners == place].tolist() == expected


def test_without_forms_nothing_is_found(grams: Grams) -> None:
    owners, found = grams.found([])
    assert owners.tolist() == found.tolist() == []


def test_an_alphabet_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="5000 different characters"):
        Grams([f"{chr(0x4E00 + number)}а" for number in range(4_999)])


def test_every_gram_of_the_vocabulary_is_found(model: Model, grams: Grams) -> None:
    inner = [(place, name) for place, name in enumerate(model.chars.names) if " " not in name]
    owners, found = grams.found([name for _, name in inner])
    assert {(owner, gram) for owner, gram in zip(owners.tolist(), found.tolist(), strict=True)} >= {
        (at, place) for at, (place, _) in enumerate(inner)
    }
    assert np.all(found >= 0)
