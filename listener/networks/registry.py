"""Every network there is, and what others ask of them by name."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.mention import Author
from domain.span import Span
from listener.networks import written
from listener.networks.network import Network
from listener.networks.vk.network import VK
from listener.networks.x.network import X

NETWORKS: Final[Mapping[str, Network[Any]]] = {
    "vk": VK,
    "x": X,
}

MARKS: Final[Mapping[str, tuple[str, ...]]] = {name: network.marks for name, network in NETWORKS.items()}
"""What stands before an account's name in a text, by network; the matcher looks for it."""

AUTHOR_PATTERN: Final = rf"^({'|'.join(NETWORKS)}):\S+$"
"""How a config names an author; `AUTHOR_EXAMPLES` says it to a person."""
AUTHOR_EXAMPLES: Final = " или ".join(f'"{network.author_example}"' for network in NETWORKS.values())


def network_title(network: str) -> str:
    """«ВКонтакте»; the id itself for a network that this program has not (an old row, a newer one's)."""
    known = NETWORKS.get(network)
    return known.title if known is not None else network


def source_title(source: str) -> str:
    """«поиск по VK для romashka» of `vk.search:romashka`; the name itself where its kind is unknown.

    Whose it is may have two parts, the brand and its account: the account tells more.
    """
    kind, _, whose = source.partition(":")
    network, _, kind = kind.partition(".")
    known = NETWORKS.get(network)
    if known is None or kind not in known.hears or not whose:
        return source
    return known.hears[kind].format(whose.rpartition(":")[2])


def as_shown(network: str, text: str, *spans: Sequence[Span]) -> tuple[str, list[tuple[Span, ...]]]:
    """The text as its readers see it («[id1|Анна], как дела» is «Анна, как дела»), the spans moved along."""
    known = NETWORKS.get(network)
    return written.as_shown(text, known.markup if known is not None else None, *spans)


def author_url(network: str, author: Author) -> str:
    """The address of the author's page; empty where the network has none."""
    known = NETWORKS.get(network)
    return known.author_url(author) if known is not None else ""
