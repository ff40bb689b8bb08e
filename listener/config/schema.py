"""The shape of each file of the config; the Russian descriptions become the editors' hover help."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StrictInt, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from alerts.outreach.policy import STOP_TOPICS
from listener.config.messenger_keys import ChatsFile, UsersFile
from listener.config.network_keys import WATCHED, AccountsFile, LimitsFile, WatchFile
from listener.config.types import (
    Author,
    Authors,
    Block,
    Day,
    Duration,
    DurationOrOff,
    Identifier,
    Marker,
    Markers,
    Model,
    Names,
    NetworkName,
    Night,
    Off,
    PersonId,
    Probability,
    Text,
    Texts,
    TimeSpans,
)
from listener.networks.registry import AUTHOR_EXAMPLES, NETWORKS

AUTO: Final = -1.0
"""What the word `auto` for a probability is read as."""


def _console_names(value: Any) -> Any:
    if isinstance(value, bool):
        return ["console"] if value else []
    return value


def _or_auto(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    return AUTO if value == "auto" else read(value)


class AlertFile(Model):
    """Когда заводить обращение."""

    complaint_at: Annotated[
        Probability,
        WrapValidator(_or_auto),
        WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": "auto"}]}),
        Field(
            description="С какой вероятности жалобы заводить обращение, 0…1; auto — чтобы карточек было per_day"
        ),
    ] = 0.6
    per_day: Annotated[StrictInt | None, Field(ge=1, description="Не больше стольких новых карточек в день")] = (
        None
    )
    precision: Annotated[
        Probability | None,
        Field(description="При complaint_at: auto — какая доля карточек должна быть жалобами, 0…1"),
    ] = None


class BrandFile(Model):
    """Бренд: что слушать и что считать упоминанием."""

    id: Annotated[Identifier, Field(description="Короткое имя латиницей: буквы, цифры, - и _. Потом не меняйте")]
    title: Annotated[Text, Field(max_length=100, description="Название для карточек")]
    names: Annotated[Texts, Field(description="Имена бренда. Падежи, латиница и раскладка находятся сами")]
    only_when: Annotated[
        list[Text], Field(description="Имя — обычное слово? Один из этих спутников должен быть рядом")
    ] = []
    never_when: Annotated[list[Text], Field(description="Обороты, в которых имя — не бренд")] = []
    phrases: Annotated[
        list[Text], Field(description='Фразы: "в кавычках" — точно, со звёздочкой (приложени*) — начало слова')
    ] = []
    misspelled: Annotated[
        bool, Field(description="Находить длинное имя и с одной опечаткой; false — только как написано")
    ] = True
    accounts: Annotated[AccountsFile, Field(description="Страницы самого бренда")] = AccountsFile()
    ignore_authors: Annotated[list[Author], Field(description=f"Кого не слушать: {AUTHOR_EXAMPLES}")] = []
    watch: Annotated[WatchFile, Field(description="Где и как часто слушать")] = WatchFile(
        **{name: watched() for name, watched in WATCHED.items()}
    )
    alert: Annotated[AlertFile, Field(description="Когда заводить обращение")] = AlertFile()
    limits: Annotated[LimitsFile, Field(description="Пределы расходов")] = LimitsFile()
    messages: Annotated[
        Literal["invited", "all", "off"] | None,
        Off,
        Field(description="Чьи личные сообщения бренду — обращения: invited, all, off. Нет ключа — как в policy"),
    ] = None


class SlaFile(Model):
    """Сроки ответа в рабочем времени."""

    warn: Annotated[Duration, Field(description="Когда напомнить тому, кто отвечает: 15m")] = "15m"
    due: Annotated[Duration, Field(description="Когда ответ обещан: 30m")] = "30m"
    breach: Annotated[Duration, Field(description="Когда срок сорван: 60m")] = "60m"


class ShiftFile(Model):
    """Свои часы человека: смена."""

    weekdays: Annotated[list[Block], Field(description='Будни: ["09:00-15:00"]; пусто — не работает')] = []
    weekend: Annotated[list[Block], Field(description='Выходные: ["10:00-18:00"]; пусто — не работает')] = []
    holidays: Annotated[
        Literal["russia"] | None, Field(description="russia — праздники считать выходными; нет ключа — как у всех")
    ] = None
    timezone: Annotated[Text | None, Field(description="Часовой пояс; нет ключа — как в hours из routes.yaml")] = (
        None
    )


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


class ReceiverFile(ChatsFile):
    """Получатель: чаты, в которые приходит карточка."""

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
    on_call: Annotated[
        PersonId | None,
        Field(description="Кого звать к срочному вне часов работы: id из people.yaml; его нет — его заместителя"),
    ] = None
    hours: Annotated[HoursFile | None, Field(description="Свои часы работы; нет ключа — как у всех (hours)")] = (
        None
    )
    sla: Annotated[SlaFile | None, Field(description="Свои сроки ответа; нет ключа — как у всех (sla)")] = None
    assign: Annotated[
        Literal["free", "round_robin", "load"],
        Field(
            description="Чьё обращение: free — кто возьмёт, round_robin — по очереди, load — умеющему и свободному"
        ),
    ] = "free"
    people: Annotated[
        list[PersonId], Field(description="Кому раздавать: id из people.yaml; нет ключа — всем operator")
    ] = []
    load: Annotated[
        StrictInt | None, Field(ge=1, description="Не раздавать тому, у кого уже столько открытых обращений")
    ] = None
    return_after: Annotated[
        DurationOrOff | None,
        Field(description="Своё return_after: 30m рабочего времени или off; нет ключа — как у всех"),
    ] = None


class WhenFile(Model):
    """Условие маршрута: должно выполниться всё, что в нём названо."""

    brands: Annotated[Names | None, Field(description="id брендов")] = None
    networks: Annotated[list[NetworkName], Field(description=f"Сети: {', '.join(NETWORKS)}")] = []
    topics: Annotated[Names | None, Field(description="Темы из words.yaml или встроенные")] = None
    intents: Annotated[
        list[Literal["vent", "solve", "question", "praise", "troll", "advertisement", "news", "other"]],
        Field(description="Зачем человек пишет"),
    ] = []
    languages: Annotated[
        list[Literal["ru", "latin", "other"]],
        Field(description="Буквы: ru — русские, latin — латиница, other — другие (українські, қазақша…)"),
    ] = []
    authors: Annotated[
        Names | None, Field(description=f"Имена списков из authors или сами авторы: {AUTHOR_EXAMPLES}")
    ] = None
    words: Annotated[
        Markers | None, Field(description="Слова текста, в любой форме; =слово — ровно так, как написано")
    ] = None
    hours: Annotated[
        TimeSpans | None, Field(description='Который час: "22:00-09:00"; по часовому поясу hours')
    ] = None
    days: Annotated[
        list[Literal["weekdays", "weekend"]], Field(description="weekdays — будни, weekend — выходные")
    ] = []
    skills: Annotated[
        Names | None,
        Field(description="На смене есть тот, у кого в skills (people.yaml) одно из этого: темы и id брендов"),
    ] = None
    urgency_at: Annotated[Probability | None, Field(description="Срочность не ниже, 0…1")] = None
    complaint_at: Annotated[Probability | None, Field(description="Вероятность жалобы не ниже, 0…1")] = None
    reach_at: Annotated[StrictInt | None, Field(ge=0, description="Охват не меньше стольких человек")] = None


class RouteFile(Model):
    """Маршрут: кому отправить то, что подошло под условие."""

    when: Annotated[WhenFile, Field(description="Когда этот маршрут годится")]
    to: Annotated[
        Names | None, Field(description="Кому: имя получателя или список; нет ключа — как у маршрута выше")
    ] = None
    routes: Annotated[
        list["RouteFile"],
        Field(description="Уточнения: берётся первое подходящее, нет такого — to этого маршрута"),
    ] = []


class RoutesFile(Model):
    """Кому что отправлять."""

    to: Annotated[Names, Field(description="Кому идёт всё, что не подошло ни под один маршрут")]
    routes: Annotated[list[RouteFile], Field(description="Маршруты сверху вниз: берётся первый подходящий")] = []


class NoticesFile(Model):
    """Служебные сообщения: кому из получателей."""

    config: Annotated[
        Text | None, Field(description="Кому сказать, что новые настройки не приняты: имя получателя")
    ] = None
    troubles: Annotated[
        Text | None,
        Field(description="Кому сказать, что сломалось (источник, чат, база) и что починилось: имя получателя"),
    ] = None
    escalations: Annotated[
        Text | None,
        Field(
            description="Кому сказать, что инженеров спрашивают слишком часто: имя получателя. Нет ключа — "
            "первому из route: to"
        ),
    ] = None
    learning: Annotated[
        Text | None,
        Field(
            description="Кому сказать утром, что изменилось в оценке жалоб: имя получателя. Нет ключа — "
            "первому из route: to"
        ),
    ] = None


class RoutesYaml(Model):
    """Кому и когда приходят карточки."""

    receivers: Annotated[dict[Text, ReceiverFile], Field(description="Получатели: имя и его чаты", min_length=1)]
    route: Annotated[RoutesFile, Field(description="Кому что отправлять")]
    sla: Annotated[SlaFile | None, Field(description="Сроки ответа")] = None
    hours: Annotated[HoursFile | None, Field(description="Часы работы; нет ключа — круглые сутки")] = None
    return_after: Annotated[
        DurationOrOff,
        Field(
            description="Через сколько рабочего времени взятое обращение возвращается в очередь, если взявший "
            "ничего с ним не сделал: 30m; off — никогда"
        ),
    ] = "30m"
    authors: Annotated[
        dict[Text, Authors], Field(description="Списки авторов для маршрутов: {пресса: [авторы]}")
    ] = {}
    notices: Annotated[NoticesFile, Field(description="Служебные сообщения: кому из получателей")] = NoticesFile()


class AbsentFile(Model):
    """Когда человека нет и кто вместо него."""

    since: Annotated[Day | None, Field(description="С какого дня, включительно: 2026-12-01; нет ключа — уже")] = (
        None
    )
    until: Annotated[Day | None, Field(description="По какой день, включительно; нет ключа — пока не уберёте")] = (
        None
    )
    substitute: Annotated[PersonId | None, Field(description="Кто вместо него: id из people.yaml")] = None


class PersonFile(UsersFile):
    """Сотрудник, которому можно нажимать кнопки."""

    signature: Annotated[Text | None, Field(description="Подпись под ответом")] = None
    gender: Annotated[Literal["f", "m"] | None, Field(description="f — «взяла», m — «взял»")] = None
    absent: Annotated[AbsentFile | None, Field(description="Отпуск, болезнь: когда и кто вместо")] = None
    skills: Annotated[
        list[Text], Field(description="Темы и бренды (id), которые раздаются ему первому (assign: load)")
    ] = []
    load: Annotated[
        StrictInt | None, Field(ge=1, description="Не раздавать ему больше стольких открытых обращений")
    ] = None
    hours: Annotated[ShiftFile | None, Field(description="Своя смена; нет ключа — работает в часы получателя")] = (
        None
    )


class PeopleYaml(Model):
    """Люди, которые отвечают клиентам."""

    people: Annotated[list[PersonFile], Field(description="Список сотрудников")] = []


class TemplatesYaml(Model):
    """Заготовки ответов."""

    templates: Annotated[
        dict[Text, Text],
        Field(
            description="Название и текст; можно {имя}, {оператор}, {ссылка}, {тема} и {разобрался|разобралась}"
        ),
    ] = {}


class ApproachFile(Model):
    """Как часто писать тому, кто к вам не обращался."""

    per_author: Annotated[
        StrictInt,
        Field(ge=0, le=100, description="Не больше стольких раз одному автору; 0 — только тем, кто спросил"),
    ] = 1
    days: Annotated[StrictInt, Field(ge=1, le=3650, description="За столько дней")] = 30
    never_topics: Annotated[
        list[Text],
        Field(
            description=f"О чём пишут только со словом старшего: {', '.join(STOP_TOPICS)} или темы из words.yaml"
        ),
    ] = list(STOP_TOPICS)
    do_not_contact: Annotated[list[Author], Field(description=f"Кому не писать никогда: {AUTHOR_EXAMPLES}")] = []


class ApproveFile(Model):
    """Какие ответы проверяет второй человек."""

    topics: Annotated[Names | None, Field(description="На эти темы")] = None
    brands: Annotated[Names | None, Field(description="Этих брендов: id")] = None
    receivers: Annotated[Names | None, Field(description="В обращениях этих получателей")] = None
    by: Annotated[
        Literal["lead", "colleague"], Field(description="lead — старший, colleague — любой другой сотрудник")
    ] = "lead"


class EngineersAlarmFile(Model):
    """Когда инженеров спрашивают слишком часто: доля обращений бренда за последние дни."""

    over: Annotated[StrictInt, Field(ge=1, le=100, description="Больше стольких процентов обращений")] = 10
    days: Annotated[StrictInt, Field(ge=1, le=90, description="За столько последних дней")] = 7
    least: Annotated[
        StrictInt, Field(ge=1, description="Не меньше стольких обращений: одно из трёх — не беда")
    ] = 20


class EngineersFile(Model):
    """Кого спрашивает кнопка «Инженерам»."""

    receiver: Annotated[Text, Field(description="Получатель из routes.yaml")] = "engineers"
    answer_within: Annotated[Duration, Field(description="Через сколько напомнить, что ответа нет: 30m")] = "30m"
    alarm: Annotated[
        EngineersAlarmFile, Field(description="Когда сказать, что инженеров спрашивают слишком часто")
    ] = EngineersAlarmFile()


class SurgesFile(Model):
    """Когда жалобы — происшествие: одной карточкой вместо многих."""

    notice: Annotated[
        Literal["early", "usual", "late", "off"],
        Off,
        Field(
            description="Когда поверить всплеску: early — раньше, с ложными тревогами, usual — обычно,"
            " late — позже, зато наверняка; off — никогда"
        ),
    ] = "usual"
    least: Annotated[StrictInt, Field(ge=3, le=1000, description="Не меньше стольких жалоб за час")] = 5
    calm: Annotated[
        Duration, Field(description="Сколько должно быть спокойно, чтобы происшествие закончилось: 30m")
    ] = "30m"


class PolicyYaml(Model):
    """Как отвечать клиентам: кому, когда и с чьего согласия."""

    approach: Annotated[ApproachFile, Field(description="Кто не просил ответа")] = ApproachFile()
    messages: Annotated[
        Literal["invited", "all", "off"],
        Off,
        Field(description="Чьи личные сообщения — обращения: invited — кого позвали, all — все, off — ничьи"),
    ] = "invited"
    invited_days: Annotated[
        StrictInt, Field(ge=1, le=365, description="Сколько дней после приглашения сообщение относится к нему")
    ] = 14
    approve: Annotated[ApproveFile, Field(description="Что проверяет второй человек")] = ApproveFile()
    night: Annotated[
        Night, Field(description='Когда не писать: "22:00-09:00"; off — можно всегда. Писал за час — не спит')
    ] = "22:00-09:00"
    timezone: Annotated[
        Text | None,
        Field(
            description="Часовой пояс клиентов: какой он у каждого, сети не говорят. Нет ключа — из routes.yaml"
        ),
    ] = None
    engineers: Annotated[EngineersFile, Field(description="Кнопка «Инженерам»")] = EngineersFile()
    removal: Annotated[
        Literal["off", "on"],
        Off,
        Field(description="on — можно удалить запись автора со своей страницы, когда он об этом знает"),
    ] = "off"
    preview: Annotated[
        Literal["first", "always"],
        Field(
            description="В личном разговоре показывать перед отправкой: first — первое сообщение, always — каждое"
        ),
    ] = "first"
    surges: Annotated[SurgesFile, Field(description="Жалоб больше обычного: одно происшествие")] = SurgesFile()


class WordsYaml(Model):
    """Слова-приметы вашего бренда."""

    topics: Annotated[dict[Text, Markers], Field(description="Тема и её слова: {связь: [сеть, интернет]}")] = {}
    urgent: Annotated[list[Marker], Field(description="Слова, с которыми обращение срочное")] = []
    watch: Annotated[list[Marker], Field(description="Слова на испытании: только считаются, никого не зовут")] = []
