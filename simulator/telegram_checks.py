"""What Telegram refuses in a message: its text, the keyboard or the prompt under it, the haste of its sender."""

import itertools
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from simulator.telegram_chats import Chat, Message
from simulator.telegram_entities import EntityError, Parsed, length, parse

MAX_TEXT: Final = 4096
MOST_COPIED: Final = 256
MAX_DATA_BYTES: Final = 64
MAX_PLACEHOLDER: Final = 64
NOT_MODIFIED: Final = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly"
    " the same as a current content and reply markup of the message"
)


class RefusedError(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


def checked(text: str, markup: Mapping[str, Any], *, html: bool) -> Parsed:
    """The text as people will see it. Raises RefusedError."""
    try:
        shown = parse(text) if html else Parsed(text=text.strip())
    except EntityError as error:
        raise RefusedError(400, f"Bad Request: can't parse entities: {error}") from None
    if not shown.text:
        raise RefusedError(400, "Bad Request: message text is empty")
    if length(shown.text) > MAX_TEXT:
        raise RefusedError(400, "Bad Request: message is too long")
    check_markup(markup)
    return shown


def check_markup(markup: Mapping[str, Any]) -> None:
    """Raises RefusedError."""
    for button in itertools.chain.from_iterable(markup.get("inline_keyboard", ())):
        _check_button(button)
    if length(str(markup.get("input_field_placeholder", ""))) > MAX_PLACEHOLDER:
        raise RefusedError(400, "Bad Request: input field placeholder is too long")


def check_topic(chat: Chat, topic: int | None) -> None:
    if topic is not None and topic not in (chat.topics or ()):
        raise RefusedError(400, "Bad Request: message thread not found")
    if topic in chat.closed_topics and chat.standing != "administrator":
        raise RefusedError(400, "Bad Request: TOPIC_CLOSED")


def editable(chat: Chat, number: int) -> Message:
    """Only the bot's own messages, and of these no prompt."""
    message = chat.messages.get(number)
    if message is None:
        raise RefusedError(400, "Bad Request: message to edit not found")
    if message.author is not None or message.prompt:
        raise RefusedError(400, "Bad Request: message can't be edited")
    return message


def shut_out(chat: Chat) -> str:
    if chat.id > 0:
        return "bot was blocked by the user"
    if chat.standing == "kicked":
        return "bot was kicked from the supergroup chat"
    return "bot is not a member of the supergroup chat"


@dataclass(slots=True, kw_only=True)
class Pace:
    """Sends and edits together: `per_minute` in one group, `per_second` of the whole bot; None takes everything.

    A request that comes too early is refused with the wait, counts for nothing, and leaves the others alone.
    """

    per_minute: int | None
    per_second: int | None
    _groups: dict[int, deque[datetime]] = field(default_factory=dict)
    _all: deque[datetime] = field(default_factory=deque)

    def count(self, chat: int, now: datetime) -> None:
        """Raises RefusedError, which is HTTP 429 with retry_after."""
        # A talk with one person has no limit by the minute.
        group = self._groups.setdefault(chat, deque()) if chat < 0 else deque()
        wait = max(_wait(group, self.per_minute, 60, now), _wait(self._all, self.per_second, 1, now))
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        group.append(now)
        self._all.append(now)


def _check_button(button: Mapping[str, Any]) -> None:
    data, url, copied = button.get("callback_data"), button.get("url"), button.get("copy_text")
    if not button.get("text"):
        raise RefusedError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be non-empty')
    if sum(one is not None for one in (data, url, copied)) != 1:
        raise RefusedError(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_DATA_BYTES:
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    if copied is not None and not 1 <= length(str(copied.get("text", ""))) <= MOST_COPIED:
        raise RefusedError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise RefusedError(
            400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Unsupported URL protocol"
        )


def _wait(recent: deque[datetime], limit: int | None, window: float, now: datetime) -> float:
    while recent and (now - recent[0]).total_seconds() >= window:
        recent.popleft()
    return 0 if limit is None or len(recent) < limit else window - (now - recent[0]).total_seconds()
