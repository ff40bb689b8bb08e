"""Ports that stay a test's own, before a daemon listens there and while it is dead."""

import fcntl
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Final

CHANCE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""From where Linux takes the ports that nobody chose: of every client, and of who listens at 0."""
LOWEST: Final = 10_000
USUAL: Final = 32_768
_held: Final[list[int]] = []
"""The locks, until this process ends."""


def own_port() -> int:
    """A free port of 127.0.0.1 that no client gets by chance, nor another test process that asks here."""
    highest = int(CHANCE.read_text(encoding="ascii").split()[0]) if CHANCE.exists() else USUAL
    ports = range(LOWEST, max(highest, LOWEST + 1_000))
    for number in range(secrets.randbelow(len(ports)), 2 * len(ports)):
        if _is_ours(port := ports[number % len(ports)]):
            return port
    raise OSError("no port is free")


def _is_ours(port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / "otklik-test-ports"
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError:
        os.close(lock)
        return False
    _held.append(lock)
    return True
