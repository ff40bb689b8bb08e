"""What answering asks of a network: Outreach, and its one error."""

from datetime import timedelta
from typing import Literal, Protocol

from alerts.outreach.abilities import Learned
from alerts.outreach.outbound import Outbound, Sent

Outcome = Literal["refused", "unknown", "later"]
Refused = Literal[
    "author_gone",
    "blocked",
    "captcha",
    "comments_closed",
    "duplicate",
    "foreign_wall",
    "gone",
    "links_forbidden",
    "messages_closed",
    "no_right",
    "no_token",
    "not_addressed",
    "other",
    "privacy",
    "quota",
    "too_long",
    "too_many_replies",
    "unreachable",
]


class OutreachError(Exception):
    """An outbound that was not sent for certain; says what to do. The message is for engineers, without secrets.

    `refused`: it was not done and never will be like this. `later`: it was not done, and may be tried again after
    `retry_after`. `unknown`: it may have been done (a time-out after sending): look before a second try. `reason`
    names why; `learned` is what holds for the author, the wall or the post from now on.
    """

    def __init__(
        self,
        message: str,
        *,
        outcome: Outcome,
        reason: Refused,
        retry_after: timedelta | None = None,
        learned: tuple[Learned, ...] = (),
    ) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.reason = reason
        self.retry_after = retry_after
        self.learned = learned


class Outreach(Protocol):
    """One network's way to customers. Every method raises OutreachError and nothing else.

    `asks_ahead`: `may_message` is free, and an author who says nothing of us may take messages all the same.
    """

    @property
    def asks_ahead(self) -> bool: ...

    async def send(self, outbound: Outbound) -> Sent:
        """Do what the outbound says, once: its `id` makes the network's own key against doubles."""

    async def find(self, outbound: Outbound) -> Sent | None:
        """What became of an earlier try whose outcome is unknown; None when it was certainly not done.

        Raises OutreachError(outcome="unknown") where the network cannot tell.
        """

    async def may_message(self, page: str, author: str) -> bool:
        """Whether the author takes a private message of the page now."""

    async def stands(self, outbound: Outbound) -> bool:
        """Whether what was sent is still there."""

    async def close(self) -> None: ...
