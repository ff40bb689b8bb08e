"""The event loop's complaints are said once a minute, with how often they came."""

import logging
import resource

import pytest

from listener.event_loop import Complaints, make_room


class Loop:
    def __init__(self) -> None:
        self.now = 1_000.0

    def time(self) -> float:
        return self.now


def test_the_same_complaint_is_said_once_a_minute_with_its_count(caplog: pytest.LogCaptureFixture) -> None:
    loop, complaints = Loop(), Complaints()
    fault = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
    with caplog.at_level(logging.ERROR):
        for _ in range(5_000):
            complaints(loop, fault)  # type: ignore[arg-type]  # its clock is all that is asked of it
        complaints(loop, {"message": "another"})  # type: ignore[arg-type]
        assert len(caplog.records) == 2
        loop.now += 61
        complaints(loop, fault)  # type: ignore[arg-type]
    assert caplog.records[-1].getMessage().endswith("(and 4999 times more)")


def test_there_are_as_many_descriptors_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        make_room()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(before[1], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
