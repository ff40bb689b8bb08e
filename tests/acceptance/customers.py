"""Customers of the simulated networks: they complain, come when they are invited, and read what they get."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from simulator.people import Writer
from simulator.server import Simulator

BRAND: Final = "romashka"


class Customer(Protocol):
    """`name` stands on the card; `heard` is everything that the brand has said to this customer, in any way."""

    name: str

    @property
    def heard(self) -> list[str]: ...

    def complains(self, text: str) -> None: ...

    def is_invited(self) -> bool: ...

    def writes(self, text: str) -> None:
        """In private, the first time by the link of the invitation."""


@dataclass(kw_only=True)
class OnVk:
    """Comments under the brand's post, and comes by the link with `ref`."""

    title: ClassVar[str] = "on VK"
    simulator: Simulator
    name: str
    person: Writer | None = None
    came: bool = False

    @property
    def group(self) -> int:
        return next(house.group for house in self.simulator.corpus.houses if house.id == BRAND)

    def complains(self, text: str) -> None:
        words = f"Ромашка, {text}"
        said = self.simulator.publishing.by_hand("vk", self.name, words, community=BRAND)
        self.person, self.comment = said.author, int(said.id.partition("_")[2])

    def is_invited(self) -> bool:
        return self._ref() is not None

    def writes(self, text: str) -> None:
        assert self.person is not None
        ref = None if self.came else self._ref()
        self.came = True
        self.simulator.vk.message(self.person, text, group_id=self.group, ref=ref)

    @property
    def heard(self) -> list[str]:
        return [*self._in_public(), *self._in_private()]

    def _in_public(self) -> Iterator[str]:
        """What the page has said under this customer's comment."""
        entries = self.simulator.vk.world.entries.values()
        return (one.text for one in entries if one.author == -self.group and one.reply_to == self.comment)

    def _in_private(self) -> Iterator[str]:
        assert self.person is not None
        said = self.simulator.vk.talks.with_person(self.group, self.person.number)
        return (one.text for one in said if one.author == -self.group)

    def _ref(self) -> str | None:
        found = (re.search(r"ref=([\w-]+)", text) for text in self._in_public())
        return next((ref[1] for ref in found if ref), None)


@dataclass(kw_only=True)
class OnX:
    """Mentions the brand's account, and writes to it behind the button under its answer."""

    title: ClassVar[str] = "on X"
    simulator: Simulator
    name: str
    person: Writer | None = None

    @property
    def account(self) -> Writer:
        houses = self.simulator.corpus.houses
        return self.simulator.corpus.writers[next(house.account for house in houses if house.id == BRAND)]

    def complains(self, text: str) -> None:
        said = self.simulator.publishing.by_hand("x", self.name, f"@{self.account.handle} {text}")
        self.person, self.post = said.author, said.id

    def is_invited(self) -> bool:
        return any(True for _ in self._in_public())

    def writes(self, text: str) -> None:
        assert self.person is not None
        self.simulator.x.direct(self.person, self.account.handle, text)

    @property
    def heard(self) -> list[str]:
        return [*self._in_public(), *self._in_private()]

    def _in_public(self) -> Iterator[str]:
        posts = self.simulator.publishing.published
        return (one.text for one in posts if one.under == self.post and "api" in one.kinds)

    def _in_private(self) -> Iterator[str]:
        return (one.text for one in self.simulator.x.directs.said if one.recipient == self.person)
