"""The whole check-up, part by part, in the order in which a person would look."""

from collections.abc import AsyncIterator, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from alerts.routing import Chat
from alerts.sla import Hours, hold_until
from domain.person import CONSOLE
from listener.config.values import Config
from listener.diagnosis.line import Line, bad, ok, warn
from listener.diagnosis.look import Look
from listener.doctor import machine
from listener.messengers.registry import AS_READ, MESSENGERS
from listener.networks.registry import NETWORKS
from listener.settings import Settings

_MISNAMED: Final = (".env.txt", "env", "env.txt", "_.env", ".env.env")
"""What a file that was to be `.env` is called by Windows and by editors."""


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
    red: set[str] = set()
    for name, options in settings.networks.items():
        network = NETWORKS[name]
        part = Part(title=network.title, lines=await _all(network.diagnose(brands, options, look)))
        if any(line.state == "bad" for line in part.lines):
            red.add(name)
        yield part
    chats = _chats(config)
    for name, options in settings.messengers.items():
        messenger = MESSENGERS[name]
        asked = messenger.diagnose(options, chats.get(name, ()), look, send_test=send_test)
        yield Part(title=messenger.title, lines=await _all(asked))
    lines = await _all(machine.diagnose(settings, look))
    ours = machine.clock(look)
    yield Part(title="Машина", lines=(*lines, *([ours] if ours else [])))
    yield Part(
        title="Вместе", lines=tuple(_together(settings, config, red, datetime.fromtimestamp(look.now(), UTC)))
    )


def of_dotenv(settings: Settings, folder: Path) -> Iterable[Line]:
    """Where nothing has a key and there is no `.env`, most likely the folder is another, or the file's name is."""
    platforms = (*settings.networks.values(), *settings.messengers.values())
    if (folder / ".env").exists() or any(options.secrets() for options in platforms):
        return
    near = next((name for name in _MISNAMED if (folder / name).is_file()), None)
    says = f"в папке {folder} его нет, и ни одного ключа тоже"
    remedy = (
        f"рядом лежит {near}: назовите его .env" if near else "зайдите в папку, где он лежит, или listener init"
    )
    yield warn(".env", says, remedy)


def of_config(wrong: int, warnings: int, *, there: bool, folder: str) -> Line:
    """What `listener check` would say."""
    if not there:
        return bad("настройки", f"папки {folder} нет", "listener init создаст её")
    if wrong:
        return bad("настройки", f"ошибок: {wrong}", f"listener check {folder} назовёт каждую")
    if warnings:
        return warn("настройки", f"ошибок нет, предупреждений: {warnings}", f"listener check {folder}")
    return ok("настройки", "в порядке")


def _together(settings: Settings, config: Config | None, red: AbstractSet[str], now: datetime) -> Iterable[Line]:
    """Whether anything is heard and anybody told; `red` are the networks with a red line."""
    keyed = {name for name, options in settings.networks.items() if options.secrets()}
    if keyed - red:
        yield ok("слышим", "хотя бы одну сеть")
    elif keyed:
        yield warn(
            "слышим", "у каждой сети с ключом красная строка: может быть, не слышим ничего", "начните с них"
        )
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
