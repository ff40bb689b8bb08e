"""Mistakes that SMM staff make: each is named at its line, with the cause and what to write instead."""

from pathlib import Path
from typing import Final

import pytest

from listener.config.load import check
from tests.unit.test_config_load import BRAND, PEOPLE, ROUTES, folder

BARE: Final = "id: samokat\ntitle: Самокат\nnames: {names}\nwatch: {{vk: {{every: 15m}}}}\n"
"""A brand with an ordinary word for a name and nothing else."""


def names(text: str) -> str:
    return BARE.format(names=text)


def brand(old: str, new: str) -> str:
    assert old in BRAND
    return BRAND.replace(old, new)


def routes(old: str, new: str) -> str:
    assert old in ROUTES
    return ROUTES.replace(old, new)


def people(old: str, new: str) -> str:
    assert old in PEOPLE
    return PEOPLE.replace(old, new)


# what is wrong → file, its text, the line, what the message must say
MISTAKES: Final[dict[str, tuple[str, str, int, tuple[str, ...]]]] = {
    # numbers
    "a decimal comma in brackets": ("brand", brand("0.7", "0,7"), 12, ("0,7", "с точкой: 0.7")),
    "a decimal comma on a line of its own": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "\n  complaint_at: 0,7"),
        13,
        ("с точкой: 0.7",),
    ),
    "no blank after the colon": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "{complaint_at:0.7, per_day: 60}"),
        12,
        ("после двоеточия нужен пробел: complaint_at: 0.7",),
    ),
    "a percent": ("brand", brand("0.7", "70%"), 12, ("дробью: 0.7",)),
    "a percent after a blank": ("brand", brand("0.7", "70 %"), 12, ("дробью: 0.7",)),
    "a percent without its sign": ("brand", brand("0.7", "70"), 12, ("70 % — это 0.7",)),
    "a number in quotes": ("brand", brand("0.7", '"0.7"'), 12, ("без кавычек",)),
    "a word for a number": ("brand", brand("0.7", "много"), 12, ("например 0.6", "«много»")),
    "a limit with a dollar": ("brand", brand("x_usd_per_day: 5", "x_usd_per_day: $5"), 13, ("нужно число",)),
    "a threshold that follows no budget": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "{complaint_at: auto}"),
        12,
        ("per_day: 30",),
    ),
    "a share of complaints for a threshold that stands": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "{complaint_at: 0.7, per_day: 60, precision: 0.8}"),
        12,
        ("precision", "complaint_at: auto"),
    ),
    "a share of complaints in per cent": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "{complaint_at: auto, per_day: 60, precision: 80}"),
        12,
        ("precision", "0.8"),
    ),
    "a threshold of nought": ("brand", brand("0.7", "0"), 12, ("каждое упоминание",)),
    "a threshold of one": ("brand", brand("0.7", "1"), 12, ("карточек не будет",)),
    "auto in Russian": ("brand", brand("0.7", "авто"), 12, ("латиницей: auto",)),
    # times
    "minutes by a Russian letter": ("brand", brand("every: 90s", "every: 15м"), 10, ("«м» русская", "15m")),
    "seconds in Russian": ("brand", brand("every: 90s", "every: 90 сек"), 10, ("напишите 90s",)),
    "minutes in Russian": ("brand", brand("every: 90s", "every: 15 мин."), 10, ("напишите 15m",)),
    "a search once a day": ("brand", brand("every: 90s", "every: 1d"), 10, ("в течение часа не получится",)),
    "hours without a nought": ("routes", routes('"09:00-13:00"', '"9:00-13:00"'), 11, ('"09:00-13:00"',)),
    "hours with a dash": ("routes", routes('"09:00-13:00"', '"09:00–13:00"'), 11, ('"09:00-13:00"',)),
    "hours with points": ("routes", routes('"09:00-13:00"', '"09.00 - 13.00"'), 11, ('"09:00-13:00"',)),
    "one block of hours without a list": (
        "routes",
        routes('["14:00-24:00", "09:00-13:00"]', '"9:00-13:00"'),
        11,
        ("список в квадратных скобках", '["09:00-13:00"]'),
    ),
    "half an hour in brackets": ("brand", brand("every: 90s", "every: 1,5h"), 10, ("напишите 90m",)),
    "half an hour with a point": ("brand", brand("every: 90s", "every: 1.5h"), 10, ("напишите 90m",)),
    "a number with a blank": (
        "routes",
        routes("urgency_at: 0.9", "reach_at: 10 000"),
        7,
        ("без пробелов: 10000",),
    ),
    "a condition beside its when": (
        "routes",
        routes("to: [crisis, support]", "to: [crisis, support]\n      topics: [возврат]"),
        9,
        ("«topics» пишут внутри «when»",),
    ),
    "yes for true": ("routes", routes("console: true}", "console: yes}"), 3, ("true или false",)),
    # letters and signs that look alike
    "a Latin letter in a name": ("brand", brand("[Ромашка,", "[Рoмашка,"), 3, ("латинская «o» (2-я)",)),
    "a name twice": ("brand", brand("[Ромашка,", "[Ромашка, ромашка,"), 3, ("оставьте один раз",)),
    "a Cyrillic letter in a key": ("brand", brand("watch:", "watсh:"), 9, ("«watch»", "русская «с» (4-я)")),
    "a Cyrillic letter in a role": ("people", people("role: lead", "role: leаd"), 3, ("«lead»", "русская «а»")),
    "a Cyrillic letter in an account": (
        "brand",
        brand("{vk: [romashka_help]", "{vk: [rоmashka_help]"),
        7,
        ("русская «о» (2-я)",),
    ),
    "a Latin letter in a topic": (
        "routes",
        routes("brands: romashka", "topics: [cвязь]"),
        7,
        ("«связь»", "латинская «c» (1-я)"),
    ),
    "a no-break space for an indent": (
        "brand",
        brand("  vk: {search", "\u00a0 vk: {search"),
        10,
        ("неразрывный",),
    ),
    "a no-break space after a colon": ("brand", brand("title: ", "title:\u00a0"), 2, ("неразрывный",)),
    "an invisible character in a key": ("brand", brand("title:", "\u200btitle:"), 2, ("невидимый",)),
    "curly quotes": ("brand", brand('"\\"ромашка тв\\""', "“ромашка тв”"), 6, ("не прямые",)),
    "low curly quotes": ("brand", brand("title: Ромашка Телеком", "title: „Ромашка“"), 2, ("не прямые",)),
    "a dash for a minus": ("routes", routes("chat: -1003", "chat: –1003"), 3, ("тире", "-1003")),
    # words
    "a key in Russian": ("brand", brand("names:", "имена:"), 3, ("по-английски: «names»",)),
    "a role in Russian": ("people", people("role: lead", "role: руководитель"), 3, ("латиницей: lead",)),
    "a gender in Russian": ("people", people("gender: f", "gender: ж"), 2, ("латиницей: f",)),
    "a network in Russian": ("routes", routes("brands: romashka", "networks: [ВКонтакте]"), 7, ("латиницей: vk",)),
    "a list without brackets": (
        "brand",
        brand("[Ромашка, Ромашка Телеком, romashka]", "Ромашка, Ромашка Телеком"),
        3,
        ("names: [Ромашка, Ромашка Телеком]",),
    ),
    "a list with dashes for hyphens": (
        "brand",
        brand("names: [Ромашка, Ромашка Телеком, romashka]", "names:\n  – Ромашка"),
        3,
        ("дефис и пробел",),
    ),
    "quotes around a part": (
        "brand",
        brand("title: Ромашка Телеком", 'title: "Ромашка" Телеком'),
        2,
        ("всё значение",),
    ),
    "an author with a blank": (
        "brand",
        brand('["vk:-100500", "x:romashka_ru"]', "[vk: -100500]"),
        8,
        ('"vk:-100500"',),
    ),
    # names, companions, phrases
    "one ordinary word for a phrase": (
        "brand",
        brand('"ромашк* приложени*"', "связь"),
        6,
        ("обычного слова «связь»", "второе слово"),
    ),
    "no blank after a colon": ("brand", brand("title: Ромашка", "title:Ромашка"), 2, ("двоеточие и пробел",)),
    "a comment of another language": ("brand", BRAND + "// потом\n", 14, ("двоеточие и пробел",)),
    "two names with a semicolon": ("brand", names("[Самокат; Самокат доставка]"), 3, ("несколько значений",)),
    "two names in one pair of quotes": ("brand", names('["Ромашка, Ромашка Телеком"]'), 3, ("запятая внутри",)),
    "companions in one pair of quotes": (
        "brand",
        brand("[связь, интернет]", '["связь, интернет"]'),
        4,
        ("запятая внутри",),
    ),
    "an address for a name": (
        "brand",
        names('["https://vk.com/samokat"]'),
        3,
        ("впишите её в accounts", "samokat"),
    ),
    "an account for a name": ("brand", names('["@samokat"]'), 3, ("впишите её в accounts",)),
    "a name in never_when": (
        "brand",
        brand("[чай с ромашкой]", "[чай с ромашкой, Ромашка]"),
        3,
        ("никогда не найдётся", "«Ромашка» из never_when"),
    ),
    "a name in never_when in another form": (
        "brand",
        brand("[чай с ромашкой]", "[ромашки]"),
        3,
        ("«ромашки» из never_when",),
    ),
    "a companion that is the name": (
        "brand",
        brand("[связь, интернет]", "[связь, ромашка]"),
        4,
        ("само имя",),
    ),
    "a companion that stands everywhere": ("brand", brand("[связь, интернет]", "[и]"), 4, ("с чем угодно",)),
    "an ordinary word without companions": ("brand", names("[Самокат]"), 3, ("обычное слово", "only_when")),
    "an address for an account": (
        "brand",
        brand("[romashka_help], x", '["https://vk.com/romashka_help?w=wall"], x'),
        7,
        ("только «romashka_help»",),
    ),
    "a community that is not an account": (
        "brand",
        brand("community: [romashka_help]", "community: [romashka_shop]"),
        10,
        ("впишите и туда",),
    ),
    "a network where nothing is heard": (
        "brand",
        brand("{search: true, mentions: true", "{search: false, mentions: false"),
        11,
        ("ничего не слушается",),
    ),
    # receivers and chats
    "a group without its minus": ("routes", routes("-1003", "1001234567890"), 3, ("минус", "-1001234567890")),
    "a person's chat for a group": ("routes", routes("-1003", "987654"), 3, ("без минуса",)),
    "a chat by its name": ("routes", routes("-1003", '"@crisis"'), 3, ("напишите там /id",)),
    "a chat by its name without quotes": ("routes", routes("-1003", "@crisis"), 3, ("знак @", "/id")),
    "a chat as an invitation": ("routes", routes("-1003", '"https://t.me/+abc"'), 3, ("напишите там /id",)),
    "a topic's name for its number": ("routes", routes("topic: 7", "topic: Жалобы"), 2, ("номер темы", "/id")),
    "a link to a message for a chat": (
        "routes",
        routes("chat: -1001,", 'chat: "https://t.me/c/1234567890/7",'),
        2,
        ("номер её группы: -1001234567890",),
    ),
    "blanks in a chat's number": (
        "routes",
        routes("chat: -1001,", "chat: -100 123 456 7890,"),
        2,
        ("без пробелов: -1001234567890",),
    ),
    "a channel's address with its code": (
        "routes",
        routes('"#support"', '"https://romashka.slack.com/archives/C0123ABCD/p17"'),
        2,
        ('код канала: "C0123ABCD"',),
    ),
    "the topic General": ("routes", routes("topic: 7", "topic: 1"), 2, ("General",)),
    "a Slack channel without its sign": ("routes", routes('"#support"', "support"), 2, ('"#support"',)),
    "a Slack channel in capitals": ("routes", routes('"#support"', '"#Support"'), 2, ('"#support"',)),
    "a Slack channel as an address": (
        "routes",
        routes('"#support"', '"https://romashka.slack.com/archives/C0123"'),
        2,
        ("имя канала",),
    ),
    "a person for a Slack channel": ("routes", routes('"#support"', '"@anna"'), 2, ("человек",)),
    "a receiver that no route names": ("routes", routes("[crisis, support]", "support"), 3, ("ничего не придёт",)),
    "an owner by the name": (
        "routes",
        routes("console: true}", "console: true, owner: Анна Иванова}"),
        3,
        ("строчной латиницей",),
    ),
    "a chat without braces": ("routes", routes("[{chat: -1003}]", "[-1003]"), 3, ("{chat: -1003}",)),
    "a chat without a list": ("routes", routes("[{chat: -1003}]", "-1003"), 3, ("[{chat: -1003}]",)),
    "two receivers without a comma": (
        "routes",
        routes("[crisis, support]", "[crisis support]"),
        8,
        ("[crisis, support]",),
    ),
    # routes
    "two topics in one": ("routes", routes("brands: romashka", "topics: [связь; цена]"), 7, ("[связь, цена]",)),
    "a topic that nothing makes": (
        "routes",
        routes("brands: romashka", "topics: [очередьь]"),
        7,
        ("«очередьь» не бывает", "имели в виду «очередь»"),
    ),
    "an urgency of one": ("routes", routes("urgency_at: 0.9", "urgency_at: 1"), 7, ("не бывает",)),
    "a network that the brand is not heard in": (
        "routes",
        routes("brands: romashka", "networks: [x]"),
        7,
        ("никогда не сработает",),
    ),
    "a route below a wider one": (
        "routes",
        routes(
            "    - when: {urgency_at: 0.9",
            "    - when: {urgency_at: 0.5}\n      to: support\n    - when: {urgency_at: 0.9",
        ),
        9,
        ("маршрут 1 выше",),
    ),
    # people, words, templates
    "a telephone for a number in Telegram": (
        "people",
        people("222", "+79001234567"),
        3,
        ("номер телефона", "/id"),
    ),
    "a person by the @name": ("people", people("222", '"@oleg"'), 3, ("напишет боту /id",)),
    "a group's number for a person": ("people", people("222", "-1001"), 3, ("номер группы",)),
    "nobody with a number in Slack": ("people", people(", slack: U01", ""), 2, ("нет slack",)),
    "words in one pair of quotes": ("words", 'topics:\n  связь: ["сеть, интернет"]\n', 2, ("несколько слов",)),
    "an insertion in double brackets": (
        "templates",
        'templates:\n  привет: "{{имя}}, здравствуйте"\n',
        2,
        ("в одних скобках",),
    ),
    "an insertion in other brackets": (
        "templates",
        'templates:\n  привет: "[имя], здравствуйте"\n',
        2,
        ("пишут {имя}",),
    ),
    # what YAML makes of it
    "a tab after a colon": ("brand", brand("title: ", "title:\t"), 2, ("табуляция вместо пробела",)),
    "two commas": ("brand", brand("[Ромашка, Ромашка", "[Ромашка,, Ромашка"), 3, ("две запятые подряд",)),
    "an exclamation mark": ("brand", brand("title: ", "title: !"), 2, ("знак !", "в кавычки")),
    "quotes as a table writes them": (
        "brand",
        brand("Ромашка Телеком\n", '"ООО ""Ромашка"""\n'),
        2,
        ("в одинарные",),
    ),
    "lines after the end": ("brand", BRAND + "...\nid: b\n", 15, ("после конца",)),
    "a sign that begins a remark": ("brand", brand("title: Ромашка", "title: #Ромашка"), 2, ("примечание",)),
    "a number with a nought before it": ("people", people("222", "0222"), 3, ("не начинают с нуля",)),
    "a time of day for a span": ("brand", brand("every: 90s", "every: 1:30"), 10, ("нужен срок", "«1:30»")),
    "a chat with its topic after a line": (
        "routes",
        routes("-1003", "-1003_7"),
        3,
        ("нужен номер чата", "-1003_7"),
    ),
    "no number at all": ("brand", brand("0.7", ".nan"), 12, ("нужно число",)),
    "a boundless number": ("brand", brand("x_usd_per_day: 5", "x_usd_per_day: .inf"), 13, ("нужно число",)),
    "an empty file": ("brand", "# потом\n", 1, ("файл пуст", "id, title, names")),
    "a file that begins with a list": ("people", "- {name: Анна, role: lead}\n", 1, ("«people:»",)),
    "dashes before keys": ("routes", "receivers:\n  - support: {}\nroute: {to: support}\n", 1, ("без чёрточек",)),
    "round brackets": ("brand", names("(Самокат, Самокаты)"), 3, ("[Самокат, Самокаты]",)),
    "curly brackets for a list": ("brand", names("{Самокат, Самокаты}"), 3, ("[Самокат, Самокаты]",)),
    "bullets": ("brand", names("\n  • Самокат\n  • Самокаты"), 3, ("дефис и пробел",)),
    "a chat without square brackets": (
        "routes",
        routes("[{chat: -1003}]", "{chat: -1003}"),
        3,
        ("квадратные скобки",),
    ),
    "a template that begins with an insertion": (
        "templates",
        "templates:\n  привет: {имя}, здравствуйте\n",
        2,
        ("возьмите в кавычки всё значение",),
    ),
    # more numbers and times
    "a threshold of six": ("brand", brand("0.7", "6"), 12, ("возможно, 0.6",)),
    "a negative threshold": ("brand", brand("0.7", "-0.5"), 12, ("не меньше 0 ",)),
    "a key's value without the key": (
        "brand",
        brand("{complaint_at: 0.7, per_day: 60}", "0.7"),
        12,
        ("complaint_at",),
    ),
    "a time without its letter": ("routes", routes("warn: 15m", "warn: 15"), 9, ("15m — минуты",)),
    "a name of digits": ("brand", names("[585]"), 3, ('"585"',)),
    "no time": ("brand", brand("every: 90s", "every: 0s"), 10, ("больше нуля",)),
    "a time in capitals": ("brand", brand("every: 90s", "every: 90S"), 10, ("напишите 90s",)),
    "an eternity": ("brand", brand("every: 90s", "every: 99999999d"), 10, ("длинного срока не бывает",)),
    "a search every second": ("brand", brand("every: 90s", "every: 1s"), 10, ("лимит сети уйдёт",)),
    "hours that no day has": (
        "routes",
        routes("14:00-24:00", "14:00-25:00"),
        11,
        ('вида "09:00-18:00", в кавычках',),
    ),
    "thousands by a letter": ("routes", routes("urgency_at: 0.9", "reach_at: 10k"), 7, ("10000",)),
    "thousands by a point": ("routes", routes("urgency_at: 0.9", "reach_at: 10.000"), 7, ("без точки",)),
    "roubles": ("brand", brand("x_usd_per_day: 5", "x_usd_per_day: 5 руб"), 13, ("например 5",)),
    "a limit of cents": ("brand", brand("x_usd_per_day: 5", "x_usd_per_day: 0.1"), 13, ("меньше сотни записей",)),
    "a fortune a day": ("brand", brand("x_usd_per_day: 5", "x_usd_per_day: 50000"), 13, ("не описка",)),
    # words that kill or do nothing
    "a veto on every text": ("brand", brand("[чай с ромашкой]", "[не]"), 5, ("отменит бренд почти везде",)),
    "a companion that is a veto": ("brand", brand("[чай с ромашкой]", "[Связь]"), 5, ("и спутник", "и запрет")),
    "a name with another in brackets": ("brand", names('["Самокат (Samokat)"]'), 3, ("отдельно",)),
    "a name with a stroke": ("brand", names("[Самокат/Samokat]"), 3, ("отдельно",)),
    "a name from the register": ("brand", names("['ООО «Самокат»']"), 3, ("впишите «Самокат»",)),
    "a mailbox for a name": ("brand", names("[help@samokat.ru]"), 3, ("адрес почты",)),
    "a name in the other layout": ("brand", names("[cfvjrfn]"), 3, ("«самокат»", "раскладке")),
    "a star for an author": ("brand", brand("x:romashka_ru", "x:*"), 8, ("звёздочка",)),
    "an author by the address": (
        "brand",
        brand("vk:-100500", "https://vk.com/id5"),
        8,
        ('автора пишут так: "vk:id5"',),
    ),
    "a network with nothing after it": (
        "brand",
        BRAND.partition("  vk: {")[0] + "  vk:\n",
        10,
        ("после «vk:» пусто",),
    ),
    "a title of a page's length": (
        "brand",
        brand("Ромашка Телеком\n", "Ромашка " * 20 + "\n"),
        2,
        ("не больше 100",),
    ),
    "an urgent word of every text": ("words", "urgent: [не]\n", 1, ("есть в каждом тексте",)),
    "the brand as an urgent word": ("words", "urgent: [ромашка]\n", 1, ("имя бренда",)),
    "a word on trial that alerts already": ("words", "urgent: [суд]\nwatch: [суд]\n", 2, ("уже в urgent",)),
    "a word on trial of every text": ("words", "watch: [не]\n", 1, ("есть в каждом тексте",)),
    "a word in quotes": ("words", "urgent: ['«суд»']\n", 1, ("уберите знак «",)),
    "a word with a star": ("words", "topics:\n  связь: [сет*]\n", 2, ("уберите знак *",)),
    "a built-in topic in capitals": ("words", "topics:\n  Доставка: [фура]\n", 2, ("встроенная", "«доставка»")),
    "a built-in topic with a slip": ("words", "topics:\n  достафка: [фура]\n", 2, ("встроенная", "«доставка»")),
    # more routes, people, hours
    "a topic in capitals": ("routes", routes("brands: romashka", "topics: [Связь]"), 7, ("пишут так: «связь»",)),
    "a role in capitals": ("people", people("role: lead", "role: Lead"), 3, ("пишут строчными: lead",)),
    "an insertion in capitals": ("templates", "templates:\n  а: '{Имя}, мы тут'\n", 2, ("пишут так: «имя»",)),
    "an insertion that is not closed": ("templates", "templates:\n  а: '{имя, мы тут'\n", 2, ("не закрыта",)),
    "an insertion after a dollar": ("templates", "templates:\n  а: '$имя, мы тут'\n", 2, ("пишут {имя}",)),
    "a template of a book's length": (
        "templates",
        "templates:\n  а: " + "а" * 5000 + "\n",
        2,
        ("не больше 4000",),
    ),
    "a last route that takes everything": (
        "routes",
        routes("{urgency_at: 0.9, brands: romashka}", "{}"),
        7,
        ("до route.to дело не дойдёт",),
    ),
    "nobody of that name to tell": (
        "routes",
        ROUTES + "notices: {config: suport}\n",
        14,
        ("получатель «suport» нигде не описан", "«support»"),
    ),
    "a chat twice": ("routes", routes("[{chat: -1003}]", "[{chat: -1003}, {chat: -1003}]"), 3, ("уже назван",)),
    "a chat that cannot be": ("routes", routes("-1003", "-99999999999999999999"), 3, ("чата с номером", "нет")),
    "a member for a channel": ("routes", routes('"#support"', "U0123ABCD"), 2, ("код человека",)),
    "a night in a word of YAML": ("routes", ROUTES + "  night: off\n", 14, ("можно только hold, urgent, send",)),
    "a city for a time zone": ("routes", ROUTES + "  timezone: Москва\n", 14, ("Europe/Moscow",)),
    "a difference for a time zone": ("routes", ROUTES + "  timezone: UTC+5\n", 14, ("Asia/Yekaterinburg",)),
    "a time zone in small letters": ("routes", ROUTES + "  timezone: europe/samara\n", 14, ("Europe/Samara",)),
    "a time zone with its sign turned": ("routes", ROUTES + "  timezone: Etc/GMT+3\n", 14, ("наоборот",)),
    "a weekend that nobody thought of": ("routes", routes("  weekend: []\n", ""), 11, ("выходные не названы",)),
    "nobody to ring at the end": ("people", people("role: lead", "role: operator"), 1, ("ни одного старшего",)),
}
ONLY_VK: Final = {"a network that the brand is not heard in"}


def test_there_are_as_many_as_were_thought_of() -> None:
    assert len(MISTAKES) >= 140


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_cause(tmp_path: Path, mistake: str) -> None:
    file, text, line, said = MISTAKES[mistake]
    files = {"brand": BRAND, file: text}
    if mistake in ONLY_VK:
        files["brand"] = BRAND.replace("  x:  {search: true, mentions: true, stream: false, every: 2m}\n", "")
    found = check(folder(tmp_path, **files))
    if "samokat" in text:
        found = tuple(one for one in found if Path(one.file).name != "routes.yaml")
    assert any(one.line == line and all(word in one.message for word in said) for one in found), [*map(str, found)]
    assert len({(one.file, one.line) for one in found if one.line != line}) <= 1, [*map(str, found)]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("brands/samokat.yaml.txt", "назовите его samokat.yaml"),
        ("brands/samokat.yml", "назовите его samokat.yaml"),
        ("brands/Самокат.YAML", "назовите его самокат.yaml"),
        ("brands/old/samokat.yaml", "бренды живут в brands/*.yaml"),
        ("brand/samokat.yaml", "бренды живут в brands/*.yaml"),
        ("samokat.yaml", "бренды живут в brands/*.yaml"),
        ("words.yaml.txt", "назовите его words.yaml"),
        ("Words.yaml", "назовите его words.yaml"),
    ],
)
def test_a_file_that_is_not_read_is_named_with_the_name_that_would_be(
    tmp_path: Path, place: str, said: str
) -> None:
    path = folder(tmp_path) / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(BRAND, encoding="utf-8")
    (mistake,) = check(tmp_path)
    assert Path(mistake.file) == path
    assert said in mistake.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BRAND.encode("utf-16"), "похоже на UTF-16"),
        (BRAND.encode("cp1251"), "похоже на Windows-1251"),
        (b"PK\x03\x04" + bytes(range(256)), "документ Word"),
    ],
)
def test_a_file_in_another_encoding_is_named_with_what_it_looks_like(
    tmp_path: Path, content: bytes, said: str
) -> None:
    folder(tmp_path)
    (tmp_path / "brands" / "zzz.yaml").write_bytes(content)
    (mistake,) = (one for one in check(tmp_path) if one.file.endswith("zzz.yaml"))
    assert said in mistake.message
    assert "UTF-8" in mistake.message


@pytest.mark.parametrize(
    "place", ["README.md", "brands/notes.txt", ".git/a.yaml", "schema/brand.yaml", "brands/a.yaml~"]
)
def test_files_that_nobody_takes_for_the_config_are_left_alone(tmp_path: Path, place: str) -> None:
    path = folder(tmp_path) / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("x", encoding="utf-8")
    assert check(tmp_path) == ()


def second(tmp_path: Path, old: str = "", new: str = "") -> Path:
    text = "id: lavka\ntitle: Лавка\nnames: [Цветочная лавка]\nwatch: {vk: {every: 15m}}\n"
    assert old in text
    path = folder(tmp_path) / "brands" / "zzz.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_name_of_another_brand_is_a_mistake_unless_companions_tell_them_apart(tmp_path: Path) -> None:
    second(tmp_path, "[Цветочная лавка]", "[Цветочная лавка, ромашка]")
    (mistake,) = (one for one in check(tmp_path) if not one.warning)
    assert mistake.line == 3
    assert "«ромашка» уже у бренда romashka" in mistake.message
    assert "only_when" in mistake.message
    second(tmp_path, "[Цветочная лавка]", "[Цветочная лавка, ромашка]\nonly_when: [букет]")
    (warning,) = check(tmp_path)
    assert warning.warning


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Лавка\n", "Ромашка Телеком\n", "на карточках их не различить"),
        ("watch:", "accounts: {vk: [romashka_help]}\nwatch:", "страница «romashka_help» уже у бренда romashka"),
        ("watch:", "phrases: ['\"ромашка тв\"']\nwatch:", 'фраза «"ромашка тв"» уже у бренда romashka'),
    ],
)
def test_a_title_a_page_and_a_phrase_of_another_brand_are_warned_of(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    second(tmp_path, old, new)
    (warning,) = check(tmp_path)
    assert warning.warning
    assert said in warning.message


def test_companions_and_vetoes_silence_the_word_of_an_ordinary_name(tmp_path: Path) -> None:
    for thought in ("only_when: [доставка]", "never_when: [прокат самокатов]"):
        found = check(folder(tmp_path, brand=names("[Самокат]") + thought))
        assert not any("обычное слово" in one.message for one in found)


@pytest.mark.parametrize("name", ["Чайка", "Роза", "Орёл", "Магнит", "Лента"])
def test_a_word_that_is_also_somebody_s_name_is_an_ordinary_one(tmp_path: Path, name: str) -> None:
    found = check(folder(tmp_path, brand=names(f"[{name}]")))
    assert any(f"«{name}» — обычное слово" in one.message for one in found)


@pytest.mark.parametrize(
    "name",
    [
        "Петров",
        "Кузнецов",
        "Орион",
        "Волков",
        "Сбербанк",
        "Билайн",
        "Тинькофф",
        "Самокат доставка",
        "Ozon",
        "Аэрофлот",
    ],
)
def test_a_name_that_is_no_ordinary_word_is_let_be(tmp_path: Path, name: str) -> None:
    found = check(folder(tmp_path, brand=names(f"[{name}]")))
    assert not any("обычное слово" in one.message for one in found)


def test_the_quota_of_searches_is_warned_of_once_for_all_brands(tmp_path: Path) -> None:
    second(tmp_path, "every: 15m", "every: 60s")
    (warning,) = check(tmp_path, searches={"vk": 1000})
    assert "romashka 1920, zzz 1440" in warning.message


def test_a_file_that_may_not_be_read_is_a_mistake(tmp_path: Path) -> None:
    folder(tmp_path, words=b"\xff\xfe\x00")
    (mistake,) = check(tmp_path)
    assert "UTF-8" in mistake.message


def test_the_folder_of_the_brands_and_the_one_around_are_told_from_the_configs(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    config = folder(tmp_path / "config")
    (brands,) = check(config / "brands")
    assert f"нужна вся папка настроек: {config}" in brands.message
    (around,) = check(tmp_path)
    assert f"настройки лежат глубже: {config}" in around.message


@pytest.mark.parametrize("name", ["ЯндексGo", "МТС Bank", "М.Видео", "H&M", "2ГИС", "OZONчик"])
def test_a_name_of_two_alphabets_by_right_is_let_be(tmp_path: Path, name: str) -> None:
    found = check(folder(tmp_path, brand=names(f"['{name}']")))
    assert not any("наберите слово заново" in one.message for one in found)
