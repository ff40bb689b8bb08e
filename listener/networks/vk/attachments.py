"""What hangs on a post, a comment or a message: a title, a poll's answers, a photo and its caption, a file."""

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
NAMES: Final[Mapping[str, str]] = {
    "audio": "аудиозапись",
    "audio_message": "голосовое сообщение",
    "call": "звонок",
    "doc": "файл",
    "gift": "подарок",
    "graffiti": "граффити",
    "photo": "фотография",
    "sticker": "стикер",
    "story": "история",
    "video": "видео",
    "wall": "запись",
    "wall_reply": "комментарий",
}
"""What an attachment is called where it has neither words nor an address."""
PAGES: Final[Mapping[str, str]] = {
    "market": "https://vk.com/product{owner}_{id}",
    "photo": "https://vk.com/photo{owner}_{id}",
    "poll": "https://vk.com/poll{owner}_{id}",
    "story": "https://vk.com/story{owner}_{id}",
    "video": "https://vk.com/video{owner}_{id}",
    "wall": "https://vk.com/wall{owner}_{id}",
}
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


def shown_attachments(attachments: Iterable[Any]) -> Iterator[str]:
    """Each attachment of a message for people: its words and its address, or at least what it is."""
    for attachment in attachments:
        kind = attachment.get("type") if isinstance(attachment, Mapping) else None
        if not isinstance(kind, str):
            continue
        thing = attachment.get(kind)
        link = _address(kind, thing) if isinstance(thing, Mapping) else ""
        words = " ".join((*attached_words((attachment,)), link)).strip()
        yield (words or NAMES.get(kind, "вложение"))[:LONGEST]


def _address(kind: str, thing: Mapping[str, Any]) -> str:
    """Where the thing itself is: a picture's largest size, a file, a recording, or else its page in VK."""
    sizes = [size for size in _list(thing, "sizes", "images") if isinstance(size, Mapping)]
    largest = max(sizes, key=lambda size: _number(size.get("width")) or 0, default={})
    for address in (largest.get("url"), thing.get("url"), thing.get("link_mp3"), thing.get("link_ogg")):
        if isinstance(address, str) and address.startswith("https://"):
            return address
    owner = next((number for key in ("owner_id", "from_id", "to_id") if (number := _number(thing.get(key)))), None)
    number = _number(thing.get("id"))
    return PAGES[kind].format(owner=owner, id=number) if kind in PAGES and owner and number else ""


def _list(thing: Mapping[str, Any], *names: str) -> list[Any]:
    return next((value for name in names if isinstance(value := thing.get(name), list)), [])


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):  # a poll's answers
        for answer in value:
            yield from _texts(answer.get("text") if isinstance(answer, Mapping) else None)
