"""What a customer's own words hint at: that all is well again, or that nobody shall write to him any more.

A hint is only ever offered to a person, who decides; so it may miss, and must not cry wolf.
"""

import re
from typing import Final

READ: Final = 1_000
"""Characters of a text that are looked at: who writes more than that has not come to say goodbye."""
_WELL: Final = re.compile(
    r"""
    \b(?:
        (?:вс[её]|проблем[ау]|вопрос|интернет|заказ|деньги)?\s*(?:уже\s+|наконец(?:-то)?\s+)?
        (?:решил(?:и|ось|ась|ся)?|решен[оаы]?|решён|разобрал(?:и|ись)|починил(?:и)?|заработал[оаи]?|исправил(?:и)?
          |вернул(?:и|ись)|привезли|доставили|пришл[ои]|получил[аи]?|отключили|подключили|помогли|наладил(?:и|ось))
      | вопрос\s+(?:закрыт|снят)
      | вс[её]\s+(?:хорошо|отлично|в\s+порядке|ок(?:ей)?|супер|работает|норм(?:ально)?)
      | больше\s+(?:претензий|вопросов)\s+нет
      | (?:претензий|вопросов)\s+(?:больше\s+)?нет
    )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_THANKS: Final = re.compile(r"\b(?:спасибо|благодар(?:ю|им|ен|на|ны|ность)|спс|пасиб[ао]?)\b", re.IGNORECASE)
_NOT_WELL: Final = re.compile(
    r"""
    \bне\s+(?:решил|решен|решён|разобрал|починил|заработал|исправил|вернул|привез|достав|приш|получил|помог|работает
      |отключил|подключил|наладил|могу|нужн|надо)
    | \bни(?:кто|чего|как|когда)\b | \bбез\s+(?:толку|результат)\w*
    | \b(?:до\s+сих\s+пор|опять|снова|вс[её]\s+ещ[её])\b
    | \bза\s+ничего\b | \bспасибо\s+(?:за\s+(?:потрач|испорч|ожидан|хамств|ничего)|что\s+(?:не|испорт|потрат))
    | \b(?:но|однако|только|а)\b[^.!?]{0,80}\b(?:не|опять|снова|когда|где|почему)\b | \?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LEAVE_ME: Final = re.compile(
    r"""
    \b(?:
        не\s+(?:надо\s+|нужно\s+|смейте\s+|вздумайте\s+)?(?:мне\s+)?(?:больше\s+)?(?:мне\s+)?
        (?:пишите|писать|пиши|беспокойте|беспокоить|тревожьте|звоните|звонить)(?:\s+(?:мне|сюда|больше))*
      | (?:больше|прекратите|перестаньте|хватит)\s+(?:мне\s+)?(?:сюда\s+)?(?:писать|звонить|беспокоить|спамить)
      | (?:отпишите|удалите)\s+меня\s+(?:из|от)\s+(?:вашей\s+|своей\s+)?(?:рассыл|баз|спис)\w*
      | оставьте\s+меня\s+в\s+покое
      | отстаньте(?:\s+от\s+меня)?
    )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_TO_ME: Final = re.compile(
    r"\b(?:вы|вам|они|он|она|оператор\w*|поддержка)\b[^.!?\n]{0,30}\bне\s+(?:пишут|пишите|отвеча)"
    r"|\bпочему\b[^.!?\n]{0,40}\bне\s+(?:пишите|звоните)"
    r"|\bне\s+(?:пишите|звоните|беспокойте)\s+(?:ерунд|глупост|чуш|чепух|отписк|шаблон|что\b|об\b|про\b|так\b)",
    re.IGNORECASE,
)


def says_all_is_well(text: str) -> bool:
    """«Спасибо, всё решили»: thanks with nothing left to ask, or that it works again."""
    text = text[:READ]
    if _NOT_WELL.search(text):
        return False
    return _WELL.search(text) is not None or (_THANKS.search(text) is not None and len(text) < 60)


def asks_not_to_write(text: str) -> bool:
    """«Не пишите мне больше»."""
    text = text[:READ]
    return _LEAVE_ME.search(text) is not None and _NOT_TO_ME.search(text) is None
