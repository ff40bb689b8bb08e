"""Every benchmark begins: what it measures is named as it is named today."""

from importlib import import_module

import pytest

from benchmarks.__main__ import BENCHMARKS


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_finds_what_it_measures(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").run)
