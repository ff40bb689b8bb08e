"""What is published in the simulated networks, where, and the truth about it for those who check the daemon."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from simulator.corpus import Corpus, Entry, House, Network
from simulator.people import Writer
from simulator.traffic import Planned
from simulator.vk import Vk
from simulator.vk.attachments import Attachment, words
from simulator.x import X

VISITORS: Final = 900_000_000
"""The first account number of those who write by hand on the simulator's page."""


class UnknownBrandError(LookupError):
    """A comment was asked for in the community of a brand that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """`id` is the network's own, as the daemon stores it; `brand` and `complaint` are None where nobody said.

    `shared` is the id of a post that this one shares; `words` are those of its attachments. X gives an edited post
    another id: `versions` are the earlier ones.
    """

    id: str
    network: Network
    place: str
    author: Writer
    text: str
    at: datetime
    key: str | None = None
    under: str | None = None
    brand: str | None = None
    complaint: bool | None = None
    kinds: tuple[str, ...] = ()
    shared: str | None = None
    words: str = ""
    versions: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None

    def row(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "network": self.network,
            "place": self.place,
            "author": {"id": str(self.author.number), "name": self.author.name, "handle": self.author.handle},
            "text": self.text,
            "at": self.at.isoformat(),
            "key": self.key,
            "under": self.under,
            "brand": self.brand,
            "complaint": self.complaint,
            "kinds": list(self.kinds),
            "shared": self.shared,
            "words": self.words,
            "versions": list(self.versions),
            "edited_at": self.edited_at.isoformat() if self.edited_at else None,
            "deleted_at": self.deleted_at.isoformat() if self.deleted_at else None,
        }


class Publishing:
    """The one door through which texts reach the simulated networks; `published` is everything so far."""

    def __init__(self, corpus: Corpus, vk: Vk, x: X, clock: Callable[[], datetime]) -> None:
        self._corpus = corpus
        self._vk = vk
        self._x = x
        self._clock = clock
        self._houses = {house.id: house for house in corpus.houses}
        self._ids: dict[str, str] = {}
        self._visitors: dict[str, Writer] = {}
        self._index: dict[str, int] = {}
        self.published: list[Published] = []
        self.counters: Counter[str] = Counter()

    def open_houses(self) -> None:
        """Publish what the brands say themselves, so that others can comment on it."""
        for entry in self._corpus.entries:
            if entry.own:
                self._ids[entry.key] = self.entry(entry, self._corpus.writers[entry.author]).id

    def planned(self, planned: Planned) -> Published:
        return self.entry(planned.entry, planned.writer)

    def entry(self, entry: Entry, writer: Writer) -> Published:
        """Publish a text of the corpus as `writer`."""
        under = self._ids[entry.under] if entry.under else None
        item = Published(
            id=self._put(entry.place, writer, entry.text, under=under, house=self._houses.get(entry.brand or "")),
            network=entry.network,
            place=entry.place,
            author=writer,
            text=entry.text,
            at=self._clock(),
            key=entry.key,
            under=under,
            brand=entry.brand,
            complaint=entry.complaint,
            kinds=entry.kinds,
        )
        return self.note(item)

    def by_hand(
        self,
        network: Network,
        name: str,
        text: str,
        *,
        community: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Published:
        """Publish what a person typed; with `community` (a brand's id) as a comment under its latest post in VK.

        `attachments` hang on it in VK. Raises UnknownBrandError.
        """
        writer = self.visitor(name)
        place, under, house = ("tweet" if network == "x" else "wall"), None, None
        if community is not None:
            house, place, network = self._house(community), "comment", "vk"
            under = self._latest_post(house)
        item = Published(
            id=self._put(place, writer, text, under=under, house=house, attachments=attachments),
            network=network,
            place=place,
            author=writer,
            text=text,
            at=self._clock(),
            under=under,
            words=words(attachments),
        )
        return self.note(item)

    def find(self, id: str) -> Published:  # noqa: A002 - the word that everybody here uses
        """By its present id or an earlier one. Raises LookupError."""
        return self.published[self._index[id]]

    def note(self, item: Published) -> Published:
        """Something was published."""
        self._index[item.id] = len(self.published)
        self.published.append(item)
        self.counters[item.network] += 1
        self.counters["complaints"] += item.complaint is True
        return item

    def change(self, item: Published, **changes: Any) -> Published:
        """What was published is different now."""
        at = self._index[item.id]
        changed = self.published[at] = replace(item, **changes)
        self._index[changed.id] = at
        return changed

    def house_of(self, item: Published) -> House | None:
        """The brand that a text speaks of, or on whose page it stands."""
        if item.brand in self._houses:
            return self._houses[item.brand or ""]
        return next((one for one in self._houses.values() if item.id.startswith(f"-{one.group}_")), None)

    def visitor(self, name: str) -> Writer:
        """The same person for the same name: who writes again under a post goes on with what he began there."""
        number = VISITORS + len(self._visitors)
        known = Writer(number=number, first_name=name, last_name="", handle=f"guest{number}", followers=100)
        return self._visitors.setdefault(name, known)

    def _put(
        self,
        place: str,
        writer: Writer,
        text: str,
        *,
        under: str | None,
        house: House | None,
        attachments: Sequence[Attachment] = (),
    ) -> str:
        if place == "community" and house is not None:
            return self._vk.community_post(house.group, text)
        if place == "comment" and under is not None:
            return self._vk.comment(writer, text, post=under, attachments=attachments)
        if place in ("tweet", "reply"):
            return self._x.post(writer, text, reply_to=under)
        return self._vk.post(writer, text, attachments=attachments)

    def _house(self, brand: str) -> House:
        if brand not in self._houses:
            raise UnknownBrandError(brand)
        return self._houses[brand]

    def _latest_post(self, house: House) -> str:
        own = [item for item in self.published if item.place == "community" and item.brand == house.id]
        return own[-1].id
