"""`listener resend` says what it cannot do, and makes no database."""

from pathlib import Path

import pytest

from listener.__main__ import main

CONFIG = str(Path(__file__).parents[2] / "config")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", CONFIG], "Базы var/mistyped.db нет"),
        (["--config", CONFIG, "--receiver", "suport"], "Получателя «suport» нет; есть: support, crisis"),
        (["--config", "nowhere"], "такой папки"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTENER_DATABASE_URL", "sqlite:///var/mistyped.db")
    assert main(["resend", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
