"""The documents say what is: every setting stands in `.env.example`, and its file is read without a mistake."""

import re
from pathlib import Path

import pytest

from listener.config.handbook import with_handbook
from listener.dotenv import read_dotenv
from listener.environment import PREFIX, Reader, SettingsError
from listener.settings import read_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


class Asking(Reader):
    """Keeps the names that the settings ask for."""

    names: set[str]

    def text(self, name: str, default: str) -> str:
        self.names.add(name)
        return super().text(name, default)


def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    Asking.names = set()
    monkeypatch.setattr("listener.settings.open_reader", lambda environ, _dotenv: Asking(environ))
    read_settings({})
    return {name for name in Asking.names if not name.endswith("_FILE")}


def test_every_setting_stands_in_the_example_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = set(re.findall(r"^#LISTENER_([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))
    assert shown == asked(monkeypatch) - {"TELEGRAM_PROXY"}, (
        "the older name of LISTENER_PROXIES_TELEGRAM is not shown"
    )


def test_the_example_is_a_dotenv_file_even_with_every_line_switched_on(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(re.sub(r"^#(?=LISTENER_)", "", EXAMPLE, flags=re.MULTILINE), encoding="utf-8")
    read = read_dotenv(dotenv)
    assert read.mistakes == ()
    assert read.values["LISTENER_LOG_LEVEL"] == "INFO"
    assert read.values["LISTENER_VK_COMMUNITY_TOKENS"].endswith('"}')
    assert all("#" not in value for value in read.values.values())


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.ru.md"), key=str), ids=lambda path: path.stem)
def test_a_document_names_only_settings_that_there_are(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = set(re.findall(PREFIX + r"([A-Z_]+)", document.read_text(encoding="utf-8")))
    assert named <= asked(monkeypatch)


@pytest.mark.parametrize(
    "document", ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
)
def test_a_document_links_only_to_files_that_there_are(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize(
    "document",
    ["README.md", "CHANGELOG.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))],
)
def test_no_document_holds_what_a_merge_left_undecided(document: str) -> None:
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(("<<<<<<< ", ">>>>>>> "))] == []


def test_the_settings_of_the_example_are_no_mistake_as_they_stand() -> None:
    try:
        read_settings({}, ROOT / ".env.example")
    except SettingsError as error:
        pytest.fail(str(error))


def test_the_topics_and_intents_in_the_configs_document_are_those_of_the_code() -> None:
    text = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert with_handbook(text) == text, "python -m listener.config.handbook writes it anew"
