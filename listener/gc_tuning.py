"""The interpreter's own pauses, memory and end: what lives for ever is out of the garbage collector's sight."""

import contextlib
import ctypes
import faulthandler
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SWITCH_SECONDS: Final = 0.001
"""After so long the judge's thread lets the event loop go on; five times longer is Python's own, and a step of
the loop that asks the database waits for it a dozen times.
"""

YOUNG: Final = 5_000
"""New containers before the young ones are looked through: a batch makes thousands, and they live as long as it.
With Python's own 700 they are looked through, found alive and made old, which costs a card 0.06 ms.
"""
M_ARENA_MAX: Final = -8
M_MMAP_THRESHOLD: Final = -3
"""malloc.h's numbers of them."""
ARENAS: Final = 2
"""Threads wait for each other's turn with the interpreter, not with malloc."""
LARGE: Final = 1_000_000
"""Bytes from which a block goes back to the system when it is freed. The arrays of a batch are as large; to get
them anew takes a page fault a text more, some two microseconds.
"""


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


def tame_malloc() -> None:
    """Call before there are threads, for whatever lives long.

    malloc keeps what is freed apart for each thread, and after a day holds a little of everything in all of them:
    of 200 000 mentions the last 180 000 cost 5 MB with two arenas and 17 with a dozen. And it learns from each
    freed block to keep larger ones, up to 32 MB, among the small ones: of 80 000 mentions the last 60 000 cost
    18 MB where it may not, and 23 where it may.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_ARENA_MAX, ARENAS)
        mallopt(M_MMAP_THRESHOLD, LARGE)


def last_words() -> None:
    """Call before anything else: a process that a library's segmentation fault ends then says on standard error
    where each thread stood, functions and lines, no values. A log that ends without a word costs its reader a day.
    """
    # Who has no standard error, or one that is no file, has nothing to hear it with.
    with contextlib.suppress(RuntimeError, ValueError, OSError):
        faulthandler.enable()


def settle() -> None:
    """Call when everything long-lived is loaded, and again when it was replaced.

    The model and the dictionary are some hundred thousand objects; a collection that looks through them all stops
    every thread for a tenth of a second, again and again.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(YOUNG, 10, 10)
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _give_back()


def _give_back() -> None:
    """What loading took and does not need any more: 33 MB that malloc would keep, in pieces, for good."""
    with contextlib.suppress(OSError, AttributeError):  # glibc's own word; other systems' mallocs know none
        ctypes.CDLL(None).malloc_trim(0)
