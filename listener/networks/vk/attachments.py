"""The words of what is attached to a post or comment: a link's title, a poll's answers, a photo's caption."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from listener.networks.written import unescaped

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "album": ("title", "description"),
    "article": ("title",),
    "clip": ("title", "description"),
    "doc": ("title",),
    "event": ("text",),
    "link": ("title", "description"),
    "market": ("title", "description"),
    "note": ("title",),
    "page": ("title",),
    "photo": ("text",),
    "podcast": ("title",),
    "poll": ("question", "answers"),
    "posted_photo": ("text",),
    "video": ("title", "description"),
}
"""Kind of attachment → where its words are. Songs and stickers have none that anybody wrote."""
LONGEST: Final = 2_000


def attached_words(attachments: Iterable[Any]) -> Iterator[str]:
    """What each attachment says, where it says anything."""
    for attachment in attachments:
        kind = attachment.get("type") if isinstance(attachment, Mapping) else None
        thing = attachment.get(kind) if isinstance(kind, str) else None
        if isinstance(kind, str) and isinstance(thing, Mapping):
            words = "\n".join(text for key in WORDS.get(kind, ()) for text in _texts(thing.get(key)))
            if words:
                yield unescaped(words)[:LONGEST]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):  # a poll's answers
        for answer in value:
            yield from _texts(answer.get("text") if isinstance(answer, Mapping) else None)
