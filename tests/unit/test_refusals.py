"""What the system refuses is said in Russian."""

import errno
import os
import socket
from pathlib import Path

import pytest

from listener.__main__ import main
from listener.environment import SettingsError
from listener.refusals import refusal, refused
from listener.settings import read_settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOSPC, errno.EROFS, errno.EIO])
def test_what_people_meet_is_in_russian(code: int) -> None:
    assert not refusal(OSError(code, os.strerror(code))).isascii()


def test_what_we_have_no_words_for_is_said_in_the_systems() -> None:
    assert refusal(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert refusal(TimeoutError()) == "TimeoutError"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(tmp_path / "texts.txt")]) == 1
    assert "texts.txt: файл не читается: такого файла нет" in capsys.readouterr().err
    with pytest.raises(SettingsError, match=r"не читается.*это папка"):
        read_settings({"LISTENER_TELEGRAM_TOKEN_FILE": str(tmp_path)})


def test_a_name_that_is_not_found_is_named() -> None:
    assert refusal(socket.gaierror(-2, "Name or service not known")) == "такое имя не находится"


def test_a_place_for_the_database_that_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTENER_DATABASE_URL", f"sqlite:///{tmp_path / 'file' / 'otklik.db'}")
    assert main(["run", "--config", str(ROOT / "config")]) == 2
    said = capsys.readouterr().err
    assert "Errno" not in said
    assert f"{tmp_path / 'file'}: здесь уже стоит файл" in said


def test_a_port_that_another_program_has_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        with pytest.raises(OSError, match=r".") as error:
            socket.create_server(one.getsockname())
        assert refusal(error.value) == "занят другой программой"


def test_a_folder_that_may_not_be_written_ends_no_command_in_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").write_text("", encoding="utf-8")
    assert main(["init", "--brand", "Василёк", "--dir", str(tmp_path)]) == 2
    assert "config/brands: на пути стоит файл вместо папки" in capsys.readouterr().err


def test_a_refusal_says_what_to_do_where_that_is_known() -> None:
    assert refused(PermissionError(errno.EACCES, "", "var")).startswith("var: нет прав; дайте на него права")
    assert refused(OSError(errno.EIO, "", "var")) == "var: диск сбоит"
