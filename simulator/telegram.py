"""A Telegram of our own: one bot, its chats and the people in them, over the Bot API."""

from aiohttp import web

from simulator.telegram_http import make_app
from simulator.telegram_state import Messenger


class Telegram(Messenger):
    """Chats and people, with the Bot API on top; see Messenger for what a test or the page may do."""

    def app(self) -> web.Application:
        """Serves `/bot<token>/<method>`; may be mounted under any prefix."""
        return make_app(self)
