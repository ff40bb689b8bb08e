"""What an inbox needs of a Socket Mode message; anything of another shape is None, never an error."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alerts.notifiers.slack.markup import OPEN

_ACTION: Final = re.compile(r"[a-z_]{1,32}")
_CASE: Final = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A pressed button of ours. `key` is the same when Slack delivers the press again."""

    key: str
    user: str
    user_name: str
    channel: str
    case: int
    action: str


def read_message(text: str) -> Mapping[str, Any]:
    """The JSON object of a websocket message; an empty one for anything else."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def read_press(message: Mapping[str, Any]) -> Pressed | None:
    """The press in an envelope. A button that only opens an address is not a press."""
    payload = _object(message, "payload")
    action, user = _first(payload.get("actions")), _object(payload, "user")
    name, value, person = action.get("action_id"), action.get("value"), user.get("id")
    if payload.get("type") != "block_actions" or not isinstance(person, str):
        return None
    if not _fits(_ACTION, name) or not _fits(_CASE, value) or str(name).startswith(OPEN):
        return None
    container = _object(payload, "container")
    # Slack stamps every press; where a server does not, the envelope tells presses apart.
    stamp = action.get("action_ts") or message.get("envelope_id")
    ts = container.get("message_ts") or _object(payload, "message").get("ts")
    return Pressed(
        key=f"slack:{person}:{stamp}:{ts}",
        user=person,
        user_name=_text(user, "name") or _text(user, "username") or person,
        channel=_text(container, "channel_id") or _text(_object(payload, "channel"), "id"),
        case=int(str(value)),
        action=str(name),
    )


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _first(values: object) -> Mapping[str, Any]:
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    inner = value.get(key)
    return inner if isinstance(inner, str) else ""
