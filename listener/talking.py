"""What a private message needs to become part of a case: the brand's wishes, promises, and who works now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.cards.elsewhere import Elsewhere
from alerts.cases.events import NO_DEADLINES, Deadlines
from domain.brand import Messages
from domain.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """`brand_of` names the brand whose page it is (network, page), None for nobody's.

    `wanted`: whose messages become a case, by the brand (Brand.id). `invited_for`: for so long an invitation, and
    a talk that fell silent, join whoever writes. `deadlines` are the promise to answer what is written now,
    `promises` that of receivers with terms of their own; `on_shift` are the people (Person.id) who work now.
    """

    brand_of: Callable[[str, str], str | None]
    wanted: Callable[[str], Messages]
    invited_for: timedelta
    deadlines: Deadlines = NO_DEADLINES
    promises: Mapping[str, Deadlines] = field(default_factory=dict)
    on_shift: frozenset[str] = frozenset()
    elsewhere: Elsewhere | None = None


def thread_of(message: Message) -> str:
    """The place of a case that began in private: one customer's talk with one page."""
    return f"talk:{message.page}:{message.customer.id}"
