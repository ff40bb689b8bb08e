"""Where a receiver's cards go while none of its chats takes them: to people in private, before the console."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from alerts.routing.absence import stand_in
from alerts.routing.receivers import Chat, Receiver
from domain.person import Person

StandIns = Mapping[str, Sequence[Chat]]
"""By a receiver's name, where its cards go while no chat of its own takes them: the first that takes any."""
CONSOLE_ALONE: Final[StandIns] = MappingProxyType({})


def stand_ins(receivers: Mapping[str, Receiver], people: Sequence[Person], day: date) -> StandIns:
    """To its owner in private, else to the backup, else to a lead. After them there is the console.

    Who is away that day comes after who answers in his place, and after all that are there. Only in messengers
    that receivers use: others may be off.
    """
    return {name: tuple(_private_chats(receiver, receivers, people, day)) for name, receiver in receivers.items()}


def _private_chats(
    receiver: Receiver, receivers: Mapping[str, Receiver], people: Sequence[Person], day: date
) -> Iterator[Chat]:
    used = [chat.messenger for known in (receiver, *receivers.values()) for chat in known.chats]
    by_id = {number: person for person in people for number in (person.id, *person.former_ids)}
    answer = [by_id[number] for number in (receiver.owner, receiver.backup) if number in by_id]
    asked = [*answer, *(person for person in people if person.role == "lead")]
    there = [found for person in asked if (found := stand_in(person, people, day)) is not None]
    for person in {person.id: person for person in (*there, *asked)}.values():
        for messenger in dict.fromkeys(used):
            chat = Chat(messenger=messenger, chat=person.private.get(messenger, ""))
            if chat.chat and chat not in receiver.chats:
                yield chat
