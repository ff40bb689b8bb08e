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
    """A pressed button of ours, or the answer to a prompt, which has a `value`.

    `key` is the same when Slack delivers it again. `ref` is the card's message as the notifier names it, `trigger`
    lets a modal be opened for three seconds.
    """

    key: str
    user: str
    user_name: str
    channel: str
    ref: str | None = None
    case: int
    action: str
    value: str | None = None
    trigger: str = ""


def read_message(text: str) -> Mapping[str, Any]:
    """The JSON object of a websocket message; an empty one for anything else."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def read_press(message: Mapping[str, Any]) -> Pressed | None:
    """The press in an envelope. A button that only opens an address is not a press."""
    payload = object_of(message, "payload")
    action, user = _first(payload.get("actions")), object_of(payload, "user")
    name, value, person = action.get("action_id"), action.get("value"), user.get("id")
    if payload.get("type") != "block_actions" or not isinstance(person, str):
        return None
    if (
        not is_action(name)
        or not isinstance(value, str)
        or not _CASE.fullmatch(value)
        or str(name).startswith(OPEN)
    ):
        return None
    container = object_of(payload, "container")
    # Slack stamps every press; where a server does not, the envelope tells presses apart.
    stamp = action.get("action_ts") or message.get("envelope_id")
    ts = text_of(container, "message_ts") or text_of(object_of(payload, "message"), "ts")
    channel = text_of(container, "channel_id") or text_of(object_of(payload, "channel"), "id")
    return Pressed(
        key=f"slack:{person}:{stamp}:{ts}",
        user=person,
        user_name=text_of(user, "name") or text_of(user, "username") or person,
        channel=channel,
        ref=f"{channel}:{ts}" if channel and ts else None,
        case=int(value),
        action=str(name),
        trigger=text_of(payload, "trigger_id"),
    )


def is_action(value: object) -> bool:
    return isinstance(value, str) and _ACTION.fullmatch(value) is not None


def object_of(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def text_of(value: Mapping[str, Any], key: str) -> str:
    inner = value.get(key)
    return inner if isinstance(inner, str) else ""


def _first(values: object) -> Mapping[str, Any]:
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}
