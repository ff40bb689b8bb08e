"""A community's events as mentions and deletions: which are heard, which came before, which are broken."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from domain.mention import Author, Deletion, Mention
from listener.mention_format import MalformedMentionError
from listener.networks.reading import read
from listener.networks.vk.items import read_comment, read_post, read_topic_comment
from listener.networks.vk.network import VK
from listener.networks.vk.shapes import Deleted, Item, Update

Read = Callable[[Item, Mapping[int, Author]], Mention]

HEARD: Final[Mapping[str, Read]] = {
    "board_post_edit": read_topic_comment,
    "board_post_new": read_topic_comment,
    "board_post_restore": read_topic_comment,
    "wall_post_new": read_post,
    "wall_reply_edit": read_comment,
    "wall_reply_new": read_comment,
    "wall_reply_restore": read_comment,
}
"""Event type → reader. Private messages are read in `talks`; others (likes, joins) are passed over."""
EDITS: Final = ("board_post_edit", "wall_reply_edit")
"""Events about a change, whose object does not say when it was made."""
DELETED: Final[Mapping[str, Callable[[Deleted], str]]] = {
    "board_post_delete": lambda gone: f"{gone.topic_owner_id}_{gone.topic_id}_{gone.id}",
    "wall_reply_delete": lambda gone: f"{gone.owner_id}_{gone.id}",
}
"""Event type → the id of the mention that is gone. A deleted post has no event."""
NEEDED: Final = (
    "wall_post_new",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "board_post_new",
    "board_post_edit",
    "board_post_delete",
)
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


def read_update(update: object) -> Update:
    """Raises MalformedMentionError."""
    return read(update, Update)


def heard_item(update: Update) -> Item | None:
    """The object of an event that may become a mention, the community's own words too; None for other events.

    Raises MalformedMentionError for a heard event without a usable object.
    """
    if update.type not in HEARD:
        return None
    if not update.object:
        raise MalformedMentionError(f"the event {update.type} has no object")
    item = read(update.object, Item)
    return None if item.post_type in _UNPUBLISHED else item


def deletion(update: Update, now: datetime) -> Deletion | None:
    """What the event says is gone. Raises MalformedMentionError."""
    id_of = DELETED.get(update.type)
    if id_of is None:
        return None
    gone = read(update.object, Deleted)
    if not gone.owner_id and not (gone.topic_owner_id and gone.topic_id):
        raise MalformedMentionError(f"the event {update.type} does not say where")
    deleter = str(gone.deleter_id) if gone.deleter_id else None
    return Deletion(network=VK.id, id=id_of(gone), at=now, deleter=deleter)


def _event_id(update: object) -> str | None:
    name = update.get("event_id") if isinstance(update, Mapping) else None
    return name if isinstance(name, str) and name else None
