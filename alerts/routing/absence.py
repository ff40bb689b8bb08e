"""Who answers while somebody is away: substitutes of substitutes, until one is there."""

from collections.abc import Sequence
from datetime import date

from domain.person import Person


def stand_in(person: Person, people: Sequence[Person], day: date) -> Person | None:
    """The person, or who answers in his place that day; None where nobody does.

    A circle of people who are all away is refused where the config is read; here it means nobody.
    """
    seen: set[str] = set()
    now: Person | None = person
    while now is not None and now.is_absent(day):
        seen.add(now.id)
        named = now.absence.substitute if now.absence else None
        now = next((other for other in people if named in (other.id, *other.former_ids)), None)
        if now is not None and now.id in seen:
            return None
    return now
