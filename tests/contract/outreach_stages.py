"""Each network with an unhappy customer and a brand on it, for what every Outreach must do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from alerts.outreach.outbound import Outbound, OutboundKind, Target
from alerts.outreach.ports import Outreach
from domain.mention import network_id
from listener.environment import Secret
from listener.networks.vk.options import VkOptions
from listener.networks.vk.outreach import VkOutreach, build_outreach
from simulator.faults import Faults
from simulator.vk import Vk
from tests.vk_parts import GROUP, GROUP_TOKEN, LIMITS, NOON, OLGA, World, simulated

ANSWER = "Ольга, здравствуйте! Проверяем линию, <напишем> в течение часа & не забудем."
KEEPER_TOKEN = "vk1.a.very-secret-token-of-a-person"


class Stage(Protocol):
    """What a test does on a network, whichever it is."""

    faults: Faults
    secrets: tuple[str, ...]

    @property
    def outreach(self) -> Outreach: ...

    def outbound(self, kind: OutboundKind, text: str = ANSWER, **changes: Any) -> Outbound: ...

    def said(self, text: str) -> int:
        """How many answers and messages of the brand people see with that text."""

    def path_of(self, kind: OutboundKind) -> str:
        """A part of the path that such an outbound is sent to."""

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

    def customer_writes(self) -> None:
        self.vk.message(OLGA, "Здравствуйте, это я", group_id=GROUP)

    def customer_disappears(self) -> None:
        self.vk.delete(self.target.thread)

    def revoke(self) -> None:
        for token in (GROUP_TOKEN, self.vk.service_token, KEEPER_TOKEN):
            self.vk.revoke(token)


@asynccontextmanager
async def vk_stage(*, keeper: bool = True, address: str | None = None) -> AsyncIterator[VkStage]:
    async with simulated() as world:
        world.vk.add_keeper(KEEPER_TOKEN)
        post = world.vk.community_post(GROUP, "Ромашка: новости")
        comment = world.vk.comment(OLGA, "Третий день нет интернета", post=post)
        options = VkOptions(
            api_url=address or world.address,
            service_token=Secret(world.vk.service_token),
            community_tokens={"romashka_help": Secret(GROUP_TOKEN)},
            user_token=Secret(KEEPER_TOKEN) if keeper else None,
        )
        outreach = build_outreach(options, world.clock, limits=LIMITS)
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
