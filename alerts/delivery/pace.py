"""How much each chat of one messenger may get now: its limits, the rests it asked for, one probe after a rest."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from alerts.backoff import Backoff
from alerts.bucket import Bucket, Limit
from alerts.cases.telling import Priority
from alerts.ports import Limits
from alerts.routing import Chat

SILENCE: Final = Backoff(first=1.0, longest=5.0)
"""How long a messenger that does not answer is left alone: it is back at once when its network is."""
SHORTEST_REST: Final = 1.0
LONGEST_REST: Final = 3_600.0
"""Whatever a messenger asks for; after that one probe finds out."""
MOST_OF_A_CHAT: Final = 20
"""Of a chat with a limit: what is claimed and not sent when the daemon is killed counts as perhaps sent."""
UNLIMITED: Final = 1_000_000


class Pace:
    """The pace of one messenger, by a clock that never goes back (`monotonic`, in seconds).

    A chat is known by its address alone: the topics of a group share the group's limit and its rests.
    """

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._whole = _Place(limits.whole)
        self._places: dict[str, _Place] = {}
        self._silences = 0

    def room(self, waiting: Mapping[Chat, Priority], most: int) -> dict[Chat, int]:
        """How many each chat may get now, `most` in all.

        The chats take turns: the most urgent first, and of those the one that was served longest ago.
        """
        now = self._monotonic()
        left = min(most, self._whole.free(now))
        turns = sorted(waiting, key=lambda chat: (waiting[chat], self._place(chat).taken_at))
        free = {chat.chat: self._most(chat, now) for chat in turns}
        room = Counter[Chat]()
        while left > 0 and (turns := [chat for chat in turns if free[chat.chat] > 0]):
            for chat in turns[:left]:
                if free[chat.chat] > 0:
                    room[chat] += 1
                    free[chat.chat] -= 1
                    left -= 1
        return dict(room)

    def has_limit(self, chat: Chat) -> bool:
        return self._place(chat).has_limit

    def may(self, chat: Chat) -> bool:
        """Whether the chat may get one now."""
        now = self._monotonic()
        return self._whole.free(now) > 0 and self._place(chat).free(now) > 0

    def take(self, chat: Chat) -> None:
        """One goes out to the chat."""
        now = self._monotonic()
        self._whole.take(now)
        self._place(chat).take(now)

    def answered(self, chat: Chat) -> None:
        """The chat took it, or refused it for reasons of its own: neither it nor the messenger asks for rest."""
        self._place(chat).probing = False
        self.heard()

    def heard(self) -> None:
        """The messenger answered, whatever it said."""
        self._whole.probing = False
        self._silences = 0

    def rest(self, chat: Chat, seconds: float) -> None:
        """The chat asked for rest; the others go on."""
        self._place(chat).rest(self._monotonic(), seconds)

    def rest_everywhere(self, seconds: float) -> None:
        self._whole.rest(self._monotonic(), seconds)

    def silent(self) -> None:
        """The messenger did not answer: each further silence would cost a time-out."""
        self._whole.rest(self._monotonic(), SILENCE.after(self._silences))
        self._silences += 1

    def _most(self, chat: Chat, now: float) -> int:
        place = self._place(chat)
        return min(place.free(now), MOST_OF_A_CHAT) if place.has_limit else place.free(now)

    def _place(self, chat: Chat) -> "_Place":
        if chat.chat not in self._places:
            self._places[chat.chat] = _Place(self._limits.chat(chat))
        return self._places[chat.chat]


class _Place:
    """One chat, or the messenger as a whole. `probing`: after a rest, until one call tells how it is now."""

    def __init__(self, limit: Limit | None) -> None:
        self.probing = False
        self.taken_at = float("-inf")
        self._bucket = Bucket(limit) if limit is not None else None
        self._rests_until = float("-inf")

    @property
    def has_limit(self) -> bool:
        return self._bucket is not None

    def free(self, now: float) -> int:
        if now < self._rests_until:
            return 0
        free = self._bucket.free(now) if self._bucket is not None else UNLIMITED
        return min(free, 1) if self.probing else free

    def take(self, now: float) -> None:
        self.taken_at = now
        if self._bucket is not None:
            self._bucket.take(now)

    def rest(self, now: float, seconds: float) -> None:
        """A longer rest asked for earlier still holds. Written so that NaN is the shortest."""
        seconds = min(seconds, LONGEST_REST) if seconds > SHORTEST_REST else SHORTEST_REST
        self._rests_until = max(self._rests_until, now + seconds)
        self.probing = True
