"""The real vk_api behind an async call that always ends: one token, one thread, one kind of error."""

import asyncio
import hashlib
from typing import Any, Final

import requests
import vk_api
import vk_api.exceptions
from urllib3.exceptions import HTTPError, NewConnectionError

from listener.environment import STRAIGHT
from listener.networks.status import retry_after
from listener.networks.vk.errors import TOO_FAST, VkError, vk_error
from listener.networks.vk.transport import Limits, open_session
from listener.networks.vk.worker import Worker, WorkerClosedError
from listener.ports import SourceError
from listener.proxies import Proxies

API_VERSION: Final = "5.199"
TRIES: Final = 3
"""How often a call that was too fast is made; the library itself would recurse without end."""

_FOREIGN: Final = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What vk_api and the JSON decoder raise on an answer that is not VK's (HTML, a list, an error without a code)."""


class VkClient:
    """Calls of one token. Several sources may share it: each `share` has its own `close`, the last one counts."""

    def __init__(
        self,
        token: str,
        base: str,
        *,
        group: bool,
        limits: Limits | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        self._token = token
        self._limits = limits or Limits()
        self._session = open_session(base, self._limits, proxies or Proxies("VK", STRAIGHT))
        kind = vk_api.vk_api.VkApiGroup if group else vk_api.VkApi
        # Its config is a file in the working directory for passwords and cookies; a token needs none.
        self._api = kind(token=token, api_version=API_VERSION, session=self._session, config=_no_config)
        # The handlers recurse on error 6 and break on a captcha without a picture; errors come here as they are.
        self._api.error_handlers.clear()
        self._worker = Worker(f"vk {token_hash(token)}")
        self._holders = 0

    @property
    def budget_name(self) -> str:
        """Tells this token's quotas from another's without showing the token."""
        return token_hash(self._token)

    def share(self) -> "VkClient":
        self._holders += 1
        return self

    async def call(self, method: str, **values: object) -> Any:
        """The `response` of one method. Raises SourceError and nothing else."""
        for _ in range(TRIES - 1):
            try:
                return await self._once(method, values)
            except VkError as error:
                if error.code != TOO_FAST:
                    raise
                await asyncio.sleep(error.retry_after or 1.0)
        return await self._once(method, values)

    async def close(self) -> None:
        self._holders -= 1
        if self._holders <= 0:
            self._worker.close()
            self._session.close()

    async def _once(self, method: str, values: dict[str, object]) -> Any:
        try:
            return await self._worker.run(lambda: self._api.method(method, values))
        except SourceError:
            raise
        except vk_api.exceptions.ApiError as error:
            raise self._worded(method, error) from None
        except vk_api.exceptions.ApiHttpError as error:
            raise _http_error(method, error.response) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            # The text of these holds addresses; the name says enough.
            raise SourceError(
                f"VK {method}: нет связи ({type(error).__name__})",
                unreachable=True,
                maybe_done=not _never_sent(error),
            ) from None
        except WorkerClosedError:
            raise SourceError(f"VK {method}: клиент закрыт") from None
        except _FOREIGN as error:
            raise SourceError(f"VK {method}: ответ непонятен ({type(error).__name__})", maybe_done=True) from None

    def _worded(self, method: str, error: Any) -> SourceError:
        words = str(error.error.get("error_msg") or "").replace(self._token, "***")[:300]
        redirect = error.error.get("redirect_uri")
        if not isinstance(error.code, int):
            words = f"VK {method}: ответ непонятен (код ошибки {str(error.code)[:40]})"
            return SourceError(words, maybe_done=True)
        return vk_error(method, error.code, words, redirect_uri=redirect if isinstance(redirect, str) else None)


def _no_config(*_: object, **__: object) -> None:
    """What vk_api calls to open its config."""


def _never_sent(error: Exception) -> bool:
    """Whether no connection was made at all; whatever comes after one may have been carried out."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", inner), NewConnectionError)


def token_hash(token: str) -> str:
    """Eight letters that name a token in counters and logs."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]


def _http_error(method: str, response: requests.Response) -> SourceError:
    """A status that is no success; `Retry-After` in seconds is obeyed when the server names it."""
    return SourceError(
        f"VK {method}: HTTP {response.status_code}",
        retry_after=retry_after(response.headers),
        held_back=response.status_code == requests.codes.too_many_requests,
        unreachable=response.status_code >= requests.codes.internal_server_error,
        maybe_done=response.status_code >= requests.codes.internal_server_error,
    )
