"""What is deployed: a copied `.env` cannot break compose, and the unit runs what there is."""

import re
from pathlib import Path

import yaml

from listener.settings import read_settings

ROOT = Path(__file__).parents[2]
PASSWORD = re.compile(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}")
"""Compose puts in what .env has, and refuses to start without it."""


def environment() -> dict[str, str]:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    given: dict[str, str] = compose["services"]["listener"]["environment"]
    return {name: PASSWORD.sub("of-ones-own", value) for name, value in given.items()}


def test_a_copied_dotenv_does_not_break_the_containers_own_settings(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "LISTENER_DATABASE_URL=sqlite:///var/otklik.db\nLISTENER_CONFIG_DIR=config\nLISTENER_LOG_FORMAT=text\n"
        "LISTENER_HTTP_BIND=127.0.0.1:8080   # nobody outside the container would reach it\n"
    )
    settings = read_settings(environment(), dotenv)
    assert settings.database_url == "postgresql://otklik:of-ones-own@postgres/otklik"
    assert settings.http_host == "0.0.0.0"
    assert settings.config_dir == Path("/app/config")


def test_everything_that_is_written_lies_in_named_volumes() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    mounts = [mount.split(":")[0] for one in compose["services"].values() for mount in one["volumes"]]
    assert {mount for mount in mounts if not mount.startswith("./")} == set(compose["volumes"])


def test_the_unit_starts_the_daemon_and_reloads_it_by_the_signal_that_it_knows() -> None:
    unit = (ROOT / "deploy" / "otklik.service").read_text(encoding="utf-8")
    assert "ExecStart=/srv/otklik/venv/bin/listener run\n" in unit
    assert "kill -HUP" in unit
    assert "UMask=0077" in unit


def test_the_daemons_container_can_change_nothing_but_its_volume() -> None:
    daemon = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["listener"]
    assert daemon["read_only"]
    assert daemon["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in daemon["security_opt"]
    assert [mount for mount in daemon["volumes"] if not mount.endswith(":ro")] == ["var:/app/var"]
    assert "USER otklik" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_no_password_stands_in_what_is_deployed() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert len(PASSWORD.findall(compose)) == 2
    assert "otklik:otklik@" not in compose
