"""What some tests need of the machine: skipped with a clear word without it, failed where CI asks for it."""

import os
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("OTKLIK_REQUIRE", "").split()
"""Names of what must be there, e.g. `postgres browser`; `.ci/run` sets it."""


def missing(what: str, reason: str) -> NoReturn:
    """End the test: failed if `what` is required on this machine, else skipped."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)
