"""How receivers of webhooks and their people are written in the files, and how they are miswritten."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from alerts.notifiers.webhook import WEBHOOK
from alerts.notifiers.webhook.addresses import is_allowed, is_loopback, literal
from alerts.routing import Chat, Endpoint
from listener.messengers.messenger import AddressKey, Chats, Slip, Users

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def _chat(address: Mapping[str, Any]) -> Chat:
    endpoint = Endpoint(
        url=address["url"],
        whole=address["whole"],
        answers=address["answers"],
        private=address["private"],
    )
    return Chat(messenger=WEBHOOK, chat=address["name"], endpoint=endpoint)


def _slips(chat: Chat, known: frozenset[str]) -> Iterator[Slip]:
    endpoint = chat.endpoint
    if not _NAME.fullmatch(chat.chat):
        yield Slip(key="name", message=f"«{chat.chat}»: имя пишут латиницей, строчными: desk, bitrix-2")
    if endpoint is None:
        return
    yield from _of_url(endpoint)
    if endpoint.answers and not known:
        message = "answers: true, а ни у кого в people.yaml нет helpdesk: ответить оттуда никто не сможет"
        yield Slip(key="answers", message=message, warning=True)


def _of_url(endpoint: Endpoint) -> Iterator[Slip]:
    url = endpoint.url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        yield Slip(key="url", message=f"«{url}» — не адрес; нужен вид https://сервер/путь")
    elif parts.username or parts.password:
        yield Slip(key="url", message="в адресе имя и пароль: уберите их, запрос и так подписан")
    elif parts.fragment:
        yield Slip(key="url", message="часть адреса после # до сервера не доходит: уберите её")
    elif parts.scheme == "http" and not is_loopback(url):
        yield Slip(key="url", message="http без шифрования можно только для 127.0.0.1; укажите https")
    else:
        yield from _of_host(endpoint)


def _of_host(endpoint: Endpoint) -> Iterator[Slip]:
    address = literal(endpoint.url)
    if address is None or is_loopback(endpoint.url) or is_allowed(address, private=endpoint.private):
        return
    if is_allowed(address, private=True):
        yield Slip(
            key="url", message=f"{address} — адрес внутренней сети: если так и надо, допишите private: true"
        )
    else:
        yield Slip(key="url", message=f"на {address} слать нельзя: это служебный адрес")


CHATS: Final = Chats(
    help="Другие программы (helpdesk, CRM): подписанные события и ответы, см. docs/webhook.md",
    keys=(
        AddressKey(name="name", kind="text", help="Короткое имя латиницей: по нему секрет в .env", required=True),
        AddressKey(name="url", kind="text", help="Куда слать события: https://…", required=True),
        AddressKey(name="whole", kind="flag", help="true — слать личные данные целиком, без точек"),
        AddressKey(name="answers", kind="flag", help="true — принимать оттуда «взять», «закрыть», ответы"),
        AddressKey(name="private", kind="flag", help="true — адрес во внутренней сети"),
    ),
    chat=_chat,
    slips=_slips,
)
USERS: Final = Users(
    key="helpdesk",
    can_be_told=False,
    help="Код сотрудника в helpdesk, в кавычках, если это число",
    found="",
    example="agent-17",
    pattern=r"^[!-~]{1,64}$",
    wrong='нужен код сотрудника в helpdesk латиницей, число — в кавычках: "17"',
)
