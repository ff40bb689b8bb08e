"""The accounts that can speak on X: a client in the name of each that has keys or tokens."""

from collections.abc import Callable, Mapping
from datetime import datetime

from listener.networks.x.client import Timeouts, XClient
from listener.networks.x.credentials import AccountKeys, Credentials
from listener.networks.x.options import XOptions
from listener.networks.x.rotation import Consent, RotatingTokens, TokenFile
from listener.ports import Clock
from listener.proxies import Proxies


def open_accounts(options: XOptions, clock: Clock, timeouts: Timeouts | None = None) -> dict[str, XClient]:
    """A client for each account, by its name in small letters."""
    proxies = Proxies("X", options.road)
    return {
        handle: XClient(credentials, options.api_url, clock, timeouts, proxies)
        for handle, credentials in credentials_of(options, proxies, clock.now).items()
    }


def credentials_of(options: XOptions, proxies: Proxies, now: Callable[[], datetime]) -> Mapping[str, Credentials]:
    """By the account's name in small letters."""
    return {**_keys(options), **_tokens(options, proxies, now)}


def _keys(options: XOptions) -> Mapping[str, Credentials]:
    if not (options.api_key and options.api_secret):
        return {}
    app = (options.api_key.reveal(), options.api_secret.reveal())
    pairs = {handle: keys.reveal().partition(":") for handle, keys in options.user_keys.items()}
    return {handle: AccountKeys(*app, token, secret) for handle, (token, _, secret) in pairs.items()}


def _tokens(options: XOptions, proxies: Proxies, now: Callable[[], datetime]) -> Mapping[str, Credentials]:
    if options.client_id is None:
        return {}
    client_id, secret = options.client_id.reveal(), options.client_secret
    file = TokenFile(options.tokens_file)
    consents = (
        Consent(
            handle=handle,
            refresh=refresh.reveal(),
            client_id=client_id,
            client_secret=secret.reveal() if secret else None,
        )
        for handle, refresh in options.user_tokens.items()
    )
    return {
        consent.handle: RotatingTokens(consent, file, options.api_url, proxies, now, vault=options.vault)
        for consent in consents
    }
