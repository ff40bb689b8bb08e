"""A community's Bots Long Poll: numbered events, keys that expire, history that is lost."""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

EVENTS: Final = (
    "wall_post_new",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "wall_reply_restore",
    "wall_repost",
    "board_post_new",
    "board_post_edit",
    "board_post_delete",
    "message_new",
    "message_reply",
    "message_edit",
    "message_allow",
    "message_deny",
)
"""The events that happen here; they are on from the start."""
UNHEARD: Final = (
    "audio_new",
    "board_post_restore",
    "donut_money_withdraw",
    "donut_money_withdraw_error",
    "donut_subscription_cancelled",
    "donut_subscription_create",
    "donut_subscription_expired",
    "donut_subscription_price_changed",
    "donut_subscription_prolonged",
    "group_change_photo",
    "group_change_settings",
    "group_join",
    "group_leave",
    "group_officers_edit",
    "market_comment_delete",
    "market_comment_edit",
    "market_comment_new",
    "market_comment_restore",
    "message_reaction_event",
    "message_read",
    "message_typing_state",
    "photo_comment_delete",
    "photo_comment_edit",
    "photo_comment_new",
    "photo_comment_restore",
    "photo_new",
    "poll_vote_new",
    "user_block",
    "user_unblock",
    "video_comment_delete",
    "video_comment_edit",
    "video_comment_new",
    "video_comment_restore",
    "video_new",
    "wall_schedule_post_delete",
    "wall_schedule_post_new",
)
"""The other events that VK's settings list: off, for nothing here makes them."""
LONGEST_WAIT: Final = 90.0


@dataclass(slots=True)
class Channel:
    """`kept` bounds the history: an older ts is answered with failed 1, one from the future with failed 3."""

    group: int
    kept: int = 1000
    enabled: bool = True
    key: str = field(default_factory=lambda: secrets.token_hex(20))
    settings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENTS, 1) | dict.fromkeys(UNHEARD, 0))
    _events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    _last: int = 0
    _waiting: set[asyncio.Event] = field(default_factory=set)
    _open: bool = True

    @property
    def ts(self) -> str:
        return str(self._last)

    def tell(self, kind: str, item: dict[str, Any], *, event_id: str | None = None) -> None:
        """Add an event unless the community's settings leave it out."""
        if not self.enabled or not self.settings.get(kind, 0):
            return
        event = {
            "group_id": self.group,
            "type": kind,
            "event_id": event_id or secrets.token_hex(20),
            "v": "5.199",
            "object": item,
        }
        self._last += 1
        self._events.append((self._last, event))
        del self._events[: -self.kept]
        self._wake()

    def tell_raw(self, update: Any) -> None:
        """Add an update as it is: for events that are broken or of an unknown type."""
        self._last += 1
        self._events.append((self._last, update))
        self._wake()

    def expire_key(self) -> None:
        """The next look is answered with failed 2."""
        self.key = secrets.token_hex(20)
        self._wake()

    def lose_history(self, skip: int = 1000) -> None:
        """Forget the events and jump ahead: the next look is answered with failed 1."""
        self._events.clear()
        self._last += skip
        self._wake()

    def forget_everything(self) -> None:
        """Begin anew with another key: the next look is answered with failed 3."""
        self._events.clear()
        self._last = 0
        self.key = secrets.token_hex(20)
        self._wake()

    def close(self) -> None:
        """Let everyone who waits go home."""
        self._open = False
        self._wake()

    async def check(self, key: str, ts: str, wait: float) -> dict[str, Any]:
        """The answer to one look, at most `wait` seconds later."""
        early = self._failure(key, ts)
        if early is None and str(self._last) == ts and self._open:
            await self._sleep(min(wait, LONGEST_WAIT))
            early = self._failure(key, ts)
        if early is not None:
            return early
        return {"ts": self.ts, "updates": [event for number, event in self._events if number > int(ts)]}

    def _failure(self, key: str, ts: str) -> dict[str, Any] | None:
        if not ts.isdecimal() or int(ts) > self._last:
            return {"failed": 3}
        if key != self.key:
            return {"failed": 2}
        oldest = self._last - len(self._events)
        return {"failed": 1, "ts": self._last} if int(ts) < oldest else None

    async def _sleep(self, seconds: float) -> None:
        bell = asyncio.Event()
        self._waiting.add(bell)
        try:
            await asyncio.wait_for(bell.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(bell)

    def _wake(self) -> None:
        for bell in self._waiting:
            bell.set()
