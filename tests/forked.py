"""Processes of the program that need not import it: `tests/fork_server.py` has, and forks.

Importing takes half of what a daemon's start takes of the processor. Such a process is as real as another: it has
a number, limits, signals, an end and what it leaves behind of its own. What it does not try is the start of an
interpreter and the imports; whoever is to try them, or differs in what an interpreter reads from the environment,
is executed.
"""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.streams import FlowControlMixin
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Self

SERVER: Final = Path(__file__).with_name("fork_server.py")
LISTENER: Final = Path(sys.executable).with_name("listener")
READ: Final = (
    "PYTHON",
    "LD_",
    "LC_",
    "LANG",
    "TZ",
    "MALLOC_",
    "GLIBC_",
    "OPENBLAS_",
    "OMP_",
    "AIOHTTP_",
    "PYDANTIC_",
)
"""How the names begin of what an interpreter and its libraries read once, when they begin."""
LOOKS: Final = 0.01
"""Seconds between two looks for the end of a process."""


class Forked:
    """As asyncio's own Process, as far as tests use it."""

    def __init__(self, pid: int, answers: socket.socket, pipes: Sequence[int]) -> None:
        self.pid = pid
        self._answers = answers
        self._pipes = pipes
        self._code: int | None = None

    @property
    def returncode(self) -> int | None:
        if self._code is None:
            try:
                said = self._answers.recv(32, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            assert said, "the fork server has ended"
            self._code = int(said)
            self._answers.close()
        return self._code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while True:
            if (code := self.returncode) is not None:
                return code
            await asyncio.sleep(LOOKS)

    async def communicate(self, given: bytes = b"") -> tuple[bytes, bytes]:
        stdin, *outputs = self._pipes
        writing, _ = await asyncio.get_running_loop().connect_write_pipe(
            FlowControlMixin, os.fdopen(stdin, "wb", 0)
        )
        writing.write(given)
        writing.close()
        out, errors = await asyncio.gather(*map(_read, outputs))
        await self.wait()
        return out, errors


async def _read(pipe: int) -> bytes:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", 0)
    )
    try:
        return await reader.read()
    finally:
        transport.close()


class Server:
    """This worker's fork server, until the worker ends: it holds the other end of the socket."""

    def __init__(self, control: socket.socket, pid: int) -> None:
        self.pid = pid
        self.nothing = os.open(os.devnull, os.O_RDONLY)
        self._control = control
        self.environment = read(os.environ)

    @classmethod
    def started(cls) -> Self | None:
        """None where the server has more than one thread: no child may be forked from it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            server = subprocess.Popen(
                [sys.executable, SERVER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        threads = ours.recv(32)
        assert threads, "the fork server has ended"

        def ended() -> None:
            ours.close()
            server.wait()

        atexit.register(ended)
        return cls(ours, server.pid) if threads == b"1" else None

    def fork(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int]
    ) -> tuple[int, socket.socket]:
        """The number of the new process, and where its end will be told."""
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wish = {"arguments": list(arguments), "folder": str(folder), "environment": dict(environment)}
        with theirs:
            socket.send_fds(self._control, [json.dumps(wish).encode()], [*streams, theirs.fileno()])
        said = answers.recv(32)
        assert said, "the fork server has ended"
        return int(said), answers


@cache
def server() -> Server | None:
    """This worker's, started when it is asked for first; None where the platform has none."""
    return Server.started() if sys.platform == "linux" else None


def read(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(READ)}


async def begun(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *, log: int | None = None, fresh: bool
) -> Forked | Process:
    """`listener` with these arguments: what it says goes into `log`, or else it is to be communicated with.

    `fresh` is executed from nothing, and so is whoever has another environment than the fork server.
    """
    forks = None if fresh else server()
    if forks is None or read(environment) != forks.environment:
        streams = (PIPE, PIPE, PIPE) if log is None else (DEVNULL, log, log)
        stdin, out, errors = streams
        return await asyncio.create_subprocess_exec(
            LISTENER, *arguments, cwd=folder, env=environment, stdin=stdin, stdout=out, stderr=errors
        )
    if log is not None:
        return Forked(*forks.fork(arguments, folder, environment, (forks.nothing, log, log)), ())
    (stdin, given), (out, told), (errors, complained) = os.pipe(), os.pipe(), os.pipe()
    streams = (stdin, told, complained)
    try:
        return Forked(*forks.fork(arguments, folder, environment, streams), (given, out, errors))
    finally:
        for stream in streams:
            os.close(stream)
