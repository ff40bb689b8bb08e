"""The simulated world on one port: VK, X, Telegram, Slack, traffic between people, and a page to look at it."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from simulator.control import control_routes
from simulator.world import SEARCHES, X_APP, X_TOKEN, World, account_keys, community_token

BIGGEST_REQUEST: Final = 50 * 2**20
PACE_SETTINGS: Final = ("LISTENER_SLACK_PER_MINUTE", "LISTENER_TELEGRAM_PER_MINUTE")
FLOOD_A_MINUTE: Final = 60_000
GRACE: Final = 0.5
"""Seconds that open requests get when the server stops; long polls hang for half a minute otherwise."""


def system_now() -> datetime:
    """The clock of those who run the simulator by itself; it is its own composition root."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where the simulator reads the clock


class Simulator(World):
    """A world that is served and lives while it is started; see World for what it is made of."""

    _runner: web.AppRunner | None = None
    _publisher: asyncio.Task[None] | None = None
    _address: str = ""

    @property
    def address(self) -> str:
        """Like http://127.0.0.1:8090, once started."""
        return self._address

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve (port 0: a free one) and begin to publish. Raises OSError when the port is taken."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._address = f"http://{host}:{runner.addresses[0][1]}"
        self._publisher = asyncio.create_task(self.traffic.run())

    async def stop(self) -> None:
        """Stop publishing and close every connection."""
        if self._publisher is not None:
            self._publisher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._publisher
        if self._runner is not None:
            await self._runner.cleanup()

    def environment(self) -> dict[str, str]:
        """The settings that point a daemon at this world."""
        # Where the messengers here take everything, the daemon need not spare them.
        pace = {} if self.telegram.pace.per_minute else dict.fromkeys(PACE_SETTINGS, str(FLOOD_A_MINUTE))
        tokens = {house.screen_name: community_token(house) for house in self.corpus.houses}
        accounts = [account_keys(self.corpus.writers[house.account]) for house in self.corpus.houses]
        x_keys = {keys.account.handle: f"{keys.token}:{keys.token_secret}" for keys in accounts}
        return {
            "LISTENER_VK_API_URL": f"{self._address}/vk/method/",
            "LISTENER_VK_SERVICE_TOKEN": self.vk.service_token,
            "LISTENER_VK_COMMUNITY_TOKENS": json.dumps(tokens),
            "LISTENER_VK_SEARCH_PER_DAY": str(SEARCHES),
            "LISTENER_X_API_URL": f"{self._address}/x",
            "LISTENER_X_BEARER_TOKEN": X_TOKEN,
            "LISTENER_X_USER_KEYS": json.dumps(x_keys),
            "LISTENER_X_API_KEY": X_APP[0],
            "LISTENER_X_API_SECRET": X_APP[1],
            "LISTENER_TELEGRAM_API_URL": f"{self._address}/telegram",
            "LISTENER_TELEGRAM_TOKEN": self.telegram.token,
            "LISTENER_SLACK_API_URL": f"{self._address}/slack/api/",
            "LISTENER_SLACK_BOT_TOKEN": self.slack.bot_token,
            "LISTENER_SLACK_APP_TOKEN": self.slack.app_token,
            **pace,
        }

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=BIGGEST_REQUEST)
        app.add_routes(control_routes(self))
        app.add_subapp("/slack", self.slack.app())
        app.add_subapp("/telegram", self.telegram.app())
        app.add_subapp("/vk", self.vk.app())
        app.add_subapp("/x", self.x.app())
        return app
