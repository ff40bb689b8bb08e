"""One due thing is shown: a card or a digest sent, edited or found again, a notice said under its card."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from alerts.cards.card import Card, Line, Tone, make_card, make_former_card
from alerts.cards.context import CardContext
from alerts.cards.digest import make_sheet
from alerts.cards.elsewhere import INSTEAD, stands_in
from alerts.cards.incident import note_of, word_card
from alerts.cards.masking import is_owners_own, masked_case
from alerts.cards.note import Note
from alerts.cards.notices import make_note
from alerts.cases.case import Case
from alerts.ports import (
    Delivery,
    Digest,
    Due,
    Limits,
    Linked,
    Lists,
    Notice,
    Notifier,
    NotifyError,
    Paced,
    Reachable,
    Searchable,
    Snapshots,
    Threads,
)
from alerts.routing import Chat, StandIns, stand_ins

log = logging.getLogger(__name__)


class EditRefusedError(NotifyError):
    """The chat refused an edit, for good as it said. The message stands, and a later edit may be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The chat shows it."""

    due: Due
    ref: str
    outcome: Literal["sent", "edited", "found"]


class Showing:
    """`context` is what cards and notes are worded with; it is replaced as a whole."""

    def __init__(self, notifier: Notifier, context: CardContext) -> None:
        self.context = context
        self._notifier = notifier
        # Asked once: what a class can do takes as long to look up as a card to be masked.
        self._snapshots = notifier if isinstance(notifier, Snapshots) else None

    @property
    def limits(self) -> Limits:
        return self._notifier.limits if isinstance(self._notifier, Paced) else Limits()

    @property
    def lists(self) -> bool:
        """Whether the messenger can show a digest."""
        return isinstance(self._notifier, Lists)

    def stand_ins(self, now: datetime) -> StandIns:
        """Who is told what the chats of a receiver do not take."""
        return stand_ins(self.context.receivers, self.context.people, self.context.day(now))

    async def ping(self) -> None:
        """Ask whether the messenger is there, where it can be asked. Raises NotifyError."""
        if isinstance(self._notifier, Reachable):
            await self._notifier.ping()

    async def say(self, chat: Chat, note: Note, name: str) -> None:
        """Say a word that belongs to no card. Raises NotifyError."""
        if not isinstance(self._notifier, Threads):
            raise NotifyError("no word can be said there", permanent=True)
        await self._notifier.note(chat, None, note, name)

    async def show(self, due: Due, now: datetime) -> Shown:
        """As much of it as may be read in its chat. Raises NotifyError."""
        if self._snapshots is not None:
            return await self._snapshot(self._snapshots, due)
        due = self._for_its_chat(due)
        if isinstance(due, Notice):
            leads_on = due.on if due.cases else None
            return await (self._say(due, now) if leads_on is None else self._lead_on(due, leads_on, now))
        if due.ref is None:
            return await self._anew(due, now)
        try:
            return await self._edit(due, due.ref, now)
        except NotifyError as error:
            if not error.gone:
                raise
        return await self._anew(due, now)

    async def _snapshot(self, notifier: Snapshots, due: Due) -> Shown:
        """A program is told how a case stands, by the address of now; words for people are none for it.

        Who was told of a case and stands in the config no more is told nothing; who was not is as a chat that is
        shut, and the case finds its way to where its receiver's cards go.
        """
        ref = key(due)
        if not isinstance(due, Delivery):
            return Shown(due=due, ref=ref, outcome="found")
        chat = self._in_config(due.chat)
        if chat is None or chat.endpoint is None:
            if due.shown:
                return Shown(due=due, ref=due.ref or ref, outcome="found")
            raise NotifyError("no receiver has this address any more", closed=True)
        case = due.case if chat.endpoint.whole else masked_case(due.case)
        try:
            ref = await notifier.snapshot(chat, case, self.context, shown=due.shown)
        except NotifyError as error:
            if error.closed or not (error.permanent and due.shown):
                raise
            raise EditRefusedError(str(error)) from error
        return Shown(due=due, ref=ref, outcome="edited" if due.shown else "sent")

    def _in_config(self, wanted: Chat) -> Chat | None:
        chats = (chat for receiver in self.context.receivers.values() for chat in receiver.chats)
        return next((chat for chat in chats if chat == wanted), None)

    def _for_its_chat(self, due: Due) -> Due:
        """Only the case's owner, in his private chat, sees it whole."""
        match due:
            case Delivery():
                case = self._seen(due.case, due.chat)
                return due if case is due.case else replace(due, case=case)
            case Notice():
                return replace(due, cases=tuple(self._seen(case, due.chat) for case in due.cases))
            case Digest():
                seen = tuple(self._seen(case, due.chat) for case in due.listing.cases)
                return replace(due, listing=replace(due.listing, cases=seen))
            case _:
                assert_never(due)

    def _seen(self, case: Case, chat: Chat) -> Case:
        return case if is_owners_own(chat, case, self.context) else masked_case(case)

    async def _anew(self, delivery: Delivery | Digest, now: datetime) -> Shown:
        """Send a card that is not there, or may be there from a try that nobody knows the end of."""
        ref, certain = await self._look(delivery)
        if ref is None:
            return await self._send(delivery, now, repeat=not certain)
        # What is shown there may be an older revision.
        return replace(await self._edit(delivery, ref, now), outcome="found")

    async def _look(self, due: Due) -> tuple[str | None, bool]:
        """The message of an earlier try, and whether its absence is certain."""
        if not due.unknown:
            return None, True
        if not isinstance(self._notifier, Searchable):
            return None, False
        under = due.card_ref if isinstance(due, Notice) else None
        try:
            return await self._notifier.find(due.chat, key(due), due.created_at, under=under), True
        except NotifyError as error:
            if not error.permanent:
                raise
            log.warning("%s: an earlier try cannot be looked up: %s", key(due), error)
            return None, False

    async def _send(self, delivery: Delivery | Digest, now: datetime, *, repeat: bool) -> Shown:
        if isinstance(delivery, Digest):
            sheet = make_sheet(delivery.id, delivery.listing, self.context, now, repeat=repeat)
            ref = await self._list().send_digest(delivery.chat, sheet, key(delivery))
        else:
            card = self._card(delivery, now, repeat=repeat)
            ref = await self._notifier.send(delivery.chat, card, key(delivery))
        return Shown(due=delivery, ref=ref, outcome="sent")

    def _card(self, delivery: Delivery, now: datetime, *, repeat: bool = False) -> Card:
        card = make_card(delivery.case, self.context, now, repeat=repeat)
        if not stands_in(delivery.chat, delivery.receiver, self.context, now):
            return card
        return _with_line(card, Note(text=INSTEAD.format(receiver=delivery.receiver)), tone="faint")

    def _list(self) -> Lists:
        if not isinstance(self._notifier, Lists):
            raise NotifyError("no digest can be shown there", permanent=True)
        return self._notifier

    async def _edit(self, delivery: Delivery | Digest, ref: str, now: datetime) -> Shown:
        try:
            if isinstance(delivery, Digest):
                sheet = make_sheet(delivery.id, delivery.listing, self.context, now)
                await self._list().edit_digest(delivery.chat, ref, sheet)
            else:
                await self._notifier.edit(delivery.chat, ref, self._card(delivery, now))
        except NotifyError as error:
            if error.closed or not error.permanent:
                raise
            raise EditRefusedError(str(error)) from error
        return Shown(due=delivery, ref=ref, outcome="edited")

    async def _say(self, notice: Notice, now: datetime) -> Shown:
        note = self._note(notice, now)
        if not isinstance(self._notifier, Threads):
            return await self._write_on_card(self._notifier, notice, note, now)
        ref, certain = await self._look(notice)
        if ref is not None:
            return Shown(due=notice, ref=ref, outcome="found")
        note = replace(note, repeat=not certain)
        ref = await self._notifier.note(notice.chat, notice.card_ref, note, key(notice))
        return Shown(due=notice, ref=ref, outcome="sent")

    def _note(self, notice: Notice, now: datetime) -> Note:
        if notice.incident is not None:
            return note_of(notice.draft.kind, notice.incident, self.context, now)
        return make_note(notice.draft, notice.cases, notice.receiver, self.context, now, others=notice.others)

    async def _lead_on(self, notice: Notice, ref: str, now: datetime) -> Shown:
        """An earlier card loses its buttons and says that the case went on. One that takes no edit stays as it is:
        a press on it is refused with the way on.
        """
        followed = notice.card_ref
        link = (
            self._notifier.link(notice.chat, followed) if followed and isinstance(self._notifier, Linked) else None
        )
        card = make_former_card(notice.cases[0], notice.draft.event, link, self.context, now)
        try:
            await self._notifier.edit(notice.chat, ref, card)
        except NotifyError as error:
            if not (error.gone or error.permanent):
                raise
            log.info("%s: an earlier card stays as it is: %s", key(notice), error)
        return Shown(due=notice, ref=ref, outcome="edited")

    async def _write_on_card(self, notifier: Notifier, notice: Notice, note: Note, now: datetime) -> Shown:
        """A messenger that says no word under a card shows it as the last line of the card itself; one that speaks
        of an incident has no card to stand on, and is a message of its own.
        """
        if notice.incident is not None:
            card = word_card(note, notice.incident, self.context, now)
        else:
            card = _with_line(make_card(notice.cases[0], self.context, now), note)
        try:
            if notice.card_ref is not None and notice.incident is None:
                await notifier.edit(notice.chat, notice.card_ref, card)
                return Shown(due=notice, ref=notice.card_ref, outcome="edited")
        except NotifyError as error:
            if not error.gone:
                raise
        ref, certain = await self._look(notice)
        if ref is not None:
            return Shown(due=notice, ref=ref, outcome="found")
        ref = await notifier.send(notice.chat, replace(card, repeat=not certain), key(notice))
        return Shown(due=notice, ref=ref, outcome="sent")


def key(due: Due) -> str:
    """The thing's own name in its messenger, the same at every try.

    A card sent anew, for a reopened case or because its message is gone, is not to be taken for the old one.
    """
    if isinstance(due, Notice):
        return f"otklik-notice-{due.id}"
    if isinstance(due, Digest):
        return f"otklik-digest-{due.id}-{due.shown}"
    name = f"otklik-{due.case.id}-{due.id}"
    return f"{name}-{due.shown}" if due.shown else name


def _with_line(card: Card, note: Note, tone: Tone = "strong") -> Card:
    return replace(card, below=(*card.below, Line(text=note.text, tone=tone)))
