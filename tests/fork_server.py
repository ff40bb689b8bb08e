"""Has imported the program, and forks a process for each command that a test asks for.

Run by `tests/forked.py`, one for each worker. A child is the `listener` script from there on: it runs `main` at
the end of this file and goes the interpreter's own way out. Nothing here may begin a thread, a loop or a file that
stays open.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

LISTENER: Final = Path(sys.executable).with_name("listener")
ROOM: Final = 1 << 18
"""Bytes of one wish: its arguments and its environment."""
# What a daemon imports while it starts. No model, and no library that has threads of its own.
IMPORTED: Final = (
    "alembic.autogenerate",
    "alembic.command",
    "alembic.config",
    "listener.commands.run",
    "listener.messengers.slack.build",
    "listener.messengers.telegram.build",
    "listener.networks.vk.build",
    "listener.networks.x.build",
    "listener.proxies",
    "listener.serving",
)


def asked(control: socket.socket, wakes: int) -> bool:
    """Serve until the worker is gone; true in a child, which has a command to run."""
    children: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control, wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
            report(children)
        if control in ready:
            said, fds, _, _ = socket.recv_fds(control, ROOM, 4)
            if not said:
                return False
            *streams, answers = fds
            if (pid := os.fork()) == 0:
                forget(control, *children.values())
                become(json.loads(said), streams)
                return True
            took(streams)
            children[pid] = socket.socket(fileno=answers)
            tell(children[pid], pid)


def forget(*sockets: socket.socket) -> None:
    """Their numbers will be other files'."""
    for held in sockets:
        held.detach()


def took(streams: list[int]) -> None:
    for stream in streams:
        os.close(stream)


def report(children: dict[int, socket.socket]) -> None:
    """Tell who asked of each child that has ended how it did."""
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with children.pop(pid) as answers:
            tell(answers, os.waitstatus_to_exitcode(status))


def tell(answers: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # nobody waits for it any more
        answers.send(b"%d" % number)


def become(wish: dict[str, Any], streams: list[int]) -> None:
    """All that a new process has from outside, and nothing of this one's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1 << 16)
    os.chdir(wish["folder"])
    for name in os.environ.keys() - wish["environment"].keys():
        del os.environ[name]
    os.environ.update(wish["environment"])
    sys.argv = [str(LISTENER), *wish["arguments"]]


def begin(control: socket.socket) -> bool:
    """Import, say so, and serve."""
    for name in IMPORTED:
        import_module(name)
    gc.collect()
    gc.freeze()
    wakes, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The first fork ends numpy's threads; each child begins its own when it multiplies.
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    control.send(b"%d" % len(list(Path("/proc/self/task").iterdir())))
    return asked(control, wakes)


if __name__ == "__main__":
    sys.path[0] = str(LISTENER.parent)  # as the script has it
    if begin(socket.socket(fileno=int(sys.argv[1]))):
        from listener.__main__ import main

        sys.exit(main())
