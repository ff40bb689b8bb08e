"""Some four hundred names of brands that Russians write about, by trade, as their owners write them."""

from typing import Final

_LISTS: Final = {
    "связь": """
        Билайн | МТС | МегаФон | Теле2 | T2 | Yota | Ростелеком | Дом.ru | ТТК | МГТС | Тинькофф Мобайл |
        СберМобайл | Мотив | Летай | AKADO | NETBYNET""",
    "банки": """
        Сбербанк | Сбер | ВТБ | Альфа-Банк | Т-Банк | Райффайзенбанк | Газпромбанк | Россельхозбанк |
        Совкомбанк | Банк «Санкт-Петербург» | МКБ | Почта Банк | ОТП Банк | Хоум Кредит | Русский Стандарт
        | Росбанк | ЮMoney | QIWI | БКС | УБРиР | АК БАРС | Ренессанс Кредит | МТС Банк | Точка""",
    "продукты": """
        Пятёрочка | Перекрёсток | Магнит | Лента | Ашан | О'КЕЙ | Дикси | ВкусВилл | METRO | Spar | Азбука
        Вкуса | Верный | Светофор | Чижик | Fix Price | Красное&Белое | К&Б | Бристоль | Globus | Глобус |
        Монетка | Мария-Ра | ЕВРОСПАР | Да! | Ярче! | Мираторг | Самбери | 4 Сезона | 7-Eleven""",
    "доставка еды": """
        Самокат | Яндекс Еда | Яндекс Лавка | Delivery Club | Купер | СберМаркет | Кухня на районе | Grow
        Food | Level Kitchen""",
    "рестораны": """
        Вкусно — и точка | KFC | Rostic's | Burger King | Додо Пицца | Папа Джонс | Domino's | Теремок |
        Subway | Шоколадница | Starbucks | Stars Coffee | Coffee Like | One Price Coffee | Кофе Хауз |
        Чайхона №1 | Тануки | Якитория | Крошка Картошка | IL Патио | Му-Му | Хлеб Насущный | Cinnabon |
        Cofix | Surf Coffee | 33 пингвина | Баскин Роббинс | T.G.I. Fridays""",
    "маркетплейсы": """
        Ozon | Wildberries | Яндекс.Маркет | AliExpress | Мегамаркет | KazanExpress | Lamoda | Авито | Юла
        | eBay | Amazon | Joom | Temu | SHEIN | Flowwow""",
    "электроника": """
        М.Видео | Эльдорадо | DNS | Ситилинк | re:Store | iPhone | Samsung | Xiaomi | HUAWEI | OPPO |
        Apple | Philips | LG | Bosch | Redmi | Nokia | JBL | Sony | HP | Canon | Dyson | 220 Вольт |
        Технопарк | Позитроника | Р-Телеком | iRobot""",
    "одежда": """
        H&M | Zara | Gloria Jeans | Глория Джинс | O'STIN | Befree | Love Republic | ТВОЕ | Zolla | Sela |
        12 STOREEZ | Kari | Rendez-Vous | ECCO | Nike | adidas | Reebok | Puma | New Balance | Levi's |
        C&A | Marks & Spencer | Спортмастер | Decathlon | Henderson | Finn Flare | LC Waikiki | DeFacto |
        Mango | Pull&Bear""",
    "косметика": """
        Л'Этуаль | Рив Гош | Золотое Яблоко | Ив Роше | L'Oréal | Л’Окситан | Подружка | Магнит Косметик |
        Улыбка радуги | Faberlic | AVON | Mary Kay | Lush | Kérastase | Nivea | Estée Lauder | M·A·C""",
    "аптеки и клиники": """
        36,6 | Аптека №1 | Горздрав | Ригла | Апрель | Вита | eApteka | Аптека.ру | ЗдравСити | Инвитро |
        Гемотест | KDL | СМ-Клиника | Медси | МЕДСИ | Ситилаб | Хеликс | Мать и дитя | Зуб.ру | Доктор
        Столетов""",
    "авиа и поезда": """
        Аэрофлот | S7 | S7 Airlines | Победа | Utair | Уральские авиалинии | Nordwind | Red Wings |
        Smartavia | Азимут | Р.Ж.Д. | РЖД | ФПК | Аэроэкспресс | Turkish Airlines | flydubai | Air Astana""",
    "такси и прокат": """
        Яндекс Go | Я.Такси | Ситимобил | Uber | Gett | inDrive | Максим | Делимобиль | Whoosh | Юрент |
        BelkaCar | Яндекс Драйв | Везёт""",
    "сайты и приложения": """
        2ГИС | hh.ru | ВКонтакте | VK | Одноклассники | Telegram | WhatsApp | YouTube | Rutube | TikTok |
        Mail.ru | Яндекс | Кинопоиск HD | IVI | Okko | Wink | START | Premier | Госуслуги | ЦИАН | Домклик
        | Drom.ru | Auto.ru | SuperJob | Zoom | Skype | Discord | Twitch | Spotify | Booking.com | 1С |
        1С-Битрикс""",
    "почта": """
        Почта России | СДЭК | Boxberry | 5Post | DPD | Деловые Линии | ПЭК | Halva | КСЭ | PickPoint |
        Достависта | EMS""",
    "дети": """
        Детский мир | Кораблик | Дочки-Сыночки | LEGO | Pampers | Агуша | Фруто Няня | Chicco | Hot Wheels
        | Mothercare""",
    "дом": """
        IKEA | Леруа Мерлен | Лемана ПРО | Hoff | OBI | Петрович | Аскона | Много Мебели | Столплит |
        Castorama | Твой Дом | B&Q | Kitfort | Tefal | Hansgrohe""",
    "авто": """
        Lada | АвтоВАЗ | ГАЗ | УАЗ | Kia | Hyundai | BMW | Mercedes-Benz | Toyota | Škoda | Citroën |
        Volkswagen | Haval | CHERY | Лукойл | Газпромнефть | Роснефть | Татнефть | Shell | BP | Рольф |
        Major | Тинькофф Страхование | РЕСО-Гарантия | Ингосстрах | АльфаСтрахование""",
    "игры": """
        Steam | PlayStation 5 | Xbox | Nintendo | World of Tanks | Мир танков | Dota 2 | Counter-Strike 2
        | Genshin Impact | PUBG | EA | 4game | Roblox | Plarium""",
    "учёба и отдых": """
        Skyeng | Skillbox | Нетология | GeekBrains | Умскул | Фоксфорд | Tez Tour | Пегас Туристик |
        Библио-Глобус | Anex Tour | Coral Travel | TUI | Суточно.ру | Островок | World Class | X-Fit | DDX
        Fitness | Spirit.Fitness | Синема Парк | Каро | Кронверк Синема""",
    "сладкое и вещи": """
        M&M's | KitKat | Alpen Gold | Алёнка | Ben & Jerry's | Häagen-Dazs | Nestlé | 7UP | Dr.Oetker |
        Добрый Cola | Черноголовка | Балтика | Guinness | 585*ЗОЛОТОЙ | SOKOLOV | SUNLIGHT | Pandora |
        1000 мелочей | Ё | А1 | X5 | K-9 | AT&T | 3М | Ъ | T—Ж | Nº21 | &Meals | O2 | R.O.C.S. | 24/7 Фитнес
        | +7Телеком | Гослото 6 из 45 | '47 | A.P.C. | Ёлки-Палки""",
}

NAMES: Final = {
    trade: tuple(" ".join(name.split()) for name in listed.split("|")) for trade, listed in _LISTS.items()
}
ALL: Final = tuple(dict.fromkeys(name for listed in NAMES.values() for name in listed))
