"""A note: a word said under a card, to people by name."""

from dataclasses import dataclass

from alerts.cards.buttons import Button
from alerts.cards.talk import Answerable
from domain.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`to` are named so that their messenger rings; `text` is plain, `quote` the customer's words it speaks of.

    `loud`: it must not be overlooked (Slack shows it in the channel too). `repeat`: it may have been said before.
    `answerable` says what an answer to it becomes; it and `buttons` are about `case`.
    """

    text: str
    to: tuple[Person, ...] = ()
    quote: str = ""
    loud: bool = False
    repeat: bool = False
    case: int = 0
    answerable: Answerable | None = None
    buttons: tuple[Button, ...] = ()
