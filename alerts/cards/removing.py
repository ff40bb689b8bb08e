"""«Убрать запись»: the customer's words are taken off the brand's own page, last of all and never behind his back.

Off by default. It is offered in a private talk alone, and nothing goes before a person has said that the customer
was told, has seen what would go, and has confirmed it. Where the network lets us, it is put back the same way.
"""

from datetime import datetime
from typing import Final

from alerts.cards.answers import UNKNOWN_BUTTON
from alerts.cards.asking import KEEP, Pressed, Reply
from alerts.cards.context import CardContext
from alerts.cards.masking import masked
from alerts.cards.previewing import Drafted, Outcome, preview
from alerts.cards.prompt import Option, Prompt
from alerts.cards.quoting import in_short
from alerts.cards.reaching import can_remove, target_of, was_told
from alerts.cases.case import Case
from alerts.cases.commands import ConfirmTold
from alerts.cases.events import Removed, Restored
from alerts.outreach.outbound import Draft, Outbound
from alerts.russian import NBSP

TOLD: Final = "told"
NOT_TOLD: Final = "Сначала скажите автору, что запись уберут: без этого её не трогаем"
NOT_HERE: Final = "Убрать эту запись нельзя: это делают только на своей странице и только после разговора в личных"
NOTHING_TO_PUT_BACK: Final = "Возвращать нечего: запись автора мы не убирали"
MAX_QUOTE: Final = 500


def can_restore(case: Case, context: CardContext, _now: datetime) -> bool:
    return context.policy.removal and removal_of(case) is not None


def removal_of(case: Case) -> Outbound | None:
    """What took the words off the page, where they were not put back since."""
    for event in reversed(case.events):
        if isinstance(event.fact, Restored):
            return None
        if isinstance(event.fact, Removed):
            number = event.fact.outbound
            return next((each for each in case.contact.outbounds if each.id == number), None)
    return None


def remove(pressed: Pressed) -> Outcome:
    """First whether the customer was told; once that is written down, what would be removed."""
    if not can_remove(pressed.case, pressed.context, pressed.now):
        return Reply(text=NOT_HERE, reason="cannot_remove")
    if not was_told(pressed.case):
        return _told(pressed)
    target = target_of(pressed.case, pressed.context)
    draft = Draft(kind="remove", target=target, text="", author=pressed.person.id)
    return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))


def _told(pressed: Pressed) -> Outcome:
    if pressed.value is None:
        # Asked where several people read, as the card stands there.
        quote = in_short(masked(pressed.case.latest_complaint.text), MAX_QUOTE)
        return Prompt(
            case=pressed.case.id,
            action="take_off",
            title=f"Убрать №{NBSP}{pressed.case.id}",
            question=f"Автор знает, что его запись уберут со страницы, и согласен?\n\n«{quote}»",
            options=(Option(value=TOLD, label="Да, автор знает"), Option(value=KEEP, label="Ещё нет")),
        )
    if pressed.value == TOLD:
        return ConfirmTold()
    return Reply(text=NOT_TOLD if pressed.value == KEEP else UNKNOWN_BUTTON, reason="thought_better")


def restore(pressed: Pressed) -> Outcome:
    """Back where it stood."""
    removal = removal_of(pressed.case)
    if removal is None or not pressed.context.policy.removal:
        return Reply(text=NOTHING_TO_PUT_BACK, reason="cannot_remove")
    draft = Draft(kind="restore", target=removal.target, text="", author=pressed.person.id, of_id=removal.id)
    return Drafted(draft=draft, shown=lambda drafted: preview(pressed, drafted))
