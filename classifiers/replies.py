"""Short replies: what «ужас», «у меня тоже» and «договор 98258» mean in the thread that they stand in.

Of one word nobody can tell whether it complains of the brand; what it answers can. A reply that only joins in says
what the other one said, and numbers and addresses say nothing at all.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from classifiers.lexicon import words
from classifiers.morphology import analyzer

SHORT: Final = 60
"""Characters of a reply that may say too little by itself: of longer ones what they answer is not asked."""

LITTLE: Final = -1.4
"""The log-odds (0.2) that a text of numbers, names and addresses has at most."""

_BLANKS: Final = re.compile(r"[^\w+]+")
_WHO: Final = "(?:(?:у|со|с|к|для) )?(?:меня|нас|мной|нами|мне|нам|я|мы|мамы|мужа|жены|соседей|знакомых)"
_TROUBLE: Final = "история|ситуация|проблема|беда|фигня|хрень|ерунда|картина|песня"
_SAME: Final = (
    "(?:тоже(?: самое)?|также|(?:вс[её] )?(?:то|так) же(?: самое)?"
    f"|(?:точно |ровно |абсолютно )?(?:та|такая|эта) же(?: самая)?(?: (?:{_TROUBLE}))?)"
)
_AGREES: Final = (
    "поддерживаю|поддержу|присоединяюсь|подтверждаю|подписываюсь|согласн?[аы]?|согласен|солидарн?а|солидарен"
)
_PLUS: Final = r"\+{1,5}|\+? ?1\+?|\+{1,3} ?\d{1,4}|плюсую|плюсану|плюс(?: (?:один|1|стопицот))?|ппкс|жиза|same"
_BEFORE: Final = "да|ага|вот|и|а|ну|ой|точно|эх|блин|абсолютно|полностью|совершенно|увы|тоже|прям"
_AFTER: Final = (
    "с (?:вами|автором|девушкой|мужчиной|предыдущим(?: оратором)?)|полностью|абсолютно|вас|автора|каждое слово"
    "|увы|блин|сегодня|сейчас|вчера|вс[её]"
)
_JOINS: Final = re.compile(
    f"(?:(?:{_BEFORE}) )*"
    f"(?:{_PLUS}|аналогично|аналогичная (?:{_TROUBLE})|{_WHO}(?: {_SAME})?|{_SAME}(?: (?:и )?{_WHO})?|{_AGREES})"
    f"(?: (?:{_AFTER}))?"
)
_ALONE: Final = frozenset(
    ("я", "мы", "мне", "нам", "плюс", "1", "у меня", "у нас", "нас", "меня", "мной", "с вами")
)
"""They join in with «и» or «тоже» only: «у меня» may answer «у кого ключи?»."""

_DETAILS: Final = frozenset(
    words(
        """
        договор, номер, заказ, счет, счёт, лицевой, лс, обращение, заявка, заявление, тикет, трек, накладная,
        телефон, тел, адрес, улица, ул, проспект, пр, переулок, пер, проезд, шоссе, бульвар, площадь, пл,
        микрорайон, мкр, район, дом, д, кв, квартира, подъезд, этаж, домофон, корпус, корп, строение, город, г,
        село, посёлок, поселок, деревня, область, обл, край, индекс, тот, же, прежний, мой, мои, наш, это, вот,
        он, она, на, по, в, во, из, за, и, с, от, до, имя, имени, фио, фамилия, отчество, логин, почта, email,
        mail, инн, паспорт, чек, бронь, рейс, полис, офис, отделение, магазин, станция, дата, время, число, пишу,
        писать, отправить, отправлять, скинуть, здравствуйте, добрый, день, вечер, утро, привет, пожалуйста,
        январь, февраль, март, апрель, май, июнь, июль, август, сентябрь, октябрь, ноябрь, декабрь, год, часов,
        час, мск, оформить, место, абонент, клиент, сам, самый, ещё, еще, ок, да, также, №, n, no
        """
    )
)
"""Words (dictionary forms) that only say who, where and which."""
_NAMED: Final = ("Name", "Surn", "Patr", "Geox", "Init")
_DIGIT: Final = re.compile(r"\d")
_MOST: Final = 14
"""Words of which details consist at most: longer lists tell something."""


def joins(said: Sequence[str | None]) -> bool:
    """Whether the pieces of a text say no more than that the author has it likewise: «+1», «у нас тоже»."""
    reply = _BLANKS.sub(" ", "".join(piece or " " for piece in said)).strip().lower()
    return bool(reply) and reply not in _ALONE and _JOINS.fullmatch(reply) is not None


def details(said: Sequence[str | None]) -> bool:
    """Whether the pieces of a text only say who, where and which: «Договор 98258, адрес тот же»."""
    told = [piece for piece in said if piece is not None and piece[0].isalnum()]
    if len(told) > _MOST or any(piece and piece[0] in "?!" for piece in said):
        return False
    numbers = [_DIGIT.search(word) is not None for word in told]
    return any(numbers) and all(
        number or (at and word.istitle()) or _says_which(word.lower())
        for at, (word, number) in enumerate(zip(told, numbers, strict=True))
    )


@lru_cache(maxsize=10_000)
def _says_which(word: str) -> bool:
    if word in _DETAILS or len(word) == 1:
        return True
    parses = analyzer().parse(word)
    return any(parse.normal_form in _DETAILS or any(mark in parse.tag for mark in _NAMED) for parse in parses[:3])
