"""One line of a check-up: what was looked at, how it stands, what to do."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "bad", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`says` and `remedy` are Russian; `off` is what nobody has switched on, and no fault."""

    what: str
    state: State
    says: str
    remedy: str = ""


def ok(what: str, says: str) -> Line:
    return Line(what=what, state="ok", says=says)


def warn(what: str, says: str, remedy: str) -> Line:
    return Line(what=what, state="warn", says=says, remedy=remedy)


def bad(what: str, says: str, remedy: str) -> Line:
    return Line(what=what, state="bad", says=says, remedy=remedy)


def sent_beside_the_daemon(what: str) -> Line:
    """A test card whose press a running daemon would take: only the eye can tell whether it is there."""
    return ok(what, "карточка ушла, посмотрите в чат; нажатия сейчас получает работающий listener run")


def off(what: str, says: str) -> Line:
    return Line(what=what, state="off", says=says)
