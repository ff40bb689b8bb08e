"""One text that a person asks about: as whose words it is taken, by which brands, as if it were when."""

from datetime import UTC, datetime

from alerts.routing import Chat
from domain.brand import Brand
from domain.mention import Author, Mention, NetworkId
from domain.person import CONSOLE
from listener.clock import SystemClock
from listener.config.values import Config
from listener.networks.registry import NETWORKS


def moment_of(text: str | None) -> datetime:
    """The time that is asked for; without a zone it is UTC. Raises ValueError in Russian."""
    if text is None:
        return SystemClock().now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--at: «{text}» не подходит; нужно 2026-11-22T03:00:00+03:00") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def chosen(config: Config, only: str | None) -> tuple[Brand, ...]:
    """Raises LookupError in Russian."""
    brands = tuple(brand for brand in config.brands if only in (None, brand.id))
    if not brands:
        raise LookupError(f"Бренда «{only}» нет; есть: {', '.join(brand.id for brand in config.brands)}")
    return brands


def mention_of(text: str, now: datetime, author: tuple[str, str] | None = None) -> Mention:
    """The text as a post of a stranger, or of this author (network, id or screen name)."""
    network, name = author or (next(iter(NETWORKS)), "0")
    return Mention(
        network=NetworkId(network),
        kind="post",
        id="0",
        url="",
        author=Author(id=name, name="Автор", handle=name if author else None),
        text=text,
        published_at=now,
    )


def place_of(chat: Chat) -> str:
    if chat.messenger == CONSOLE:
        return f"окно программы, {chat.chat}"
    return f"{chat.messenger} {chat.chat}" + (f", тема {chat.topic}" if chat.topic is not None else "")
