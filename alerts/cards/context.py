"""What the wording of cards depends on besides the case: people, networks' titles, receivers, the time zone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from alerts.outreach.abilities import NO, Abilities, Invitation, Learned
from alerts.outreach.outbound import Outbound, Target
from alerts.outreach.policy import DEFAULT, Policy
from alerts.outreach.templates import Template
from alerts.routing import Receiver
from alerts.routing.absence import stand_in
from alerts.sla import MOSCOW, Hours
from domain.person import Person

NOTHING: Final = Abilities(reply=NO, private=NO, remove=NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkWords:
    """How a network is spoken of in Russian. `places` are titles by the mention's kind («комментарий ВКонтакте»).

    `author_page` is the address of an author's page by id and handle, None where there is none.

    How its authors are reached: `speaker` is the page of the brand that speaks there (to a target that names none
    yet), `addressed` whether a mention speaks to its brand, `usd_per_day` what a brand (its id) may spend there a
    day; the others are as in `listener.networks.network.Network`.
    """

    title: str
    places: Mapping[str, str] = field(default_factory=dict)
    author_page: Callable[[str, str | None], str | None] = lambda _id, _handle: None
    speaker: Callable[[Target], str | None] = lambda _target: None
    addressed: Callable[[Target], bool] = lambda _target: False
    abilities: Callable[[Target, Sequence[Learned], datetime], Abilities] = lambda _target, _learned, _now: NOTHING
    invitation: Callable[[Target, str], Invitation | None] = lambda _target, _ref: None
    by_hand: Callable[[Target, str], str] = lambda target, _text: target.url
    length_of: Callable[[str], int] = len
    cost: Callable[[Outbound], float | None] = lambda _outbound: None
    usd_per_day: Callable[[str], float | None] = lambda _brand: None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContext:
    """Replaced as a whole when the config is read anew. `networks` and `receivers` are by id and by name."""

    people: tuple[Person, ...] = ()
    networks: Mapping[str, NetworkWords] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
    policy: Policy = DEFAULT
    timezone: str = MOSCOW
    hours: Hours | None = None

    def person(self, number: str | None) -> Person | None:
        """The person with this id, also under an id of earlier days; None for who has left."""
        if number is None:
            return None
        return next((person for person in self.people if number in (person.id, *person.former_ids)), None)

    def answering(self, number: str | None, now: datetime) -> Person | None:
        """The person with this id, or who stands in while he is away; himself where nobody does."""
        person = self.person(number)
        return person and (stand_in(person, self.people, self.day(now)) or person)

    def day(self, now: datetime) -> date:
        """Which day it is where the operators work."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def leads(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.role == "lead")
