"""The config: every mistake is named with its line, in Russian, and nothing else ever escapes."""

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.outreach.policy import Approach, Approve, Engineers, Night, Policy
from domain.brand import Brand, Watch
from listener.commands import check as check_command
from listener.config.load import check, load
from listener.config.news import refused
from listener.config.schema_files import SCHEMAS, schema_text
from listener.config.values import ConfigError

ROOT = Path(__file__).parents[2]

BRAND = """\
id: romashka
title: Ромашка Телеком
names: [Ромашка, Ромашка Телеком, romashka]
only_when: [связь, интернет]
never_when: [чай с ромашкой]
phrases: ["\\"ромашка тв\\"", "ромашк* приложени*"]
accounts: {vk: [romashka_help], x: ["@romashka_ru"]}
ignore_authors: ["vk:-100500", "x:romashka_ru"]
watch:
  vk: {search: true, community: [romashka_help], streaming: false, every: 90s}
  x:  {search: true, mentions: true, stream: false, every: 2m}
alert: {complaint_at: 0.7, per_day: 60}
limits: {x_usd_per_day: 5}
"""
ROUTES = """\
receivers:
  support:   {telegram: [{chat: -1001, topic: 7}], slack: ["#support"], console: [lamp]}
  crisis:    {telegram: [{chat: -1003}], console: true}
route:
  to: support
  routes:
    - when: {urgency_at: 0.9, brands: romashka}
      to: [crisis, support]
sla: {warn: 15m, due: 30m, breach: 1h}
hours:
  weekdays: ["14:00-24:00", "09:00-13:00"]
  holidays: russia
  weekend: []
"""
PEOPLE = """\
people:
  - {name: Анна Иванова, role: operator, telegram: 111, slack: U01, gender: f}
  - {name: Олег Смирнов, role: lead, telegram: 222}
"""


def folder(root: Path, **files: str | bytes) -> Path:
    """A good config with some files replaced; `brand`, `routes`, `people`, `templates`, `words`."""
    (root / "brands").mkdir(exist_ok=True)
    for name, text in {"brand": BRAND, "routes": ROUTES, "people": PEOPLE, **files}.items():
        path = root / ("brands/romashka.yaml" if name == "brand" else f"{name}.yaml")
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return root


def test_without_a_policy_the_defaults_hold_and_the_night_is_the_operators(tmp_path: Path) -> None:
    far = ROUTES.replace("  holidays: russia", "  timezone: Asia/Omsk\n  holidays: russia")
    policy = load(folder(tmp_path, routes=far)).policy
    assert policy == replace(Policy(), night=Night(timezone="Asia/Omsk"))


def test_the_policy_of_the_design_is_read(tmp_path: Path) -> None:
    text = """
        approach: {per_author: 2, days: 7, never_topics: [утрата, связь], do_not_contact: ["vk:123"]}
        messages: off
        invited_days: 5
        approve: {topics: связь, brands: [romashka], receivers: [crisis], by: colleague}
        night: off
        engineers: {receiver: crisis, answer_within: 1h}
        removal: off
        preview: always
    """
    policy = load(folder(tmp_path, policy=text)).policy
    assert policy == Policy(
        approach=Approach(per_author=2, days=7, never_topics=("утрата", "связь"), do_not_contact=("vk:123",)),
        messages="off",
        invited_days=5,
        approve=Approve(topics=("связь",), brands=("romashka",), receivers=("crisis",), by="colleague"),
        night=None,
        engineers=Engineers(receiver="crisis", answer_within=timedelta(hours=1)),
        removal=False,
        preview="always",
    )
    on = load(folder(tmp_path, policy='removal: on\nnight: "23:30-07:00"\ntimezone: Europe/Samara\n')).policy
    assert on.removal
    assert on.night == Night(starts=time(23, 30), ends=time(7), timezone="Europe/Samara")


def test_an_answer_that_nobody_may_agree_to_is_a_mistake(tmp_path: Path) -> None:
    people = "people:\n  - {name: Анна Иванова, role: operator, telegram: 111}\n"
    by_lead = check(folder(tmp_path, people=people, policy="approve: {topics: [связь]}\n"))
    assert any("нет старшего" in one.message and not one.warning for one in by_lead)
    alone = check(folder(tmp_path, people=people, policy="approve: {topics: [связь], by: colleague}\n"))
    assert any("один человек" in one.message and not one.warning for one in alone)
    grief = check(folder(tmp_path, people=people, policy="invited_days: 3\n"))
    assert any("со словом старшего" in one.message and one.warning for one in grief)


def test_the_policy_that_comes_with_otklik_says_what_holds_without_it(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "config" / "policy.yaml").read_text(encoding="utf-8")
    assert load(folder(tmp_path, policy=shipped)).policy == Policy()


def test_the_whole_example_of_the_design_is_read(tmp_path: Path) -> None:
    words = "topics: {связь: [сеть, интернет]}\nurgent: [суд]\n"
    config = load(folder(tmp_path, words=words, templates="templates: {привет: '{имя}, мы тут'}\n"))
    assert config.brands == (
        Brand(
            id="romashka",
            title="Ромашка Телеком",
            names=("Ромашка", "Ромашка Телеком", "romashka"),
            only_when=("связь", "интернет"),
            never_when=("чай с ромашкой",),
            phrases=('"ромашка тв"', "ромашк* приложени*"),
            accounts={"vk": ("romashka_help",), "x": ("romashka_ru",)},
            ignore_authors=("vk:-100500", "x:romashka_ru"),
            watch={
                "vk": Watch(pages=("romashka_help",), every=timedelta(seconds=90)),
                "x": Watch(mentions=True, every=timedelta(minutes=2)),
            },
            complaint_at=0.7,
            per_day=60,
            usd_per_day={"x": 5.0},
        ),
    )
    support, crisis = config.routing.receivers
    assert [(chat.messenger, chat.chat, chat.topic) for chat in support.chats] == [
        ("telegram", "-1001", 7),
        ("slack", "#support", None),
        ("console", "lamp", None),
    ]
    assert [chat.messenger for chat in crisis.chats] == ["telegram", "console"]
    assert config.routing.default == ("support",)
    assert config.routing.routes[0].to == ("crisis", "support")
    assert config.routing.routes[0].when.brands == ("romashka",)
    assert config.routing.sla is not None
    assert config.routing.sla.breach.total_seconds() == 3600
    assert config.routing.hours is not None
    assert [block[0].hour for block in config.routing.hours.weekdays] == [9, 14]
    assert [person.name for person in config.people] == ["Анна Иванова", "Олег Смирнов"]
    assert config.words.topics == {"связь": ("сеть", "интернет")}
    assert config.templates == {"привет": "{имя}, мы тут"}


def test_people_have_ids_and_receivers_owners(tmp_path: Path) -> None:
    people = """\
    people:
      - {id: anna, name: Анна Иванова, role: operator, telegram: 111}
      - {name: Щукина-Ёлкина Юлия, role: lead, telegram: 222}
      - {id: anna_2, name: Анна Иванова, role: operator, telegram: 333}
    """
    owned = ROUTES.replace("console: true}", "console: true, owner: anna_2, backup: schukina-elkina-yuliya}")
    config = load(folder(tmp_path, people=people, routes=owned))
    assert [person.id for person in config.people] == ["anna", "schukina-elkina-yuliya", "anna_2"]
    owners = [(receiver.owner, receiver.backup) for receiver in config.routing.receivers]
    assert owners == [(None, None), ("anna_2", "schukina-elkina-yuliya")]


def test_a_mistake_in_the_people_does_not_blame_the_owners(tmp_path: Path) -> None:
    owned = ROUTES.replace("console: true}", "console: true, owner: anna}")
    folder(tmp_path, people=PEOPLE.replace("role: lead", "role: boss"), routes=owned)
    assert [Path(mistake.file).name for mistake in check(tmp_path)] == ["people.yaml"]


def test_urgent_cards_come_at_night_where_nothing_is_said(tmp_path: Path) -> None:
    hours = load(folder(tmp_path)).routing.hours
    assert hours is not None
    assert hours.night == "urgent"


@pytest.mark.parametrize("name", ["config", "examples/telecom", "examples/banks"])
def test_the_configs_that_ship_have_no_mistake_and_no_warning(name: str) -> None:
    assert check(ROOT / name, searches={"vk": 1000}) == ()


MISTAKES = {
    "a tab": ("brand", "id: a\ntitle: b\nwatch:\n\tvk: {}\n", 4, "табуляцией"),
    "an open quote": ("brand", 'id: a\ntitle: "b\nnames: [в]\n', 2, "YAML не читается"),
    "an open bracket": ("brand", "id: a\ntitle: b\nnames: [ага\n", None, "скобк"),
    "an unquoted channel": ("routes", "receivers:\n  a: {slack: [#x]}\nroute: {to: a}\n", None, "#support"),
    "a bad indent": ("brand", "id: a\n title: b\n", 2, "YAML не читается"),
    "a key twice": ("brand", BRAND + "id: other\n", 14, "«id» повторяется (первый раз в строке 1)"),
    "an unknown key": ("brand", BRAND + "nams: [я]\n", 14, "возможно, вы имели в виду «names»"),
    "a nested unknown key": ("brand", BRAND.replace("every: 90s", "evry: 90s"), 10, "имели в виду «every»"),
    "a missing key": ("brand", BRAND.replace("title: Ромашка Телеком\n", ""), 1, "ключа «title»"),
    "null for a string": ("brand", BRAND.replace("title: Ромашка Телеком", "title:"), 2, "а тут пусто"),
    "null in a list": ("brand", BRAND.replace("[связь, интернет]", "[связь, null]"), 4, "а тут пусто"),
    "a YAML boolean as a name": ("brand", BRAND.replace("[Ромашка,", "[No,"), 3, "«No» YAML читает"),
    "a number as a name": ("brand", BRAND.replace("[Ромашка,", "[911,"), 3, "а тут число «911»"),
    "a string for a list": ("brand", BRAND.replace("[связь, интернет]", "связь"), 4, "нужен список"),
    "an empty list of names": (
        "brand",
        BRAND.replace("[Ромашка, Ромашка Телеком, romashka]", "[]"),
        3,
        "список пуст",
    ),
    "a name without letters": ("brand", BRAND.replace("[Ромашка,", '["!!!",'), 3, "ни одной буквы"),
    "a Russian id": ("brand", BRAND.replace("id: romashka", "id: ромашка"), 1, "строчной латиницей"),
    "an account as an address": (
        "brand",
        BRAND.replace("[romashka_help], x", '["https://vk.com/a"], x'),
        7,
        "без адреса",
    ),
    "an author without a network": ("brand", BRAND.replace("vk:-100500", "-100500"), 8, "vk:-100500"),
    "streaming of VK": (
        "brand",
        BRAND.replace("streaming: false", "streaming: true"),
        10,
        "пока не поддерживается",
    ),
    "streaming of X": ("brand", BRAND.replace("stream: false", "stream: true"), 11, "пока не поддерживается"),
    "a bare number as a duration": ("brand", BRAND.replace("every: 90s", "every: 90"), 10, "число «90»"),
    "a wrong duration": ("brand", BRAND.replace("every: 90s", "every: 90 сек"), 10, "90s, 15m, 1h"),
    "a probability over one": ("brand", BRAND.replace("0.7", "7"), 12, "не больше 1"),
    "a probability that is no number": ("brand", BRAND.replace("0.7", ".nan"), 12, "complaint_at"),
    "a star in the middle": ("brand", BRAND.replace("ромашк* при", "ром*шка при"), 6, "звёздочка не на конце"),
    "a star after two letters": ("brand", BRAND.replace("ромашк* при", "ро* при"), 6, "три буквы"),
    "an alias": ("brand", BRAND.replace("[связь, интернет]", "[&a связь, *a]"), 4, "ссылки YAML"),
    "a list for a file": ("brand", "- id: a\n", 1, "начинается с ключа"),
    "an unknown receiver": ("routes", ROUTES.replace("to: support", "to: suport"), 5, "имели в виду «support»"),
    "an unknown receiver of a route": (
        "routes",
        ROUTES.replace("[crisis,", "[boss,"),
        8,
        "«boss» нигде не описан",
    ),
    "an unknown brand": (
        "routes",
        ROUTES.replace("brands: romashka", "brands: romaska"),
        7,
        "имели в виду «romashka»",
    ),
    "a receiver without chats": (
        "routes",
        ROUTES.replace("{telegram: [{chat: -1003}], console: true}", "{}"),
        3,
        "чата",
    ),
    "a chat as a name": ("routes", ROUTES.replace("chat: -1003", "chat: friends"), 3, "напишите там /id"),
    "deadlines out of order": ("routes", ROUTES.replace("due: 30m", "due: 3h"), 9, "warn < due < breach"),
    "hours that overlap": ("routes", ROUTES.replace("14:00-24:00", "12:00-24:00"), 11, "пересекаются"),
    "hours that end before they start": (
        "routes",
        ROUTES.replace("09:00-13:00", "19:00-13:00"),
        11,
        "раньше конца",
    ),
    "hours of 25": ("routes", ROUTES.replace("09:00-13:00", "09:00-25:00"), 11, "09:00-18:00"),
    "an unknown zone": ("routes", ROUTES + "  timezone: Moscow\n", 14, "Europe/Moscow"),
    "an unknown role": ("people", PEOPLE.replace("role: lead", "role: boss"), 3, "operator, lead, engineer"),
    "a Telegram id in quotes": ("people", PEOPLE.replace("222", '"222"'), 3, "без кавычек"),
    "one Telegram id for two": ("people", PEOPLE.replace("222", "111"), 3, "уже записан за «Анна Иванова»"),
    "one id for two": (
        "people",
        PEOPLE.replace("{name: Анна", "{id: oleg, name: Анна").replace("{name: Олег", "{id: oleg, name: Олег"),
        3,
        "уже у «Анна Иванова»",
    ),
    "one name for two": ("people", PEOPLE.replace("Олег Смирнов", "Анна Иванова"), 3, "впишите сюда свой id"),
    "an id in capitals": ("people", PEOPLE.replace("{name: Олег", "{id: Oleg, name: Олег"), 3, "например anna"),
    "an owner nobody is": (
        "routes",
        ROUTES.replace("console: true}", "console: true, owner: oleg-smirnof}"),
        3,
        "имели в виду «oleg-smirnov»",
    ),
    "a backup nobody is": (
        "routes",
        ROUTES.replace("console: true}", "console: true, backup: vera}"),
        3,
        "«vera» нет в people.yaml",
    ),
    "a backup of oneself": (
        "routes",
        ROUTES.replace("console: true}", "console: true, owner: anna-ivanova, backup: anna-ivanova}"),
        3,
        "подменяет сам себя",
    ),
    "an unknown placeholder": ("templates", "templates:\n  а: '{имяя}'\n", 2, "имели в виду «имя»"),
    "a form without a second": ("templates", "templates:\n  а: '{сделал}'\n", 2, "неизвестная вставка"),
    "three forms of a word": ("templates", "templates:\n  а: '{а|б|в}'\n", 2, "две формы"),
    "a topic of the policy that nobody describes": (
        "policy",
        "approach: {days: 30}\napprove: {topics: [суды], by: lead}\n",
        2,
        "тема «суды» нигде не описана",
    ),
    "a stop-topic with a slip": ("policy", "approach: {never_topics: [политка]}\n", 1, "имели в виду «политика»"),
    "a brand of the policy that is none": ("policy", "approve: {brands: ромашка}\n", 1, "бренд «ромашка» нигде"),
    "a receiver of the policy that is none": ("policy", "approve: {receivers: [crysis]}\n", 1, "виду «crisis»"),
    "engineers who are nobody": (
        "policy",
        "engineers: {receiver: devs}\n",
        1,
        "получатель «devs» нигде не описан",
    ),
    "a night that is no time": ("policy", "night: ночью\n", 1, '"22:00-09:00"'),
    "a night in short": ("policy", "night: 23-8\n", 1, 'напишите "23:00-08:00"'),
    "a night of no length": ("policy", 'night: "09:00-09:00"\n', 1, '"22:00-09:00"'),
    "a time zone of the policy": ("policy", "timezone: Москва\n", 1, "Europe/Moscow"),
    "messages of some other kind": ("policy", "messages: some\n", 1, "invited, all, off"),
    "an author of the policy without a network": ("policy", 'approach: {do_not_contact: ["123"]}\n', 1, "vk:"),
    "a negative number of approaches": ("policy", "approach: {per_author: -1}\n", 1, "не меньше 0"),
    "an unknown key of the policy": ("policy", "removals: off\n", 1, "имели в виду «removal»"),
    "topics as a list": ("words", "topics: [сеть]\n", 1, "нужны ключи"),
    "bytes that are not UTF-8": ("words", "urgent: [суд]\n".encode("cp1251"), 1, "UTF-8"),
    "a control character": ("words", "urgent: [\x01]\n", 1, "недопустимые символы"),
    "a huge file": ("words", "#" * 300_000, 1, "слишком большой"),
    "a deep nest": ("words", "urgent: " + "[" * 3000, 1, "вложенность"),
    "a huge number": ("words", "urgent: [" + "9" * 5000 + "]\n", 1, "в кавычки"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    file, text, line, words = MISTAKES[case]
    folder(tmp_path, **{file: text})
    mistakes = [one for one in check(tmp_path) if not one.warning]
    assert any(words in one.message and line in (None, one.line) for one in mistakes), list(map(str, mistakes))
    with pytest.raises(ConfigError) as refused:
        load(tmp_path)
    assert refused.value.mistakes == tuple(mistakes)


WARNINGS = {
    "a short name": (
        "brand",
        BRAND.replace("[Ромашка,", "[РТ,").replace("only_when: [связь, интернет]\n", ""),
        "короче трёх",
    ),
    "a person without messengers": (
        "people",
        PEOPLE.replace(", telegram: 222", ""),
        "ни telegram, ни slack, ни helpdesk",
    ),
    "nobody": ("people", "people: []\n", "некому"),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_a_warning_does_not_stop_the_daemon(tmp_path: Path, case: str) -> None:
    file, text, words = WARNINGS[case]
    folder(tmp_path, **{file: text})
    assert [words in one.message for one in check(tmp_path) if one.warning] == [True]
    assert load(tmp_path).brands


def test_a_cadence_that_uses_up_vks_quota_is_warned_of_at_its_line(tmp_path: Path) -> None:
    folder(tmp_path)
    (warning,) = check(tmp_path, searches={"vk": 1000})
    assert warning.warning
    assert (Path(warning.file).name, warning.line) == ("romashka.yaml", 10)
    assert "нужно 1920" in warning.message
    assert "every: 3m" in warning.message
    assert check(tmp_path, searches={"vk": 1920}) == ()
    folder(tmp_path, brand=BRAND.replace("every: 90s", "every: 3m"))
    assert check(tmp_path, searches={"vk": 1000}) == ()


def test_only_the_brands_that_take_more_than_their_share_of_the_quota_are_named(tmp_path: Path) -> None:
    folder(tmp_path, brand=BRAND.replace("every: 90s", "every: 1h"))
    other = (
        BRAND.replace("romashka", "vasilek")
        .replace("[Ромашка, Ромашка Телеком, vasilek]", "[Василёк]")
        .replace("Ромашка Телеком", "Василёк")
    )
    (tmp_path / "brands" / "vasilek.yaml").write_text(other.replace("every: 90s", "every: 30s"), encoding="utf-8")
    warnings = check(tmp_path, searches={"vk": 1000})
    of_quota = [one for one in warnings if "поисков в сутки" in one.message]
    assert [Path(one.file).name for one in of_quota] == ["vasilek.yaml"]


def test_a_yaml_bomb_is_refused_at_once(tmp_path: Path) -> None:
    layers = ["a0: &a0 [х, х, х, х, х, х, х, х, х]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    folder(tmp_path, words="\n".join(layers))
    assert any("ссылки YAML" in one.message for one in check(tmp_path))


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder(tmp_path, brand="id: 5\n", routes="{}", people="people: 1\n", words="topics: 2\n")
    assert {Path(one.file).name for one in check(tmp_path)} == {
        "romashka.yaml",
        "routes.yaml",
        "people.yaml",
        "words.yaml",
    }


@pytest.mark.parametrize("word", ["=", "= ", "==верните", "верните =деньги"])
def test_a_word_that_no_text_can_have_is_a_mistake(tmp_path: Path, word: str) -> None:
    for place in ("topics:\n  возврат: [сеть, '{}']\n", "urgent: [сеть, '{}']\n"):
        folder(tmp_path, words=place.format(word))
        (mistake,) = check(tmp_path)
        assert Path(mistake.file).name == "words.yaml"
        assert "знак = ставят один раз" in mistake.message
        assert word.strip() in mistake.message


@pytest.mark.parametrize("word", ["😡", "!!!", "=5%", "верните деньги"])
def test_signs_and_emoji_may_be_words(tmp_path: Path, word: str) -> None:
    folder(tmp_path, words=f"urgent: ['{word}']\n")
    assert check(tmp_path) == ()


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    folder(tmp_path, brand=b"\xef\xbb\xbf" + BRAND.encode())
    assert check(tmp_path) == ()


def test_two_brands_cannot_share_an_id(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "brands" / "second.yaml").write_text(BRAND, encoding="utf-8")
    assert ["уже занят" in one.message for one in check(tmp_path)] == [True]


def test_missing_people_are_a_warning_and_missing_routes_a_mistake(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "people.yaml").unlink()
    (tmp_path / "routes.yaml").unlink()
    assert [(Path(one.file).name, one.warning) for one in check(tmp_path)] == [
        ("people.yaml", True),
        ("routes.yaml", False),
    ]


def test_a_folder_in_place_of_a_file_is_said_so(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "words.yaml").mkdir()
    assert ["это папка" in one.message for one in check(tmp_path)] == [True]


def test_a_missing_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    assert "такой папки" in check(tmp_path / "nowhere")[0].message
    assert any("ни одного бренда" in one.message for one in check(tmp_path))


def test_a_file_that_nobody_reads_is_pointed_at(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "brands" / "second.yml").write_text(BRAND, encoding="utf-8")
    assert ["не читается" in one.message and one.warning for one in check(tmp_path)] == [True]


def test_an_empty_condition_above_others_is_warned_of(tmp_path: Path) -> None:
    open_route = "    - when: {}\n      to: support\n    - when: {urgency_at: 0.9"
    folder(tmp_path, routes=ROUTES.replace("    - when: {urgency_at: 0.9", open_route))
    below, empty = check(tmp_path)
    assert empty.warning
    assert "подходит всему" in empty.message
    assert below.message == "в «crisis» ничего не придёт: маршруты, которые его называют, не сработают"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    junk=st.sampled_from(
        ["", "\t", ": ", "[", "}", "'", '"', "&a ", "*a", "null", "!!set ", "---\n", "\n  ", "%", "<<: "]
    )
    | st.text(max_size=6),
)
def test_no_mutation_of_a_file_escapes_as_anything_but_a_config_error(
    tmp_path: Path, data: st.DataObject, junk: str
) -> None:
    name, text = data.draw(st.sampled_from([("brand", BRAND), ("routes", ROUTES), ("people", PEOPLE)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    mutated = (text[:start] + junk + text[end:]).encode("utf-8", "surrogatepass")
    folder(tmp_path, **{name: mutated})
    mistakes = ()
    try:
        load(tmp_path)
    except ConfigError as error:
        mistakes = error.mistakes
    assert mistakes == tuple(one for one in check(tmp_path) if not one.warning)
    assert all(one.line >= 1 and one.message for one in mistakes)


def test_the_committed_schemas_are_up_to_date() -> None:
    for name, model in SCHEMAS.items():
        assert (ROOT / "config/schema" / name).read_text(encoding="utf-8") == schema_text(model), name


def test_check_prints_the_mistakes_and_says_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    check_command.add_arguments(parser)
    folder(tmp_path)
    assert check_command.run(parser.parse_args([str(tmp_path)])) == 0
    assert "romashka.yaml:10: предупреждение: VK даёт 1000" in capsys.readouterr().out
    calm = BRAND.replace("every: 90s", "every: 3m")
    folder(tmp_path, brand=calm)
    assert check_command.run(parser.parse_args([str(tmp_path)])) == 0
    assert capsys.readouterr().out == "Всё в порядке.\n"
    folder(tmp_path, brand=calm, people=PEOPLE.replace("role: lead", "role: boss"))
    assert check_command.run(parser.parse_args([str(tmp_path)])) == 1
    assert "people.yaml:3: «role»" in capsys.readouterr().out
    assert check_command.run(parser.parse_args([str(tmp_path), "--json"])) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["line"], row["warning"]) == (3, False)


def test_a_name_that_its_own_brand_forbids_is_a_mistake_at_its_line(tmp_path: Path) -> None:
    brand = BRAND.replace("[чай с ромашкой]", "[ромашка]")
    told = [mistake for mistake in check(folder(tmp_path, brand=brand)) if "never_when" in mistake.message]
    assert "«Ромашка»" in told[0].message
    assert told[0].line == 3
    assert not told[0].warning


def test_a_receiver_of_words_about_the_config_is_used(tmp_path: Path) -> None:
    smm = ROUTES.replace("route:\n", "  smm: {console: true}\nroute:\n", 1) + "notices: {config: smm}\n"
    assert check(folder(tmp_path, routes=smm)) == ()
    assert load(tmp_path).notices.config == "smm"


def test_a_refusal_is_told_with_files_and_lines_and_the_first_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(
            folder(
                tmp_path,
                brand=BRAND.replace("[Ромашка,", "['Ромашка|а', 'б|в', 'г|д', 'е|ж', 'з|и', 'к|л', 'м|н',"),
            )
        )
    words = refused(error.value.mistakes, tmp_path).split("\n")
    assert words[0] == "Новые настройки не приняты, в силе прежние."
    assert words[1].startswith("• brands/romashka.yaml, строка 3: «Ромашка|а» — это несколько значений")
    assert words[6] == "И ещё 2 ошибки: все назовёт listener check"
    assert words[7].startswith("Исправьте и сохраните файл")


def test_a_brand_may_want_other_messages_than_the_policy_has_for_all(tmp_path: Path) -> None:
    folder(tmp_path, policy="messages: off\n")
    assert not any(watch.messages for watch in load(tmp_path).brands[0].watch.values())
    folder(tmp_path, policy="messages: off\n", brand=BRAND + "messages: all\n")
    (own,) = load(tmp_path).brands
    assert own.messages == "all"
    assert all(watch.messages for watch in own.watch.values())
