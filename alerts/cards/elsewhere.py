"""Where words and cards go that do not go to a receiver's chat: to a person, to those who are asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.cards.context import CardContext
from alerts.cases.state import State
from alerts.cases.telling import Where
from alerts.routing import Chat, stand_ins
from alerts.sla import hold_until, next_opening
from domain.person import CONSOLE

INSTEAD: Final = "Карточка пришла сюда, потому что чат «{receiver}» не принимал сообщения."


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """By the people, the receivers and the policy in force."""

    context: CardContext

    def moved_to(self, name: str, *, urgent: bool, now: datetime) -> tuple[tuple[Chat, ...], datetime | None]:
        """The receiver's chats, and until when its people are not woken by what is handed to them."""
        receiver = self.context.receivers.get(name)
        if receiver is None:
            return (), None
        hours = receiver.hours or self.context.hours
        return receiver.chats, hold_until(hours, urgent=urgent, now=now) if hours else None

    def opens_at(self, name: str | None, now: datetime) -> datetime | None:
        """When the receiver's people begin to work; None where they do now, or always, or never."""
        receiver = self.context.receivers.get(name or "")
        hours = (receiver.hours if receiver else None) or self.context.hours
        opening = next_opening(hours, now) if hours else None
        return opening if opening != now else None

    def chats(self, where: Where, state: State) -> tuple[tuple[str, Chat], ...]:
        """Chats with the receiver's name; a private chat stands for its person and has the name of his id."""
        if where == "engineers":
            receiver = self.context.receivers.get(self.context.policy.engineers.receiver)
            return tuple((receiver.name, chat) for chat in receiver.chats) if receiver else ()
        owner = self.context.person(state.owner) if where == "owner" else None
        if owner is None:
            return ()
        return tuple((owner.id, Chat(messenger=messenger, chat=user)) for messenger, user in owner.private.items())


def stands_in(chat: Chat, receiver: str, context: CardContext, now: datetime) -> bool:
    """Whether a card of the receiver is in this chat only because its own chats took none."""
    known = context.receivers.get(receiver)
    if known is None or chat in known.chats:
        return False
    if chat.messenger == CONSOLE:
        return True
    # A group that moved has another number than the config; it is no stand-in.
    return chat in stand_ins(context.receivers, context.people, context.day(now))[receiver]
