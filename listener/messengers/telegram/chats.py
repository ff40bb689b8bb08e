"""How Telegram's chats and people are written in the files, and how they are miswritten."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from alerts.notifiers.telegram import TELEGRAM
from alerts.routing import Chat
from listener.messengers.messenger import AddressKey, Beginning, Chats, Slip, Users

_NUMBER: Final = re.compile(r"-?\d{1,16}")
_LINK: Final = re.compile(r"(?:https?://)?t\.me/c/(\d+)")
_GENERAL: Final = 1
_LARGEST: Final = 2**52
"""Telegram's numbers of chats have at most 52 bits (core.telegram.org/bots/api#chat)."""
_SUPERGROUP: Final = "100"
_SUPERGROUP_DIGITS: Final = 12


def _chat(address: Mapping[str, Any]) -> Chat:
    return Chat(messenger=TELEGRAM, chat=str(address["chat"]), topic=address["topic"])


def _slips(chat: Chat, known: frozenset[str]) -> Iterator[Slip]:
    number = chat.chat
    if number.startswith(_SUPERGROUP) and len(number) > _SUPERGROUP_DIGITS:
        yield Slip(key="chat", message=f"у номера группы потерян минус: напишите -{number}")
    elif int(number) > 0 and number not in known:
        message = f"номер {number} без минуса — личный чат одного человека; у групп номер с минусом (/id боту)"
        yield Slip(key="chat", message=message, warning=True)
    elif int(number) == 0 or abs(int(number)) > _LARGEST:
        yield Slip(key="chat", message=f"чата с номером {number} нет: напишите в чате /id, бот ответит номером")
    if chat.topic == _GENERAL:
        message = "тему 1 (General) не указывают: уберите topic, карточки придут именно в неё"
        yield Slip(key="topic", message=message, warning=True)


def _address(answer: str) -> str:
    if answer and not _NUMBER.fullmatch(answer):
        raise ValueError(f"«{answer}» — не номер чата: напишите в чате боту /id, он ответит номером")
    return f"{{chat: {int(answer)}}}" if answer and int(answer) else ""


def _in_a_link(text: str) -> str | None:
    """The group in the address of one of its messages, which lacks the beginning of the number."""
    found = _LINK.match(text.strip())
    return f"это ссылка на сообщение; номер её группы: -{_SUPERGROUP}{found[1]}" if found else None


CHATS: Final = Chats(
    help="Чаты Telegram",
    keys=(
        AddressKey(
            name="chat",
            help="Номер чата; у групп он отрицательный",
            required=True,
            wrong="нужен номер чата, а не имя: добавьте бота в чат и напишите там /id, он ответит номером",
            meant=_in_a_link,
        ),
        AddressKey(
            name="topic",
            help="Номер темы в группе с темами",
            required=False,
            least=1,
            wrong="нужен номер темы, а не название: напишите в ней боту /id, он ответит номером",
        ),
    ),
    chat=_chat,
    slips=_slips,
)
_PHONE: Final = 50_000_000_000
"""Telegram's numbers of people were below 10 000 000 000 in 2026; Russian telephones begin with 7 or 8."""


def _user_slips(user: str) -> Iterator[str]:
    if user.isdecimal() and int(user) >= _PHONE:
        yield "это похоже на номер телефона, а нужен номер в Telegram: пусть человек напишет боту /id"


USERS: Final = Users(
    slips=_user_slips,
    help="Номер в Telegram (не @имя)",
    found="Номер в Telegram подскажет бот: пусть человек напишет ему /id.",
    example="111222333",
    wrong="нужен номер человека, а не @имя: пусть напишет боту /id, он ответит номером",
    negative="это номер группы, а нужен номер человека: пусть напишет боту /id",
)
BEGINNING: Final = Beginning(
    metavar="CHAT",
    help="number of the chat for cards, with its minus",
    question="Номер чата Telegram для карточек, с минусом (Enter — потом): ",
    address=_address,
)
