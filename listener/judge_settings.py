"""What of the settings concerns the judge alone; read without the networks', so that it may load before them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from listener.environment import Reader, open_reader

SWITCH: Final = ("on", "off")


class JudgeSettings(NamedTuple):
    """`model` as in `listener.settings.Settings`; `second` is whether a second opinion is wanted, `apart` whether
    the daemon's judge has a process of its own.
    """

    model: Path | None
    second: bool
    apart: bool


def read_judge(environ: Mapping[str, str], dotenv: Path | None = None) -> JudgeSettings:
    """Whatever else is wrong with the settings does not matter. Raises SettingsError."""
    reader = open_reader(environ, dotenv)
    text = reader.text("MODEL", "")
    second, apart = wants_second(reader), is_apart(reader)
    reader.check()
    return JudgeSettings(model=Path(text) if text else None, second=second, apart=apart)


def wants_second(reader: Reader) -> bool:
    return reader.choice("SECOND_OPINION", "on", SWITCH) == "on"


def is_apart(reader: Reader) -> bool:
    """On one core a second process only costs: by itself the judge gets one where there is another core."""
    wish = reader.choice("JUDGE_PROCESS", "auto", ("auto", *SWITCH))
    return cores() > 1 if wish == "auto" else wish == "on"


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
