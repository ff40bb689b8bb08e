"""What is set for X: its address, the app's token, and the keys of the accounts that answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from listener.environment import STRAIGHT, Reader, Road, Secret
from listener.ports import Vault

API_URL = "https://api.x.com/"
TOKENS_FILE: Final = Path("var/x-tokens.json")
_NUMBER: Final = re.compile(r"(\d{1,20})-")


@dataclass(frozen=True, slots=True, kw_only=True)
class XOptions:
    """`bearer_token` reads; answers need an account's own keys, in one of two kinds, by its name in small letters.

    `user_keys` are OAuth 1.0a («Access Token and Secret», joined by a colon) beside the app's `api_key`; they
    never expire. `user_tokens` are OAuth 2.0 refresh tokens beside `client_id`: X gives a new one with every use,
    and the newest is kept in `tokens_file`, and in the `vault` of the daemons that share their database.
    """

    api_url: str = API_URL
    bearer_token: Secret | None = None
    user_keys: Mapping[str, Secret] = field(default_factory=dict)
    api_key: Secret | None = None
    api_secret: Secret | None = None
    user_tokens: Mapping[str, Secret] = field(default_factory=dict)
    client_id: Secret | None = None
    client_secret: Secret | None = None
    tokens_file: Path = TOKENS_FILE
    vault: Vault | None = None
    road: Road = STRAIGHT

    @property
    def speaking(self) -> frozenset[str]:
        """The accounts that can answer."""
        return frozenset((*self.user_keys, *self.user_tokens))

    def number_of(self, handle: str) -> str | None:
        """An account's number where its keys tell it: the first of the two begins with it."""
        found = _NUMBER.match(self.user_keys.get(handle, ""))
        return found[1] if found else None

    def secrets(self) -> tuple[str, ...]:
        single = (self.bearer_token, self.api_key, self.api_secret, self.client_id, self.client_secret)
        many = (
            *self.user_tokens.values(),
            *(part for keys in self.user_keys.values() for part in keys.split(":")),
        )
        return (*(secret for secret in single if secret is not None), *many, *self.road.secrets())


def read_options(reader: Reader) -> XOptions:
    options = XOptions(
        api_url=reader.url("X_API_URL", API_URL),
        bearer_token=reader.secret("X_BEARER_TOKEN"),
        user_keys=_by_account(reader.secrets("X_USER_KEYS")),
        api_key=reader.secret("X_API_KEY"),
        api_secret=reader.secret("X_API_SECRET"),
        user_tokens=_by_account(reader.secrets("X_USER_TOKENS")),
        client_id=reader.secret("X_CLIENT_ID"),
        client_secret=reader.secret("X_CLIENT_SECRET"),
        tokens_file=Path(reader.text("X_TOKENS_STORE", str(TOKENS_FILE))),
        road=reader.road("X"),
    )
    if options.user_keys and not (options.api_key and options.api_secret):
        reader.complain("X_USER_KEYS", "к ключам аккаунта нужны LISTENER_X_API_KEY и LISTENER_X_API_SECRET")
    if any(":" not in keys for keys in options.user_keys.values()):
        reader.complain("X_USER_KEYS", 'нужен вид {"аккаунт": "Access Token:Access Token Secret"}')
    if options.user_tokens and not options.client_id:
        reader.complain("X_USER_TOKENS", "к токенам аккаунта нужен LISTENER_X_CLIENT_ID")
    for handle in sorted(options.user_keys.keys() & options.user_tokens.keys()):
        reader.complain("X_USER_TOKENS", f"у «{handle}» есть и ключи, и токен: оставьте одно")
    return options


def _by_account(given: Mapping[str, Secret]) -> Mapping[str, Secret]:
    return {name.lstrip("@").lower(): secret for name, secret in given.items()}
