"""What people have before their eyes: whose cards wait in which chat, and what calls whom."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from alerts.cards.card import Card
from alerts.cards.digest import Sheet
from alerts.cards.note import Note
from benchmarks.week.chats import Message
from domain.person import Person

CASE: Final = re.compile(r"№\s(\d+)")
"""A case as people name it in words; they look it up, the program never does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A word that names a person, or stands in his private chat, about a case."""

    case: int
    note: Note
    at: datetime
    message: Message


@dataclass
class Screens:
    """`cards` are the newest cards by chat and case, `free` those that can be taken there, oldest first."""

    cards: dict[str, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    free: dict[str, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    listed: dict[str, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    sheets: dict[str, dict[str, Message]] = field(default_factory=lambda: defaultdict(dict))
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    shown_at: dict[int, datetime] = field(default_factory=dict)
    """When a case was first seen in any chat, as a card or in a list."""
    everybody: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    """Words of a chat that call nobody."""
    private: dict[str, Person] = field(default_factory=dict)

    def see(self, message: Message) -> None:
        """Something new, or something that looks otherwise now."""
        match message.said:
            case Card() as card:
                self._card(message, card)
            case Sheet() as sheet:
                self._sheet(message, sheet)
            case Note() as note:
                self._note(message, note)

    def _card(self, message: Message, card: Card) -> None:
        chat = message.chat.chat
        self.shown_at.setdefault(card.case, message.at)
        newest = self.cards[chat].get(card.case)
        if newest is not None and int(newest.ref) > int(message.ref):
            return
        self.cards[chat][card.case] = message
        if _action(card, "claim"):
            self.free[chat].setdefault(card.case, message)
            self.free[chat][card.case] = message
        else:
            self.free[chat].pop(card.case, None)

    def _sheet(self, message: Message, sheet: Sheet) -> None:
        chat = message.chat.chat
        self.sheets[chat][message.ref] = message
        for case in [case for case, listed in self.listed[chat].items() if listed.ref == message.ref]:
            del self.listed[chat][case]
        for item in sheet.items:
            self.shown_at.setdefault(item.case, message.at)
            if item.button is not None:
                self.listed[chat][item.case] = message

    def _note(self, message: Message, note: Note) -> None:
        cases = [int(number) for number in CASE.findall(note.text)] or ([note.case] if note.case else [])
        to = [*note.to]
        if message.chat.chat in self.private:
            to.append(self.private[message.chat.chat])
        for person in to:
            for case in cases:
                self.calls[person.id].append(Call(case=case, note=note, at=message.at, message=message))
        if not to:
            self.everybody[message.chat.chat].append(message)


def can(card: Card, action: str) -> bool:
    return _action(card, action)


def _action(card: Card, action: str) -> bool:
    return any(button.action == action for row in card.buttons for button in row)
