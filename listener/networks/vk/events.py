"""A community's events as mentions: which are heard, which came before, which are our own, which are broken."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from domain.mention import Author, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.vk.items import author_id, read_comment, read_post, read_topic_comment

Read = Callable[[Mapping[str, Any], Mapping[int, Author]], Mention]

HEARD: Final[Mapping[str, Read]] = {
    "board_post_edit": read_topic_comment,
    "board_post_new": read_topic_comment,
    "wall_post_new": read_post,
    "wall_reply_edit": read_comment,
    "wall_reply_new": read_comment,
}
"""Event type → reader. Others (messages, likes, joins) are not mentions and are passed over."""
NEEDED: Final = ("wall_post_new", "wall_reply_new", "wall_reply_edit", "board_post_new")
_UNPUBLISHED: Final = ("postpone",)
REMEMBERED: Final = 2000


class EventsOnce:
    """Passes over events that VK sends twice, by their `event_id`.

    An event counts as seen only when the cursor behind it came back, that is when its mention is stored:
    a batch that was lost on the way must be read again.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._handed: tuple[str, list[str]] | None = None

    def fresh(self, updates: Iterable[Any]) -> list[Any]:
        """The updates without those seen before or earlier in the same answer."""
        once: dict[str, Any] = {}
        for number, update in enumerate(updates):
            event_id = _event_id(update)
            if event_id is None:
                once[f"nameless {number}"] = update
            elif event_id not in self._seen:
                once.setdefault(f"event {event_id}", update)
        return list(once.values())

    def handed_over(self, cursor: str, updates: Iterable[Any]) -> None:
        """These updates leave the source, to be stored together with `cursor`."""
        self._handed = (cursor, [name for update in updates if (name := _event_id(update)) is not None])

    def stored(self, cursor: str | None) -> None:
        """`cursor` is what the store holds now."""
        if self._handed is not None and self._handed[0] == cursor:
            self._seen |= dict.fromkeys(self._handed[1])
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        self._handed = None


def heard_object(update: object, own: int) -> Mapping[str, Any] | None:
    """The object of an event that may become a mention; None for what is not ours to hear.

    `own` is the community's negative id: its answers arrive as events too, and an answer is no complaint.
    Raises MalformedMentionError for a heard event without a usable object.
    """
    if not isinstance(update, Mapping):
        raise MalformedMentionError(f"an event must be an object, got {str(update)[:40]!r}")
    kind = update.get("type")
    if not isinstance(kind, str) or kind not in HEARD:
        return None
    item = update.get("object")
    if not isinstance(item, Mapping):
        raise MalformedMentionError(f"the event {kind} has no object")
    if item.get("post_type") in _UNPUBLISHED or author_id(item) == own:
        return None
    return item


def read_event(update: Mapping[str, Any], people: Mapping[int, Author]) -> Mention:
    """The mention of an event that `heard_object` let through. Raises MalformedMentionError."""
    return HEARD[update["type"]](update["object"], people)


def _event_id(update: object) -> str | None:
    name = update.get("event_id") if isinstance(update, Mapping) else None
    return name if isinstance(name, str) and name else None
