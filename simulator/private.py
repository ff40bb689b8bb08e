"""What customers do in private: write to a brand, change what they wrote, let it write to them or not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from simulator.corpus import Corpus, House
from simulator.people import Writer
from simulator.publishing import Publishing, UnknownBrandError
from simulator.vk import Vk
from simulator.vk.talks import Said
from simulator.x import X
from simulator.x.talks import Direct

_MESSAGE: Final = re.compile(r"message(\d+)_(\d+)_(\d+)")
_REF: Final = re.compile(r"[?&]ref=([^&#\s]+)")

Row = dict[str, Any]


class Private:
    """A customer is named by something that he published, by his number, or by a name.

    What makes no sense raises LookupError.
    """

    def __init__(
        self, corpus: Corpus, publishing: Publishing, vk: Vk, x: X, clock: Callable[[], datetime]
    ) -> None:
        self._houses = {house.id: house for house in corpus.houses}
        self._corpus = corpus
        self._publishing = publishing
        self._vk = vk
        self._x = x
        self._clock = clock

    def customer(self, body: dict[str, Any]) -> tuple[str, Writer, House]:
        """Whom a request speaks of: the network, the person, and the brand that it is about."""
        item = self._publishing.find(str(body["id"])) if body.get("id") else None
        brand = str(body.get("brand") or "")
        house = self._houses.get(brand) or (self._publishing.house_of(item) if item else None)
        if house is None:
            raise UnknownBrandError(brand or "?")
        if item is not None:
            return item.network, item.author, house
        network = str(body["network"])
        if network not in ("vk", "x"):
            raise ValueError("сеть — vk или x")
        if body.get("customer"):
            return network, self._known(network, str(body["customer"])), house
        return network, self._publishing.visitor(str(body.get("author", "")).strip() or "Гость"), house

    def writes(self, network: str, person: Writer, house: House, text: str, *, ref: str | None = None) -> Row:
        """On VK by a link with `ref`, or not; X's links carry none."""
        if network == "x":
            account = self._corpus.writers[house.account]
            number = self._x.direct(person, account.handle, text)
            said = next(one for one in self._x.directs.said if str(one.number) == number)
            return _x_row(said, account)
        number_there = self._vk.message(person, text, group_id=house.group, ref=ref)
        heard = self._vk.talks.find(house.group, number_there)
        if heard is None:
            raise LookupError(number_there)
        return self._vk_row(heard)

    def edits(self, id: str, text: str) -> Row:  # noqa: A002 - the word that everybody here uses
        found = _MESSAGE.fullmatch(id)
        said = self._vk.talks.find(int(found[1]), int(found[3])) if found else None
        if said is None:
            raise LookupError(f"{id}: нет такого сообщения, а в X сообщения не правят")
        self._vk.edit_message(said.group, said.number, text)
        return self._vk_row(replace(said, text=text, edited=self._clock()))

    def permits(self, person: Writer, house: House, *, allow: bool) -> None:
        """Only VK asks people whether a community may write to them."""
        (self._vk.allow_messages if allow else self._vk.deny_messages)(person, house.group)

    def closes(self, id: str, *, closed: bool) -> None:  # noqa: A002 - as above
        """The comments under a post of VK."""
        if id not in self._vk.world.entries:
            raise LookupError(id)
        (self._vk.closed.add if closed else self._vk.closed.discard)(id)

    def talks(self) -> list[Row]:
        """Every message of both sides, oldest first."""
        of_vk = [self._vk_row(said) for said in self._vk.talks.said]
        accounts = {self._corpus.writers[house.account].number: house for house in self._houses.values()}
        of_x = list(self._of_x(accounts))
        return sorted([*of_vk, *of_x], key=lambda row: str(row["at"]))

    def _known(self, network: str, number: str) -> Writer:
        person = self._x.writing.by_number(number) if network == "x" else self._vk.world.people.get(int(number))
        if person is None:
            raise LookupError(number)
        return person

    def _of_x(self, accounts: dict[int, House]) -> Iterator[Row]:
        for said in self._x.directs.said:
            house = accounts.get(said.sender.number) or accounts.get(said.recipient.number)
            if house is not None:
                yield _x_row(said, self._corpus.writers[house.account]) | {"brand": house.id}

    def _vk_row(self, said: Said) -> Row:
        house = next((house.id for house in self._houses.values() if house.group == said.group), None)
        return _row(
            id=f"message{said.group}_{said.peer}_{said.number}",
            network="vk",
            brand=house,
            customer=self._vk.world.people[said.peer],
            incoming=said.author == said.peer,
            text=said.text,
            at=said.at,
            ref=said.ref,
            edited_at=said.edited.isoformat() if said.edited else None,
            deleted=said.deleted,
        )


def ref_of(link: str) -> str | None:
    """What a link into a private talk carries."""
    found = _REF.search(link)
    return found[1] if found else None


def _x_row(said: Direct, account: Writer) -> Row:
    incoming = said.recipient.number == account.number
    return _row(
        id=str(said.number),
        network="x",
        customer=said.sender if incoming else said.recipient,
        incoming=incoming,
        text=said.text,
        at=said.at,
    )


def _row(*, customer: Writer, at: datetime, **more: Any) -> Row:
    who = {"id": str(customer.number), "name": customer.name, "handle": customer.handle}
    nothing = {"brand": None, "ref": None, "edited_at": None, "deleted": False}
    return nothing | more | {"customer": who, "at": at.isoformat()}
