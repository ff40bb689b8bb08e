"""How Slack's channels and members are written in the files, and how they are miswritten."""

import re
from collections.abc import Iterator
from typing import Final

from alerts.notifiers.slack import SLACK
from alerts.routing import Chat
from listener.messengers.messenger import Beginning, Chats, Slip, Users

_LINK: Final = re.compile(r"slack\.com/(?:archives|client/\w+)/([CG][A-Z0-9]{5,})")
_MEMBER: Final = re.compile(r"[UW][A-Z0-9]{5,}")


def _slips(chat: Chat, _known: frozenset[str]) -> Iterator[Slip]:
    channel = chat.chat
    name = channel.removeprefix("#")
    if channel.startswith("@"):
        yield Slip(message=f"«{channel}» — человек: впишите канал, например #support, в кавычках")
    elif _MEMBER.fullmatch(channel):
        yield Slip(message=f"«{channel}» — код человека: впишите канал, например #support, в кавычках")
    elif found := _LINK.search(channel):
        yield Slip(message=f'«{channel}» — адрес: впишите из него код канала: "{found[1]}"')
    elif "slack.com/" in channel:
        yield Slip(message=f"«{channel}» — адрес: впишите имя канала, например #support, в кавычках")
    elif not channel.startswith("#") and not _is_id(channel):
        yield Slip(message=f'перед именем канала нужен знак #, всё вместе в кавычках: "#{channel}"')
    elif channel.startswith("#") and (name != name.lower() or " " in name):
        meant = "-".join(name.lower().split())
        yield Slip(message=f'в именах каналов Slack нет заглавных букв и пробелов: "#{meant}"')


def _is_id(channel: str) -> bool:
    return len(channel) > len("C0000") and channel[0] in "CGD" and channel.isalnum() and channel.isupper()


def _address(channel: str) -> str:
    if not channel:
        return ""
    return f'"{channel}"' if channel[0] in "#CGD" else f'"#{channel}"'


CHATS: Final = Chats(
    help='Каналы Slack: "#support" — обязательно в кавычках',
    chat=lambda channel: Chat(messenger=SLACK, chat=channel),
    slips=_slips,
)
USERS: Final = Users(
    help="Код участника Slack: U0…",
    found="Код в Slack — профиль.",
    example="U0123ABCD",
    pattern=r"^[UW][A-Z0-9]+$",
    wrong="нужен код участника Slack вида U0123ABCD (профиль → «Скопировать ID участника»)",
)
BEGINNING: Final = Beginning(
    metavar="CHANNEL",
    help="channel for cards, #support",
    question="Канал Slack для карточек, например #support (Enter — нет): ",
    address=_address,
)
