"""Private talks between people and communities: who may be written to, what was said, under which numbers."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from simulator.vk.attachments import Attachment

Stance = Literal["allows", "denies", "blacklisted", "private"]
"""Whether a person takes messages: wrote or allowed them; took that back; is in the blacklist; takes nobody's."""
REFUSALS: dict[Stance | None, tuple[int, str]] = {
    None: (901, "Can't send messages for users without permission"),
    "denies": (901, "Can't send messages for users without permission"),
    "blacklisted": (900, "Can't send messages for users from blacklist"),
    "private": (902, "Can't send messages to this user due to their privacy settings"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. `number` counts a community's messages, `in_talk` those with one person."""

    group: int
    peer: int
    author: int
    text: str
    at: datetime
    number: int = 0
    in_talk: int = 0
    random_id: int = 0
    ref: str | None = None
    attachments: tuple[Attachment, ...] = ()
    edited: datetime | None = None
    deleted: bool = False
    admin: int | None = None

    def row(self) -> dict[str, Any]:
        """As VK's methods and events show it."""
        mine = self.author == -self.group
        row: dict[str, Any] = {
            "id": self.number,
            "conversation_message_id": self.in_talk,
            "date": int(self.at.timestamp()),
            "from_id": self.author,
            "peer_id": self.peer,
            "text": self.text,
            "out": int(mine),
            "version": 10_000_000 + self.number,
            "important": False,
            "is_hidden": False,
            "attachments": list(self.attachments),
            "fwd_messages": [],
        }
        row |= {"random_id": self.random_id} if mine else {}
        row |= {"admin_author_id": self.admin} if self.admin else {}
        row |= {"ref": self.ref, "ref_source": ""} if self.ref is not None else {}
        row |= {"update_time": int(self.edited.timestamp())} if self.edited else {}
        return row | ({"deleted": 1} if self.deleted else {})


@dataclass(slots=True)
class Talks:
    """All talks of all communities."""

    stances: dict[tuple[int, int], Stance] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def with_person(self, group: int, peer: int) -> list[Said]:
        """From the oldest to the newest, without what was deleted."""
        return [one for one in self.said if (one.group, one.peer, one.deleted) == (group, peer, False)]

    def say(self, message: Said) -> Said:
        """Keep a message of either side under the next numbers (the given ones are ignored)."""
        number = 1 + max((one.number for one in self.said if one.group == message.group), default=0)
        in_talk = 1 + sum(1 for one in self.said if (one.group, one.peer) == (message.group, message.peer))
        kept = replace(message, number=number, in_talk=in_talk)
        self.said.append(kept)
        return kept

    def repeated(self, group: int, random_id: int) -> Said | None:
        """What this community has sent under that key; zero is no key."""
        mine = (one for one in self.said if one.group == group and one.author == -group)
        return next((one for one in mine if random_id and one.random_id == random_id), None)

    def find(self, group: int, number: int) -> Said | None:
        return next((one for one in self.said if (one.group, one.number) == (group, number)), None)

    def change(self, message: Said, **changes: Any) -> Said:
        changed = replace(message, **changes)
        self.said[self.said.index(message)] = changed
        return changed

    def allowed(self, group: int, peer: int) -> bool:
        return self.stances.get((group, peer)) == "allows"

    def refusal(self, group: int, peer: int) -> tuple[int, str] | None:
        """VK's error for a message to the person; None where it is taken."""
        stance = self.stances.get((group, peer))
        return None if stance == "allows" else REFUSALS[stance]
