"""Each network with an unhappy customer and a brand on it, for what every Outreach must do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web
from aiohttp.test_utils import TestServer

from alerts.outreach.outbound import Outbound, OutboundKind, Target
from alerts.outreach.ports import Outreach
from domain.mention import network_id
from listener.environment import Secret
from listener.networks.vk.options import VkOptions
from listener.networks.vk.outreach import VkOutreach, build_outreach
from listener.networks.x.client import Timeouts
from listener.networks.x.options import XOptions
from listener.networks.x.outreach import XOutreach
from listener.networks.x.outreach import build_outreach as build_x_outreach
from simulator.faults import Faults
from simulator.people import Writer
from simulator.vk import Vk
from simulator.x import X
from simulator.x.keys import AccountKeys
from tests.vk_parts import GROUP, GROUP_TOKEN, HASTY, LIMITS, NOON, OLGA, Hands, World, simulated

ANSWER = "Ольга, здравствуйте! Проверяем линию, <напишем> в течение часа & не забудем."
KEEPER_TOKEN = "vk1.a.very-secret-token-of-a-person"


class Stage(Protocol):
    """What a test does on a network, whichever it is."""

    faults: Faults
    secrets: tuple[str, ...]
    taken_back: tuple[OutboundKind, ...]
    """What can be taken back again."""

    @property
    def outreach(self) -> Outreach: ...

    def outbound(self, kind: OutboundKind, text: str = ANSWER, **changes: Any) -> Outbound: ...

    def said(self, text: str) -> int:
        """How many answers and messages of the brand people see with that text."""

    def path_of(self, kind: OutboundKind) -> str:
        """A part of the path that such an outbound is sent to."""

    def looked_up_at(self, kind: OutboundKind) -> str:
        """A part of the path at which it is looked up whether such an outbound was said."""

    def customer_writes(self) -> None:
        """The customer writes to the brand, and may be answered from then on."""

    def customer_disappears(self) -> None:
        """What the customer wrote in public is gone."""

    def revoke(self) -> None:
        """The brand's keys are not taken any more."""


@dataclass
class VkStage:
    world: World
    outreach: VkOutreach
    target: Target
    secrets: tuple[str, ...] = (GROUP_TOKEN, KEEPER_TOKEN)
    taken_back: tuple[OutboundKind, ...] = ("reply", "message")

    @property
    def vk(self) -> Vk:
        return self.world.vk

    @property
    def faults(self) -> Faults:
        return self.vk.faults

    def outbound(self, kind: OutboundKind, text: str = ANSWER, **changes: Any) -> Outbound:
        made = Outbound(
            id=7, case=1, kind=kind, target=self.target, text=text, author="anna", state="sending", created_at=NOON
        )
        return replace(made, **changes)

    def said(self, text: str) -> int:
        public = [one for one in self.vk.world.entries.values() if one.author == -GROUP and not one.gone]
        private = self.vk.talks.with_person(GROUP, OLGA.number)
        return [*(one.text for one in public), *(one.text for one in private)].count(text)

    def path_of(self, kind: OutboundKind) -> str:
        return "messages.send" if kind == "message" else "wall.createComment"

    def looked_up_at(self, kind: OutboundKind) -> str:
        return "messages.getHistory" if kind == "message" else "wall.getComments"

    def customer_writes(self) -> None:
        self.vk.message(OLGA, "Здравствуйте, это я", group_id=GROUP)

    def customer_disappears(self) -> None:
        self.vk.delete(self.target.thread)

    def revoke(self) -> None:
        for token in (GROUP_TOKEN, self.vk.service_token, KEEPER_TOKEN):
            self.vk.revoke(token)


@asynccontextmanager
async def vk_stage(
    *, keeper: bool = True, address: str | None = None, hasty: bool = False
) -> AsyncIterator[VkStage]:
    limits = HASTY if hasty else LIMITS
    async with simulated(limits) as world:
        world.vk.add_keeper(KEEPER_TOKEN)
        post = world.vk.community_post(GROUP, "Ромашка: новости")
        comment = world.vk.comment(OLGA, "Третий день нет интернета", post=post)
        options = VkOptions(
            api_url=address or world.address,
            service_token=Secret(world.vk.service_token),
            community_tokens={"romashka_help": Secret(GROUP_TOKEN)},
            user_token=Secret(KEEPER_TOKEN) if keeper else None,
        )
        outreach = build_outreach(options, world.clock, limits=limits)
        assert outreach is not None
        target = Target(
            brand="romashka",
            network=network_id("vk"),
            mention=comment,
            kind="comment",
            url=f"https://vk.com/wall{post}?reply=2",
            author=str(OLGA.number),
            author_handle=OLGA.handle,
            thread=post,
            wall="vk:romashka_help",
            page="vk:romashka_help",
        )
        yield VkStage(world=world, outreach=outreach, target=target)
        await outreach.close()


ACCOUNT = Writer(number=900, first_name="Ромашка", last_name="", handle="romashka_ru")
KEYS = AccountKeys(
    account=ACCOUNT,
    api_key="app-key",
    api_secret="app-secret",
    token="900-account-token",
    token_secret="its-secret",
)
PATIENT = Timeouts(total=120, connect=60, read=60)
QUICK = Timeouts(total=0.8, connect=0.8, read=0.8)
"""For tests of answers that never come."""


@dataclass
class XStage:
    x: X
    clock: Hands
    address: str
    options: XOptions
    outreach: XOutreach
    target: Target
    secrets: tuple[str, ...] = (KEYS.api_key, KEYS.api_secret, KEYS.token, KEYS.token_secret)
    taken_back: tuple[OutboundKind, ...] = ("reply",)

    @property
    def faults(self) -> Faults:
        return self.x.faults

    def outbound(self, kind: OutboundKind, text: str = ANSWER, **changes: Any) -> Outbound:
        made = Outbound(
            id=7, case=1, kind=kind, target=self.target, text=text, author="anna", state="sending", created_at=NOON
        )
        return replace(made, **changes)

    def said(self, text: str) -> int:
        public = [row["text"] for row in self.x.snapshot() if row["handle"] == ACCOUNT.handle]
        private = [said.text for said in self.x.directs.said if said.sender == ACCOUNT]
        return [*public, *private].count(text)

    def path_of(self, kind: OutboundKind) -> str:
        return "/messages" if kind == "message" else "/2/tweets"

    def looked_up_at(self, kind: OutboundKind) -> str:
        return "dm_events" if kind == "message" else "/2/users/"

    def customer_writes(self) -> None:
        self.x.direct(OLGA, ACCOUNT.handle, "Здравствуйте, это я")

    def customer_disappears(self) -> None:
        self.x.delete(self.target.mention)

    def revoke(self) -> None:
        self.x.keys.signed.clear()


@asynccontextmanager
async def x_stage(
    *, address: str | None = None, text: str = "@romashka_ru где связь?", hasty: bool = False
) -> AsyncIterator[XStage]:
    clock = Hands()
    x = X(clock.now)
    x.give_keys(KEYS)
    number = x.post(OLGA, text, at=NOON - timedelta(minutes=5))
    root = web.Application()
    root.add_subapp("/x", x.app())
    async with TestServer(root) as server:
        options = XOptions(
            api_url=address or str(server.make_url("/x/")),
            user_keys={ACCOUNT.handle: Secret(f"{KEYS.token}:{KEYS.token_secret}")},
            api_key=Secret(KEYS.api_key),
            api_secret=Secret(KEYS.api_secret),
        )
        outreach = build_x_outreach(options, clock, timeouts=QUICK if hasty else PATIENT)
        assert outreach is not None
        target = Target(
            brand="romashka",
            network=network_id("x"),
            mention=number,
            kind="post",
            url=f"https://x.com/olga_p/status/{number}",
            author=str(OLGA.number),
            author_handle=OLGA.handle,
            thread=number,
            wall=None,
            page="x:romashka_ru",
            text=text,
        )
        yield XStage(x=x, clock=clock, address=options.api_url, options=options, outreach=outreach, target=target)
        await outreach.close()
