"""What an inbox needs of a Socket Mode message; anything of another shape is None, never an error."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from alerts.cards.digest import TURN
from alerts.cards.talks import ANSWER, HERE, TALKS
from alerts.notifiers.answers import as_object, object_of, text_of
from alerts.notifiers.slack.markup import OPEN

_ACTION: Final = re.compile(r"[a-z_]{1,32}(?:\.\d{1,18})?")
_TYPED: Final = re.compile(r"№?\s*(\d{1,18})(?:[\s:,.]+(.*))?", re.DOTALL)
SHORTCUT: Final = "otklik_answer"
"""The shortcut's name in docs/slack-manifest.yaml."""
_VALUE: Final = re.compile(r"(\d{1,18})(?::(\d{1,9}))?")
"""The case; of a digest's own button the digest and the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A pressed button of ours, or the answer to a prompt, which has a `value`.

    `key` is the same when Slack delivers it again. `said` is the same, too, when a person sends the same answer of
    the same view again, not having learned whether it was taken. `ref` is the card's message as the notifier
    names it, `trigger` lets a modal be opened for three seconds. `in_window`: a modal waits for what comes of it.
    """

    key: str
    said: str = ""
    user: str
    user_name: str
    channel: str
    ref: str | None = None
    case: int
    action: str
    value: str | None = None
    trigger: str = ""
    page: str | None = None
    in_window: bool = False


def read_message(text: str) -> Mapping[str, Any]:
    """The JSON object of a websocket message; an empty one for anything else."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return as_object(message)


def read_press(message: Mapping[str, Any]) -> Pressed | None:
    """The press in an envelope. A button that only opens an address is not a press."""
    payload = object_of(message, "payload")
    action, user = _first(payload.get("actions")), object_of(payload, "user")
    name, value, person = action.get("action_id"), action.get("value"), user.get("id")
    if payload.get("type") != "block_actions" or not isinstance(person, str):
        return None
    found = _VALUE.fullmatch(value) if isinstance(value, str) else None
    if not is_action(name) or found is None or str(name).startswith(OPEN):
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
        case=int(found[1]),
        action=TURN if found[2] else str(name),
        page=found[2],
        trigger=text_of(payload, "trigger_id"),
    )


def read_command(message: Mapping[str, Any]) -> Pressed | None:
    """«/ответ 12 текст»: any command of the app's, whatever its name; the number and the words may lack."""
    payload = object_of(message, "payload")
    person, channel = text_of(payload, "user_id"), text_of(payload, "channel_id")
    if message.get("type") != "slash_commands" or not person:
        return None
    typed = unescape(text_of(payload, "text")).strip()
    found = _TYPED.fullmatch(typed)
    return Pressed(
        key=f"slack:{person}:command:{text_of(payload, 'trigger_id') or message.get('envelope_id')}",
        user=person,
        user_name=text_of(payload, "user_name") or person,
        channel=channel,
        case=int(found[1]) if found else 0,
        action=ANSWER if found else TALKS,
        value=(found[2] if found else typed) or None,
        trigger=text_of(payload, "trigger_id"),
    )


def read_shortcut(message: Mapping[str, Any]) -> Pressed | None:
    """«Ответить клиенту» in the menu of a message: of a card, or of anything in its thread."""
    payload = object_of(message, "payload")
    user, said = object_of(payload, "user"), object_of(payload, "message")
    person, channel = text_of(user, "id"), text_of(object_of(payload, "channel"), "id")
    top = text_of(said, "thread_ts") or text_of(said, "ts")
    if payload.get("type") != "message_action" or payload.get("callback_id") != SHORTCUT or not person:
        return None
    return Pressed(
        key=f"slack:{person}:shortcut:{text_of(payload, 'trigger_id') or message.get('envelope_id')}",
        user=person,
        user_name=text_of(user, "name") or text_of(user, "username") or person,
        channel=channel,
        ref=f"{channel}:{top}",
        case=0,
        action=HERE,
        trigger=text_of(payload, "trigger_id"),
    )


def is_action(value: object) -> bool:
    return isinstance(value, str) and _ACTION.fullmatch(value) is not None


def _first(values: object) -> Mapping[str, Any]:
    return as_object(values[0] if isinstance(values, list) and values else None)
