"""How much each chat of one messenger may get now: its limits, its rests, one probe after each of them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alerts.backoff import Backoff
from alerts.bucket import Bucket, Limit
from alerts.cases.telling import Priority
from alerts.ports import Limits, Share
from alerts.routing import Chat

SILENCE: Final = Backoff(first=1.0, longest=5.0)
"""How long a messenger that does not answer is left alone: it is back at once when its network is."""
PARKED: Final = Backoff(first=4.0, longest=30.0)
"""Between two tries of a chat that refuses everything: somebody has to let us in again, and then waits for it."""
SHORTEST_REST: Final = 1.0
LONGEST_REST: Final = 3_600.0
"""Whatever a messenger asks for; after that one probe finds out."""
MOST_OF_A_CHAT: Final = 20
"""Of a chat with a limit: what is claimed and not sent when the daemon is killed counts as perhaps sent."""
UNLIMITED: Final = 1_000_000
KEPT_FOR_PRESSES: Final = 2
"""Of what a chat takes at once, where that is twice as much or more: new cards leave so much to presses."""
DIGEST_EVERY: Final = 20.0
"""Seconds between two digests of one chat; in between cards come one by one, but those that are old anyhow."""
CROWDED: Final = 4.0
"""Seconds for which something has waited for room in a chat before what waits there becomes a digest: one made at
the flood's first drop would list next to nothing.
"""


class Pace:
    """The pace of one messenger, by a clock that never goes back (`monotonic`, in seconds).

    A chat is known by its address alone: the topics of a group share the group's limit and its rests.
    """

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._whole = _Place(limits.whole)
        self._places: dict[str, _Place] = {}
        self._parked: dict[Chat, _Parked] = {}
        self._digests: dict[Chat, float] = {}
        self._waits_since: dict[Chat, float] = {}
        self._silences = 0

    def room(self, waiting: Mapping[Chat, Priority], most: int) -> dict[Chat, Share]:
        """How much each chat may get now, `most` in all.

        The chats take turns: the most urgent first, and of those the one that was served longest ago.
        """
        now = self._monotonic()
        self._waits_since = {chat: self._waits_since.get(chat, now) for chat in waiting}
        left = min(most, self._whole.free(now))
        turns = sorted(waiting, key=lambda chat: (waiting[chat], self._place(chat).taken_at))
        free = dict[str, int]()
        room = Counter[Chat]()
        for chat in turns:
            here = self._most(chat, now, waiting[chat])
            free[chat.chat] = max(here, free.get(chat.chat, 0))
        turns = [chat for chat in turns if self._most(chat, now, waiting[chat]) > 0]
        while left > 0 and (turns := [chat for chat in turns if free[chat.chat] > 0]):
            for chat in turns[:left]:
                if free[chat.chat] > 0:
                    room[chat] += 1
                    free[chat.chat] -= 1
                    left -= 1
        return {chat: self._share(chat, count, now) for chat, count in room.items()}

    def has_limit(self, chat: Chat) -> bool:
        return self._place(chat).has_limit

    def may(self, chat: Chat) -> bool:
        """Whether the chat may get one now."""
        now = self._monotonic()
        return self._whole.free(now) > 0 and self._place(chat).free(now) > 0 and self._tries(chat, now) > 0

    def take(self, chat: Chat) -> None:
        """One goes out to the chat."""
        now = self._monotonic()
        self._whole.take(now)
        self._place(chat).take(now)

    def digest(self, chat: Chat) -> None:
        """A new digest goes out to the chat."""
        self._digests[chat] = self._monotonic()

    def answered(self, chat: Chat) -> None:
        """The chat refused a thing for the thing's own sake: neither it nor the messenger asks for rest."""
        self._place(chat).probing = False
        self.heard()

    def took(self, chat: Chat) -> None:
        """The chat took something."""
        self._parked.pop(chat, None)
        self.answered(chat)

    def doubt(self, chat: Chat, refusals: int) -> None:
        """The chat refused everything when it was tried last, long ago: one thing finds out."""
        self._parked.setdefault(chat, _Parked(tries=refusals, until=self._monotonic()))

    def unpark(self, chat: Chat) -> None:
        """Somebody else has seen that the chat takes messages again."""
        self._parked.pop(chat, None)

    def is_parked(self, chat: Chat) -> bool:
        return chat in self._parked

    def refusals(self, chat: Chat) -> int:
        """How often a parked chat has refused in a row."""
        return self._parked[chat].tries if chat in self._parked else 0

    def park(self, chat: Chat, chance: float) -> float:
        """The chat refuses everything: one thing finds out in so many seconds whether it still does."""
        tries = self.refusals(chat)
        seconds = PARKED.after(tries, chance)
        self._parked[chat] = _Parked(tries=tries + 1, until=self._monotonic() + seconds)
        self.answered(chat)
        return seconds

    def heard(self) -> None:
        """The messenger answered, whatever it said."""
        self._whole.probing = False
        self._silences = 0

    def rest(self, chat: Chat, seconds: float) -> float:
        """The chat asked for rest; the others go on. Returns how long it gets."""
        return self._place(chat).rest(self._monotonic(), seconds)

    def rest_everywhere(self, seconds: float) -> None:
        self._whole.rest(self._monotonic(), seconds)

    def silent(self, began: float) -> None:
        """The messenger did not answer what `began` then: each further silence would cost a time-out.

        Counted from the beginning, so that tries that hang are not farther apart than those that fail at once.
        """
        now = self._monotonic()
        self._whole.rest(now, began + SILENCE.after(self._silences) - now)
        self._silences += 1

    @property
    def is_silent(self) -> bool:
        """Nothing was heard of the messenger since it stopped answering."""
        return self._silences > 0

    @property
    def may_ask(self) -> bool:
        """Whether a silent messenger may be asked now if it is back."""
        return self.is_silent and self._whole.free(self._monotonic()) > 0

    def _most(self, chat: Chat, now: float, priority: Priority) -> int:
        place = self._place(chat)
        free = min(place.free(now), MOST_OF_A_CHAT) if place.has_limit else place.free(now)
        kept = 0 if priority <= Priority.URGENT or place.probing else place.kept
        return min(free - kept, self._tries(chat, now))

    def _tries(self, chat: Chat, now: float) -> int:
        parked = self._parked.get(chat)
        if parked is None:
            return UNLIMITED
        return 0 if now < parked.until else 1

    def _share(self, chat: Chat, count: int, now: float) -> Share:
        place = self._place(chat)
        probing = place.probing or self._whole.probing or chat in self._parked
        rests = now - self._digests.get(chat, float("-inf")) < DIGEST_EVERY
        crowded = place.has_limit and now - self._waits_since.get(chat, now) >= CROWDED
        return Share(
            most=count,
            plain=count if probing else max(0, min(count, place.free(now) - place.kept)),
            folds=None if probing else "later" if rests else "all" if crowded else "old",
        )

    def _place(self, chat: Chat) -> "_Place":
        if chat.chat not in self._places:
            self._places[chat.chat] = _Place(self._limits.chat(chat))
        return self._places[chat.chat]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parked:
    tries: int
    until: float


class _Place:
    """One chat, or the messenger as a whole. `probing`: after a rest, until one call tells how it is now.

    `kept` is what only presses and urgent cards may use.
    """

    def __init__(self, limit: Limit | None) -> None:
        self.probing = False
        self.kept = KEPT_FOR_PRESSES if limit is not None and limit.burst >= 2 * KEPT_FOR_PRESSES else 0
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

    def rest(self, now: float, seconds: float) -> float:
        """A longer rest asked for earlier still holds. Written so that NaN is the shortest."""
        seconds = min(seconds, LONGEST_REST) if seconds > SHORTEST_REST else SHORTEST_REST
        self._rests_until = max(self._rests_until, now + seconds)
        self.probing = True
        return seconds
