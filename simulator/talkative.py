"""Customers who go on by themselves: they answer what a brand says, come when they are invited, and say thanks."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Final

from simulator.corpus import Corpus, House, SequelKind
from simulator.customers import Customers
from simulator.people import Writer
from simulator.private import Private, ref_of
from simulator.publishing import Published, Publishing
from simulator.vk import Vk
from simulator.vk.talks import Said
from simulator.x import X

THINKS: Final = 5.0
"""Seconds until somebody answers: as long as one who looks on likes to wait."""
IN_TURN: Final[tuple[SequelKind, ...]] = ("asks", "thanks")
"""What a customer says to a brand's first and second message in private; then he has nothing to add."""


class Talkative:
    """Hears what brands say by their keys; whoever is spoken to answers a few seconds later."""

    def __init__(  # noqa: PLR0913 - everything in which a customer can act
        self,
        corpus: Corpus,
        publishing: Publishing,
        customers: Customers,
        private: Private,
        vk: Vk,
        x: X,
        *,
        thinks: float = THINKS,
        seed: int = 0,
    ) -> None:
        self._corpus = corpus
        self._publishing = publishing
        self._customers = customers
        self._private = private
        self._vk = vk
        self._x = x
        self._thinks = thinks
        self._random = random.Random(seed)
        self._answered: set[tuple[int, str]] = set()
        self._came: set[tuple[int, str]] = set()
        self._turns: Counter[tuple[int, str]] = Counter()
        self._houses = {house.group: house for house in corpus.houses}
        self._accounts = {corpus.writers[house.account].number: house for house in corpus.houses}

    def hear_on_vk(self, place: str) -> None:
        """A community has commented by its token."""
        self._heard(self._customers.hear_on_vk(place))

    def hear_on_x(self, number: str) -> None:
        """An account has posted by its keys."""
        self._heard(self._customers.hear_on_x(number))

    def read_on_vk(self, said: Said) -> None:
        """A community has written in private."""
        self._read("vk", self._vk.world.people[said.peer], self._houses[said.group])

    def read_on_x(self, number: str) -> None:
        """An account has."""
        said = next(one for one in self._x.directs.said if str(one.number) == number)
        self._read("x", said.recipient, self._accounts[said.sender.number])

    # ------------------------------------------------------------ private

    def _heard(self, said: Published | None) -> None:
        if said is None or said.under is None:
            return
        item, house = self._publishing.find(said.under), self._publishing.house_of(said)
        if house is None or item.deleted_at is not None:
            return
        ref, who = ref_of(said.text), (item.author.number, house.id)
        if ref is not None or (said.network == "x" and int(said.id) in self._x.writing.links):
            if who not in self._came:
                self._came.add(who)
                self._later(lambda: self._writes(item.network, item.author, house, "comes", ref=ref))
        elif who not in self._answered:
            self._answered.add(who)
            self._later(lambda: self._answers(item.id))

    def _answers(self, id: str) -> None:  # noqa: A002 - the word that everybody here uses
        if self._publishing.find(id).deleted_at is None:
            self._customers.writes_again(id, self._text("replies"), complaint=False)

    def _read(self, network: str, person: Writer, house: House) -> None:
        turn = self._turns[person.number, house.id]
        self._turns[person.number, house.id] += 1
        if turn < len(IN_TURN):
            self._later(lambda: self._writes(network, person, house, IN_TURN[turn]))

    def _writes(
        self, network: str, person: Writer, house: House, kind: SequelKind, *, ref: str | None = None
    ) -> None:
        self._private.writes(network, person, house, self._text(kind), ref=ref)

    def _text(self, kind: SequelKind) -> str:
        return self._random.choice([one.text for one in self._corpus.sequels if one.kind == kind])

    def _later(self, act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self._thinks, act)
