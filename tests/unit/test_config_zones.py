"""Routes as a tree, receivers with their own hours and terms, people who are away: read, and checked."""

from datetime import date, time, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from alerts.routing import AuthorList, Route, When
from alerts.sla import Hours, Sla
from domain.person import Absence
from listener.config.load import check, load
from tests.unit.test_config_load import folder

TREE = """\
receivers:
  support:
    console: true
    owner: anna
  money:
    console: [money]
    owner: anna
    hours: {weekdays: ["10:00-19:00"]}
    sla: {warn: 1h, due: 4h, breach: 8h}
authors:
  пресса: ["vk:id77", "x:@RiaNru"]
route:
  to: support
  routes:
    - when: {authors: [пресса, "vk:club500"], languages: [ru, other]}
      to: money
    - when: {brands: romashka}
      routes:
        - when: {topics: возврат, words: [суд, "=верните"]}
          to: [money, support]
        - when: {hours: "22:00-09:00", days: [weekend]}
          to: money
        - when: {hours: ["00:00-06:00", "18:00-24:00"]}
          to: support
sla: {warn: 15m, due: 30m, breach: 60m}
hours:
  weekdays: ["09:00-21:00"]
  weekend: ["10:00-18:00"]
  holidays: russia
  night: hold
  timezone: Asia/Omsk
"""
PEOPLE = """\
people:
  - {id: anna, name: Анна Иванова, role: operator, telegram: 111}
  - {id: oleg, name: Олег Смирнов, role: lead, telegram: 222}
  - {id: vera, name: Вера Ким, role: operator, telegram: 333}
"""


def away(**absences: str) -> str:
    lines = PEOPLE
    for number, absent in absences.items():
        lines = lines.replace(f"id: {number},", f"id: {number}, absent: {{{absent}}},")
    return lines


def complaints(root: Path) -> list[str]:
    """«line: message» of every mistake that is no warning, by the file that has it."""
    return [f"{Path(each.file).name}:{each.line}: {each.message}" for each in check(root) if not each.warning]


def test_a_tree_is_read_with_every_kind_of_condition(tmp_path: Path) -> None:
    press, by_brand = load(folder(tmp_path, routes=TREE, people=PEOPLE)).routing.routes
    assert press.when == When(
        authors=(
            AuthorList(name="пресса", members=frozenset({"vk:77", "x:rianru"})),
            AuthorList(name="vk:club500", members=frozenset({"vk:-500"})),
        ),
        languages=("ru", "other"),
    )
    assert (by_brand.when, by_brand.to) == (When(brands=("romashka",)), ())
    assert by_brand.routes == (
        Route(when=When(topics=("возврат",), words=("суд", "=верните")), to=("money", "support")),
        Route(when=When(hours=((time(22), time(9)),), days=("weekend",)), to=("money",)),
        Route(when=When(hours=((time(0), time(6)), (time(18), time.max))), to=("support",)),
    )


def test_a_receiver_s_own_hours_take_the_rest_from_those_of_all(tmp_path: Path) -> None:
    routing = load(folder(tmp_path, routes=TREE, people=PEOPLE)).routing
    money, support = routing.receiver("money"), routing.receiver("support")
    assert routing.hours_of(money) == Hours(
        weekdays=((time(10), time(19)),), weekend=(), holidays="russia", night="hold", timezone="Asia/Omsk"
    )
    assert routing.sla_of(money) == Sla(warn=timedelta(hours=1), due=timedelta(hours=4), breach=timedelta(hours=8))
    assert (routing.hours_of(support), routing.sla_of(support)) == (routing.hours, routing.sla)


def test_days_off_are_read(tmp_path: Path) -> None:
    people = away(anna="since: 2026-12-01, until: 2026-12-12, substitute: oleg", vera="")
    anna, oleg, vera = load(folder(tmp_path, routes=TREE, people=people)).people
    assert anna.absence == Absence(since=date(2026, 12, 1), until=date(2026, 12, 12), substitute="oleg")
    assert (oleg.absence, vera.absence) == (None, Absence())


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[пресса, ", "[преса, ", "routes.yaml:15: списка авторов «преса» нет в authors (routes.yaml)"),
        ('"x:@RiaNru"]', '"RiaNru"]', "routes.yaml:11: «пресса»: нужен вид"),
        ("topics: возврат", "topics: возрат", "routes.yaml:19: темы «возрат» не бывает"),
        ("to: [money, support]", "to: [mony, support]", "routes.yaml:20: получатель «mony» нигде не описан"),
        ("          to: [money, support]\n", "", "routes.yaml:19: маршрут никуда не ведёт"),
        ('"22:00-09:00"', '"22:00-22:00"', 'routes.yaml:21: «hours»: нужна часть суток вида "18:00-21:00"'),
        ('"22:00-09:00"', '"ночью"', "routes.yaml:21: «hours»: нужна часть суток вида"),
        ("[weekend]", "[суббота]", "routes.yaml:21: «days»: "),
        ("[ru, other]", "[русский]", "routes.yaml:15: «languages»: "),
        ("breach: 8h", "breach: 2h", "routes.yaml:9: сроки идут по порядку"),
        ('["10:00-19:00"]', '["10:00-19:00", "18:00-20:00"]', "routes.yaml:8: часы «10:00-19:00» и «18:00"),
    ],
)
def test_a_mistake_in_the_tree_is_named_at_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in TREE
    (named, *others) = complaints(folder(tmp_path, routes=TREE.replace(old, new), people=PEOPLE))
    assert named.startswith(complaint)
    assert not others or "15" in named


def test_where_a_topic_is_unknown_each_that_there_is_is_named_once(tmp_path: Path) -> None:
    config = folder(tmp_path, routes=TREE.replace("topics: возврат", "topics: щщщ"), people=PEOPLE)
    (tmp_path / "words.yaml").write_text("topics:\n  возврат: [вернуть]\n  связь: [модем]\n", encoding="utf-8")
    (named,) = complaints(config)
    shown = named.partition("можно: ")[2].split(", ")
    assert "связь" in shown
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize(
    ("absences", "complaint"),
    [
        ({"anna": "until: 12.12.2026"}, "people.yaml:2: «until»: нужен день вида 2026-12-31"),
        ({"anna": "until: 2026-02-30"}, "people.yaml:2: «until»: нужен день вида 2026-12-31"),
        ({"anna": "since: 2026-12-12, until: 2026-12-01"}, "people.yaml:2: отсутствие кончается (2026-12-01)"),
        (
            {"anna": "substitute: olge"},
            "people.yaml:2: substitute: человека с id «olge» нет в people.yaml; возможно, вы имели в виду «oleg»",
        ),
        (
            {"anna": "substitute: anna"},
            "people.yaml:2: подменяют друг друга по кругу и не будет никого: anna → anna",
        ),
        (
            {
                "oleg": "since: 2026-12-01, until: 2026-12-10, substitute: vera",
                "vera": "since: 2026-12-10, substitute: anna",
                "anna": "until: 2026-12-10, substitute: oleg",
            },
            "people.yaml:2: подменяют друг друга по кругу и не будет никого: anna → oleg → vera → anna",
        ),
    ],
)
def test_an_absence_that_cannot_be_is_a_mistake(tmp_path: Path, absences: dict[str, str], complaint: str) -> None:
    (named,) = complaints(folder(tmp_path, routes=TREE, people=away(**absences)))
    assert named.startswith(complaint)


def test_people_who_stand_in_for_each_other_on_other_days_are_no_circle(tmp_path: Path) -> None:
    people = away(
        anna="since: 2026-12-01, until: 2026-12-10, substitute: oleg",
        oleg="since: 2026-12-11, until: 2026-12-20, substitute: anna",
    )
    assert complaints(folder(tmp_path, routes=TREE, people=people)) == []


def test_a_chain_that_leads_into_a_circle_is_told_once(tmp_path: Path) -> None:
    people = away(vera="substitute: anna", anna="substitute: oleg", oleg="substitute: anna")
    (named,) = complaints(folder(tmp_path, routes=dedent(TREE), people=people))
    assert "anna → oleg → anna" in named


def warnings(root: Path, today: date = date(2026, 11, 29)) -> list[str]:
    """«line: message» of every warning about the routes."""
    found = check(root, today=today)
    return [f"{each.line}: {each.message}" for each in found if each.warning and each.file.endswith("routes.yaml")]


def test_a_tree_without_holes_is_warned_of_nothing(tmp_path: Path) -> None:
    everywhere = TREE.replace(
        '{weekdays: ["10:00-19:00"]}', '{weekdays: ["00:00-24:00"], weekend: ["00:00-24:00"]}'
    )
    silent = everywhere.replace("    hours:", "    # hours:", 1)
    assert warnings(folder(tmp_path, routes=silent, people=PEOPLE)) == []


def test_a_topic_that_nobody_owns_on_the_weekend_is_warned_of(tmp_path: Path) -> None:
    alone = TREE.replace("to: [money, support]", "to: money").replace(
        'topics: возврат, words: [суд, "=верните"]', "topics: возврат"
    )
    named = warnings(folder(tmp_path, routes=alone, people=PEOPLE))
    assert (
        "20: никто не отвечает за «возврат» (бренд «Ромашка Телеком») в выходные: «money» тогда не работает,"
        " а другие работают; добавьте часы или получателя"
    ) in named
    assert any(
        "20: никто не отвечает за «возврат»" in each and "в будни 09:00-10:00, 19:00-21:00:" in each
        for each in named
    )


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        (
            "  support:\n    console: true\n    owner: anna\n",
            "  support:\n    console: true\n",
            "2: никто не отвечает за",
        ),
        ("topics: возврат, ", 'brands: romashka, days: [weekdays], hours: ["22:00-23:00"], ', None),
        (
            '        - when: {hours: "22:00-09:00", days: [weekend]}',
            '        - when: {hours: "22:00-23:00", networks: [x], authors: ["vk:1"]}',
            "21: маршрут никогда не сработает: его условия исключают друг друга или условия маршрута выше",
        ),
        (
            'hours: ["00:00-06:00", "18:00-24:00"]',
            'hours: ["23:00-24:00"], days: [weekend]',
            "23: сюда ничего не придёт: всё забирает маршрут 2.2 выше; поставьте этот перед ним",
        ),
        (
            '    - when: {authors: [пресса, "vk:club500"], languages: [ru, other]}\n      to: money\n',
            "    - when: {networks: vk}\n      to: money\n    - when: {networks: [x]}\n      to: support\n",
            "19: сюда ничего не придёт: всё забирают маршруты выше; поставьте этот перед ними",
        ),
        ("authors:\n", "  lost: {console: [lost]}\nauthors:\n", "10: в «lost» ничего не придёт: ни один маршрут"),
    ],
)
def test_a_hole_is_a_warning_at_the_line_where_it_is_mended(
    tmp_path: Path, old: str, new: str, warning: str | None
) -> None:
    assert old in TREE
    root = folder(
        tmp_path, routes=TREE.replace(old, new).replace("networks: vk}", "networks: [vk]}"), people=PEOPLE
    )
    assert [each for each in check(root) if not each.warning] == []
    named = warnings(root)
    assert warning is None or any(each.startswith(warning) for each in named), named


WORDS = 'topics: возврат, words: [суд, "=верните"]}\n          to: [money, support]\n'
INSIDE = (
    WORDS
    + """\
          routes:
            - when: {words: [%s]}
              to: support
"""
)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            "вернуть, судом",
            "22: условие подходит всему, что сюда приходит: до маршрутов ниже и до to маршрута 2.1",
        ),
        ("вернуть", None),
        ("=судом, =верните", None),
        ("подать в суд", None),
    ],
)
def test_words_inside_those_of_the_route_above_are_warned_of_where_they_change_nothing(
    tmp_path: Path, words: str, line: str | None
) -> None:
    assert WORDS in TREE
    quoted = ", ".join(f'"{word}"' for word in words.split(", "))
    named = warnings(folder(tmp_path, routes=TREE.replace(WORDS, INSIDE % quoted), people=PEOPLE))
    taken = [each for each in named if "подходит всему" in each]
    assert (len(taken), line is not None and taken[0].startswith(line)) == (
        (0, False) if line is None else (1, True)
    )


def test_a_to_that_the_routes_inside_leave_nothing_for_is_warned_of(tmp_path: Path) -> None:
    halves = """\
          routes:
            - {when: {days: [weekdays]}, to: support}
            - {when: {days: [weekend]}, to: money}
"""
    named = warnings(folder(tmp_path, routes=TREE.replace(WORDS, WORDS + halves), people=PEOPLE))
    assert (
        "20: до этого to дело не дойдёт: всё забирают маршруты внутри; уберите его или сузьте их условия" in named
    )


@pytest.mark.parametrize("config", ["config", "examples/banks", "examples/telecom"])
def test_the_configs_that_come_with_it_have_no_hole_in_their_routes(config: str) -> None:
    assert warnings(Path(__file__).parents[2] / config) == []


def test_a_real_teams_routes_are_warned_of_nothing_but_hours() -> None:
    team = warnings(Path(__file__).parents[2] / "benchmarks/week/team")
    assert [each for each in team if "тогда не работа" not in each] == []


def test_an_owner_who_will_be_away_is_warned_of_until_the_days_are_over(tmp_path: Path) -> None:
    root = folder(tmp_path, routes=TREE, people=away(anna="since: 2026-12-01, until: 2026-12-12"))
    said = "4: за «support» отвечает Анна Иванова, но с 1 декабря отсутствует, и вместо никого: впишите substitute"
    assert said in warnings(root)
    assert not [each for each in warnings(root, date(2026, 12, 13)) if "substitute" in each]


def test_who_is_not_called_at_night_and_whom_a_name_does_not_call_is_warned_of(tmp_path: Path) -> None:
    tree = TREE.replace("night: hold", "night: urgent").replace("  money:\n", "  money:\n    on_call: vera\n")
    named = warnings(folder(tmp_path, routes=tree, people=away(vera="since: 2026-12-01, until: 2026-12-12")))
    assert any("вне часов работы, если срочно: у «support» нет on_call, а у других есть" in each for each in named)
    assert any("за «money» дежурит Вера" in each and "с 1 декабря отсутствует" in each for each in named), named
    elsewhere = TREE.replace("    console: true\n    owner: anna\n", '    slack: ["#c"]\n    owner: anna\n', 1)
    named = warnings(folder(tmp_path, routes=elsewhere, people=PEOPLE))
    said = "за «support» отвечает Анна Иванова, но в его мессенджерах этого человека нет"
    assert any(said in each for each in named), named


SHARED = TREE.replace("  money:\n", "  money:\n    assign: load\n    people: [anna, vera]\n    load: 5\n")
SKILLED = PEOPLE.replace("id: vera,", "id: vera, skills: [возврат, romashka], load: 3,")


def test_who_is_given_cases_is_read(tmp_path: Path) -> None:
    config = load(folder(tmp_path, routes=SHARED, people=SKILLED))
    money = config.routing.receiver("money")
    assert money is not None
    assert (money.assign, money.people, money.load) == ("load", ("anna", "vera"), 5)
    *_, vera = config.people
    assert (vera.skills, vera.load) == (("возврат", "romashka"), 3)


@pytest.mark.parametrize(
    ("routes", "people", "complaint"),
    [
        (
            SHARED.replace("[anna, vera]", "[anna, vira]"),
            SKILLED,
            "routes.yaml:7: people: человека с id «vira» нет в people.yaml; возможно, вы имели в виду «vera»",
        ),
        (
            SHARED.replace("    people: [anna, vera]\n", ""),
            SKILLED.replace("role: operator", "role: lead"),
            "routes.yaml:6: раздавать некому: впишите people или добавьте в people.yaml сотрудника с role",
        ),
        (SHARED.replace("load: 5", "load: 0"), SKILLED, "routes.yaml:8: «load»: нужно число не меньше 1"),
        (SHARED.replace("assign: load", "assign: всем"), SKILLED, "routes.yaml:6: «assign»: "),
        (
            TREE.replace("topics: возврат,", "skills: [возврат, ромашка],"),
            SKILLED,
            "routes.yaml:19: «ромашка» не умеет никто: впишите это в skills тому, кто умеет (people.yaml)",
        ),
        (
            TREE.replace("topics: возврат,", "skills: [возврат romashka],"),
            SKILLED,
            "routes.yaml:19: «возврат romashka» — это несколько имён: разделите их запятыми: [возврат, romashka]",
        ),
        (
            SHARED,
            SKILLED.replace("возврат,", "возрат,"),
            "people.yaml:4: skills: «возрат» — не тема и не бренд; возможно, вы имели в виду «возврат»",
        ),
    ],
)
def test_cases_that_would_be_given_to_nobody_are_a_mistake(
    tmp_path: Path, routes: str, people: str, complaint: str
) -> None:
    (named,) = complaints(folder(tmp_path, routes=routes, people=people))
    assert named.startswith(complaint)


def test_a_route_may_ask_who_is_at_work(tmp_path: Path) -> None:
    tree = TREE.replace("topics: возврат,", "skills: возврат,")
    _, by_brand = load(folder(tmp_path, routes=tree, people=SKILLED)).routing.routes
    assert by_brand.routes[0].when == When(skills=("возврат",), words=("суд", "=верните"))


def test_people_of_a_receiver_that_gives_nothing_are_warned_of(tmp_path: Path) -> None:
    named = warnings(folder(tmp_path, routes=SHARED.replace("    assign: load\n", ""), people=SKILLED))
    assert "6: people ничего не меняет, пока обращения берут сами: впишите assign (round_robin, load)" in named
    assert "7: load ничего не меняет, пока обращения берут сами: впишите assign (round_robin, load)" in named


def test_a_silent_owners_time_is_of_all_or_of_a_receiver_or_never(tmp_path: Path) -> None:
    def read(tree: str) -> list[timedelta | None]:
        routing = load(folder(tmp_path, routes=tree, people=PEOPLE)).routing
        return [routing.return_after_of(routing.receiver(name)) for name in ("support", "money", None)]

    half_an_hour, later = timedelta(minutes=30), timedelta(minutes=45)
    assert read(TREE) == [half_an_hour] * 3
    assert read(f"{TREE}return_after: 45m\n") == [later] * 3
    assert read(f"{TREE}return_after: off\n") == [None] * 3
    own = TREE.replace("console: [money]", "console: [money]\n    return_after: 2h")
    assert read(f"{own}return_after: off\n") == [None, timedelta(hours=2), None]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [("0m", "срок должен быть больше нуля"), ("никогда", "нужен срок вида 30m, 1h или off"), ("30м", "буква «м»")],
)
def test_a_silent_owners_time_that_cannot_be_is_named(tmp_path: Path, value: str, wrong: str) -> None:
    root = folder(tmp_path, routes=f"{TREE}return_after: {value}\n", people=PEOPLE)
    (mistake,) = (each for each in check(root) if not each.warning)
    assert f"«return_after»: {wrong}" in mistake.message


ON_CALL = TREE.replace("console: true", "console: true\n    on_call: oleg")


def test_people_may_have_hours_of_their_own_and_receivers_somebody_on_call(tmp_path: Path) -> None:
    shift = PEOPLE.replace("id: vera,", 'id: vera, hours: {weekdays: ["09:00-15:00"], weekend: []},')
    tree = TREE.replace("console: true", "console: true\n    on_call: oleg").replace(
        "night: hold", "night: urgent"
    )
    routing = load(folder(tmp_path, routes=tree, people=shift)).routing
    assert routing.shifts == {
        "vera": Hours(
            weekdays=((time(9), time(15)),), weekend=(), holidays="russia", night="urgent", timezone="Asia/Omsk"
        )
    }
    support = routing.receiver("support")
    assert support is not None
    assert support.on_call == "oleg"
    assert [each for each in check(folder(tmp_path, routes=tree, people=shift)) if not each.warning] == []


@pytest.mark.parametrize(
    ("tree", "people", "message"),
    [
        (TREE, PEOPLE.replace("id: vera,", "id: vera, hours: {},"), "ни одного рабочего часа: впишите weekdays"),
        (
            TREE,
            PEOPLE.replace("id: vera,", 'id: vera, hours: {weekdays: ["09:00-15:00", "14:00-18:00"]},'),
            "пересекаются",
        ),
        (
            TREE,
            PEOPLE.replace("id: vera,", 'id: vera, hours: {weekdays: ["09:00-15:00"], timezone: Москва},'),
            "часовой пояс «Москва» неизвестен",
        ),
        (
            TREE.replace("console: true", "console: true\n    on_call: olge"),
            PEOPLE,
            "on_call: человека с id «olge»",
        ),
        (ON_CALL, PEOPLE, "on_call никого не позовёт"),
        (
            ON_CALL.partition("hours:\n  weekdays")[0],
            PEOPLE,
            "on_call ничего не меняет",
        ),
    ],
)
def test_shifts_and_calls_that_cannot_be_are_named(tmp_path: Path, tree: str, people: str, message: str) -> None:
    assert any(message in each.message for each in check(folder(tmp_path, routes=tree, people=people)))
