"""Direct messages on the simulated X: who takes them, what was said, under which numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.people import Writer
from simulator.x.posts import snowflake


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """One message; `urls` are the addresses that hang on it, `gone_for` who does not see it any more."""

    number: int
    sender: Writer
    recipient: Writer
    text: str
    at: datetime
    urls: tuple[str, ...] = ()
    gone_for: frozenset[int] = frozenset()

    @property
    def sides(self) -> frozenset[int]:
        return frozenset((self.sender.number, self.recipient.number))

    @property
    def conversation(self) -> str:
        return "-".join(map(str, sorted(self.sides)))

    def row(self, fields: frozenset[str]) -> dict[str, Any]:
        everything: dict[str, Any] = {
            "text": self.text,
            "sender_id": str(self.sender.number),
            "dm_conversation_id": self.conversation,
            # Without milliseconds, unlike a post's.
            "created_at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if self.urls:
            everything["urls"] = [
                {"start": 0, "end": 1, "url": url, "expanded_url": url, "display_url": url} for url in self.urls
            ]
        always = {"id": str(self.number), "event_type": "MessageCreate"}
        wanted = fields | ({"urls"} if "entities" in fields else set())
        return always | {name: value for name, value in everything.items() if name in wanted or name == "text"}


@dataclass(slots=True)
class Directs:
    """All messages; `open` are the numbers of those who take everybody's."""

    said: list[Direct] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    blocked: set[tuple[int, int]] = field(default_factory=set)
    """Who (first) takes nothing of whom."""

    def say(
        self, sender: Writer, recipient: Writer, text: str, at: datetime, urls: tuple[str, ...] = ()
    ) -> Direct:
        number = max(snowflake(at), 1 + max((one.number for one in self.said), default=0))
        self.said.append(Direct(number=number, sender=sender, recipient=recipient, text=text, at=at, urls=urls))
        return self.said[-1]

    def takes(self, person: int, sender: int) -> bool:
        """Whoever wrote to an account takes its messages."""
        if (person, sender) in self.blocked:
            return False
        wrote = any((one.sender.number, one.recipient.number) == (person, sender) for one in self.said)
        return person in self.open or wrote

    def seen_by(self, account: int, other: int | None = None) -> Iterator[Direct]:
        """Newest first; with `other` only the talk with that one."""
        for one in reversed(self.said):
            if account in one.sides and account not in one.gone_for and (other is None or other in one.sides):
                yield one
