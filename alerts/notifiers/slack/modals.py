"""A prompt as Slack's modal, and what comes back from it; anything of another shape is None, never an error."""

import json
import logging
from collections.abc import Mapping
from hashlib import blake2s
from typing import Any, Final

from slack_sdk.models.views import View

from alerts.cards.prompt import Option, Prompt
from alerts.notifiers.answers import as_object, object_of, text_of
from alerts.notifiers.highlights import clean, cut
from alerts.notifiers.slack.updates import Pressed, is_action

log = logging.getLogger(__name__)

CALLBACK: Final = "otklik_prompt"
BLOCK: Final = "answer"
"""The only field of the modal; what Slack shows as wrong is told by its name."""
FIELD: Final = "value"
MAX_TITLE: Final = 24
MAX_LABEL: Final = 2000
MAX_SECTION: Final = 3000
MOST_SECTIONS: Final = 2
MAX_HINT: Final = 150
MAX_OPTION: Final = 75
MOST_OPTIONS: Final = 100
MAX_ANSWER: Final = 3000
MAX_ERROR: Final = 1000


def make_modal(prompt: Prompt, pressed: Pressed) -> dict[str, Any]:
    """The question, with everything in it that its answer needs: Slack hands `private_metadata` back."""
    asked = {"case": prompt.case, "action": prompt.action, "channel": pressed.channel, "ref": pressed.ref}
    field = _choice(prompt) if prompt.options else _field(prompt)
    answer = {
        "type": "input",
        "block_id": BLOCK,
        "label": _plain("Выберите" if prompt.options else "Текст", MAX_LABEL),
        "element": {"action_id": FIELD, **field},
    }
    modal = View(
        type="modal",
        callback_id=CALLBACK,
        private_metadata=json.dumps(asked),
        title=_plain(prompt.title, MAX_TITLE),
        submit=_plain("Готово", MAX_TITLE),
        close=_plain("Отмена", MAX_TITLE),
        blocks=[*_question(prompt.question), answer],
    )
    return modal.to_dict()


def mistake(text: str) -> dict[str, Any]:
    """Keeps the modal open, and says beside its field what is wrong."""
    return {"response_action": "errors", "errors": {BLOCK: cut(clean(text), MAX_ERROR)}}


def another(prompt: Prompt, pressed: Pressed) -> dict[str, Any]:
    """Puts the next question into the same modal."""
    return {"response_action": "update", "view": make_modal(prompt, pressed)}


def read_submission(message: Mapping[str, Any]) -> Pressed | None:
    """The answer in an envelope, as a press with a value."""
    payload = object_of(message, "payload")
    view, user = object_of(payload, "view"), object_of(payload, "user")
    person, asked = text_of(user, "id"), _asked(view)
    case, action, value = asked.get("case"), asked.get("action"), _value(view)
    if payload.get("type") != "view_submission" or view.get("callback_id") != CALLBACK or not person:
        return None
    if not isinstance(case, int) or not is_action(action) or value is None:
        return None
    # Each «Готово» has a trigger of its own; where a server has none, the envelope tells them apart.
    stamp = text_of(payload, "trigger_id") or text_of(message, "envelope_id")
    return Pressed(
        key=f"slack:{person}:{text_of(view, 'id')}:{stamp}",
        said=_said(person, view, value),
        user=person,
        user_name=text_of(user, "name") or text_of(user, "username") or person,
        channel=text_of(asked, "channel"),
        ref=text_of(asked, "ref") or None,
        case=case,
        action=str(action),
        value=value,
        in_window=True,
    )


def _said(person: str, view: Mapping[str, Any], value: str) -> str:
    """Slack changes a view's hash with every change of the view; a server without one tells no repeats apart."""
    number, state = text_of(view, "id"), text_of(view, "hash")
    words = blake2s(value.encode(), digest_size=12).hexdigest()
    return f"slack:{person}:{number}:{state}:{words}" if number and state else ""


def _question(text: str) -> list[dict[str, Any]]:
    """Above the field, and whole: nobody may confirm words that he could not read."""
    words = cut(clean(text).strip(), MOST_SECTIONS * MAX_SECTION) or "…"
    parts = [words[start : start + MAX_SECTION] for start in range(0, len(words), MAX_SECTION)]
    return [{"type": "section", "text": {"type": "plain_text", "text": part}} for part in parts if part.strip()]


def _field(prompt: Prompt) -> dict[str, Any]:
    longest = min(prompt.longest, MAX_ANSWER)
    field = {"type": "plain_text_input", "multiline": True, "max_length": longest}
    if prompt.initial:
        field["initial_value"] = prompt.initial[:longest]
    return {**field, "placeholder": _plain(prompt.hint, MAX_HINT)} if prompt.hint.strip() else field


def _choice(prompt: Prompt) -> dict[str, Any]:
    if len(prompt.options) > MOST_OPTIONS:
        log.warning("of %d answers Slack shows the first %d", len(prompt.options), MOST_OPTIONS)
    return {"type": "static_select", "options": [_option(option) for option in prompt.options[:MOST_OPTIONS]]}


def _option(option: Option) -> dict[str, Any]:
    return {"text": _plain(option.label, MAX_OPTION), "value": option.value}


def _plain(text: str, most: int) -> dict[str, str]:
    return {"type": "plain_text", "text": cut(clean(text).strip(), most) or "…"}


def _asked(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        asked = json.loads(text_of(view, "private_metadata"))
    except (ValueError, RecursionError):
        return {}
    return as_object(asked)


def _value(view: Mapping[str, Any]) -> str | None:
    values = object_of(object_of(view, "state"), "values")
    field = object_of(object_of(values, BLOCK), FIELD)
    value = field.get("value") or object_of(field, "selected_option").get("value")
    return value if isinstance(value, str) else None
