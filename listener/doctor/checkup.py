"""The whole check-up, part by part, in the order in which a person would look."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from alerts.routing import Chat
from alerts.sla import Hours, hold_until
from domain.person import CONSOLE
from listener.config.values import Config
from listener.diagnosis.line import Line, bad, ok, warn
from listener.diagnosis.wire import Look
from listener.doctor import machine
from listener.messengers.registry import AS_READ, MESSENGERS
from listener.networks.registry import NETWORKS
from listener.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the machine or the world, and what was found there."""

    title: str
    lines: tuple[Line, ...]


async def check_up(
    settings: Settings, config: Config | None, look: Look, *, send_test: float | None = None
) -> AsyncIterator[Part]:
    """Everything, a part at a time; without a config nothing is known of brands and chats."""
    brands = config.brands if config is not None else ()
    for name, options in settings.networks.items():
        network = NETWORKS[name]
        yield Part(title=network.title, lines=await _all(network.diagnose(brands, options, look)))
    chats = _chats(config)
    for name, options in settings.messengers.items():
        messenger = MESSENGERS[name]
        asked = messenger.diagnose(options, chats.get(name, ()), look, send_test=send_test)
        yield Part(title=messenger.title, lines=await _all(asked))
    lines = await _all(machine.diagnose(settings, look))
    ours = machine.clock(look)
    yield Part(title="Машина", lines=(*lines, *([ours] if ours else [])))
    yield Part(title="Вместе", lines=tuple(_together(settings, config, datetime.fromtimestamp(look.now(), UTC))))


def of_config(wrong: int, warnings: int, *, there: bool, folder: str) -> Line:
    """What `listener check` would say."""
    if not there:
        return bad("настройки", f"папки {folder} нет", "listener init создаст её")
    if wrong:
        return bad("настройки", f"ошибок: {wrong}", f"listener check {folder} назовёт каждую")
    if warnings:
        return warn("настройки", f"ошибок нет, предупреждений: {warnings}", f"listener check {folder}")
    return ok("настройки", "в порядке")


def _together(settings: Settings, config: Config | None, now: datetime) -> Iterable[Line]:
    """Whether anything is heard and anybody told."""
    if any(options.secrets() for options in settings.networks.values()):
        yield ok("слышим", "хотя бы одну сеть")
    else:
        yield bad(
            "слышим",
            "ни одной сети: ни у одной нет ключа",
            "впишите ключ любой из них в .env: документы docs/connect-*.ru.md",
        )
    with_chats = [
        receiver
        for receiver in (config.routing.receivers if config else ())
        if any(chat.messenger != CONSOLE for chat in receiver.chats)
    ]
    if config is not None and not with_chats:
        remedy = f"впишите чат в routes.yaml: {' или '.join(messenger.guide for messenger in AS_READ)}"
        yield warn("говорим", "карточки только в окне программы", remedy)
    if config is not None and config.routing.hours is not None:
        yield from _held(config.routing.hours, now)
    if config is not None and not config.people:
        yield warn("люди", "нажимать кнопки некому", "впишите людей в people.yaml")


def _held(hours: Hours, now: datetime) -> Iterable[Line]:
    """A newcomer in the evening would wait for a card that is held until the morning."""
    until = hold_until(hours, urgent=False, now=now)
    if until is not None:
        local = until.astimezone(ZoneInfo(hours.timezone))
        kept = "карточки ждут" if hours.night == "hold" else "карточки, кроме срочных, ждут"
        says = f"сейчас нерабочие часы: {kept} до {local:%d.%m %H:%M}"
        yield warn("часы работы", says, "так задано в hours (routes.yaml); для пробы поставьте night: send")


def _chats(config: Config | None) -> dict[str, tuple[Chat, ...]]:
    chats: dict[str, dict[Chat, None]] = {}
    for receiver in config.routing.receivers if config is not None else ():
        for chat in receiver.chats:
            chats.setdefault(chat.messenger, {})[chat] = None
    return {messenger: tuple(found) for messenger, found in chats.items()}


async def _all(lines: AsyncIterator[Line]) -> tuple[Line, ...]:
    return tuple([line async for line in lines])
