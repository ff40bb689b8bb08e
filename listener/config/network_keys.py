"""The parts of a brand's file whose keys are the networks: made from what each network says of itself."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from listener.config.types import Account, Dollars, Duration, Model, Switch
from listener.networks.network import Network
from listener.networks.registry import NETWORKS

USD_PER_DAY: Final = "_usd_per_day"
_WATCHED: Final[Mapping[str, Any]] = {
    "search": Switch,
    "mentions": Switch,
    "later": Switch,
    "pages": list[Account],
    "every": Duration,
}
"""The type of a `watch` key, by what it means."""


def _watch_file(network: Network[Any]) -> type[Model]:
    keys: dict[str, Any] = {
        key.name: (Annotated[_WATCHED[key.means], Field(description=key.help)], key.default)
        for key in network.watch
    }
    name = f"Watch{network.id.capitalize()}File"
    return create_model(name, __base__=Model, __doc__=f"Что слушать в {network.short}.", **keys)


def _keys(keys: Mapping[str, tuple[Any, Any]]) -> type[Model]:
    """A part of a file whose keys, with type and default, are made from the registry of networks."""
    made: dict[str, Any] = dict(keys)
    return create_model("Keys", __base__=Model, **made)


def _watched_help(network: Network[Any]) -> str:
    return f"Что слушать в {network.short}; нет ключа — {network.short} не слушаем"


def _usd_help(network: Network[Any]) -> str:
    return f"Сколько долларов в день можно тратить на {network.short}"


WATCHED: Final = {name: _watch_file(network) for name, network in NETWORKS.items()}


class AccountsFile(  # its keys are the networks
    _keys(  # type: ignore[misc]
        {
            name: (Annotated[list[Account], Field(description=network.accounts_help)], [])
            for name, network in NETWORKS.items()
        }
    )
):
    """Страницы самого бренда."""


class WatchFile(  # its keys are the networks
    _keys(  # type: ignore[misc]
        {
            name: (Annotated[WATCHED[name] | None, Field(description=_watched_help(network))], None)
            for name, network in NETWORKS.items()
        }
    )
):
    """Где и как часто слушать."""


class LimitsFile(  # its keys are the networks that cost money
    _keys(  # type: ignore[misc]
        {
            f"{name}{USD_PER_DAY}": (Annotated[Dollars | None, Field(description=_usd_help(network))], None)
            for name, network in NETWORKS.items()
            if network.price is not None
        }
    )
):
    """Пределы расходов."""
