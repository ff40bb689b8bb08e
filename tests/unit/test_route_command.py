"""`listener route`: where a text would go, by which rule, who answers there and until when."""

import json
import shutil
from pathlib import Path

import pytest

from listener.__main__ import main

TEXT = "Ромашка Телеком, третий день не работает интернет, верните деньги!"
ROUTES = """\
receivers:
  support: {console: true, owner: anna, backup: oleg}
  money:
    console: [money]
    owner: anna
    hours: {weekdays: ["10:00-19:00"], weekend: []}
    sla: {warn: 1h, due: 4h, breach: 8h}
authors:
  пресса: ["vk:id77"]
route:
  to: support
  routes:
    - when: {authors: [пресса]}
      to: support
    - when: {brands: [romashka]}
      routes:
        - when: {words: [роспотребнадзор]}
          to: support
        - when: {topics: [возврат]}
          to: [money, support]
sla: {warn: 15m, due: 30m, breach: 60m}
hours: {weekdays: ["09:00-21:00"], weekend: ["09:00-21:00"], night: urgent}
"""
EVENING = "2026-11-18T19:30:00+03:00"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LISTENER_SECOND_OPINION", "off")
    directory = tmp_path / "config"
    shutil.copytree(Path(__file__).resolve().parents[2] / "simulator" / "demo", directory)
    (directory / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    people = (directory / "people.yaml").read_text(encoding="utf-8")
    absent = "id: anna, absent: {until: 2026-11-18, substitute: oleg},"
    (directory / "people.yaml").write_text(people.replace("id: anna,", absent), encoding="utf-8")
    return directory


def told(capsys: pytest.CaptureFixture[str], config: Path, *arguments: str) -> list[str]:
    assert main(["route", TEXT, "--at", EVENING, "--config", str(config), *arguments]) == 0
    return capsys.readouterr().out.replace("\xa0", " ").splitlines()


def test_a_person_reads_the_way_the_owners_the_hours_and_the_promise(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, config) == [
        "Бренд: Ромашка Телеком (romashka)",
        "Маршрут 2: бренд «Ромашка Телеком» → 2.2: тема возврат",
        "  не подошёл 1: автора нет в списке",
        "  не подошёл 2.1: нет таких слов",
        "→ money: отвечает за обращение",
        "  отвечает Анна Иванова (сейчас Олег Смирнов)",
        "  чаты: окно программы, money",
        "  сейчас не работает, начнёт 10:00 19 ноября; карточка подождёт",
        "  напомнит 11:00 19 ноября, ответить до 14:00 19 ноября, сорвано 18:00 19 ноября",
        "→ support: видит карточку",
        "  отвечает Анна Иванова (сейчас Олег Смирнов), подменяет Олег Смирнов",
        "  чаты: окно программы, console",
        "  сейчас работает",
    ]


def test_another_author_goes_another_way(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, config, "--author", "vk:id77")[1] == "Маршрут 1: автор из списка «пресса»"


def test_a_program_reads_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, config, "--json")
    (brand,) = json.loads(line)["brands"]
    assert [step["route"] for step in brand["path"]] == ["2", "2.2"]
    assert brand["path"][1]["when"] == {"topics": ["возврат"]}
    money, support = brand["receivers"]
    assert (money["answers"], money["working"], money["owner"], money["owner_now"]) == (
        True,
        False,
        "anna",
        "oleg",
    )
    assert money["opens_at"] == money["told_at"] == "2026-11-19T07:00:00+00:00"
    assert (support["answers"], support["working"], support["opens_at"]) == (False, True, None)
    assert brand["due_at"] == "2026-11-19T11:00:00+00:00"


def test_praise_is_told_to_make_no_case_and_goes_its_way_all_the_same(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["route", "Ромашка Телеком, спасибо!", "--config", str(config)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Обращения не будет: похоже на похвалу")
    assert "→ support: отвечает за обращение" in lines or "→ money: отвечает за обращение" in lines


def test_a_text_of_no_brand_goes_nowhere(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "Хорошая погода", "--config", str(config)]) == 1
    assert capsys.readouterr().out == "Бренд не найден: карточки не будет\n"


def test_an_author_without_his_network_is_told_how_to_be_written(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["route", TEXT, "--author", "77", "--config", str(config)]) == 2
    assert capsys.readouterr().err.startswith("--author: «77» не подходит; нужно ")
