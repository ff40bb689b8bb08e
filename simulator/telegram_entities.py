"""Telegram's HTML parse mode: what a client sees of a marked-up text, and the complaints of the real parser."""

import html
import re
from typing import Final

TAGS: Final = frozenset(
    ("a", "b", "blockquote", "code", "del", "em", "i", "ins", "pre", "s", "span", "strike", "strong", "u"),
) | {"tg-emoji", "tg-spoiler"}
_TOKEN: Final = re.compile(r"<(?P<end>/?)(?P<tag>[^\s<>/]*)(?P<rest>[^<>]*)>|(?P<stray><)|(?P<text>[^<]+)")
_REFERENCE: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


class EntityError(ValueError):
    """The markup cannot be parsed; the message is the real parser's."""


def plain_text(markup: str) -> str:
    """The text after entity parsing, trimmed as Telegram trims it. Raises EntityError."""
    open_tags: list[str] = []
    parts: list[str] = []
    for token in _TOKEN.finditer(markup):
        if token["text"] is not None:
            # Only these references are known; any other ampersand is shown as it stands.
            parts.append(_REFERENCE.sub(lambda found: html.unescape(found[0]), token["text"]))
        else:
            _tag(token, open_tags, len(markup[: token.start()].encode()))
    if open_tags:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return "".join(parts).strip()


def length(text: str) -> int:
    """Telegram counts UTF-16 code units: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _tag(token: re.Match[str], open_tags: list[str], offset: int) -> None:
    name = (token["tag"] or "").lower()
    if token["stray"] is not None:
        raise EntityError(f"Unclosed start tag at byte offset {offset}")
    if not token["end"]:
        if name not in TAGS:
            raise EntityError(f'Unsupported start tag "{name}" at byte offset {offset}')
        open_tags.append(name)
    elif not open_tags:
        raise EntityError(f"Unexpected end tag at byte offset {offset}")
    elif open_tags[-1] != name:
        raise EntityError(
            f'Unmatched end tag at byte offset {offset}, expected "</{open_tags[-1]}>", found "</{name}>"',
        )
    else:
        open_tags.pop()
