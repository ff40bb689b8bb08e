"""Telegram's HTML parse mode: what a client sees of a marked-up text, and the complaints of the real parser."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final[Mapping[str, str]] = {
    "b": "bold",
    "blockquote": "blockquote",
    "code": "code",
    "del": "strikethrough",
    "em": "italic",
    "i": "italic",
    "ins": "underline",
    "pre": "pre",
    "s": "strikethrough",
    "span": "spoiler",
    "strike": "strikethrough",
    "strong": "bold",
    "tg-spoiler": "spoiler",
    "u": "underline",
}
"""Tag → the type of its entity; links and custom emoji, which carry more, are told apart below."""
TAGS: Final = frozenset(KINDS) | {"a", "tg-emoji"}
_TOKEN: Final = re.compile(r"<(?P<end>/?)(?P<tag>[^\s<>/]*)(?P<rest>[^<>]*)>|(?P<stray><)|(?P<text>[^<]+)")
_REFERENCE: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_ADDRESS: Final = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_PERSON: Final = re.compile(r"tg://user\?id=(\d+)")


class EntityError(ValueError):
    """The markup cannot be parsed; the message is the real parser's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A marked stretch; offset and length count UTF-16 code units. `user` is whom a text mention names."""

    kind: str
    offset: int
    length: int
    url: str | None = None
    user: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def mentioned(self) -> frozenset[int]:
        """The people whom the text mentions by their number."""
        return frozenset(entity.user for entity in self.entities if entity.user is not None)


def parse(markup: str) -> Parsed:
    """The text after entity parsing, trimmed as Telegram trims it, and its marks. Raises EntityError."""
    reading = _Reading()
    for token in _TOKEN.finditer(markup):
        if token["text"] is not None:
            # Only these references are known; any other ampersand is shown as it stands.
            reading.say(_REFERENCE.sub(lambda found: html.unescape(found[0]), token["text"]))
        else:
            reading.tag(token, len(markup[: token.start()].encode()))
    return reading.done()


def plain_text(markup: str) -> str:
    """The text alone. Raises EntityError."""
    return parse(markup).text


def length(text: str) -> int:
    """Telegram counts UTF-16 code units: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(slots=True)
class _Reading:
    """What has been read so far; an open tag remembers where it began and its attributes."""

    parts: list[str] = field(default_factory=list)
    at: int = 0
    open: list[tuple[str, int, str]] = field(default_factory=list)
    closed: list[tuple[str, int, int, str]] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.parts.append(text)
        self.at += length(text)

    def tag(self, token: re.Match[str], offset: int) -> None:
        name = (token["tag"] or "").lower()
        if token["stray"] is not None:
            raise EntityError(f"Unclosed start tag at byte offset {offset}")
        if not token["end"]:
            if name not in TAGS:
                raise EntityError(f'Unsupported start tag "{name}" at byte offset {offset}')
            self.open.append((name, self.at, token["rest"]))
        elif not self.open:
            raise EntityError(f"Unexpected end tag at byte offset {offset}")
        elif self.open[-1][0] != name:
            expected = self.open[-1][0]
            raise EntityError(
                f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"',
            )
        else:
            _, start, rest = self.open.pop()
            self.closed.append((name, start, self.at, rest))

    def done(self) -> Parsed:
        if self.open:
            raise EntityError(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        whole = "".join(self.parts)
        text = whole.strip()
        cut, end = length(whole) - length(whole.lstrip()), length(text)
        found = (_entity(name, start - cut, stop - cut, rest, end) for name, start, stop, rest in self.closed)
        ordered = sorted(filter(None, found), key=lambda entity: (entity.offset, -entity.length))
        return Parsed(text=text, entities=tuple(ordered))


def entity_json(entity: Entity, names: Mapping[int, str]) -> dict[str, Any]:
    """The entity as the Bot API shows it; `names` are the people that Telegram knows."""
    row: dict[str, Any] = {"type": entity.kind, "offset": entity.offset, "length": entity.length}
    if entity.url is not None:
        row["url"] = entity.url
    if entity.user is not None:
        row["user"] = {"id": entity.user, "is_bot": False, "first_name": names.get(entity.user, "Участник")}
    return row


def _entity(name: str, start: int, stop: int, rest: str, end: int) -> Entity | None:
    """None for an empty stretch, and for tags whose entity nobody here reads."""
    start, stop = max(0, start), min(stop, end)
    if stop <= start or name == "tg-emoji":
        return None
    if name != "a":
        return Entity(kind=KINDS[name], offset=start, length=stop - start)
    address = _ADDRESS.search(rest)
    url = html.unescape(next(filter(None, address.groups()), "")) if address else ""
    person = _PERSON.fullmatch(url)
    if person:
        return Entity(kind="text_mention", offset=start, length=stop - start, user=int(person[1]))
    return Entity(kind="text_link", offset=start, length=stop - start, url=url) if url else None
