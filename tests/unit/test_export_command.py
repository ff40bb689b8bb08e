"""`listener export` on a base that is not there: it says so, and makes none."""

from pathlib import Path

import pytest

from listener.__main__ import main


def test_a_mistyped_path_makes_no_empty_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTENER_DATABASE_URL", "sqlite:///var/mistyped.db")
    assert main(["export", "mentions"]) == 2
    assert "Базы var/mistyped.db нет" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
