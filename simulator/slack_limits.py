"""Slack's limits on a message's blocks, checked as the real API checks them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MAX_BLOCKS: Final = 50
MAX_SECTION: Final = 3000
MAX_HEADER: Final = 150
MAX_ELEMENTS: Final = 25
MAX_CONTEXT: Final = 10
MAX_BUTTON: Final[Mapping[str, int]] = {"value": 2000, "action_id": 255, "url": 3000}
MAX_BUTTON_TEXT: Final = 75
STYLES: Final = (None, "primary", "danger")
KINDS: Final = ("actions", "context", "divider", "header", "image", "rich_text", "section")


def block_mistakes(blocks: object) -> list[str]:
    """What Slack would say against these blocks; empty when it would take them."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["blocks must be an array of objects"]
    mistakes = [mistake for number, block in enumerate(blocks) for mistake in _block(f"/blocks/{number}", block)]
    if len(blocks) > MAX_BLOCKS:
        mistakes.append(f"no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]")
    names = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(names)) < len(names):
        mistakes.append("block_id must be unique within a message")
    return mistakes


def _block(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    match block.get("type"):
        case "section":
            texts = [block["text"]] if "text" in block else block.get("fields", [])
            if not texts:
                yield f"missing required field: text [json-pointer:{where}]"
            for text in texts:
                yield from _text(where, text, MAX_SECTION)
        case "header":
            yield from _text(where, block.get("text"), MAX_HEADER, kinds=("plain_text",))
        case "context":
            yield from _context(where, block.get("elements"))
        case "actions":
            yield from _actions(where, block.get("elements"))
        case kind if kind in KINDS:
            return
        case kind:
            yield f"unsupported type: {kind} [json-pointer:{where}/type]"


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
        yield from _button(where, button)
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
