"""Telegram as a messenger: its name, its token, what is built of it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from alerts.notifiers.telegram import TELEGRAM
from alerts.routing import Chat
from listener.diagnosis.line import Line
from listener.diagnosis.look import Look
from listener.messengers.messenger import Messenger
from listener.messengers.telegram.chats import BEGINNING, CHATS, USERS
from listener.messengers.telegram.options import TelegramOptions, read_options

if TYPE_CHECKING:
    from alerts.ports import Inbox, Notifier, PromptBook

GUIDE: Final = "docs/connect-telegram.ru.md"


def _open(
    options: TelegramOptions, now: Callable[[], datetime], prompts: "PromptBook"
) -> "tuple[Notifier, Inbox] | None":
    if not options.secrets():  # nor is the library loaded
        return None
    from listener.messengers.telegram.build import build_telegram  # noqa: PLC0415 - only the daemon tells

    return build_telegram(options, now, prompts)


def _diagnose(
    options: TelegramOptions, chats: tuple[Chat, ...], look: Look, *, send_test: float | None
) -> AsyncIterator[Line]:
    from listener.messengers.telegram.doctor import diagnose  # noqa: PLC0415 - only the doctor asks

    return diagnose(options, chats, look, send_test=send_test)


OF_TELEGRAM: Final = Messenger(
    id=TELEGRAM,
    title="Telegram",
    rank=1,
    guide=GUIDE,
    chats=CHATS,
    users=USERS,
    beginning=BEGINNING,
    options=read_options,
    open=_open,
    diagnose=_diagnose,
)
