"""Names for author ids: asked of VK in batches, remembered, and never a reason to lose a mention."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from domain.mention import Author
from listener.networks.vk.client import VkClient
from listener.networks.vk.items import PEOPLE_FIELDS, nameless, read_people
from listener.ports import SourceError

log = logging.getLogger(__name__)

BATCH: Final = 100
REMEMBERED: Final = 5000

_Ask = Callable[[list[int]], Awaitable[dict[int, Author]]]


class People:
    """The authors a community meets, the last few thousand of them kept at hand."""

    def __init__(self, client: VkClient, remembered: int = REMEMBERED) -> None:
        self._client = client
        self._remembered = remembered
        self._known: OrderedDict[int, Author] = OrderedDict()

    def learn(self, people: Mapping[int, Author]) -> None:
        for number, author in people.items():
            self._known[number] = author
            self._known.move_to_end(number)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)

    async def find(self, numbers: Iterable[int]) -> dict[int, Author]:
        """Who they are, by number only where VK does not name them; left out when it cannot answer just now."""
        wanted = set(numbers)
        missing = sorted(wanted - self._known.keys())
        found = {number: self._known[number] for number in wanted & self._known.keys()}
        users = [number for number in missing if number > 0]
        groups = [number for number in missing if number < 0]
        # Asked apart: a server that knows no users.get must not hide which communities are our own.
        for unnamed, ask in ((users, self._users), (groups, self._groups)):
            for start in range(0, len(unnamed), BATCH):
                found |= await self._ask(unnamed[start : start + BATCH], ask)
        return found

    async def _ask(self, numbers: list[int], ask: _Ask) -> dict[int, Author]:
        try:
            asked = await ask(numbers)
        except SourceError as error:
            if not error.permanent:
                log.warning("names of %d authors are not known for now: %s", len(numbers), error)
                return {}
            log.info("names of %d authors are not to be had: %s", len(numbers), error)
            asked = {}
        # Whom VK does not name is remembered too, or every look at the same post would ask for them again.
        known = {number: asked.get(number) or nameless(number) for number in numbers}
        self.learn(known)
        return known

    async def _users(self, numbers: list[int]) -> dict[int, Author]:
        answer = await self._client.call("users.get", user_ids=_joined(numbers), fields=PEOPLE_FIELDS)
        return read_people({"profiles": answer})

    async def _groups(self, numbers: list[int]) -> dict[int, Author]:
        ids = _joined([-number for number in numbers])
        answer = await self._client.call("groups.getById", group_ids=ids, fields=PEOPLE_FIELDS)
        return read_people({"groups": read_groups(answer)})


def read_groups(answer: Any) -> Any:
    """The groups of groups.getById: an object holds them since 5.199, older servers answer the bare list."""
    return answer.get("groups") if isinstance(answer, Mapping) else answer


def listed_groups(answer: Any) -> list[Any]:
    """The same where an empty list means that there is none. Raises SourceError for an answer without a list."""
    groups = read_groups(answer)
    if not isinstance(groups, list):
        raise SourceError("VK groups.getById: ответ непонятен (нет списка groups)")
    return groups


def _joined(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))
