"""A quick start: while what lives to the end is being made, nobody looks through it for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def made_to_last() -> Iterator[None]:
    """Inside, nothing is collected; what exists at the end is left out of every later collection.

    Importing and loading make 150 000 containers that stay. Looking through them again and again takes a quarter
    of the start, and later every full collection holds up the loop for a tenth of a second.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
