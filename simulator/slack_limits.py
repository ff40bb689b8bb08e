"""Slack's limits on the blocks of a message and on a modal, checked as the real API checks them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MAX_BLOCKS: Final = 50
MAX_SECTION: Final = 3000
MAX_HEADER: Final = 150
MAX_ELEMENTS: Final = 25
MAX_CONTEXT: Final = 10
MAX_BUTTON: Final[Mapping[str, int]] = {"value": 2000, "action_id": 255, "url": 3000}
MAX_BUTTON_TEXT: Final = 75
MAX_MODAL_BLOCKS: Final = 100
MAX_TITLE: Final = 24
MAX_LABEL: Final = 2000
MAX_PLACEHOLDER: Final = 150
MAX_OPTIONS: Final = 100
MAX_OPTION: Final = 75
MAX_VIEW: Final[Mapping[str, int]] = {"private_metadata": 3000, "callback_id": 255, "external_id": 255}
STYLES: Final = (None, "primary", "danger")
KINDS: Final = ("actions", "context", "divider", "header", "image", "rich_text", "section")


def block_mistakes(blocks: object) -> list[str]:
    """What Slack would say against these blocks; empty when it would take them."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks must be an array of objects"]
    return _blocks(blocks, MAX_BLOCKS)


def view_mistakes(view: object) -> list[str]:
    """What Slack would say against this modal; empty when it would open it."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        return ["view must be an object of type modal [json-pointer:/view/type]"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks must be an array of objects [json-pointer:/view/blocks]"]
    mistakes = [*_view(view), *_blocks(blocks, MAX_MODAL_BLOCKS)]
    if any(block.get("type") == "input" for block in blocks) and "submit" not in view:
        mistakes.append("missing required field: submit, for there are inputs [json-pointer:/view]")
    return mistakes


def _view(view: Mapping[str, Any]) -> Iterator[str]:
    for name in ("title", "submit", "close"):
        if name in view or name == "title":
            yield from _text(f"/view/{name}", view.get(name), MAX_TITLE, kinds=("plain_text",))
    for name, most in MAX_VIEW.items():
        value = view.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            yield f"must be a string of less than {most + 1} characters [json-pointer:/view/{name}]"


def _blocks(blocks: Sequence[Mapping[str, Any]], most: int) -> list[str]:
    mistakes = [mistake for number, block in enumerate(blocks) for mistake in _block(f"/blocks/{number}", block)]
    if len(blocks) > most:
        mistakes.append(f"no more than {most} items allowed [json-pointer:/blocks]")
    names = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(names)) < len(names):
        mistakes.append("block_id must be unique within a message")
    return mistakes


def _block(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    match block.get("type"):
        case "section":
            yield from _section(where, block)
        case "header":
            yield from _text(where, block.get("text"), MAX_HEADER, kinds=("plain_text",))
        case "context":
            yield from _context(where, block.get("elements"))
        case "actions":
            yield from _actions(where, block.get("elements"))
        case "input":
            yield from _text(f"{where}/label", block.get("label"), MAX_LABEL, kinds=("plain_text",))
            yield from _input(f"{where}/element", block.get("element"))
        case kind if kind in KINDS:
            return
        case kind:
            yield f"unsupported type: {kind} [json-pointer:{where}/type]"


def _section(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    texts = [block["text"]] if "text" in block else block.get("fields", [])
    if not texts:
        yield f"missing required field: text [json-pointer:{where}]"
    for text in texts:
        yield from _text(where, text, MAX_SECTION)


def _text(
    where: str, text: object, most: int, *, kinds: Sequence[str] = ("plain_text", "mrkdwn")
) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"text must be an object of type {' or '.join(kinds)} [json-pointer:{where}/text]"
        return
    said = text.get("text")
    if not isinstance(said, str) or not said:
        yield f"must be more than 0 characters [json-pointer:{where}/text/text]"
    elif len(said) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{where}/text/text]"


def _context(where: str, elements: object) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= MAX_CONTEXT:
        yield f"between 1 and {MAX_CONTEXT} elements allowed [json-pointer:{where}/elements]"
        return
    for element in elements:
        if not isinstance(element, dict) or element.get("type") != "image":
            yield from _text(where, element, MAX_SECTION)


def _actions(where: str, elements: object) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= MAX_ELEMENTS:
        yield f"between 1 and {MAX_ELEMENTS} elements allowed [json-pointer:{where}/elements]"
        return
    buttons = [element for element in elements if isinstance(element, dict)]
    for button in buttons:
        yield from _select(where, button) if button.get("type") == "static_select" else _button(where, button)
    names = [button.get("action_id") for button in buttons if button.get("action_id")]
    if len(set(names)) < len(names):
        yield f"action_id must be unique within a block [json-pointer:{where}/elements]"


def _button(where: str, button: Mapping[str, Any]) -> Iterator[str]:
    if button.get("type") != "button":
        yield f"unsupported element: {button.get('type')} [json-pointer:{where}/elements]"
        return
    yield from _text(where, button.get("text"), MAX_BUTTON_TEXT, kinds=("plain_text",))
    for name, most in MAX_BUTTON.items():
        value = button.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            yield f"{name} must be a string of at most {most} characters [json-pointer:{where}/elements]"
    if button.get("style") not in STYLES:
        yield f"style must be primary or danger [json-pointer:{where}/elements]"


def _input(where: str, element: object) -> Iterator[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in ("plain_text_input", "static_select"):
        yield f"unsupported element: {kind} [json-pointer:{where}]"
    elif kind == "static_select":
        yield from _select(where, element)
    elif "placeholder" in element:
        yield from _text(f"{where}/placeholder", element["placeholder"], MAX_PLACEHOLDER, kinds=("plain_text",))


def _select(where: str, element: Mapping[str, Any]) -> Iterator[str]:
    options = element.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= MAX_OPTIONS:
        yield f"between 1 and {MAX_OPTIONS} options allowed [json-pointer:{where}/options]"
        return
    for number, option in enumerate(options):
        text = option.get("text") if isinstance(option, dict) else None
        yield from _text(f"{where}/options/{number}", text, MAX_OPTION, kinds=("plain_text",))
        value = option.get("value") if isinstance(option, dict) else None
        if not isinstance(value, str) or not 1 <= len(value) <= MAX_PLACEHOLDER:
            yield f"value must be 1 to {MAX_PLACEHOLDER} characters [json-pointer:{where}/options/{number}/value]"
