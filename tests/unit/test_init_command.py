"""`listener init`: a config that `check` is content with, and nothing that was there is touched."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.__main__ import main
from listener.commands import init
from listener.config.build import build_policy
from listener.config.load import check, load
from listener.config.schema import PolicyYaml
from listener.settings import read_settings

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--brand",
    "Ромашка Телеком",
    "--vk",
    "https://vk.com/romashka_help",
    "--telegram",
    "-1001",
    "--slack",
    "support",
]


def written(folder: Path, *flags: str) -> Path:
    assert main(["init", "--dir", str(folder), *flags]) == 0
    return folder / "config"


def test_the_config_of_an_answered_newcomer_is_whole(tmp_path: Path) -> None:
    folder = written(tmp_path, *FLAGS, "--person", "Анна Иванова")
    config = load(folder)
    (brand,) = config.brands
    assert (brand.id, brand.title, brand.names) == ("romashka-telekom", "Ромашка Телеком", ("Ромашка Телеком",))
    assert brand.accounts == {"vk": ("romashka_help",)}
    assert brand.watch["vk"].pages == ("romashka_help",)
    (support,) = config.routing.receivers
    assert [(chat.messenger, chat.chat) for chat in support.chats] == [
        ("telegram", "-1001"),
        ("slack", "#support"),
    ]
    assert support.owner == config.people[0].id == "anna-ivanova"


def test_what_is_written_last_the_day_by_vks_quota_and_has_no_mistake(tmp_path: Path) -> None:
    for name in ("Самокат", "М.Видео", "O'STIN", "No", "Перекрёсток: доставка", "2ГИС", "Сбер"):
        folder = written(tmp_path / name.replace(".", ""), "--brand", name)
        wrong = [one for one in check(folder, searches={"vk": 1000}) if not one.warning]
        assert [one for one in wrong if "само себя не находит" not in one.message] == []


def test_the_policy_that_is_written_says_what_holds_without_it(tmp_path: Path) -> None:
    folder = written(tmp_path, *FLAGS)
    commented = (folder / "policy.yaml").read_text(encoding="utf-8")
    assert load(folder).policy == build_policy(PolicyYaml(), None)
    keys = re.sub(r"^# (?=[a-z_]+:)", "", commented, flags=re.MULTILINE)
    assert keys.count("\n") - 1 == len(PolicyYaml.model_fields) - len({"timezone"})
    (folder / "policy.yaml").write_text(keys, encoding="utf-8")
    assert load(folder).policy == build_policy(PolicyYaml(), None)


def test_an_ordinary_word_gets_companions(tmp_path: Path) -> None:
    assert "поддержка" in load(written(tmp_path / "a", "--brand", "Самокат")).brands[0].only_when
    assert load(written(tmp_path / "b", "--brand", "Билайн")).brands[0].only_when == ()


def test_a_name_with_another_in_quotes_is_told_that_people_write_the_short_one(tmp_path: Path) -> None:
    folder = written(tmp_path / "a", "--brand", "Фитнес-клуб «Гантеля»")
    assert "names: ['Фитнес-клуб «Гантеля»', Гантеля]" in next((folder / "brands").iterdir()).read_text("utf-8")
    assert load(folder).brands[0].names == ("Фитнес-клуб «Гантеля»",)
    plain = written(tmp_path / "b", "--brand", "Ромашка Телеком")
    assert "Пишут просто" not in next((plain / "brands").iterdir()).read_text("utf-8")


def test_nothing_is_ever_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path, *FLAGS)
    (folder / "routes.yaml").write_text("# ours\n", encoding="utf-8")
    (tmp_path / ".env").write_text("# ours\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["init", "--dir", str(tmp_path), *FLAGS]) == 0
    assert (folder / "routes.yaml").read_text(encoding="utf-8") == "# ours\n"
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "# ours\n"
    out = capsys.readouterr().out
    assert out.count("уже есть, не тронут") == 7
    assert 'впишите сами: telegram: [{chat: -1001}]  slack: ["#support"]' in out
    assert "уже слушают: romashka-telekom.yaml" in out


def test_the_file_of_secrets_is_for_nobody_else_and_is_read_without_a_mistake(tmp_path: Path) -> None:
    written(tmp_path, *FLAGS)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    read_settings({}, tmp_path / ".env")


def test_the_packaged_example_is_the_one_in_the_repository() -> None:
    packaged = (ROOT / "listener/data/env.example").read_text(encoding="utf-8")
    assert packaged == (ROOT / ".env.example").read_text(encoding="utf-8")


def parsed(*flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    init.add_arguments(parser)
    return parser.parse_args(list(flags))


def test_questions_are_asked_for_what_no_flag_says() -> None:
    questions: list[str] = []
    answers: Iterator[str] = iter(["Ромашка", "", "@romashka", "-1001", "", "Анна"])

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    wishes = init.read_wishes(parsed(), ask)
    assert (wishes.name, wishes.pages, wishes.chats, wishes.person) == (
        "Ромашка",
        {"x": "romashka"},
        {"telegram": "{chat: -1001}"},
        "Анна",
    )
    assert len(questions) == 6


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "Назовите бренд"),
        (("--brand", "!!!"), "Назовите бренд"),
        (("--brand", "Ромашка", "--telegram", "@support"), "/id"),
        (("--brand", "Ромашка", "--vk", "ромашка"), "латиницей"),
    ],
)
def test_an_answer_that_makes_no_sense_is_said(flags: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        init.read_wishes(parsed(*flags), None)


def test_an_answer_that_makes_no_sense_is_asked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(["123", "Лютик", "лютик!", "lyutik", "", "группа", "-1001", "", "Анна Иванова"])
    nothing = argparse.Namespace(brand=None, vk=None, x=None, telegram=None, slack=None, person=None)
    wishes = init.read_wishes(nothing, lambda _question: next(answers))
    assert (wishes.name, wishes.pages, wishes.person) == ("Лютик", {"vk": "lyutik"}, "Анна Иванова")
    assert wishes.chats == {"telegram": "{chat: -1001}"}
    said = capsys.readouterr().out
    assert "Назовите бренд" in said
    assert "«лютик!» — не страница" in said
    assert "«группа» — не номер чата" in said


def test_a_flag_that_makes_no_sense_is_refused() -> None:
    assert main(["init", "--brand", "Лютик", "--vk", "лютик!"]) == 2
