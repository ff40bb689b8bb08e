"""The built wheel works by itself, in an empty environment and an empty folder: nothing leans on the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; what it depends on is lent from the environment of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    sources = folder / "source"
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, sources], check=True)
    for changed in subprocess.run(
        ["git", "-C", ROOT, "ls-files", "--modified", "--others", "--exclude-standard", "-z"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\0"):  # fmt: skip
        if changed and (ROOT / changed).is_file():
            (sources / changed).parent.mkdir(parents=True, exist_ok=True)
            (sources / changed).write_bytes((ROOT / changed).read_bytes())
    subprocess.run([*pip, "wheel", "--no-build-isolation", "--no-deps", "-w", folder, sources], check=True)
    venv.create(folder / "venv", with_pip=False)
    (wheel,) = folder.glob("*.whl")
    target = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    subprocess.run([*pip, "install", "--no-deps", "--target", target, wheel], check=True)
    (target / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    # An editable install of the checkout would answer for the wheel.
    (target / "sitecustomize.py").write_text(
        "import sys\nsys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f)]\n"
    )
    return folder / "venv" / "bin" / "python"


def environ(folder: Path) -> dict[str, str]:
    """No PYTHONPATH: it would answer for the wheel."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def listener(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "listener", *arguments],
        cwd=folder,
        env=environ(folder),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_newcomer_goes_from_init_to_check_and_the_demo(installed: Path, tmp_path: Path) -> None:
    answers = [installed, "-c", "import listener; print(listener.__file__)"]
    where = subprocess.run(
        answers, cwd=tmp_path, env=environ(tmp_path), capture_output=True, text=True, check=True
    )
    assert str(installed.parents[1]) in where.stdout, "it is the wheel that answers"
    made = listener(installed, tmp_path, "init", "--brand", "Ромашка Телеком", "--telegram", "-1001")
    assert made.returncode == 0, made.stderr
    checked = listener(installed, tmp_path, "check")
    assert checked.returncode == 0, checked.stdout
    explained = listener(installed, tmp_path, "explain", "Ромашка Телеком, третий день нет связи!")
    assert explained.returncode == 0, explained.stderr
    shown = listener(installed, tmp_path, "demo", "--port", "0", "--for", "6", "--speed", "3")
    assert shown.returncode == 0, shown.stderr
    assert "карточек доставлено" in shown.stdout
