"""Where words go that are not said under a card: to the person who has the case, to those who are asked."""

from dataclasses import dataclass

from alerts.cards.context import CardContext
from alerts.cases.state import State
from alerts.cases.telling import Where
from alerts.routing import Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """By the people, the receivers and the policy in force."""

    context: CardContext

    def chats(self, where: Where, state: State) -> tuple[tuple[str, Chat], ...]:
        """Chats with the receiver's name; a private chat stands for its person and has the name of his id."""
        if where == "engineers":
            receiver = self.context.receivers.get(self.context.policy.engineers.receiver)
            return tuple((receiver.name, chat) for chat in receiver.chats) if receiver else ()
        owner = self.context.person(state.owner) if where == "owner" else None
        if owner is None:
            return ()
        return tuple((owner.id, Chat(messenger=messenger, chat=user)) for messenger, user in owner.users.items())
