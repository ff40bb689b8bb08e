"""First names: how somebody may be addressed whose account shows a name, and None where it shows anything else.

Wrong is worse than nothing: «Здравствуйте!» offends nobody, «Магнит, здравствуйте!» does. So only what stands in
the list below is taken for a name, beside nothing but a surname.
"""

import re
from typing import Final

_RUSSIAN: Final = """
Агата Аглая Адам Аделина Аида Айгуль Айдар Айрат Алан Александр Александра Алексей Алена Алёна Алеся Алина
Алиса Алия Алла Алсу Альберт Альбина Альфия Амалия Амина Анастасия Анатолий Ангелина Андрей Анжела Анжелика
Анна Антон Антонина Ануш Арам Арина Аркадий Арман Армен Арсен Арсений Артем Артём Артур Архип Ася Афанасий
Ашот Богдан Борис Булат Вадим Валентин Валентина Валерий Валерия Ваня Варвара Варя Василий Василиса Вася
Вениамин Вера Вероника Вика Виктор Виктория Виталий Витя Владимир Владислав Владислава Влада Володя Всеволод
Вячеслав Гаврил Галина Галя Геннадий Георгий Герман Глеб Гоша Григорий Гриша Гузель Гульнара Гульназ Давид
Дамир Дана Даниил Данил Данила Данияр Дарина Дарья Даша Денис Диана Дилара Дима Динара Дмитрий Ева Евгений
Евгения Евдокия Егор Екатерина Елена Елизавета Ефим Жанна Женя Захар Зинаида Зоя Зульфия Иван Игнат Игорь
Илона Ильдар Илья Инга Инна Иннокентий Ирина Ира Ия Камила Камиль Карен Карина Каролина Катерина Катя Кира
Кирилл Клавдия Клим Ксения Ксюша Константин Костя Кристина Лада Лариса Лена Леонид Леся Лида Лидия Лиза Лика
Лилия Лина Лия Люба Любовь Людмила Люда Люся Майя Макар Максим Марат Маргарита Марина Мария Марк Марта Мартин
Марьям Марьяна Матвей Маша Мила Милана Милена Мирослав Мирослава Мирон Миша Михаил Мурад Надежда Надя Наиля
Настя Наталия Наталья Наташа Нелли Ника Никита Николай Нина Оксана Олег Олеся Оля Ольга Павел Паша Петр Пётр
Петя Платон Полина Прохор Равиль Радик Раиса Рамиль Ратмир Рената Ринат Рита Роберт Родион Роман Рома
Ростислав Руслан Рустам Сабина Саида Саня Саша Света Светлана Святослав Семен Семён Серафим Серафима Сергей
Сережа Серёжа Снежана Соня София Софья Станислав Стас Степан Сусанна Таисия Тамара Тамила Таня Татьяна Тарас
Тимофей Тимур Тихон Толя Ульяна Фарид Фарида Федор Фёдор Фёкла Филипп Шамиль Эвелина Эдгар Эдуард Элина Элла
Эльвира Эльдар Эльмира Эмиль Эмма Эрик Юлиана Юлия Юля Юра Юрий Юля Яков Ян Яна Ярослав Ярослава
"""
_LATIN: Final = """
Aleksandr=Александр Alexander=Александр Alexandr=Александр Aleksandra=Александра Alexandra=Александра
Aleksey=Алексей Alexey=Алексей Alexei=Алексей Alena=Алёна Alyona=Алёна Alina=Алина Alisa=Алиса Alla=Алла
Anastasia=Анастасия Anastasiya=Анастасия Andrey=Андрей Andrei=Андрей Angelina=Ангелина Anna=Анна Anton=Антон
Arina=Арина Artem=Артём Artyom=Артём Artur=Артур Boris=Борис Daniil=Даниил Daria=Дарья Darya=Дарья Dasha=Даша
Denis=Денис Diana=Диана Dima=Дима Dmitriy=Дмитрий Dmitry=Дмитрий Dmitrii=Дмитрий Egor=Егор Ekaterina=Екатерина
Elena=Елена Elizaveta=Елизавета Evgeniy=Евгений Evgeny=Евгений Evgeniya=Евгения Evgenia=Евгения Galina=Галина
Georgiy=Георгий Gleb=Глеб Grigory=Григорий Igor=Игорь Ilya=Илья Inna=Инна Irina=Ирина Ivan=Иван Karina=Карина
Katya=Катя Kirill=Кирилл Konstantin=Константин Kristina=Кристина Ksenia=Ксения Kseniya=Ксения Larisa=Лариса
Lena=Лена Leonid=Леонид Lyudmila=Людмила Ludmila=Людмила Maksim=Максим Maxim=Максим Margarita=Маргарита
Maria=Мария Mariya=Мария Marina=Марина Mark=Марк Masha=Маша Matvey=Матвей Mikhail=Михаил Misha=Миша
Nadezhda=Надежда Nastya=Настя Natalia=Наталья Natalya=Наталья Natasha=Наташа Nikita=Никита Nikolay=Николай
Nikolai=Николай Nina=Нина Oksana=Оксана Oleg=Олег Olga=Ольга Olya=Оля Pavel=Павел Petr=Пётр Polina=Полина
Roman=Роман Ruslan=Руслан Rustam=Рустам Sasha=Саша Sergey=Сергей Sergei=Сергей Sofia=София Sofya=Софья
Stanislav=Станислав Stepan=Степан Svetlana=Светлана Tamara=Тамара Tanya=Таня Tatiana=Татьяна Tatyana=Татьяна
Timur=Тимур Vadim=Вадим Valentina=Валентина Valeria=Валерия Valeriya=Валерия Varvara=Варвара Vasily=Василий
Vera=Вера Veronika=Вероника Victor=Виктор Viktor=Виктор Victoria=Виктория Viktoria=Виктория Viktoriya=Виктория
Vitaly=Виталий Vladimir=Владимир Vladislav=Владислав Vyacheslav=Вячеслав Yana=Яна Yaroslav=Ярослав Yulia=Юлия
Julia=Юлия Yuri=Юрий Yuriy=Юрий
"""
_NAMES: Final = {name.casefold(): name for name in _RUSSIAN.split()} | {
    latin.casefold(): russian for latin, _, russian in (pair.partition("=") for pair in _LATIN.split())
}
_WORD: Final = re.compile(r"[А-ЯЁа-яё]{2,}(?:-[А-ЯЁа-яё]{2,})?|[A-Za-z]{2,}(?:-[A-Za-z]{2,})?")
_TRADES: Final = """
агентство аптека ателье бар барбершоп бот группа гостиница доктор доставка кафе канал клиника клуб компания
кофейня магазин мама мастер новости ооо отель официальный папа паблик пекарня пиццерия реклама ресторан салон
сервис служба студия такси центр цветы школа bar bot cafe channel club group hotel news official salon shop
store studio taxi
"""
_NO_SURNAMES: Final = frozenset(_TRADES.split())
"""«Такси Максим», «Салон Анна»: beside such a word a first name is no person's, or not the one who reads."""
_MOST_WORDS: Final = 3
_LONGEST: Final = 60


_SHORT: Final = """
Аня=Анна Ася=Анастасия Валя=Валентина,Валентин Ваня=Иван Варя=Варвара Вася=Василий Вика=Виктория Витя=Виктор
Влада=Владислава Володя=Владимир Галя=Галина Гоша=Георгий,Егор,Игорь Гриша=Григорий Данил=Даниил Данила=Даниил
Даша=Дарья Дима=Дмитрий Женя=Евгений,Евгения Ира=Ирина Катерина=Екатерина Катя=Екатерина,Катерина Костя=Константин
Ксюша=Ксения Лена=Елена Леся=Олеся Лида=Лидия Лиза=Елизавета Люба=Любовь Люда=Людмила Люся=Людмила Маша=Мария
Миша=Михаил Надя=Надежда Настя=Анастасия Наталья=Наталия Наташа=Наталья,Наталия Ника=Вероника Оля=Ольга Паша=Павел
Петя=Петр Рита=Маргарита Рома=Роман Саня=Александр,Александра Саша=Александр,Александра Света=Светлана
Сережа=Сергей Соня=София,Софья Софья=София Стас=Станислав Таня=Татьяна Толя=Анатолий Юля=Юлия Юра=Юрий
"""
_FULL: Final = {
    short.casefold(): frozenset(full.casefold().split(","))
    for short, _, full in (pair.partition("=") for pair in _SHORT.split())
}
_GREETING: Final = re.compile(
    r"""
    ^\W*
    (?:(?:здравствуйте|здравствуй|привет\w*|добр(?:ый|ое|ой|ого)\s+\w+(?:\s+суток)?|уважаем\w+)[\s,!.:—-]+)?
    (?P<name>[А-ЯЁ][а-яё]+)(?=\s*[,!.:—-])
    """,
    re.VERBOSE | re.IGNORECASE,
)


_ADDRESSING: Final = re.compile(
    r"""
    \b(?:спасибо|благодар\w+|извините|простите|уважаем\w+|дорог(?:ой|ая)|здравствуйте)(?:\s+вам)?[\s,]+
    (?P<name>[А-ЯЁа-яё]+)(?=\s*[,!.:—-])
    """,
    re.VERBOSE | re.IGNORECASE,
)


def greeted(text: str) -> str | None:
    """The first name that somebody is spoken to by: with which the text begins, or after «спасибо», «простите»;
    None where there is none.
    """
    begins = _GREETING.match(text)
    found = [*((begins,) if begins else ()), *_ADDRESSING.finditer(text)]
    return next((name for each in found if _is_name(name := each["name"])), None)


def _is_name(word: str) -> bool:
    return word[:1].isupper() and (word.casefold() in _NAMES or word.casefold() in _FULL)


def may_be_one(name: str, other: str) -> bool:
    """Whether two first names may be the same person's: «Катя» and «Екатерина», «Артем» and «Артём»."""
    one, two = _forms(name), _forms(other)
    return bool(one & two)


def _forms(name: str) -> frozenset[str]:
    plain = name.casefold().replace("ё", "е")
    return frozenset({plain}) | _FULL.get(plain, frozenset())


def called(shown: str) -> str | None:
    """«Анна Иванова», «Иванова Анна», «Anna Ivanova» are all «Анна»; a nickname, a shop, an emoji are nobody.

    Russian addresses people in the nominative, so there is no other form to find.
    """
    words = shown.split()
    if not 1 <= len(words) <= _MOST_WORDS or len(shown) > _LONGEST or not all(map(_WORD.fullmatch, words)):
        return None
    if len({word[0].isascii() for word in words}) > 1 or not all(map(_is_capital, words)):
        return None
    if any(word.casefold() in _NO_SURNAMES for word in words):
        return None
    names = [name for word in words if (name := _NAMES.get(word.casefold())) is not None]
    # Of «Павел Роман» nobody knows which is which; the first is the likelier.
    return names[0] if names else None


def _is_capital(word: str) -> bool:
    """«Анна», «АННА» and «Анна-Мария» are written as names are; «анна» may be a word in a sentence."""
    return all(part[0].isupper() and (part.isupper() or part[1:].islower()) for part in word.split("-"))
