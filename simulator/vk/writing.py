"""The methods of the simulated VK that write: comments and private messages, their changes and removals."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from simulator.vk.access import VkFault
from simulator.vk.methods import Call, missing
from simulator.vk.talks import Said
from simulator.vk.world import Entry

if TYPE_CHECKING:
    from simulator.vk.server import Vk

LONGEST_MESSAGE: Final = 9000
EDITABLE: Final = timedelta(days=1)
"""How long a message can be changed and deleted for everybody."""
CLOSED: Final = VkFault(213, "Access to status replies denied")
FOREIGN: Final[Mapping[int, str]] = {
    15: "Access denied",
    27: "Group authorization failed: method is unavailable with group auth.",
    213: "Access to status replies denied",
}
"""How VK may refuse a community on another's wall; which it is nobody has said, so tests choose."""


class Writing:
    """What callers write; `vk` does it, and lets the communities hear of it."""

    def __init__(self, vk: "Vk") -> None:
        self._vk = vk
        self._guids: dict[tuple[int, str], str] = {}
        self.table: Mapping[str, Callable[[Call], Any]] = {
            "board.deleteComment": self._delete_in_topic,
            "board.restoreComment": self._restore_in_topic,
            "messages.delete": self._delete_messages,
            "messages.edit": self._edit_message,
            "messages.getById": self._messages,
            "messages.getConversations": self._conversations,
            "messages.getHistory": self._history,
            "messages.isMessagesFromGroupAllowed": self._allowed,
            "messages.send": self._send,
            "wall.createComment": self._comment,
            "wall.deleteComment": self._delete,
            "wall.editComment": self._edit,
            "wall.restoreComment": self._restore,
        }

    def _comment(self, call: Call) -> dict[str, Any]:
        group, text, guid = _group(call), _text(call), call.values.get("guid", "")
        owner, post = call.number("owner_id", least=-(2**62)), call.number("post_id", least=1)
        if call.number("from_group", group) != group:
            raise VkFault(15, "Access denied: from_group is not the token's own community")
        if guid and (group, guid) in self._guids:
            return self._made(self._guids[group, guid])
        self._may_comment(group, owner, post)
        answered = call.number("reply_to_comment", 0)
        above = self._vk.world.entries.get(f"{owner}_{answered}") if answered else None
        if answered and (above is None or above.gone):
            raise missing("reply_to_comment", "is undefined")
        made = self._vk.community_comment(
            group, text, post=f"{owner}_{post}", reply_to=above.place if above else None
        )
        if guid:
            self._guids[group, guid] = made
        self._vk.answered(made)
        return self._made(made)

    def _may_comment(self, group: int, owner: int, post: int) -> None:
        place = f"{owner}_{post}"
        if place not in self._vk.world.entries:
            raise VkFault(15, "Access denied: post was not found")
        refused = self._vk.foreign_walls
        if owner != -group and refused is not None:
            raise VkFault(refused, FOREIGN[refused])
        if place in self._vk.closed:
            raise CLOSED

    def _made(self, place: str) -> dict[str, Any]:
        entry = self._vk.world.entries.get(place)
        above = [entry.root] if entry is not None and entry.root else []
        return {"comment_id": int(place.rpartition("_")[2]), "parents_stack": above}

    def _edit(self, call: Call) -> int:
        entry = self._own_comment(call)
        self._vk.edit(entry.place, _text(call))
        return 1

    def _delete(self, call: Call) -> int:
        entry = self._existing(call)
        if -entry.owner not in self._vk.channels:
            raise VkFault(211, "Access to wall's comment denied")
        self._vk.delete(entry.place, by=entry.owner)
        return 1

    def _restore(self, call: Call) -> int:
        place = f"{call.number('owner_id', least=-(2**62))}_{call.number('comment_id', least=1)}"
        return self._brought_back(place)

    def _existing(self, call: Call) -> Entry:
        place = f"{call.number('owner_id', least=-(2**62))}_{call.number('comment_id', least=1)}"
        entry = self._vk.world.entries.get(place)
        if entry is None or entry.kind != "comment" or entry.gone:
            raise VkFault(104, "Not found")
        return entry

    def _own_comment(self, call: Call) -> Entry:
        entry = self._existing(call)
        if -entry.author not in self._vk.channels:
            raise VkFault(211, "Access to wall's comment denied")
        return entry

    def _delete_in_topic(self, call: Call) -> int:
        group = call.number("group_id", least=1)
        if call.caller.holder == "group":
            call.caller.own(group)
        place = f"-{group}_{call.number('topic_id', least=1)}_{call.number('comment_id', least=1)}"
        if place not in self._vk.world.entries:
            raise VkFault(104, "Not found")
        self._vk.delete(place, by=-group)
        return 1

    def _restore_in_topic(self, call: Call) -> int:
        group = call.number("group_id", least=1)
        return self._brought_back(f"-{group}_{call.number('topic_id')}_{call.number('comment_id')}")

    def _brought_back(self, place: str) -> int:
        entry = self._vk.world.entries.get(place)
        if entry is not None and not entry.gone:
            raise VkFault(243, "Comment has not been deleted")
        if not self._vk.was_deleted(place):
            raise VkFault(104, "Not found")
        self._vk.restore(place)
        return 1

    def _send(self, call: Call) -> int:
        group, text = _group(call), _text(call)
        peer = call.number("peer_id", call.number("user_id", 0))
        if len(text) > LONGEST_MESSAGE:
            raise VkFault(914, "Message is too long")
        random_id = call.number("random_id", 0, least=-(2**63), most=2**63 - 1)
        earlier = self._vk.talks.repeated(group, random_id)
        if earlier is not None:
            return earlier.number
        if peer not in self._vk.world.people:
            raise VkFault(936, "Contact not found")
        refusal = self._vk.talks.refusal(group, peer)
        if refusal is not None:
            raise VkFault(*refusal)
        said = self._vk.community_message(group, peer, text, random_id=random_id)
        self._vk.wrote(said)
        return said.number

    def _edit_message(self, call: Call) -> int:
        message = self._own_message(call, call.number("message_id", least=1))
        if call.now - message.at > EDITABLE:
            raise VkFault(909, "Can't edit this message, because it's too old")
        self._vk.edit_message(message.group, message.number, _text(call))
        return 1

    def _delete_messages(self, call: Call) -> list[dict[str, Any]]:
        rows = []
        for word in call.values.get("message_ids", "").split(","):
            message = self._own_message(call, int(word) if word.isdecimal() else 0)
            if call.number("delete_for_all", 0) and call.now - message.at > EDITABLE:
                raise VkFault(924, "Can't delete this message for everybody")
            self._vk.talks.change(message, deleted=True)
            rows.append({"peer_id": message.peer, "message_id": message.number, "response": 1})
        return rows

    def _own_message(self, call: Call, number: int) -> Said:
        message = self._vk.talks.find(_group(call), number)
        if message is None or message.deleted:
            raise missing("message_id", "is undefined")
        if message.author != -message.group:
            raise VkFault(920, "Can't edit this kind of message")
        return message

    def _messages(self, call: Call) -> dict[str, Any]:
        numbers = [int(word) for word in call.values.get("message_ids", "").split(",") if word.isdecimal()]
        found = [self._vk.talks.find(_group(call), number) for number in numbers]
        rows = [one.row() for one in found if one is not None]
        return {"count": len(rows), "items": rows}

    def _history(self, call: Call) -> dict[str, Any]:
        peer = call.number("peer_id", call.number("user_id", 0))
        talk = self._vk.talks.with_person(_group(call), peer)
        if call.values.get("rev") != "1":
            talk.reverse()
        offset, count = call.number("offset", 0), call.number("count", 20, most=200)
        return {"count": len(talk), "items": [one.row() for one in talk[offset : offset + count]]}

    def _conversations(self, call: Call) -> dict[str, Any]:
        group = _group(call)
        last = {one.peer: one for one in self._vk.talks.said if one.group == group and not one.deleted}
        talks = sorted(last.values(), key=lambda one: one.number, reverse=True)
        offset, count = call.number("offset", 0), call.number("count", 20, most=200)
        page = [_conversation(one) for one in talks[offset : offset + count]]
        return {"count": len(talks), "items": page}

    def _allowed(self, call: Call) -> dict[str, Any]:
        group = call.number("group_id", least=1)
        call.caller.own(group)
        return {"is_allowed": int(self._vk.talks.allowed(group, call.number("user_id", least=1)))}


def _conversation(last: Said) -> dict[str, Any]:
    conversation = {
        "peer": {"id": last.peer, "type": "user", "local_id": last.peer},
        "last_message_id": last.number,
        "last_conversation_message_id": last.in_talk,
        "in_read": last.number,
        "out_read": last.number,
        "version": last.number,
        "can_write": {"allowed": True},
    }
    return {"conversation": conversation, "last_message": last.row()}


def _group(call: Call) -> int:
    if call.caller.group is None:
        raise VkFault(15, "Access denied: a community's token is needed")
    return call.caller.group


def _text(call: Call) -> str:
    text = call.values.get("message", "")
    if not text.strip():
        raise missing("message", "is undefined")
    return text
