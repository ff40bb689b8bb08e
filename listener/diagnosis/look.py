"""What the parts of a check-up share. Whoever names the doctor imports it, so it loads no library of networks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from listener.ports import Budget


@dataclass(slots=True, kw_only=True)
class Look:
    """What every part of a check-up shares.

    `config_read`: whether the config could be, so that brands and chats are known. `clocks`: how far the servers'
    clocks are from ours, in seconds. `budget` is what the daemon has counted, where there is a database.
    """

    now: Callable[[], float]
    fix: bool = False
    config_read: bool = True
    budget: Budget | None = None
    clocks: list[float] = field(default_factory=list)
