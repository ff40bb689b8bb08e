"""The shape of each file of the config; the Russian descriptions become the editors' hover help."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from pydantic.functional_validators import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from listener.config.yaml_tree import YamlWord

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_BLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


def _duration(value: str) -> str:
    if _DURATION.fullmatch(value) is None:
        raise PydanticCustomError("duration", "duration")
    return value


def _block(value: str) -> str:
    if _BLOCK.fullmatch(value) is None:
        raise PydanticCustomError("block", "block")
    start, _, end = value.partition("-")
    if start >= end:
        raise PydanticCustomError("block_order", "block_order")
    return value


def _not_a_yaml_word(value: Any) -> Any:
    if isinstance(value, YamlWord):
        raise PydanticCustomError("yaml_word", "yaml_word", {"word": str(value)})
    return value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _console_names(value: Any) -> Any:
    if isinstance(value, bool):
        return ["console"] if value else []
    return value


def _not_empty(value: list[str]) -> list[str]:
    if not value:
        raise PydanticCustomError("empty_list", "empty_list")
    return value


def _can_be_found(value: str) -> str:
    """A word that no text can have would be looked for in vain for ever."""
    wanted = value.removeprefix("=")
    if "=" in wanted or not wanted.strip():
        raise PydanticCustomError("never_found", "never_found")
    return value


Text = Annotated[
    str,
    BeforeValidator(_not_a_yaml_word),
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000),
]
Switch = Annotated[bool, BeforeValidator(_not_a_yaml_word), Field(strict=True)]
Duration = Annotated[Text, AfterValidator(_duration), Field(json_schema_extra={"pattern": "^[1-9][0-9]*[smhd]$"})]
Block = Annotated[Text, AfterValidator(_block)]
Texts = Annotated[list[Text], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
Marker = Annotated[Text, AfterValidator(_can_be_found)]
Markers = Annotated[list[Marker], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
Names = Annotated[
    Texts,
    BeforeValidator(_one_or_many),
    Field(json_schema_extra={"type": ["string", "array"]}),
]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]
Identifier = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
PersonId = Annotated[Text, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]
Author = Annotated[Text, StringConstraints(pattern=r"^(vk|x):\S+$")]
Account = Annotated[Text, StringConstraints(pattern=r"^@?[A-Za-z0-9_.]+$")]


def seconds(text: str) -> timedelta:
    """A checked duration (90s, 15m, 1h) as a timedelta."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


class Model(BaseModel):
    """Unknown keys are mistakes: a mistyped key that is silently ignored is found too late."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class AccountsFile(Model):
    """Страницы самого бренда."""

    vk: Annotated[list[Account], Field(description="Короткие имена страниц бренда в VK")] = []
    x: Annotated[list[Account], Field(description="Имена бренда в X, без @")] = []


class WatchVkFile(Model):
    """Что слушать в VK."""

    search: Annotated[Switch, Field(description="Искать по всему VK")] = True
    community: Annotated[list[Account], Field(description="Свои сообщества: стена и комментарии сразу")] = []
    streaming: Annotated[Switch, Field(description="Пока не поддерживается: оставьте false")] = False
    every: Annotated[Duration, Field(description="Как часто искать: 90s, 15m, 1h; в день даётся 1000 поисков")] = (
        "90s"
    )


class WatchXFile(Model):
    """Что слушать в X."""

    search: Annotated[Switch, Field(description="Искать по всему X")] = True
    mentions: Annotated[Switch, Field(description="Слушать ответы и упоминания своих аккаунтов")] = False
    stream: Annotated[Switch, Field(description="Пока не поддерживается: оставьте false")] = False
    every: Annotated[Duration, Field(description="Как часто искать: 60s, 15m, 1h")] = "60s"


class WatchFile(Model):
    """Где и как часто слушать."""

    vk: Annotated[WatchVkFile | None, Field(description="Что слушать в VK; нет ключа — VK не слушаем")] = None
    x: Annotated[WatchXFile | None, Field(description="Что слушать в X; нет ключа — X не слушаем")] = None


class AlertFile(Model):
    """Когда заводить обращение."""

    complaint_at: Annotated[
        Probability, Field(description="С какой вероятности жалобы заводить обращение, 0…1")
    ] = 0.6
    per_day: Annotated[StrictInt | None, Field(ge=1, description="Не больше стольких новых карточек в день")] = (
        None
    )


class LimitsFile(Model):
    """Пределы расходов."""

    x_usd_per_day: Annotated[
        Annotated[float, Field(strict=True, gt=0)] | None,
        Field(description="Сколько долларов в день можно тратить на X"),
    ] = None


class BrandFile(Model):
    """Бренд: что слушать и что считать упоминанием."""

    id: Annotated[Identifier, Field(description="Короткое имя латиницей: буквы, цифры, - и _. Потом не меняйте")]
    title: Annotated[Text, Field(description="Название для карточек")]
    names: Annotated[Texts, Field(description="Имена бренда. Падежи, латиница и раскладка находятся сами")]
    only_when: Annotated[
        list[Text], Field(description="Имя — обычное слово? Один из этих спутников должен быть рядом")
    ] = []
    never_when: Annotated[list[Text], Field(description="Обороты, в которых имя — не бренд")] = []
    phrases: Annotated[
        list[Text], Field(description='Фразы: "в кавычках" — точно, со звёздочкой (приложени*) — начало слова')
    ] = []
    accounts: Annotated[AccountsFile, Field(description="Страницы самого бренда")] = AccountsFile()
    ignore_authors: Annotated[list[Author], Field(description='Кого не слушать: "vk:-100500", "x:имя"')] = []
    watch: Annotated[WatchFile, Field(description="Где и как часто слушать")] = WatchFile(
        vk=WatchVkFile(), x=WatchXFile()
    )
    alert: Annotated[AlertFile, Field(description="Когда заводить обращение")] = AlertFile()
    limits: Annotated[LimitsFile, Field(description="Пределы расходов")] = LimitsFile()


class TelegramChatFile(Model):
    """Чат Telegram."""

    chat: Annotated[StrictInt, Field(description="Номер чата; у групп он отрицательный")]
    topic: Annotated[StrictInt | None, Field(ge=1, description="Номер темы в группе с темами")] = None


class ReceiverFile(Model):
    """Получатель: чаты, в которые приходит карточка."""

    telegram: Annotated[list[TelegramChatFile], Field(description="Чаты Telegram")] = []
    slack: Annotated[list[Text], Field(description='Каналы Slack: "#support" — обязательно в кавычках')] = []
    console: Annotated[
        list[Text],
        BeforeValidator(_console_names),
        Field(
            description="true — показывать карточки в окне программы",
            json_schema_extra={"type": ["array", "boolean"]},
        ),
    ] = []
    owner: Annotated[PersonId | None, Field(description="Кто отвечает за этого получателя: id из people.yaml")] = (
        None
    )
    backup: Annotated[
        PersonId | None, Field(description="Кто вместо него, когда он молчит: id из people.yaml")
    ] = None


class WhenFile(Model):
    """Условие маршрута: должно выполниться всё, что в нём названо."""

    brands: Annotated[Names | None, Field(description="id брендов")] = None
    networks: Annotated[list[Literal["vk", "x"]], Field(description="Сети: vk, x")] = []
    topics: Annotated[Names | None, Field(description="Темы из words.yaml или встроенные")] = None
    intents: Annotated[
        list[Literal["vent", "solve", "question", "praise", "troll", "advertisement", "news", "other"]],
        Field(description="Зачем человек пишет"),
    ] = []
    urgency_at: Annotated[Probability | None, Field(description="Срочность не ниже, 0…1")] = None
    complaint_at: Annotated[Probability | None, Field(description="Вероятность жалобы не ниже, 0…1")] = None
    reach_at: Annotated[StrictInt | None, Field(ge=0, description="Охват не меньше стольких человек")] = None


class RouteFile(Model):
    """Маршрут: кому отправить то, что подошло под условие."""

    when: Annotated[WhenFile, Field(description="Когда этот маршрут годится")]
    to: Annotated[Names, Field(description="Кому: имя получателя или список имён")]


class RoutesFile(Model):
    """Кому что отправлять."""

    to: Annotated[Names, Field(description="Кому идёт всё, что не подошло ни под один маршрут")]
    routes: Annotated[list[RouteFile], Field(description="Маршруты сверху вниз: берётся первый подходящий")] = []


class SlaFile(Model):
    """Сроки ответа в рабочем времени."""

    warn: Annotated[Duration, Field(description="Когда пора напомнить (напоминаний пока нет): 15m")] = "15m"
    due: Annotated[Duration, Field(description="Когда ответ обещан: 30m")] = "30m"
    breach: Annotated[Duration, Field(description="Когда срок сорван: 60m")] = "60m"


class HoursFile(Model):
    """Часы работы операторов."""

    weekdays: Annotated[list[Block], Field(description='Будни: ["09:00-13:00", "14:00-21:00"]')] = []
    weekend: Annotated[list[Block], Field(description='Выходные: ["10:00-18:00"]; пусто — никто не работает')] = []
    holidays: Annotated[Literal["russia"] | None, Field(description="russia — праздники считать выходными")] = None
    night: Annotated[
        Literal["hold", "urgent", "send"],
        Field(description="Вне часов: urgent — срочные сразу, остальные утром; hold — ждут все; send — всё сразу"),
    ] = "urgent"
    timezone: Annotated[Text, Field(description="Часовой пояс: Europe/Moscow, Asia/Yekaterinburg, …")] = (
        "Europe/Moscow"
    )


class RoutesYaml(Model):
    """Кому и когда приходят карточки."""

    receivers: Annotated[dict[Text, ReceiverFile], Field(description="Получатели: имя и его чаты", min_length=1)]
    route: Annotated[RoutesFile, Field(description="Кому что отправлять")]
    sla: Annotated[SlaFile | None, Field(description="Сроки ответа")] = None
    hours: Annotated[HoursFile | None, Field(description="Часы работы; нет ключа — круглые сутки")] = None


class PersonFile(Model):
    """Сотрудник, которому можно нажимать кнопки."""

    id: Annotated[
        PersonId | None,
        Field(description="Короткое имя латиницей, потом не меняйте; нет ключа — берётся из имени"),
    ] = None
    name: Annotated[Text, Field(description="Имя и фамилия")]
    role: Annotated[Literal["operator", "lead", "engineer"], Field(description="operator, lead или engineer")]
    telegram: Annotated[StrictInt | None, Field(ge=1, description="Номер в Telegram (не @имя)")] = None
    slack: Annotated[
        Annotated[Text, StringConstraints(pattern=r"^[UW][A-Z0-9]+$")] | None,
        Field(description="Код участника Slack: U0…"),
    ] = None
    signature: Annotated[Text | None, Field(description="Подпись под ответом")] = None
    gender: Annotated[Literal["f", "m"] | None, Field(description="f — «взяла», m — «взял»")] = None


class PeopleYaml(Model):
    """Люди, которые отвечают клиентам."""

    people: Annotated[list[PersonFile], Field(description="Список сотрудников")] = []


class TemplatesYaml(Model):
    """Заготовки ответов."""

    templates: Annotated[
        dict[Text, Text], Field(description="Название и текст; можно {имя}, {оператор}, {ссылка}")
    ] = {}


class WordsYaml(Model):
    """Слова-приметы вашего бренда."""

    topics: Annotated[dict[Text, Markers], Field(description="Тема и её слова: {связь: [сеть, интернет]}")] = {}
    urgent: Annotated[list[Marker], Field(description="Слова, с которыми обращение срочное")] = []
