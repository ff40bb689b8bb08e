"""Slack's modals: opened by a trigger, filled in by a person, answered by the app."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from simulator.slack_channels import Person, RefusedError
from simulator.slack_limits import view_mistakes

MAX_VIEW_BYTES: Final = 250_000
TRIGGER_LIFE: Final = timedelta(seconds=3)
"""Slack's own; a world of tests may let them live longer."""
TEXT: Final = "plain_text_input"

Submitted = Literal["closed", "errors", "changed", "unanswered"]
"""What a person sees after «Отправить»: the modal goes, tells of mistakes, shows another view, or stays as it was
because the app did not acknowledge in time."""


@dataclass(slots=True, kw_only=True)
class Modal:
    """A view in front of `person`: `values` by block, `errors` that the app found in them by block.

    `under` is the view that comes back when this one is closed; `version` counts the changes of the view.
    """

    id: str
    person: Person
    view: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    under: "Modal | None" = None
    version: int = 1

    @property
    def inputs(self) -> list[dict[str, Any]]:
        return [block for block in self.view["blocks"] if block["type"] == "input"]

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill in by label or by block_id; a choice by its value or its words.

        Raises LookupError for a field or an option that is not there, ValueError for what Slack would not send.
        """
        for name, value in values.items():
            block = next((one for one in self.inputs if name in (one["block_id"], one["label"]["text"])), None)
            if block is None:
                raise LookupError(f"поле «{name}»")
            self.values[block["block_id"]] = _typed(block["element"], value)
        for block in self.inputs:
            _complete(block, self.values.get(block["block_id"]))

    def state(self) -> dict[str, Any]:
        """`state.values`: block → action → what is in it; an empty field is there with null."""
        state: dict[str, Any] = {}
        for block in self.inputs:
            element, value = block["element"], self.values.get(block["block_id"])
            held = "value" if element["type"] == TEXT else "selected_option"
            state[block["block_id"]] = {element["action_id"]: {"type": element["type"], held: value or None}}
        return {"values": state}

    def json(self) -> dict[str, Any]:
        """The view as payloads carry it."""
        return {
            "id": self.id,
            "team_id": "T01",
            "app_id": "A01",
            "app_installed_team_id": "T01",
            "bot_id": "B01",
            "root_view_id": self._root.id,
            "previous_view_id": self.under.id if self.under else None,
            "hash": f"{self.version}.{self.id.lower()}",
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.view,
            "state": self.state(),
        }

    @property
    def _root(self) -> "Modal":
        return self.under._root if self.under else self  # noqa: SLF001 - the same class


class Modals:
    """The modals that are open, one pile a person, and the triggers that may open one."""

    def __init__(self, clock: Callable[[], datetime], numbers: Iterator[int]) -> None:
        self.trigger_life = TRIGGER_LIFE
        self._clock = clock
        self._numbers = numbers
        self._open: dict[str, Modal] = {}
        self._triggers: dict[str, tuple[Person, datetime]] = {}
        self._exchanged: set[str] = set()

    def of(self, user: str) -> Modal:
        """The one in front of this person. Raises LookupError."""
        if user not in self._open:
            raise LookupError(f"открытое окно у {user}")
        return self._open[user]

    def all(self) -> list[Modal]:
        return list(self._open.values())

    def trigger(self, person: Person) -> str:
        """Lets the app open a modal for this person."""
        now = self._clock()
        trigger = f"{next(self._numbers)}.{int(now.timestamp())}.{person.id.lower()}"
        self._triggers[trigger] = (person, now)
        return trigger

    def open(self, trigger: str, view: object) -> Modal:
        """A modal for the person who made the trigger, while that lives and once. Raises RefusedError."""
        if trigger in self._exchanged:
            raise RefusedError("exchanged_trigger_id")
        if trigger not in self._triggers:
            raise RefusedError("invalid_trigger_id")
        person, at = self._triggers[trigger]
        if self._clock() - at > self.trigger_life:
            raise RefusedError("expired_trigger_id")
        modal = self._new(person, view)
        self._exchanged.add(trigger)
        return modal

    def update(self, number: str, view: object) -> Modal:
        """Another view in an open modal; what was typed into fields of that name stays. Raises RefusedError."""
        modal = next((one for one in self._open.values() if one.id == number), None)
        if modal is None:
            raise RefusedError("not_found")
        changed = new_modal(modal.id, modal.person, view, under=modal.under)
        changed.version = modal.version + 1
        names = {block["block_id"] for block in changed.inputs}
        changed.values |= {name: value for name, value in modal.values.items() if name in names}
        self._open[modal.person.id] = changed
        return changed

    def close(self, user: str, *, whole: bool = False) -> Modal:
        """Take the view away, and with `whole` those under it. Raises LookupError."""
        modal = self.of(user)
        del self._open[user]
        if modal.under is not None and not whole:
            self._open[user] = modal.under
        return modal

    def answered(self, modal: Modal, answer: Mapping[str, Any]) -> Submitted:
        """What the acknowledgement of a submission does to the modal. Raises RefusedError for a bad view."""
        user = modal.person.id
        match answer.get("response_action"):
            case "errors":
                modal.errors = dict(answer.get("errors") or {})
                return "errors"
            case "update":
                self.update(modal.id, answer.get("view"))
                return "changed"
            case "push":
                self._new(modal.person, answer.get("view"), under=modal)
                return "changed"
            case action:
                self.close(user, whole=action == "clear")
        return "closed"

    def _new(self, person: Person, view: object, *, under: Modal | None = None) -> Modal:
        modal = new_modal(f"V{next(self._numbers):08d}", person, view, under=under)
        self._open[person.id] = modal
        return modal


def new_modal(number: str, person: Person, view: object, *, under: Modal | None = None) -> Modal:
    """The view, checked, with the ids that Slack gives where the app gave none. Raises RefusedError."""
    mistakes = view_mistakes(view)
    if mistakes or not isinstance(view, dict):
        raise RefusedError("invalid_arguments", said=tuple(f"[ERROR] {mistake}" for mistake in mistakes))
    if len(json.dumps(view, ensure_ascii=False).encode()) > MAX_VIEW_BYTES:
        raise RefusedError("view_too_large")
    blocks = [_named(block, f"{number}-{at}") for at, block in enumerate(view["blocks"])]
    made = Modal(id=number, person=person, view={**view, "blocks": blocks}, under=under)
    for block in made.inputs:
        element = block["element"]
        first = element.get("initial_value" if element["type"] == TEXT else "initial_option")
        if first:
            made.values[block["block_id"]] = first
    return made


def modal_view(modal: Modal) -> dict[str, Any]:
    """The modal for the page and for tests."""
    return {
        "id": modal.id,
        "user": modal.person.id,
        "view": modal.view,
        "values": modal.values,
        "errors": modal.errors,
    }


def _named(block: Mapping[str, Any], name: str) -> dict[str, Any]:
    named = {"block_id": name, **block}
    if "element" in named:
        named["element"] = {"action_id": f"{name}-a", **named["element"]}
    return named


def _typed(element: Mapping[str, Any], value: str) -> Any:
    if element["type"] == TEXT:
        return value
    if not value:
        return None
    for option in element["options"]:
        if value in (option["value"], option["text"]["text"]):
            return {"text": option["text"], "value": option["value"]}
    raise LookupError(f"вариант «{value}»")


def _complete(block: Mapping[str, Any], value: Any) -> None:
    """What Slack's own client says before anything is sent."""
    label, element = block["label"]["text"], block["element"]
    if not value and not block.get("optional"):
        raise ValueError(f"заполните поле «{label}»")
    if value and element["type"] == TEXT:
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(value) <= most:
            raise ValueError(f"в поле «{label}» нужно от {least} до {most} знаков, в нём {len(value)}")
