"""A Slack of our own: one workspace with one app, over the Web API and Socket Mode."""

from aiohttp import web

from simulator.slack_http import make_app
from simulator.slack_state import Workspace


class Slack(Workspace):
    """Channels and people, with the Web API on top; see Workspace for what a test or the page may do."""

    def app(self) -> web.Application:
        """Serves `/api/<method>` and the websocket `/socket`; may be mounted under any prefix."""
        return make_app(self)
