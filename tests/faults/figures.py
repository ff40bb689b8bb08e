"""Figures that tests measure on the way, for the table of `make faults`; a plain test run writes none."""

import json
import os
from pathlib import Path


def note(row: int, **figures: float) -> None:
    """Under the number of the fault in docs/reliability.md."""
    if (file := os.environ.get("OTKLIK_FIGURES")) is not None:
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(json.dumps({"row": row, **figures}) + "\n")
