"""In whose name X is asked: an app's bearer token, an account's OAuth 1.0a keys."""

from collections.abc import Mapping
from typing import Protocol

from tweepy import OAuth1UserHandler


class Credentials(Protocol):
    @property
    def setting(self) -> str:
        """The setting that a person corrects when X does not take them."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show."""

    async def headers(self, method: str, url: str) -> Mapping[str, str]:
        """The Authorization of one request; `url` is whole, with its query. Raises SourceError."""


class Bearer:
    """An app's own token: it reads what is public."""

    setting = "LISTENER_X_BEARER_TOKEN"

    def __init__(self, token: str) -> None:
        self.secrets: tuple[str, ...] = (token,)

    async def headers(self, _method: str, _url: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.secrets[0]}"}


class AccountKeys:
    """An account's own two keys beside the app's two; every request is signed, and nothing ever expires."""

    setting = "LISTENER_X_USER_KEYS"

    def __init__(self, api_key: str, api_secret: str, token: str, token_secret: str) -> None:
        self.secrets: tuple[str, ...] = (api_key, api_secret, token, token_secret)
        handler = OAuth1UserHandler(api_key, api_secret, token, token_secret)
        self._signer = handler.apply_auth().client

    async def headers(self, method: str, url: str) -> Mapping[str, str]:
        _, headers, _ = self._signer.sign(url, http_method=method, headers={})
        return {"Authorization": str(headers["Authorization"])}
