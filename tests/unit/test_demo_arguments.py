"""`listener demo` refuses what it cannot do in words, without a traceback."""

import socket

import pytest

from listener.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "70000"], "порт — число от 0 до 65535"),
        (["--speed", "-1"], "скорость — число от 0 до 1000"),
        (["--speed", "nan"], "скорость — число от 0 до 1000"),
    ],
)
def test_a_number_out_of_range_is_refused(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["demo", *arguments])
    assert complaint in capsys.readouterr().err


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["demo", "--port", str(port)]) == 2
    assert capsys.readouterr().err == (
        f"Порт {port}: занят другой программой; выберите другой: listener demo --port 8090\n"
    )
