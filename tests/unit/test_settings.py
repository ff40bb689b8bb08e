"""Settings: every mistake at once, no secret in a message, addresses only where they are safe."""

from pathlib import Path

import pytest

from listener.environment import Secret, SettingsError
from listener.settings import read_config_dir, read_judge, read_settings


def test_without_any_setting_everything_is_off_and_the_store_is_sqlite() -> None:
    settings = read_settings({})
    assert settings.database_url == "sqlite:///var/otklik.db"
    assert settings.networks["vk"].service_token is None
    assert settings.telegram_token is None
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)


def test_another_model_is_named_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "judge.npz"
    file.touch()
    environ = {"LISTENER_MODEL": str(file)}
    assert read_settings(environ).model == read_judge(environ).model == file
    assert read_settings({}).model is None is read_judge({}).model


def test_the_second_opinion_is_wanted_unless_it_is_switched_off() -> None:
    assert read_settings({}).second_opinion is read_judge({}).second is True
    environ = {"LISTENER_SECOND_OPINION": "OFF"}
    assert read_settings(environ).second_opinion is read_judge(environ).second is False
    with pytest.raises(SettingsError, match=r"LISTENER_SECOND_OPINION.*«нет».*on, off"):
        read_judge({"LISTENER_SECOND_OPINION": "нет"})


def test_an_address_keeps_its_path_and_gets_one_closing_slash() -> None:
    settings = read_settings({"LISTENER_VK_API_URL": "http://127.0.0.1:9/vk/method"})
    assert settings.networks["vk"].api_url == "http://127.0.0.1:9/vk/method/"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LISTENER_X_API_URL", "http://example.org/", "https"),
        ("LISTENER_VK_API_URL", "api.vk.ru", "не адрес"),
        ("LISTENER_VK_API_URL", "http://[oops", "не адрес"),
        ("LISTENER_HTTP_BIND", "8080", "127.0.0.1:8080"),
        ("LISTENER_HTTP_BIND", "0.0.0.0:99999", "не адрес"),
        ("LISTENER_VK_SEARCH_PER_DAY", "много", "целое число"),
        ("LISTENER_LOG_LEVEL", "LOUD", "DEBUG"),
        ("LISTENER_MODEL", "no/such/judge.npz", "нет файла"),
        ("LISTENER_VK_COMMUNITY_TOKENS", "[1]", "JSON"),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"romashka": 5}', "JSON"),
        ("LISTENER_TELEGRAM_TOKEN_FILE", "no/such/file", "не читается"),
        ("LISTENER_TELEGRAM_TOKEN", "12:привет", "не латинская"),
        ("LISTENER_TELEGRAM_PROXY", "socks5://proxy:1080", "http://сервер:порт"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({name: value})
    assert name in str(error.value)
    assert said in str(error.value)


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"LISTENER_X_API_URL": "ftp://x", "LISTENER_HTTP_BIND": "x", "LISTENER_LOG_FORMAT": "xml"})
    assert len(str(error.value).splitlines()) == 3


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1:abc\n")
    settings = read_settings({"LISTENER_TELEGRAM_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.telegram_token is not None
    assert settings.telegram_token.reveal() == "1:abc"


def test_addresses_that_carry_a_password_may_come_from_files_and_the_password_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://otklik:pa55word@db/otklik\n")
    (tmp_path / "proxy").write_text("http://me:pr0xypass@proxy:3128\n")
    settings = read_settings(
        {
            "LISTENER_DATABASE_URL_FILE": str(tmp_path / "database"),
            "LISTENER_TELEGRAM_PROXY_FILE": str(tmp_path / "proxy"),
        }
    )
    assert settings.database_url == "postgresql://otklik:pa55word@db/otklik"
    assert settings.secrets() == ("pa55word", "pr0xypass")


def test_the_community_tokens_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text('{"romashka_help": "vk1.a.secret"}')
    settings = read_settings({"LISTENER_VK_COMMUNITY_TOKENS_FILE": str(tmp_path / "tokens")})
    assert settings.networks["vk"].community_tokens == {"romashka_help": "vk1.a.secret"}


def test_the_environment_wins_over_the_dotenv_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# comment\nexport LISTENER_LOG_LEVEL="debug"\nLISTENER_HTTP_BIND=127.0.0.1:1\n')
    settings = read_settings({"LISTENER_HTTP_BIND": "127.0.0.1:2"}, dotenv)
    assert settings.log_level == "DEBUG"
    assert settings.http_port == 2


def test_a_dotenv_file_of_another_editor_is_read_all_the_same(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"\xef\xbb\xbfLISTENER_X_BEARER_TOKEN=abcdef\r\n# " + "ключ".encode("cp1251") + b"\r\n")
    assert read_settings({}, dotenv).networks["x"].bearer_token == "abcdef"


def test_a_secret_does_not_show_in_a_representation() -> None:
    settings = read_settings({"LISTENER_X_BEARER_TOKEN": "AAAAsecret"})
    assert "AAAAsecret" not in repr(settings)
    assert repr(Secret("x")) == "Secret('***')"


def test_the_configs_folder_is_found_whatever_is_wrong_with_the_other_settings(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("LISTENER_CONFIG_DIR=brands-of-ours\nLISTENER_X_API_URL=nonsense\n")
    assert read_config_dir({}, dotenv) == Path("brands-of-ours")
    assert read_config_dir({"LISTENER_CONFIG_DIR": "others"}, dotenv) == Path("others")
    assert read_config_dir({}) == Path("config")
