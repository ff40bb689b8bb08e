"""Settings: every mistake at once, no secret in a message, addresses only where they are safe."""

from pathlib import Path

import pytest

from listener.environment import Road, Secret, SettingsError
from listener.judge_settings import read_judge
from listener.networks.vk.options import VkOptions
from listener.networks.x.options import XOptions
from listener.settings import read_config_dir, read_settings


def test_without_any_setting_everything_is_off_and_the_store_is_sqlite() -> None:
    settings = read_settings({})
    assert settings.database_url == "sqlite:///var/otklik.db"
    assert settings.networks["vk"].service_token is None
    assert settings.messengers["telegram"].token is None
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


def test_the_judge_has_a_process_of_its_own_where_there_is_a_second_core(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, apart in ((1, False), (2, True)):
        monkeypatch.setattr("listener.judge_settings.cores", lambda count=cores: count)
        assert read_settings({}).judge_apart is read_judge({}).apart is apart
        assert read_settings({"LISTENER_JUDGE_PROCESS": "on"}).judge_apart is True
        assert read_settings({"LISTENER_JUDGE_PROCESS": "off"}).judge_apart is False


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
        ("LISTENER_TELEGRAM_TOKEN", "12:привет", "русская «п» (4-й знак)"),
        ("LISTENER_TELEGRAM_TOKEN", "«12:token»", "кавычка «"),
        ("LISTENER_TELEGRAM_TOKEN", "1234567890:AA…", "как в примере"),
        ("LISTENER_X_BEARER_TOKEN", "Bearer AAA", "слово Bearer в начале: уберите его"),
        ("LISTENER_X_BEARER_TOKEN", "AA\u200bA", "невидимый знак (3-й знак)"),
        ("LISTENER_VK_SERVICE_TOKEN", "vk1 token", "пробел (4-й знак)"),
        ("LISTENER_VK_SERVICE_TOKEN", "vk1\ntoken", "перенос строки"),
        ("LISTENER_VK_COMMUNITY_TOKENS", "{'romashka': 'vk1'}", "двойными"),
        ("LISTENER_VK_COMMUNITY_TOKENS", "{“romashka”: “vk1”}", "прямыми"),
        ("LISTENER_VK_COMMUNITY_TOKENS", "vk1.a.token", "фигурных скобок"),
        ("LISTENER_VK_COMMUNITY_TOKENS", "{", "одной строкой"),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"romashka": "vk1",}', "лишняя запятая"),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"romashka" "vk1"}', "двоеточие"),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"https://vk.com/romashka": "vk1"}', 'а не адрес: "romashka"'),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"romashka": "vk1.a.тoken"}', "«romashka» русская «т»"),
        ("LISTENER_VK_COMMUNITY_TOKENS", '{"romashka": ""}', "«romashka» токена нет"),
        ("LISTENER_TELEGRAM_PROXY", "ftp://proxy:1080", "http://сервер:порт"),
        ("LISTENER_PROXIES_X", "socks5://proxy:1080, proxy:3128", "2-й прокси"),
        ("LISTENER_PROXIES_SLACK", "https://proxy:3128", "https к самому прокси"),
        ("LISTENER_PROXIES_VK", "http://proxy", "порт"),
        ("LISTENER_CA_VK", "no/such.pem", "нет файла"),
        ("LISTENER_CA_SLACK", __file__, "нет сертификатов"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({name: value})
    assert name in str(error.value)
    assert said in str(error.value)


PAIR = {"LISTENER_SLACK_BOT_TOKEN": "xoxb-1", "LISTENER_SLACK_APP_TOKEN": "xapp-1"}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"LISTENER_VK_SERVISE_TOKEN": "s3cret"},
            "такой настройки нет; возможно, вы имели в виду LISTENER_VK_SERVICE_TOKEN",
        ),
        ({"LISTENER_TELEGRAM_BOT_TOKEN": "s3cret"}, "возможно, вы имели в виду LISTENER_TELEGRAM_TOKEN"),
        ({"LISTENER_X_BEARER_TOKENFILE": "s3cret"}, "LISTENER_X_BEARER_TOKEN_FILE"),
        ({"LISTENER_QUUX": "s3cret"}, "LISTENER_QUUX: такой настройки нет"),
        ({"listener_x_bearer_token": "s3cret"}, "пишут заглавными: LISTENER_X_BEARER_TOKEN"),
        ({"LISTENER_SLACK_BOT_TOKEN": "xoxb-s3cret"}, "LISTENER_SLACK_APP_TOKEN: не задан"),
        ({"LISTENER_SLACK_APP_TOKEN": "xapp-s3cret"}, "LISTENER_SLACK_BOT_TOKEN: не задан"),
        ({**PAIR, "LISTENER_SLACK_BOT_TOKEN": "xapp-s3cret"}, "его место в LISTENER_SLACK_APP_TOKEN"),
        ({**PAIR, "LISTENER_SLACK_APP_TOKEN": "xoxb-s3cret"}, "его место в LISTENER_SLACK_BOT_TOKEN"),
        ({**PAIR, "LISTENER_SLACK_BOT_TOKEN": "xoxp-s3cret"}, "токен человека"),
        ({"LISTENER_TELEGRAM_TOKEN": "bot1:s3cret"}, "уберите слово bot"),
        ({"LISTЕNER_TELEGRAM_TОKEN": "1:s3cret"}, "наберите LISTENER_TELEGRAM_TOKEN заново"),
        ({"LISTENER_TELEGRAM_TОKEN": "1:s3cret"}, "наберите LISTENER_TELEGRAM_TOKEN заново"),
        ({"LISTENER_VK_COMMUNITY_TOKENS": f'{{"vk1.a.s3cret{"x" * 60}": "romashka"}}'}, "перепутаны"),
    ],
)
def test_a_setting_that_is_not_what_somebody_believes_is_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(environ)
    assert said in str(error.value)
    assert "s3cret" not in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_folder_named_on_the_command_line_wins_and_makes_the_setting_no_stranger() -> None:
    settings = read_settings({"LISTENER_CONFIG_DIR": "usual"}, config_dir=Path("asked"))
    assert settings.config_dir == Path("asked")


def test_what_kubernetes_adds_for_a_service_of_that_name_is_no_mistake() -> None:
    read_settings({"LISTENER_SERVICE_HOST": "10.0.0.1", "LISTENER_PORT_8080_TCP": "tcp://10.0.0.1:8080"})


def test_a_value_given_twice_and_an_empty_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    path = str(tmp_path / "token")
    with pytest.raises(SettingsError, match="пуст"):
        read_settings({"LISTENER_X_BEARER_TOKEN_FILE": path})
    with pytest.raises(SettingsError, match="и здесь, и в LISTENER_X_BEARER_TOKEN_FILE"):
        read_settings({"LISTENER_X_BEARER_TOKEN_FILE": path, "LISTENER_X_BEARER_TOKEN": "a"})


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("postgres://me:pw@db/otklik", "postgresql://me:pw@db/otklik"),
        (
            "postgresql://me:p%40w@db:6432/otklik?sslmode=require&channel_binding=require&application_name=x",
            "postgresql://me:p%40w@db:6432/otklik?sslmode=require",
        ),
        ("postgresql://me@db/otklik?connect_timeout=5&keepalives_idle=30", "postgresql://me@db/otklik"),
        ("sqlite:////srv/otklik.db", "sqlite:////srv/otklik.db"),
    ],
)
def test_an_address_of_libpq_is_understood(address: str, meant: str) -> None:
    assert read_settings({"LISTENER_DATABASE_URL": address}).database_url == meant


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me:s3cret@db:port/otklik", "порт — число"),
        ("postgresql://me:s3/cret@db/otklik", "пишут кодом"),
        ("postgresql://me:s3@cret@db/otklik", "%40"),
        ("postgresql://me:s3cret@db", "не названа база"),
        ("postgresql://me:s3cret@[db/otklik", "не адрес базы"),
        ("postgresql://me:s3cret@db/otklik?sslmode=yes", "sslmode бывает"),
        (
            "postgresql://me:s3cret@db/otklik?options=-c%20x&target_session_attrs=any",
            "options, target_session_attrs",
        ),
        ("host=db user=me password=s3cret", "не адрес базы"),
        ("mysql://me:s3cret@db/otklik", "не адрес базы"),
        ("var/otklik.db", "sqlite:///var/otklik.db"),
        ("sqlite://var/otklik.db", "sqlite:///var/otklik.db"),
        ("sqlite:///var/otklik.db?mode=ro", "параметров"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_without_its_password(address: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"LISTENER_DATABASE_URL": address})
    assert said in str(error.value)
    assert "s3cret" not in str(error.value)
    assert "cret" not in str(error.value)


def test_a_password_is_a_secret_as_it_is_written_and_as_it_is_meant() -> None:
    settings = read_settings({"LISTENER_DATABASE_URL": "postgresql://me:p%40ss@db/otklik"})
    assert settings.secrets() == ("p%40ss", "p@ss")


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"LISTENER_X_API_URL": "ftp://x", "LISTENER_HTTP_BIND": "x", "LISTENER_LOG_FORMAT": "xml"})
    assert len(str(error.value).splitlines()) == 3


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1:abc\n")
    settings = read_settings({"LISTENER_TELEGRAM_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.messengers["telegram"].token is not None
    assert settings.messengers["telegram"].token.reveal() == "1:abc"


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


def test_proxies_are_a_list_in_order_and_each_platform_has_its_own() -> None:
    settings = read_settings(
        {
            "LISTENER_PROXIES_X": "socks5://me:pw1@a:1080, http://b:3128",
            "LISTENER_PROXIES_SLACK": "http://c:3128 socks5h://d:1080",
            "LISTENER_TELEGRAM_PROXY": "http://old:3128",
        }
    )
    assert settings.networks["x"].road.proxies == ("socks5://me:pw1@a:1080", "http://b:3128")
    assert settings.networks["vk"].road == Road()
    assert settings.messengers["slack"].road.proxies == ("http://c:3128", "socks5h://d:1080")
    assert settings.messengers["telegram"].road.proxies == ("http://old:3128",)
    assert "pw1" in settings.secrets()


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


def test_a_comment_at_the_end_of_a_line_is_no_part_of_the_value(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "LISTENER_X_BEARER_TOKEN=abc#def  # the app of the press office\n"
        'LISTENER_VK_COMMUNITY_TOKENS={"romashka_help": "vk1.a"}   # one a page\n'
        "LISTENER_LOG_LEVEL = 'debug' # loud\n"
    )
    settings = read_settings({}, dotenv)
    assert settings.networks["x"] == XOptions(bearer_token=Secret("abc#def"))
    assert settings.networks["vk"] == VkOptions(community_tokens={"romashka_help": Secret("vk1.a")})
    assert settings.log_level == "DEBUG"


def test_a_mistake_in_the_dotenv_file_is_named_with_its_line(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "# ours\n\nLISTENER_X_BEARER_TOKEN s3cret\nLISTENER_LOG_LEVEL=loud\n"
        "LISTENER_LOG_FORMT=json\nX_BEARER_TOKEN=s3cret\n"
    )
    with pytest.raises(SettingsError) as error:
        read_settings({}, dotenv)
    lines = str(error.value).splitlines()
    assert "строка 3: не читается; нужно ИМЯ=значение" in lines[0]
    assert "LISTENER_LOG_LEVEL (.env, строка 4): «loud» не подходит" in lines[1]
    assert "LISTENER_LOG_FORMT (.env, строка 5): такой настройки нет" in lines[2]
    assert "X_BEARER_TOKEN (.env, строка 6): нужна приставка: LISTENER_X_BEARER_TOKEN" in lines[3]
    assert "s3cret" not in str(error.value)


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


def test_a_dotenv_that_is_no_text_is_one_mistake_and_not_one_for_each_line(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("LISTENER_LOG_LEVEL=INFO\n# и ещё\nLISTENER_LOG_FORMAT=text\n", encoding="utf-16")
    with pytest.raises(SettingsError) as error:
        read_settings({}, dotenv)
    assert str(error.value) == f"{dotenv}: файл сохранён не как UTF-8: сохраните его заново, выбрав UTF-8"


def test_a_folder_in_the_place_of_the_dotenv_is_named(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.mkdir()
    with pytest.raises(SettingsError, match="это папка"):
        read_settings({}, dotenv)
