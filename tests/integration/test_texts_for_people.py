"""`match` and `classify` take plain lines and a single text, and answer a person in Russian; JSONL stays JSONL."""

import io
import json
import sys
from pathlib import Path

import pytest

from listener.__main__ import main
from listener.commands.jsonl import is_text

CONFIG = ["--config", str(Path(__file__).resolve().parents[2] / "config")]


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments, *CONFIG]) == code
    return capfd.readouterr().out


def test_one_text_is_matched_and_the_answer_names_what_was_missing(capfd: pytest.CaptureFixture[str]) -> None:
    assert "✓ Ромашка Телеком: названо «Ромашка» рядом с «связь»" in said(capfd, "match", "Ромашка, где связь?")
    assert "имя есть, но нет спутника рядом" in said(capfd, "match", "нарвал ромашек на даче")
    assert "ни одного бренда" in said(capfd, "match", "просто текст")


def test_a_file_of_plain_lines_is_answered_line_by_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "texts.txt"
    file.write_bytes("\ufeffРомашка, верните интернет\r\n\r\nпривет\r\n".encode())
    out = said(capfd, "match", str(file))
    assert out.splitlines()[0] == "«Ромашка, верните интернет»"
    assert out.count("«") == 4
    assert "«привет»\n  – ни одного бренда" in out


def test_one_text_is_judged_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "classify", "Третий день без интернета, верните деньги!")
    assert "тон: недовольство" in out
    assert "за жалобу:" in out
    assert "темы: " in out


@pytest.mark.parametrize("command", ["match", "classify"])
def test_json_is_answered_by_json_and_plain_lines_when_it_is_asked_for(
    command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(said(capfd, command, "Ромашка, где связь?", "--json"))["id"] == 1
    lines = b"\xef\xbb\xbf" + '{"id": "a", "text": "Ромашка, где связь?"}\nне JSON\n'.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    first, second = map(json.loads, said(capfd, command, "-", code=1).splitlines())
    assert first["id"] == "a"
    assert second == {"line": 2, "error": "not a JSON object"}


def test_a_file_that_is_not_there_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "мои тексты.txt").touch()
    assert not is_text("none.jsonl")
    assert not is_text("мои тексты.txt")
    assert is_text("где связь")
    assert is_text("ромашка")
