"""Who may call what and how often: VK's answers to wrong tokens, haste and spent quotas."""

import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

Holder = Literal["service", "group", "user"]

ALLOWED: Final[Mapping[str, frozenset[Holder]]] = {
    "board.deleteComment": frozenset({"user", "group"}),
    "board.restoreComment": frozenset({"user", "group"}),
    "groups.getById": frozenset({"service", "group", "user"}),
    "groups.getLongPollServer": frozenset({"group", "user"}),
    "groups.getLongPollSettings": frozenset({"group", "user"}),
    "groups.getTokenPermissions": frozenset({"group"}),
    "groups.setLongPollSettings": frozenset({"group", "user"}),
    "messages.delete": frozenset({"user", "group"}),
    "messages.edit": frozenset({"user", "group"}),
    "messages.getById": frozenset({"user", "group"}),
    "messages.getConversations": frozenset({"user", "group"}),
    "messages.getHistory": frozenset({"user", "group"}),
    "messages.isMessagesFromGroupAllowed": frozenset({"user", "group"}),
    "messages.send": frozenset({"user", "group"}),
    "newsfeed.search": frozenset({"service", "user"}),
    "users.get": frozenset({"service", "group", "user"}),
    "utils.getServerTime": frozenset({"service", "group", "user"}),
    "utils.resolveScreenName": frozenset({"service", "group", "user"}),
    "wall.createComment": frozenset({"user", "group"}),
    "wall.deleteComment": frozenset({"user"}),
    "wall.editComment": frozenset({"user"}),
    "wall.get": frozenset({"service", "user"}),
    "wall.getById": frozenset({"service", "user"}),
    "wall.getComments": frozenset({"service", "user"}),
    "wall.restoreComment": frozenset({"user"}),
}
"""Method → the kinds of token it takes, as `access_token_type` in VK's schema says."""


class VkFault(Exception):  # noqa: N818  # VK calls it an error object; a fault of the request, not of this program
    """An answer with an error object."""

    def __init__(self, code: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.more = more


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose token it is; `group` is the community's number for a community's token."""

    holder: Holder
    group: int | None = None

    def own(self, group: int) -> None:
        """Raises unless the community is the caller's own."""
        if self.group != group:
            raise VkFault(15, "Access denied: group_id is not the token's own community")


@dataclass(slots=True)
class Counters:
    """Calls of the last second and of the day. `per_second` None and methods without a quota are not limited."""

    per_second: int | None = None
    per_day: dict[str, int] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _today: dict[tuple[str, str, date], int] = field(default_factory=lambda: defaultdict(int))

    def count(self, token: str, method: str, today: date) -> None:
        """Raises error 6 or 29 when the call is one too many; such a call is not counted."""
        self._hurry(token)
        key = (token, method, today)
        limit = self.per_day.get(method)
        if limit is not None and self._today[key] >= limit:
            raise VkFault(29, "Rate limit reached")
        self._today[key] += 1

    def _hurry(self, token: str) -> None:
        now = time.monotonic()
        recent = self._recent[token]
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if self.per_second is not None and len(recent) >= self.per_second:
            raise VkFault(6, "Too many requests per second")
        recent.append(now)


def identify(token: str | None, tokens: Mapping[str, Caller], method: str) -> Caller:
    """The caller, or VK's error: 3 for an unknown method, 5 for a bad token, 27 and 28 for the wrong kind."""
    if method not in ALLOWED:
        raise VkFault(3, "Unknown method passed")
    if not token:
        raise VkFault(5, "User authorization failed: no access_token passed.")
    caller = tokens.get(token)
    if caller is None:
        raise VkFault(5, "User authorization failed: invalid access_token (4).")
    if caller.holder in ALLOWED[method]:
        return caller
    if caller.holder == "group":
        raise VkFault(27, "Group authorization failed: method is unavailable with group auth.")
    raise VkFault(28, "Application authorization failed: method is unavailable with service token.")
