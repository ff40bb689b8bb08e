"""The environment and `.env` as checked values, every mistake gathered: what the settings are read with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PREFIX: Final = "LISTENER_"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and what to do, never its secret value."""


class Secret(str):
    """A string whose repr is stars: no traceback and no printed Settings shows it. `reveal` gives it out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def reveal(self) -> str:
        return str.__str__(self)


class Reader:
    """Reads single settings and gathers the mistakes, so that a person sees all of them in one go."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.mistakes: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._values.get(PREFIX + name, "").strip() or default

    def file(self, name: str) -> Path | None:
        text = self.text(name, "")
        if text and not Path(text).is_file():
            self.mistakes.append(f"{PREFIX}{name}: нет файла «{text}»")
            return None
        return Path(text) if text else None

    def count(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        if text.isdecimal() and int(text) > 0:
            return int(text)
        self.mistakes.append(f"{PREFIX}{name}: нужно целое число больше нуля, а не «{text}»")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        for one in allowed:
            if one.lower() == value.lower():
                return one
        self.mistakes.append(f"{PREFIX}{name}: «{value}» не подходит; можно: {', '.join(allowed)}")
        return default

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(default), None
        if parts.scheme not in ("http", "https") or not host:
            self.mistakes.append(f"{PREFIX}{name}: «{value}» — не адрес; нужен вид https://сервер/путь/")
            return default
        if parts.scheme == "http" and host not in LOOPBACK:
            self.mistakes.append(f"{PREFIX}{name}: http без шифрования можно только для 127.0.0.1; укажите https")
            return default
        return value.rstrip("/") + "/"

    def bind(self) -> tuple[str, int]:
        value = self.text("HTTP_BIND", "127.0.0.1:8080")
        host, _, port = value.rpartition(":")
        if host and port.isdecimal() and int(port) < 65_536:
            return host.strip("[]"), int(port)
        self.mistakes.append(f"{PREFIX}HTTP_BIND: «{value}» — не адрес; нужен вид 127.0.0.1:8080")
        return "127.0.0.1", 8080

    def text_or_file(self, name: str) -> str:
        """The value, or what the file that NAME_FILE points to holds; empty when neither is given."""
        value = self.text(name, "")
        path = self.text(name + "_FILE", "")
        if not value and path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.mistakes.append(f"{PREFIX}{name}_FILE: не читается «{path}»: {type(error).__name__}")
        return value

    def proxy(self, name: str) -> str | None:
        """The address of an HTTP proxy; it may hold a password, so no mistake repeats it."""
        value = self.text_or_file(name)
        if value and not value.startswith(("http://", "https://")):
            self.mistakes.append(f"{PREFIX}{name}: нужен прокси вида http://сервер:порт")
            return None
        return value or None

    def secret(self, name: str) -> Secret | None:
        value = self.text_or_file(name)
        if any(not 32 < ord(letter) < 127 for letter in value) and not value.startswith("{"):
            self.mistakes.append(f"{PREFIX}{name}: в токене пробел или не латинская буква; скопируйте его ещё раз")
            return None
        return Secret(value) if value else None

    def secrets(self, name: str) -> Mapping[str, Secret]:
        raw = self.secret(name)
        if raw is None:
            return {}
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not all(isinstance(token, str) and token for token in value.values()):
            self.mistakes.append(f'{PREFIX}{name}: нужен JSON вида {{"имя_сообщества": "токен"}}')
            return {}
        return {key: Secret(token) for key, token in value.items()}


def read_dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    pairs = {}
    # Editors on Windows put a mark before the first name, and save comments in an encoding of their own.
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and not name.startswith("#"):
            pairs[name.strip()] = value.strip().strip("'\"")
    return pairs
