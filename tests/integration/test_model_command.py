"""`listener model`: what was learned as a person reads it, and the two commands that change who judges."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.cards.lessons import Compared
from alerts.cases.commands import Close, NotComplaint
from classifiers.correction import learn, to_row
from classifiers.model import load
from listener.__main__ import main
from listener.store.stores import Stores, open_stores
from tests.contract.store_samples import NOW, complain, do, mention
from tests.unit.classifiers.corrections import BAD, JUDGE, lessons

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> str:
    database = tmp_path / "otklik.db"
    database.write_bytes(sqlite_template.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTENER_CONFIG_DIR", str(CONFIG))
    monkeypatch.setenv("LISTENER_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("COLUMNS", "200")
    return f"sqlite:///{database}"


def on_store(url: str, work: object) -> None:
    async def go() -> None:
        store = await open_stores(url)
        try:
            await work(store)  # type: ignore[operator]
        finally:
            await store.close()

    asyncio.run(go())


def test_without_corrections_the_judge_alone_is_told_of_and_nothing_can_be_taken_back(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", "list"]) == 0
    assert "Судит исходная модель" in capsys.readouterr().out
    assert main(["model", "rollback"]) == 1
    assert "Возвращаться не от чего" in capsys.readouterr().err
    assert main(["model", "promote", "taps-0"]) == 1
    assert "Поправки taps-0 нет" in capsys.readouterr().err


def test_a_correction_is_promoted_shown_and_taken_back(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = learn(lessons(), JUDGE)

    async def kept(store: Stores) -> None:
        await store.learning.propose(made.version, to_row(made), NOW)
        weighed = Compared(
            model=made.version, promoted=False, labels=40, ordered=(0.7, 0.8), gain=(0.1, -0.01, 0.2)
        )
        await store.learning.note(weighed, NOW + timedelta(days=36500))

    on_store(url, kept)
    assert main(["model", "list"]) == 0
    shown = capsys.readouterr().out
    assert "в тени" in shown
    assert "80\xa0% (было 70), новых нажатий 40" in shown
    assert main(["model", "promote", made.version]) == 0
    assert f"Теперь судит {made.version} вместо исходной модели" in capsys.readouterr().out
    assert main(["model", "list"]) == 0
    assert "судит" in capsys.readouterr().out
    assert main(["model", "rollback"]) == 0
    assert f"Вернулись от {made.version} к исходной модели" in capsys.readouterr().out


def test_a_text_is_explained_as_the_running_daemon_would_judge_it(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"Ромашка Телеком, {BAD}"
    assert main(["explain", text]) == 0
    before = capsys.readouterr().out
    assert "Нажатия операторов" not in before
    made = learn(lessons(), load().version)

    async def promoted(store: Stores) -> None:
        await store.learning.propose(made.version, to_row(made), NOW)
        await store.learning.promote(made.version, NOW)

    on_store(url, promoted)
    assert main(["explain", text]) == 0
    after = capsys.readouterr().out
    assert f"Нажатия операторов научили: за жалобу ({made.version})" in after
    assert before.partition("Жалоба")[2] != after.partition("Жалоба")[2]


def test_a_damaged_correction_is_not_promoted(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    on_store(url, lambda store: store.learning.propose("taps-1", to_row(learn(lessons(), JUDGE)), NOW))
    assert main(["model", "promote", "taps-1"]) == 1
    assert "поправка повреждена" in capsys.readouterr().err


def test_reasons_that_taps_contradicted_are_shown_by_kind(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "reasons", "--since", "2026-11-01"]) == 0
    assert "никто не нажал" in capsys.readouterr().out

    async def tapped(store: Stores) -> None:
        for number in (1, 2, 3):
            await complain(store, mention(number, thread=f"t{number}"))
        await do(store, Close(), case=1)
        await do(store, NotComplaint(), case=2)

    on_store(url, tapped)
    assert main(["model", "reasons", "--since", "2026-11-01"]) == 0
    shown = capsys.readouterr().out
    assert "причина не названа" in shown
    assert "50\xa0% (" in shown
    assert main(["model", "reasons", "--since", "вчера"]) == 2


def test_watch_words_are_shown_with_what_is_missing(
    url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["model", "words"]) == 0
    assert "впишите их в watch" in capsys.readouterr().out
    folder = tmp_path / "config"
    for path in CONFIG.rglob("*.yaml"):
        copy = folder / path.relative_to(CONFIG)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    (folder / "words.yaml").write_text("watch: [пломба]\n")
    monkeypatch.setenv("LISTENER_CONFIG_DIR", str(folder))
    assert main(["model", "words"]) == 0
    assert "мало разобрано, нужно хотя бы 10" in capsys.readouterr().out
