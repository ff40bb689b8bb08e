"""Whether a name that is also a word of the language names the brand here: signs for and against are weighed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from classifiers.lexicon import words
from classifiers.morphology import analyzer
from listener.brands.letters import fold
from listener.brands.scan import Hit, Sentences, Token

ENOUGH: Final = 1
"""The weight that makes a mention of a name with a companion."""
ENOUGH_ALONE: Final = 2
"""The same without any companion: a capital and a shop's verb, say."""

_COMPANION: Final = 2
_ANYBODYS: Final = 1
_OTHER_MEANING: Final = -2
_OTHER_MEANING_TWICE: Final = -3
"""Two words of it: «С днём Победы, дорогие ветераны», whatever flies over them."""
_MOST_TRADE: Final = 2
_SOMEBODY: Final = frozenset({"Name", "Surn", "Patr"})
_NEAR: Final = 6
"""Words to each side."""
_REACH: Final = 40
_CYRILLIC: Final = re.compile(r"[а-яё-]+")
_ENDS: Final = ".!?…\n;•—:]"
_NOTHING: Final[frozenset[str]] = frozenset()

_PEOPLE_AND_PLACES: Final = frozenset(
    words("""
    курьер, магазин, машина, улица, двор, парк, город, район, дом, человек, ребенок, мама, водитель, дорога, ехать,
    остановка, подъезд, адрес, время, день, утро, вечер, стоять, идти""")
)
"""Companions that stand beside the other meaning too: a courier rides a scooter, a shop stands at a crossing."""

_TRADE: Final = frozenset(
    words("""
    продать, продавать, купить, покупать, касса, кассир, чек, продавец, заказать, заказ, заказывать, доставить,
    доставка, привезти, вернуть, возврат, скидка, товар, продукт, просрочка, просроченный, просрочить, тухлый,
    очередь, персонал, сотрудник, менеджер, поддержка, хамить, нахамить, акция, бонус, приложение, списать,
    ценник, упаковка, охранник, обслуживание, клиент, покупатель, обсчитать, обмануть, тариф, оператор, рейс,
    билет, промокод, самовывоз, ассортимент, официант, бариста, столик, меню, таракан, посылка, багаж, чемодан,
    вылет, лететь""")
)
"""Words of buying and selling, in their dictionary forms."""

_STREET: Final = words("""
    сбить, наехать, пешеход, дтп, авария, светофор, врезаться, тротуар, дорога, кататься, катать, прокатиться,
    велосипед, поворот, перекрыть, пробка, гаи, гибдд, шлем, руль, колесо, самокатчик, столкнуться, поворачивать,
    объезд""")
_OTHER_MEANINGS: Final = {
    name: frozenset(words(listed) if isinstance(listed, str) else listed)
    for name, listed in {
        "перекресток": _STREET,
        "самокат": _STREET,
        "светофор": [*_STREET, "сломаться", "мигать", "зеленый", "красный"],
        "магнит": "холодильник, неодимовый, притягивать, притянуть, железо, сувенир, магнитик, стрелка, полюс",
        "магнитик": "холодильник, сувенир, отпуск",
        "ромашка": "чай, настой, отвар, заварить, лепесток, гадать, поле, цвести, клумба, отцвести",
        "пятерочка": "школа, учитель, математика, дневник, экзамен, контрольная, оценка, зачетка, поставить",
        "лента": "инстаграм, подписка, листать, новость, бантик, клеить, скотч, атласный, выпускник, твиттер",
        "мегафон": "кричать, режиссер, орать, митинг, громкоговоритель, рупор, кричалка, полицейский",
        "победа": """день, война, матч, гол, выборы, парад, май, ветеран, сборная, тренер, соперник, чемпионат,
            верить""",
        "озон": "слой, дыра, гроза, озонатор, воздух, атмосфера, пахнуть",
        "билет": "экзамен, зачет, преподаватель",
        "спутник": "орбита, луна, запустить, ракета, космос, жизнь",
        "связной": "партизан, разведчик, фронт, агент",
        "монетка": "копилка, кинуть, найти, мелочь, подбросить, фонтан, коллекция, орел, решка",
        "дикий": "зверь, лес, животное",
        "тройка": "дробь, учитель, оценка, лошадь, контрольный",
        "стрелка": "часы, перевести, компас, маникюр, колготки, глаз",
        "яблоко": "пирог, дерево, сад, компот, варенье, сезонный, фрукт, садовый",
        "утконос": "зоопарк, животное, зверь",
        "верный": "друг, муж, пес, ответ, решение, путь",
        "окей": "ладно, хорошо, гугл, понять",
        "аврора": "крейсер, сияние, рассвет, залп",
        "почта": "электронный, голубиный, ящик, логин",
        "восток": "дальний, ближний, солнце, запад",
        "детство": "вспоминать, воспоминание",
        "сокол": "птица, клюв, полет, охота",
        "апрель": "март, май, число, месяц, весна, холодный, конец, начало, середина",
        "точка": "запятая, разговор, зрение, окончить, поставить, отсчет",
        "мотив": "песня, мелодия, преступление, голова, убийство",
        "бетховен": "слушать, соната, симфония, музыка, композитор, играть",
        "чижик": "петь, пыжик, птица, клетка, фонтанка",
        "лабиринт": "заблудиться, выход, минотавр, зеркальный",
        "юла": "крутиться, вертеться, игрушка",
        "россия": "весь, президент, страна, большой, история, гражданин",
        "максим": "брат, сын, привет, муж, друг, сосед, дядя",
        "петрович": "здорово, привет, дядя, сосед, иван",
        "подружка": "мой, встретить, лучший, болтать, невеста",
    }.items()
}  # fmt: skip
"""A name's dictionary form → words of its other meaning."""

_INSIDE: Final = re.compile(r"(?<!\w)[вВ]о?$")
_OPENING: Final = "«\"„“'"
_CLOSING: Final = "»\"“”'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How much speaks for the brand, and what did, in Russian; `companion` is the one that stood near."""

    weight: int
    companion: Hit | None
    signs: tuple[str, ...]

    @property
    def names_the_brand(self) -> bool:
        return self.weight >= (ENOUGH if self.companion else ENOUGH_ALONE)


class Page:
    """A text as its tokens, with its letters as written and folded."""

    def __init__(self, text: str, folded: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self._folded = text, tokens, folded
        self._near: Final[dict[tuple[int, int], dict[str, str]]] = {}

    # Found when they are asked for: most names are no homonyms, and nothing is weighed.
    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self._folded)

    @cached_property
    def shouted(self) -> bool:
        return self.text.isupper()

    @cached_property
    def begins_with_a_capital(self) -> bool:
        first = next((letter for letter in self.text if letter.isalpha()), "")
        return first.isupper() and not self.shouted

    def near(self, hit: Hit) -> Mapping[str, str]:
        """The words near a hit, in its sentence: dictionary form → as written. Found once for a hit."""
        place = hit.first, hit.last
        if place not in self._near:
            self._near[place] = self._words_near(hit)
        return self._near[place]

    def _words_near(self, hit: Hit) -> dict[str, str]:
        here = self.sentences.of(hit.start)
        around = (
            *self.tokens[max(0, hit.first - _NEAR) : hit.first],
            *self.tokens[hit.last + 1 : hit.last + 1 + _NEAR],
        )
        return {
            lemma_of(token.word): self.text[token.start : token.end]
            for token in around
            if self.sentences.of(token.start) == here
        }


def weigh(hit: Hit, companion: Hit | None, page: Page) -> Weighed:
    """Companions speak loudest; capitals, quotes and words of trade speak too, the other meaning against it."""
    signs = [*_of_companion(companion, page), *_of_writing(hit, page), *_of_words(hit, companion, page)]
    return Weighed(
        weight=sum(weight for weight, _ in signs),
        companion=companion,
        signs=tuple(sign for _, sign in signs if sign),
    )


@lru_cache(maxsize=16_384)
def lemma_of(word: str) -> str:
    """The dictionary form of a folded word; the dictionary knows only Russian ones, and breaks on rare scripts."""
    if not _CYRILLIC.fullmatch(word):
        return word
    lemma: str = analyzer().parse(word)[0].normal_form
    return fold(lemma)


@lru_cache(maxsize=4096)
def _is_somebody(word: str) -> bool:
    """Whether a folded word is a person's name too: its capital says nothing of the brand, unless one is in it."""
    return bool(_CYRILLIC.fullmatch(word)) and not _SOMEBODY.isdisjoint(analyzer().parse(word)[0].tag.grammemes)


def _of_companion(companion: Hit | None, page: Page) -> Iterator[tuple[int, str]]:
    if companion is not None:
        lemma = lemma_of(page.tokens[companion.first].word)
        weight = _ANYBODYS if lemma in _PEOPLE_AND_PLACES else _COMPANION
        yield weight, f"рядом с «{page.text[companion.start : companion.end]}»"


def _of_writing(hit: Hit, page: Page) -> Iterator[tuple[int, str]]:
    """Capitals mean something where the author uses them: not in a shout, not at the beginning of a sentence."""
    before, after = page.text[max(0, hit.start - _REACH) : hit.start], page.text[hit.end : hit.end + 1]
    quoted = before[-1:] in tuple(_OPENING) and after in tuple(_CLOSING)
    if quoted:
        yield 1, "в кавычках"
    bare = before.rstrip(_OPENING + " (")
    begins = not bare or bare[-1] in _ENDS or "\n" in before[len(bare) :]
    capital = page.text[hit.start].isupper()
    somebody = _is_somebody(page.tokens[hit.first].word) and not _INSIDE.search(bare)
    if capital and not begins and not page.shouted and not somebody:
        yield 1, "с заглавной буквы внутри фразы"
    if not capital and not quoted and page.begins_with_a_capital:
        yield -1, ""


def _of_words(hit: Hit, companion: Hit | None, page: Page) -> Iterator[tuple[int, str]]:
    near = page.near(hit)
    counted = {lemma_of(page.tokens[companion.first].word)} if companion else _NOTHING
    trade = sorted((near.keys() & _TRADE) - counted)
    if trade:
        yield min(_MOST_TRADE, len(trade)), f"рядом с «{near[trade[0]]}»"
    other = _OTHER_MEANINGS.get(lemma_of(page.tokens[hit.first].word), _NOTHING) & (near.keys() - counted)
    if other:
        yield _OTHER_MEANING_TWICE if len(other) > 1 else _OTHER_MEANING, ""
