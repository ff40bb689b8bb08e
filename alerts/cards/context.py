"""What the wording of cards depends on besides the case: people, networks' titles, receivers, the time zone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from alerts.routing import Receiver
from domain.person import Person

MOSCOW: Final = "Europe/Moscow"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkWords:
    """How a network is spoken of in Russian. `places` are titles by the mention's kind («комментарий ВКонтакте»).

    `author_page` is the address of an author's page by id and handle, None where there is none.
    """

    title: str
    places: Mapping[str, str] = field(default_factory=dict)
    author_page: Callable[[str, str | None], str | None] = lambda _id, _handle: None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContext:
    """Replaced as a whole when the config is read anew. `networks` and `receivers` are by id and by name."""

    people: tuple[Person, ...] = ()
    networks: Mapping[str, NetworkWords] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    timezone: str = MOSCOW

    def person(self, number: str | None) -> Person | None:
        """The person with this id, also under an id of earlier days; None for who has left."""
        if number is None:
            return None
        return next((person for person in self.people if number in (person.id, *person.former_ids)), None)

    @property
    def leads(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.role == "lead")
