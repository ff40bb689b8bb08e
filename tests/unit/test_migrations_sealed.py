"""A migration that databases have applied is never edited: what it says is what they are."""

import hashlib
from pathlib import Path

import pytest

import migrations

FOLDER = Path(migrations.__file__).parent / "versions"
SEALED = {
    "0001_first_tables.py": "a5d5b72bfb114f41af5a6d74bf18e60a2f3c7765093e16fcd87bf03cdc419d32",
    "0002_cases_have_a_history.py": "1673e3a2d4f55596ed66f164bb042699cc84181ed27d3e6c6b738def2b35f220",
    "0003_customers_are_answered.py": "64733a3b90678a094af30940967d6e8f2de0ce13005ea351975e3b5e8d3f6942",
    "0004_chats_have_a_state.py": "1bba3fdaea56ffeddc44627973103a3adfff847cf471763a09af41402b042683",
    "0006_what_sources_heard.py": "ecaf0a1e84ef3748d0a0aa9d35957c8ddeede9bf34d4e4a157343df99a153d35",
    "0007_receivers_answer_for_cases.py": "b913748afeb8263a272ce1d9ff6b8892631ab0b24fdc1d48df99b09f2390418e",
    "0008_cards_may_be_muted.py": "28c1c20b235db65a620a51dbf0140f76831f29b1ad4cdad363f23359d8b00e47",
    "0009_incidents.py": "e8bb6d62d3fac7eb6bae314e5a6eef39d803ffe302610845253c6a039ef557ec",
    "0010_a_case_has_a_day.py": "533f91aa692fe1e60ea4de2351723ba14d1735d81b1f0b45fb8d80a54b5cd644",
    "0011_taps_teach_the_judge.py": "27cf0a9b819bf6fc1dddedb3a68ab4e05f5dbd802968eb89db9c1255ad534299",
    "0012_incidents_have_a_history.py": "cdb24819a47a5f7f799af029e1f29c36876e0a63e0771bc9eb7927d4b21434f8",
    "0013_neighbours_and_terms.py": "c6bce8dfc66d189b3ca988281ff40c4723a500781de4783eb962ef132bb0ca91",
    "0014_deletions_that_came_first.py": "f1aeabba1d821cf5a93f882b05cd4fa693c2dce1aa2656f409e839264606b802",
}
"""Each migration is sealed here when it is released. Change nothing: write another migration."""


@pytest.mark.parametrize("name", sorted(SEALED))
def test_an_applied_migration_is_as_it_was(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == SEALED[name]


def test_the_sealed_ones_are_the_oldest() -> None:
    assert sorted(path.name for path in FOLDER.glob("0*.py"))[: len(SEALED)] == sorted(SEALED)
