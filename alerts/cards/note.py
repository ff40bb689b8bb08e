"""A note: a word said under a card, to people by name."""

from dataclasses import dataclass

from domain.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`to` are named so that their messenger rings; `text` is plain, `quote` the customer's words it speaks of.

    `loud`: it must not be overlooked (Slack shows it in the channel too). `repeat`: it may have been said before.
    """

    text: str
    to: tuple[Person, ...] = ()
    quote: str = ""
    loud: bool = False
    repeat: bool = False
