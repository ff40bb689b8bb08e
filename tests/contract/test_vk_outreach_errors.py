"""VK's error codes for every way of speaking to a customer: what happens next, why, and what is remembered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from alerts.outreach.outbound import Outbound, OutboundKind, Sent
from alerts.outreach.ports import OutreachError
from listener.networks.vk.errors import TOO_FAST, vk_error
from listener.networks.vk.outreach_errors import ELSEWHERE as SPECIAL
from listener.networks.vk.outreach_errors import EVERYWHERE, outreach_error
from simulator.faults import Fault
from tests.contract.outreach_stages import VkStage, vk_stage
from tests.vk_parts import NOON, OLGA

ELSEWHERE: Final = {"wall": None, "thread": f"{OLGA.number}_4", "mention": f"{OLGA.number}_4", "kind": "post"}
"""A post on the customer's own wall."""
OWN_COMMENT: Final = Sent(ref="-77_9")
OWN_MESSAGE: Final = Sent(ref="message77_501_9")
ASKED: Final[dict[str, tuple[OutboundKind, str, Sent | None]]] = {
    "reply": ("reply", "wall.createComment", None),
    "invite": ("invite", "wall.createComment", None),
    "reply on another's wall": ("reply", "wall.createComment", None),
    "message": ("message", "messages.send", None),
    "edit": ("edit", "wall.editComment", OWN_COMMENT),
    "edit message": ("edit", "messages.edit", OWN_MESSAGE),
    "take back": ("take_back", "wall.deleteComment", OWN_COMMENT),
    "take back message": ("take_back", "messages.delete", OWN_MESSAGE),
    "remove": ("remove", "wall.deleteComment", None),
    "restore": ("restore", "wall.restoreComment", None),
}
Expected = tuple[str, str, str]
"""Outcome, reason, what is remembered and of whom."""

ALIKE: Final[dict[int, Expected]] = {
    1: ("unknown", "unreachable", ""),
    3: ("refused", "other", ""),
    5: ("refused", "no_token", ""),
    6: ("later 1", "quota", ""),
    7: ("refused", "no_right", ""),
    8: ("refused", "other", ""),
    9: ("later 300", "quota", ""),
    10: ("unknown", "unreachable", ""),
    14: ("refused", "captcha", ""),
    17: ("refused", "captcha", ""),
    18: ("refused", "author_gone", "author author_gone"),
    28: ("refused", "no_right", ""),
    29: ("later 3600", "quota", ""),
    36: ("unknown", "unreachable", ""),
    37: ("refused", "author_gone", "author author_gone"),
    39: ("refused", "author_gone", "author author_gone"),
    43: ("later 60", "unreachable", ""),
    100: ("refused", "other", ""),
    203: ("refused", "no_right", ""),
    1051: ("refused", "no_token", ""),
    1114: ("refused", "no_token", ""),
    1116: ("refused", "no_token", ""),
    1117: ("refused", "no_token", ""),
    3610: ("refused", "author_gone", "author author_gone"),
    77777: ("refused", "other", ""),
}
"""The same whatever was asked for."""
NO_RIGHT: Final[Expected] = ("refused", "no_right", "")
FOREIGN: Final[Expected] = ("refused", "foreign_wall", "wall foreign_wall")
GONE: Final[Expected] = ("refused", "gone", "post gone")
OWN_GONE: Final[Expected] = ("refused", "gone", "")
CLOSED: Final[Expected] = ("refused", "comments_closed", "post comments_closed")
MESSAGES: Final[Expected] = ("refused", "messages_closed", "author messages_closed")
DONE: Final[Expected] = ("done", "", "")
APART: Final[list[tuple[int, str, Expected]]] = [
    (15, "reply", NO_RIGHT),
    (15, "reply on another's wall", FOREIGN),
    (15, "message", NO_RIGHT),
    (15, "edit", NO_RIGHT),
    (15, "take back", NO_RIGHT),
    (15, "remove", NO_RIGHT),
    (15, "restore", NO_RIGHT),
    (27, "reply", NO_RIGHT),
    (27, "reply on another's wall", FOREIGN),
    (27, "message", NO_RIGHT),
    (27, "edit", NO_RIGHT),
    (27, "remove", NO_RIGHT),
    (104, "reply", GONE),
    (104, "invite", GONE),
    (104, "reply on another's wall", GONE),
    (104, "message", ("refused", "other", "")),
    (104, "edit", OWN_GONE),
    (104, "take back", DONE),
    (104, "remove", DONE),
    (104, "restore", DONE),
    (210, "reply", GONE),
    (211, "reply", GONE),
    (211, "edit", OWN_GONE),
    (211, "take back", OWN_GONE),
    (211, "remove", NO_RIGHT),
    (212, "reply", CLOSED),
    (213, "reply", CLOSED),
    (213, "invite", CLOSED),
    (213, "reply on another's wall", FOREIGN),
    (222, "reply", ("refused", "links_forbidden", "")),
    (222, "invite", ("refused", "links_forbidden", "")),
    (223, "reply", ("later 900", "too_many_replies", "")),
    (243, "restore", DONE),
    (900, "message", ("refused", "blocked", "author messages_closed")),
    (901, "message", MESSAGES),
    (902, "message", ("refused", "privacy", "author messages_closed")),
    (909, "edit message", ("refused", "other", "")),
    (910, "message", ("refused", "too_long", "")),
    (914, "message", ("refused", "too_long", "")),
    (914, "edit message", ("refused", "too_long", "")),
    (924, "take back message", ("refused", "other", "")),
    (932, "message", MESSAGES),
    (936, "message", ("refused", "author_gone", "author author_gone")),
    (950, "message", MESSAGES),
    (987, "message", MESSAGES),
    (988, "message", MESSAGES),
]


def outbound_of(stage: VkStage, asked: str) -> Outbound:
    kind, _, earlier = ASKED[asked]
    outbound = stage.outbound(kind, of=earlier)
    if asked == "reply on another's wall":
        changes: dict[str, Any] = dict(ELSEWHERE)
        outbound = replace(outbound, target=replace(outbound.target, **changes))
    return outbound


def expected_of(asked: str) -> dict[int, Expected]:
    return ALIKE | {code: said for code, way, said in APART if way == asked}


def told(error: OutreachError | None) -> Expected:
    if error is None:
        return DONE
    wait = f" {error.retry_after.total_seconds():.0f}" if error.retry_after is not None else ""
    learned = " ".join(f"{word.scope} {word.reason}" for word in error.learned)
    return f"{error.outcome}{wait}", error.reason, learned


@pytest.fixture
async def stage() -> AsyncIterator[VkStage]:
    async with vk_stage() as stage:
        yield stage


@pytest.mark.parametrize("asked", ASKED)
async def test_a_code_means_one_thing_for_each_way_of_speaking(stage: VkStage, asked: str) -> None:
    outbound, expected = outbound_of(stage, asked), expected_of(asked)
    meant = {code: outreach_error(vk_error("method", code, "words"), outbound, NOON) for code in expected}
    assert {code: told(error) for code, error in meant.items()} == expected


@pytest.mark.parametrize("asked", ["reply", "reply on another's wall", "message", "edit message"])
async def test_vks_own_answer_tells_the_same(stage: VkStage, asked: str) -> None:
    """Over a socket, through vk_api. The client itself waits over a 6, and the key of a person is a slow one."""
    outbound, expected, heard = outbound_of(stage, asked), expected_of(asked), {}
    for code in expected.keys() - {TOO_FAST}:
        body = {"error": {"error_code": code, "error_msg": "words of VK", "request_params": []}}
        stage.faults.add(Fault(path=ASKED[asked][1], kind="json", body=body))
        with pytest.raises(OutreachError) as caught:
            await stage.outreach.send(outbound)
        heard[code] = told(caught.value)
    assert heard == {code: said for code, said in expected.items() if code != TOO_FAST}


def test_every_code_of_the_table_is_tried() -> None:
    tried = {*ALIKE, *(code for code, _, _ in APART)}
    assert {*EVERYWHERE, *(code for code, _ in SPECIAL)} <= tried
