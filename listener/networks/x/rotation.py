"""OAuth 2.0 on X: access tokens of two hours, and refresh tokens that are good once and never lost on our side.

X gives a new refresh token with every use, and ends the whole consent when one comes twice. So the newest pair
stands in a file of its owner's before it is used, and one process at a time may ask for the next. Daemons on
several machines share a database: there the pair stands in its vault too, under a lock that all of them respect.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from listener.networks.bounded import BoundedJson
from listener.networks.x.refusals import read_json, refusal
from listener.ports import Kept, SourceError, Vault
from listener.proxies import Proxies
from listener.shapes import convert, from_json

ROUTE: Final = "2/oauth2/token"
EARLY: Final = timedelta(minutes=2)
"""So long before its end an access token is not begun with any more."""
PATIENCE: Final = aiohttp.ClientTimeout(total=30, sock_connect=10)
LOCK_EVERY: Final = 0.05
LOCK_TRIES: Final = 1_200
"""A minute: longer than another process may ask X."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens that are good now; `seed` names the consent in the settings that they came of."""

    seed: str
    refresh: str
    access: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Pair(expires_at={self.expires_at!r})"


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    refresh_token: str
    expires_in: int = 7200


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the settings hold: the account, the refresh token that a person was given, and whose app may use it."""

    handle: str
    refresh: str = field(repr=False)
    client_id: str
    client_secret: str | None = field(default=None, repr=False)

    @property
    def seed(self) -> str:
        return hashlib.sha256(self.refresh.encode()).hexdigest()[:16]


class TokenFile:
    """The newest pair of every account, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """One process and one task at a time. Raises SourceError."""
        try:
            handle = await asyncio.to_thread(self._open_lock)
        except OSError as error:
            raise SourceError(
                f"X's tokens cannot be kept in {self._path}: {error.strerror}", permanent=True
            ) from None
        try:
            await _lock(handle)
            yield
        finally:
            os.close(handle)  # and with it the lock

    async def read(self, handle: str) -> Pair | None:
        return (await asyncio.to_thread(self._read)).get(handle)

    async def write(self, handle: str, pair: Pair) -> None:
        """On the disk when this returns. Raises SourceError."""
        try:
            await asyncio.to_thread(self._write, handle, pair)
        except OSError as error:
            raise SourceError(
                f"X's tokens cannot be kept in {self._path}: {error.strerror}", permanent=True
            ) from None

    def _open_lock(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)

    def _read(self) -> dict[str, Pair]:
        try:
            rows = from_json(self._path.read_bytes(), dict[str, msgspec.Raw])
        except (OSError, msgspec.DecodeError):
            return {}
        pairs = {}
        for name, row in rows.items():
            with contextlib.suppress(msgspec.DecodeError):
                pairs[name] = from_json(row, Pair)
        return pairs

    def _write(self, name: str, pair: Pair) -> None:
        body = msgspec.json.format(msgspec.json.encode(self._read() | {name: pair}), indent=1)
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        number = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(number, "wb") as out:
            out.write(body)
            out.flush()
            os.fsync(number)
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Nothing:
    """In place of a vault where one machine has all processes."""

    value: str | None = None

    async def keep(self, value: str) -> None:
        self.value = value


class RotatingTokens:
    """Credentials of one account by a consent of OAuth 2.0."""

    setting = "LISTENER_X_USER_TOKENS"

    def __init__(
        self,
        consent: Consent,
        file: TokenFile,
        base_url: str,
        proxies: Proxies,
        now: Callable[[], datetime],
        *,
        vault: Vault | None = None,
    ) -> None:
        self._consent = consent
        self._file = file
        self._url = base_url.rstrip("/") + "/" + ROUTE
        self._proxies = proxies
        self._now = now
        self._vault = vault
        self._pair: Pair | None = None
        self._renewing: asyncio.Task[None] | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        pair = (self._pair.refresh, self._pair.access) if self._pair else ()
        secret = (self._consent.client_secret,) if self._consent.client_secret else ()
        return (self._consent.refresh, *secret, *pair)

    async def headers(self, _method: str, _url: str) -> Mapping[str, str]:
        if not self._is_good(self._pair):
            await self._renewed()
        return {"Authorization": f"Bearer {self._pair.access if self._pair else ''}"}

    async def _renewed(self) -> None:
        """Whoever asked may be gone before X answers; the answer is kept all the same, for X gives it once."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(), name="x tokens")
            self._renewing.add_done_callback(_looked_at)
        await asyncio.shield(self._renewing)

    async def _renew(self) -> None:
        async with self._file.locked(), self._shared() as kept:
            stored = self._newest(await self._file.read(self._consent.handle), _read(kept.value))
            if stored is None or not self._is_good(stored):
                stored = await self._next(stored.refresh if stored else self._consent.refresh)
            # On the disk before anybody uses it: the one before is worth nothing any more.
            await self._file.write(self._consent.handle, stored)
            await kept.keep(msgspec.json.encode(stored).decode())
        self._pair = stored

    def _shared(self) -> AbstractAsyncContextManager[Kept]:
        if self._vault is None:
            return contextlib.nullcontext(_Nothing())
        return self._vault.opened(f"x.tokens:{self._consent.handle}")

    def _newest(self, *pairs: Pair | None) -> Pair | None:
        """Of this consent: a person may have put a newer one into the settings. Each pair lives as long as others,
        so the last to end is the newest.
        """
        ours = [pair for pair in pairs if pair is not None and pair.seed == self._consent.seed]
        return max(ours, key=lambda pair: pair.expires_at, default=None)

    def _is_good(self, pair: Pair | None) -> bool:
        return pair is not None and self._now() < pair.expires_at - EARLY

    async def _next(self, refresh: str) -> Pair:
        answer = await self._ask(refresh)
        try:
            found = convert(answer, _Answer)
        except msgspec.ValidationError as error:
            raise SourceError(f"X's answer with tokens is not understood: {error}") from None
        return Pair(
            seed=self._consent.seed,
            refresh=found.refresh_token,
            access=found.access_token,
            expires_at=self._now().astimezone(UTC) + timedelta(seconds=found.expires_in),
        )

    async def _ask(self, refresh: str) -> Mapping[str, Any]:
        consent = self._consent
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": consent.client_id}
        auth = aiohttp.BasicAuth(consent.client_id, consent.client_secret) if consent.client_secret else None
        try:
            async with (
                aiohttp.ClientSession(connector=self._proxies.connector(), timeout=PATIENCE) as session,
                session.post(self._url, data=form, auth=auth, allow_redirects=False) as response,
            ):
                body = BoundedJson("X")
                body.feed(await response.read())
                answer = read_json(body.whole())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            words = f"X does not give the next tokens of @{consent.handle}: {type(error).__name__}"
            raise SourceError(words, unreachable=True) from None
        if response.status in (400, 401):
            words = (
                f"X does not take the refresh token of @{consent.handle} any more: consent again, {self.setting}"
            )
            raise SourceError(words, permanent=True)
        if response.status != 200 or answer is None:
            raise refusal(
                response.status, response.headers, json.dumps(answer).encode(), self._now(), self.setting
            )
        return answer


def _looked_at(task: asyncio.Task[None]) -> None:
    """Where nobody waits any more, what went wrong is met again by whoever asks next."""
    if not task.cancelled():
        task.exception()


def _read(kept: str | None) -> Pair | None:
    with contextlib.suppress(msgspec.DecodeError):
        return from_json(kept or "", Pair)
    return None


async def _lock(handle: int) -> None:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(LOCK_EVERY)
        else:
            return
    raise SourceError("X's tokens are being renewed by another process", unreachable=True)
