"""What VK's error codes mean for a source: give up, wait that long, or try again soon."""

from typing import Final

from listener.ports import SourceError

TOO_FAST: Final = 6

_RENEW: Final = "токен не подходит или отозван: выпустите новый и поменяйте его в настройках"
_PERMANENT: Final = {
    3: "такого метода у сервера нет",
    5: _RENEW,
    7: "у токена нет прав на это действие",
    8: "неверный запрос",
    15: "нет доступа",
    17: "VK просит подтвердить вход: откройте его сайт под этим пользователем",
    18: "страница удалена или заблокирована",
    27: "этот метод не работает с ключом сообщества",
    28: "этот метод не работает с сервисным ключом",
    30: "профиль закрыт",
    100: "неверный параметр запроса",
    104: "не найдено",
    203: "нет доступа к сообществу",
    211: "нет доступа к комментариям",
    212: "нет доступа к комментариям",
    213: "комментарии закрыты",
    1114: _RENEW,
    1116: _RENEW,
    1117: _RENEW,
}
_HELD_BACK: Final = {
    TOO_FAST: (1.0, "слишком много запросов в секунду"),
    9: (300.0, "слишком много одинаковых запросов"),
    14: (900.0, "VK просит ввести код с картинки (капчу)"),
    29: (3600.0, "исчерпан суточный лимит метода"),
}
"""Code → seconds to wait, and the words. A spent quota is probed hourly: VK does not name its own midnight."""


class VkError(SourceError):
    """VK answered with an error object; `code` is its number."""

    def __init__(self, message: str, *, code: int, permanent: bool, retry_after: float | None) -> None:
        super().__init__(message, permanent=permanent, retry_after=retry_after, held_back=retry_after is not None)
        self.code = code


def vk_error(method: str, code: int, words: str, *, redirect_uri: str | None = None) -> VkError:
    """The error of one answer. `words` are VK's own, without a token; `redirect_uri` is where a person goes."""
    retry_after, advice = _HELD_BACK.get(code, (None, _PERMANENT.get(code, "сбой на стороне VK")))
    where = f"; откройте {redirect_uri}" if redirect_uri else ""
    message = f"VK {method}: [{code}] {words.rstrip(' .')}: {advice}{where}"
    return VkError(message, code=code, permanent=code in _PERMANENT, retry_after=retry_after)
