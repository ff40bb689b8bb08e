"""Orders: what another program asks of a case in a person's name, read and turned into a press."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from alerts.cards.closing import CAUSELESS
from alerts.cards.previewing import LONGEST_DRAFT
from alerts.cards.wording import ENDINGS
from alerts.cases.events import Cause
from alerts.cases.transitions import LONGEST_NOTE

MOST_CASES: Final = 2**53 - 1
"""Numbers above are not exact in JSON."""
LONGEST_WORD: Final = 64
"""Characters of what names a person or an option."""
LONGEST_NAME: Final = 100
_WORD: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_ACTION: Final = re.compile(r"[a-z_]{1,32}(?:\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`user` is the person by the id that the other program knows; `action` and `value` are a press's."""

    case: int
    user: str
    user_name: str
    action: str
    value: str | None = None


class OrderError(ValueError):
    """What was asked is none of the orders; `field` names the part that is wrong, the message says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class _Fields:
    """The parts of an order; each is asked for once, and what nobody asked for is a mistake."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._left = set(body)

    def has(self, name: str) -> bool:
        return name in self._body

    def number(self, name: str) -> int:
        value = self._take(name)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_CASES:
            return value
        raise OrderError(name, "a whole number from 1 up is wanted")

    def word(self, name: str) -> str:
        value = self._take(name)
        if isinstance(value, str) and len(value) <= LONGEST_WORD and _WORD.fullmatch(value):
            return value
        raise OrderError(name, f"up to {LONGEST_WORD} ASCII characters are wanted")

    def text(self, name: str, longest: int) -> str:
        value = self._take(name)
        if isinstance(value, str) and value.strip() and len(value) <= longest:
            return value
        raise OrderError(name, f"a text of up to {longest} characters is wanted, and not an empty one")

    def flag(self, name: str) -> bool:
        if not self.has(name):
            return False
        value = self._take(name)
        if isinstance(value, bool):
            return value
        raise OrderError(name, "true or false is wanted")

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self._take(name)
        if isinstance(value, str) and value in allowed:
            return value
        raise OrderError(name, f"one of {', '.join(allowed)} is wanted")

    def end(self) -> None:
        if self._left:
            raise OrderError(min(self._left), "there is no such field in this order")

    def _take(self, name: str) -> Any:
        if name not in self._body:
            raise OrderError(name, "is missing")
        self._left.discard(name)
        return self._body[name]


def read_order(body: Mapping[str, Any]) -> Order:
    """The order in a JSON object. Raises OrderError. docs/webhook-order.schema.json says the same."""
    fields = _Fields(body)
    case, user = fields.number("case"), fields.word("user")
    name = fields.text("user_name", LONGEST_NAME) if fields.has("user_name") else user
    command = fields.choice("command", tuple(COMMANDS))
    action, value = COMMANDS[command](fields)
    fields.end()
    return Order(case=case, user=user, user_name=name, action=action, value=value)


Pressing = tuple[str, str | None]
"""An action and its value."""


def _bare(action: str) -> Callable[[_Fields], Pressing]:
    return lambda _fields: (action, None)


def _note(fields: _Fields) -> Pressing:
    return "note", fields.text("text", LONGEST_NOTE)


def _close(fields: _Fields) -> Pressing:
    """What we had no part in has no cause."""
    outcome = fields.choice("outcome", tuple(ENDINGS))
    if outcome in CAUSELESS and not fields.has("cause"):
        return "close", outcome
    return "close", f"{outcome}-{fields.choice('cause', get_args(Cause))}"


def _reply(fields: _Fields) -> Pressing:
    """Without `confirmed` the person has not seen it as it would go out, and is shown it."""
    private, confirmed = fields.flag("private"), fields.flag("confirmed")
    verb, where = "say" if confirmed else "write", "private" if private else "reply"
    return f"{verb}_{where}", fields.text("text", LONGEST_DRAFT)


def _suggest(fields: _Fields) -> Pressing:
    """The brand's own words to choose from, and what was said to others of the thread."""
    return "invite" if fields.flag("private") else "reply", None


def _transfer(fields: _Fields) -> Pressing:
    """Without a `person` (an id of people.yaml) there is a choice."""
    return "transfer", fields.word("person") if fields.has("person") else None


def _answer(fields: _Fields) -> Pressing:
    """The answer to what an earlier order was asked."""
    action = fields.word("to")
    if not _ACTION.fullmatch(action):
        raise OrderError("to", "is not what was asked")
    return action, fields.text("value", LONGEST_DRAFT)


COMMANDS: Final[Mapping[str, Callable[[_Fields], Pressing]]] = {
    "answer": _answer,
    "claim": _bare("claim"),
    "close": _close,
    "not_complaint": _bare("not_complaint"),
    "note": _note,
    "release": _bare("release"),
    "reopen": _bare("reopen"),
    "reply": _reply,
    "snooze": _bare("snooze"),
    "suggest": _suggest,
    "transfer": _transfer,
}
"""What may be asked, and what is pressed for it."""
