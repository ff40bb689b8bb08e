"""The accounts that can speak on X: a client in the name of each that has keys."""

from collections.abc import Mapping

from listener.networks.x.client import Timeouts, XClient
from listener.networks.x.credentials import AccountKeys
from listener.networks.x.options import XOptions
from listener.ports import Clock
from listener.proxies import Proxies


def open_accounts(options: XOptions, clock: Clock, timeouts: Timeouts | None = None) -> dict[str, XClient]:
    """A client for each account, by its name in small letters."""
    proxies = Proxies("X", options.road)
    return {
        handle: XClient(credentials, options.api_url, clock, timeouts, proxies)
        for handle, credentials in account_keys(options).items()
    }


def account_keys(options: XOptions) -> Mapping[str, AccountKeys]:
    """By the account's name in small letters."""
    if not (options.api_key and options.api_secret):
        return {}
    app = (options.api_key.reveal(), options.api_secret.reveal())
    pairs = {handle: keys.reveal().partition(":") for handle, keys in options.user_keys.items()}
    return {handle: AccountKeys(*app, token, secret) for handle, (token, _, secret) in pairs.items()}
