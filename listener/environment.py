"""The environment and `.env` as checked values, every mistake gathered: what the settings are read with."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from listener.database_url import DEFAULT, AddressError, passwords, understood
from listener.dotenv import read_dotenv
from listener.pasted import json_slip, latin_look, odd_sign
from listener.refusals import refusal

PREFIX: Final = "LISTENER_"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PROXY_SCHEMES: Final = ("http", "socks5", "socks5h")
_LONGEST_NAME: Final = 50
_KUBERNETES: Final = re.compile(r"LISTENER_(SERVICE_|PORT)")
"""What Kubernetes puts into the environment of every container beside a service called «listener»."""


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and what to do, never its secret value."""


class Secret(str):
    """A string whose repr is stars: no traceback and no printed Settings shows it. `reveal` gives it out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def reveal(self) -> str:
        return str.__str__(self)


class RoadNews(Protocol):
    """Told when another proxy is in use, None for none, and which fail and why; no address holds a password."""

    def __call__(self, in_use: str | None, failing: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """How a platform is reached: proxies in the order to try, and a file of authorities trusted for it alone.

    `news` is told what becomes of the proxies.
    """

    proxies: tuple[str, ...] = ()
    certificates: Path | None = None
    news: RoadNews | None = field(default=None, compare=False, repr=False)

    def secrets(self) -> tuple[str, ...]:
        return tuple(word for address in self.proxies for word in passwords(address))


STRAIGHT: Final = Road()
"""No proxy, and the system's authorities."""


class Options(Protocol):
    """What is set for one platform: its road, addresses, tokens, quotas. A frozen dataclass."""

    @property
    def road(self) -> Road: ...

    def secrets(self) -> tuple[str, ...]:
        """What no log line may show."""


class Reader:
    """Reads single settings and gathers the mistakes, so that a person sees all of them in one go.

    What was asked for is what there is: a name that nobody asked for is a mistake (`finish`). `files` are those
    that values were read from, in order.
    """

    def __init__(self, values: Mapping[str, str], lines: Mapping[str, int] | None = None) -> None:
        self._values = values
        self._lines = lines or {}
        self._asked: set[str] = set()
        self.mistakes: list[str] = []
        self.files: dict[Path, None] = {}

    def complain(self, name: str, message: str) -> None:
        """Gather a mistake in the setting `name`, with its line where it stands in `.env`."""
        full = PREFIX + name
        where = f" (.env, строка {self._lines[full]})" if full in self._lines else ""
        self.mistakes.append(f"{full}{where}: {message}")

    def finish(self) -> None:
        """Raise SettingsError for everything that was wrong, settings that do not exist among it."""
        self.mistakes += self._unknown()
        self.check()

    def check(self) -> None:
        """Raise SettingsError for what was wrong with what was read."""
        if self.mistakes:
            raise SettingsError("\n".join(dict.fromkeys(self.mistakes)))

    def given(self, name: str) -> bool:
        """Whether the setting or its file is set at all, rightly or not."""
        return bool(self.text(name, "") or self.text(name + "_FILE", ""))

    def text(self, name: str, default: str) -> str:
        self._asked.add(name)
        return self._values.get(PREFIX + name, "").strip() or default

    def file(self, name: str) -> Path | None:
        text = self.text(name, "")
        if text and not Path(text).is_file():
            self.complain(name, f"нет файла «{text}»")
            return None
        return Path(text) if text else None

    def count(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        if text.isdecimal() and int(text) > 0:
            return int(text)
        self.complain(name, f"нужно целое число больше нуля, а не «{text}»")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        for choice in allowed:
            if choice.lower() == value.lower():
                return choice
        self.complain(name, f"«{value}» не подходит; можно: {', '.join(allowed)}")
        return default

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(default), None
        if parts.scheme not in ("http", "https") or not host:
            self.complain(name, f"«{value}» — не адрес; нужен вид https://сервер/путь/")
            return default
        if parts.scheme == "http" and host not in LOOPBACK:
            self.complain(name, "http без шифрования можно только для 127.0.0.1; укажите https")
            return default
        return value.rstrip("/") + "/"

    def bind(self) -> tuple[str, int]:
        value = self.text("HTTP_BIND", "127.0.0.1:8080")
        host, _, port = value.rpartition(":")
        if host and port.isdecimal() and int(port) < 65_536:
            return host.strip("[]"), int(port)
        self.complain("HTTP_BIND", f"«{value}» — не адрес; нужен вид 127.0.0.1:8080")
        return "127.0.0.1", 8080

    def database(self) -> str:
        try:
            return understood(self.text_or_file("DATABASE_URL") or DEFAULT)
        except AddressError as error:
            self.complain("DATABASE_URL", str(error))
            return DEFAULT

    def text_or_file(self, name: str) -> str:
        """The value, or what the file that NAME_FILE points to holds; empty when neither is given."""
        value = self.text(name, "")
        path = self.text(name + "_FILE", "")
        if value and path:
            self.complain(name, f"задано и здесь, и в {PREFIX}{name}_FILE: оставьте одно")
        elif path:
            self.files[Path(path)] = None
            try:
                value = Path(path).read_text(encoding="utf-8-sig").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = refusal(error) if isinstance(error, OSError) else "это не текст"
                self.complain(f"{name}_FILE", f"не читается «{path}»: {reason}")
            else:
                if not value:
                    self.complain(f"{name}_FILE", f"файл «{path}» пуст")
        return value

    def proxies(self, name: str) -> tuple[str, ...]:
        """Addresses of proxies in the order to try; they may hold passwords, so no mistake repeats one."""
        addresses = self.text_or_file(name).replace(",", " ").split()
        for place, address in enumerate(addresses, start=1):
            if reason := _wrong_proxy(address):
                self.complain(
                    name, f"{place}-й прокси: {reason}; нужен вид http://сервер:порт или socks5://сервер:порт"
                )
                return ()
        return tuple(addresses)

    def road(self, platform: str, *, alias: str | None = None) -> Road:
        """The proxies and the authorities of one platform; `alias` is an older name of its proxies."""
        proxies = self.proxies(f"PROXIES_{platform}") or (self.proxies(alias) if alias else ())
        return Road(proxies=proxies, certificates=self.authorities(f"CA_{platform}"))

    def authorities(self, name: str) -> Path | None:
        """A file of certificates, which is looked into: with another one no connection would be made."""
        path = self.file(name)
        if path is None:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError):
            self.complain(name, f"в файле «{path}» нет сертификатов: нужен вид PEM, -----BEGIN CERTIFICATE-----")
            return None
        return path

    def secret(self, name: str, *, begins: Mapping[str, str] | None = None) -> Secret | None:
        """A token. `begins` maps the beginnings of tokens that belong elsewhere to what they are."""
        value = self.text_or_file(name)
        if sign := odd_sign(value):
            self.complain(name, f"в токене {sign}; скопируйте его ещё раз")
            return None
        for beginning, what in (begins or {}).items():
            if value.startswith(beginning):
                self.complain(name, what)
                return None
        return Secret(value) if value else None

    def secrets(self, name: str) -> Mapping[str, Secret]:
        """Tokens by the name of the page that they belong to."""
        raw = self.text_or_file(name)
        value = _object(raw or "{}")
        if not isinstance(value, dict):
            self.complain(name, f'нужен JSON вида {{"имя_страницы": "токен"}}: {json_slip(raw)}')
            return {}
        wrong = [reason for page, token in value.items() if (reason := _wrong_token(page, token))]
        for reason in wrong:
            self.complain(name, reason)
        return {} if wrong else {page: Secret(token) for page, token in value.items()}

    def _unknown(self) -> Iterator[str]:
        for name in sorted(self._values):
            if reason := self._strange(name):
                where = f" (.env, строка {self._lines[name]})" if name in self._lines else ""
                yield f"{name}{where}: {reason}"

    def _strange(self, name: str) -> str | None:
        latin = latin_look(name)
        if latin != name and latin.startswith(PREFIX):
            return f"в имени настройки русские буквы, похожие на латинские: наберите {latin} заново"
        if name.startswith(PREFIX):
            own = name.removeprefix(PREFIX)
            known = own in self._asked or _KUBERNETES.match(name)
            return None if known else f"такой настройки нет{self._meant(own)}"
        if name.upper().startswith(PREFIX):
            return f"имена настроек пишут заглавными: {name.upper()}"
        if name in self._lines and name.upper() in self._asked:
            return f"нужна приставка: {PREFIX}{name.upper()}"
        return None

    def _meant(self, own: str) -> str:
        near = get_close_matches(own, self._asked, n=1, cutoff=0.75)
        return f"; возможно, вы имели в виду {PREFIX}{near[0]}" if near else ""


def open_reader(environ: Mapping[str, str], dotenv: Path | None = None) -> Reader:
    """A reader of both; the environment wins over the file."""
    file = read_dotenv(dotenv)
    lines = {name: line for name, line in file.lines.items() if name not in environ}
    reader = Reader({**file.values, **environ}, lines)
    reader.mistakes += file.mistakes
    return reader


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _wrong_token(page: str, token: object) -> str | None:
    if len(page) > _LONGEST_NAME:
        return "слева от двоеточия — имя страницы, справа — её токен: похоже, они перепутаны"
    if "/" in page:
        own = page.rstrip("/").rpartition("/")[2]
        return f'слева от двоеточия — короткое имя страницы, а не адрес: "{own}"'
    if not isinstance(token, str) or not token:
        return f'нужен JSON вида {{"имя_страницы": "токен"}}: у «{page}» токена нет'
    sign = odd_sign(token)
    return f"в токене «{page}» {sign}; скопируйте его ещё раз" if sign else None


def _wrong_proxy(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "не адрес"
    if parts.scheme == "https":
        return "https к самому прокси не поддерживается"
    if parts.scheme not in PROXY_SCHEMES:
        return "не тот вид прокси"
    return None if host and port else "не назван сервер или порт"
