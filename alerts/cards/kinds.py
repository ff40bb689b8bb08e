"""What goes out to a customer, by its kind, in colleagues' words; and why a network did not take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alerts.outreach.outbound import OutboundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """`noun` is what it is, `of` the same after «нет»; `failed` says that it did not happen."""

    noun: str
    of: str
    failed: str


KINDS: Final[Mapping[OutboundKind, KindWords]] = {
    "edit": KindWords(noun="правка ответа", of="правки ответа", failed="правка ответа не принята"),
    "invite": KindWords(noun="приглашение", of="приглашения", failed="приглашение не ушло"),
    "message": KindWords(noun="сообщение", of="сообщения", failed="сообщение не ушло"),
    "remove": KindWords(noun="удаление записи", of="удаления записи", failed="запись автора не удалена"),
    "reply": KindWords(noun="ответ", of="ответа", failed="ответ не ушёл"),
    "restore": KindWords(noun="возврат записи", of="возврата записи", failed="запись автора не возвращена"),
    "take_back": KindWords(noun="удаление ответа", of="удаления ответа", failed="ответ не удалён"),
}

REFUSED: Final[Mapping[str, str]] = {
    "author_gone": "автор удалил свою страницу",
    "blocked": "автор закрылся от вашей страницы",
    "captcha": "сеть требует подтвердить, что вы не робот: откройте её под своей страницей",
    "comments_closed": "комментарии закрыты",
    "do_not_contact": "автор просил ему не писать",
    "duplicate": "такой же ответ там уже есть",
    "foreign_wall": "на чужой странице ответить можно только вручную",
    "gone": "записи больше нет",
    "links_forbidden": "ссылки там запрещены",
    "messages_closed": "автор не принимает сообщения вашей страницы",
    "no_right": "у ключа страницы нет на это прав, скажите инженеру",
    "no_token": "у страницы нет ключа, скажите инженеру",
    "not_addressed": "автор к вам не обращался, сеть пускает только ответ вручную",
    "other": "сеть отказала",
    "privacy": "автор ограничил, кто может ему писать",
    "quota": "дневной предел сети исчерпан",
    "too_long": "текст слишком длинный",
    "too_many_replies": "под этой записью слишком много ваших ответов",
    "unreachable": "сеть не отвечает",
}
"""Why a network did not take it, by `outreach.ports.Refused`, or the guard at the last moment."""


def refused_words(reason: str) -> str:
    return REFUSED.get(reason, REFUSED["other"])
