"""A card: the case as operators see it, in Russian, before a messenger gives it its markup."""

from dataclasses import dataclass
from typing import Literal

from alerts.candidate import Span

Action = Literal["claim", "not_complaint", "snooze", "close", "reopen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A press sends `action`, or opens `url`; exactly one is given. The label is Russian."""

    label: str
    action: Action | None = None
    url: str | None = None
    style: Literal["primary", "danger"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Plain text parts; the notifier escapes and marks them up.

    `quote` is the customer's text (cut to what a messenger takes), `because` and `named` are spans of the quote.
    `repeat` marks a card that may have been shown before («возможный повтор»).
    """

    case: int
    revision: int
    urgent: bool
    title: str
    author: str
    quote: str
    because: tuple[Span, ...]
    named: tuple[Span, ...]
    reason: str
    facts: tuple[str, ...]
    history: tuple[str, ...]
    deadline: str
    status: str
    log: tuple[str, ...]
    buttons: tuple[tuple[Button, ...], ...]
    repeat: bool = False
