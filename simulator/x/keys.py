"""Who speaks on X in an account's name: OAuth 1.0a signatures and OAuth 2.0 tokens, checked as X checks them."""

import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote

from simulator.people import Writer
from simulator.x.answers import RefusedError, unauthorized

ACCESS_LIVES: Final = timedelta(hours=2)
_PART: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKeys:
    """«Access Token and Secret» of an account, beside the app's own two. `level` is what they may do."""

    account: Writer
    api_key: str
    api_secret: str
    token: str
    token_secret: str
    level: str = "read-write-directmessages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All tokens that came of one consent: the one that is good now, and those that were used up."""

    account: Writer
    client_id: str
    refresh: str
    access: str = ""
    expires_at: datetime | None = None
    used: frozenset[str] = frozenset()
    revoked: bool = False


@dataclass(slots=True)
class Keys:
    """Every account's ways in."""

    signed: dict[str, AccountKeys] = field(default_factory=dict)
    families: list[Family] = field(default_factory=list)
    _nonces: set[str] = field(default_factory=set)

    def account_of(
        self, method: str, url: str, query: Iterable[tuple[str, str]], header: str, now: datetime
    ) -> Writer:
        """Whose request it is. Raises RefusedError (401)."""
        scheme, _, rest = header.partition(" ")
        if scheme == "Bearer":
            family = next((one for one in self.families if one.access == rest and not one.revoked), None)
            if family is not None and family.expires_at is not None and now < family.expires_at:
                return family.account
        if scheme == "OAuth":
            return self._signer(method, url, query, rest)
        raise unauthorized()

    def level(self, account: Writer) -> str:
        """What X says beside its answers to signed requests."""
        return next((keys.level for keys in self.signed.values() if keys.account == account), "")

    def refreshed(self, values: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """The answer of the token endpoint; a refresh token that comes twice ends the whole family."""
        token = values.get("refresh_token", "")
        for place, family in enumerate(self.families):
            if values.get("client_id") != family.client_id or token not in {family.refresh, *family.used}:
                continue
            if token in family.used or family.revoked:
                self.families[place] = replace(family, revoked=True)
                break
            access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
            self.families[place] = replace(
                family, refresh=refresh, access=access, expires_at=now + ACCESS_LIVES, used=family.used | {token}
            )
            return {
                "token_type": "bearer",
                "expires_in": int(ACCESS_LIVES.total_seconds()),
                "access_token": access,
                "refresh_token": refresh,
                "scope": "tweet.read tweet.write users.read dm.read dm.write offline.access",
            }
        words = "Value passed for the token was invalid."
        raise RefusedError(400, {"error": "invalid_request", "error_description": words})

    def _signer(self, method: str, url: str, query: Iterable[tuple[str, str]], rest: str) -> Writer:
        parts = {name: unquote(value) for name, value in _PART.findall(rest)}
        keys, given = self.signed.get(parts.get("oauth_token", "")), parts.pop("oauth_signature", "")
        nonce = parts.get("oauth_nonce", "")
        if keys is None or keys.api_key != parts.get("oauth_consumer_key") or nonce in self._nonces:
            raise unauthorized()
        if not hmac.compare_digest(given, signature(keys, method, url, (*query, *parts.items()))):
            raise unauthorized()
        self._nonces.add(nonce)
        return keys.account


def signature(keys: AccountKeys, method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """RFC 5849, HMAC-SHA1. A body of JSON has no part in it."""
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in parameters)
    base = "&".join(_quoted(part) for part in (method, url, "&".join(f"{name}={value}" for name, value in pairs)))
    key = f"{_quoted(keys.api_secret)}&{_quoted(keys.token_secret)}"
    return b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")
