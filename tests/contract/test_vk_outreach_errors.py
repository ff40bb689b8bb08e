"""VK's error codes for every way of speaking to a customer: what happens next, why, and what is remembered."""

import json
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
from tests.contract.test_vk_schema import SPECS, needs_specs
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
    2: ("refused", "no_token", ""),
    4: ("refused", "no_token", ""),
    3: ("refused", "other", ""),
    5: ("refused", "no_token", ""),
    6: ("later 1", "quota", ""),
    7: ("refused", "no_right", ""),
    8: ("refused", "other", ""),
    9: ("later 300", "quota", ""),
    10: ("unknown", "unreachable", ""),
    11: ("refused", "other", ""),
    13: ("refused", "other", ""),
    16: ("refused", "other", ""),
    14: ("refused", "captcha", ""),
    17: ("refused", "captcha", ""),
    18: ("refused", "author_gone", "author author_gone"),
    20: ("refused", "no_right", ""),
    21: ("refused", "no_right", ""),
    23: ("refused", "no_right", ""),
    24: ("refused", "captcha", ""),
    25: ("refused", "captcha", ""),
    28: ("refused", "no_right", ""),
    29: ("later 3600", "quota", ""),
    30: ("refused", "privacy", ""),
    33: ("refused", "other", ""),
    34: ("refused", "other", ""),
    35: ("refused", "other", ""),
    36: ("unknown", "unreachable", ""),
    37: ("refused", "author_gone", "author author_gone"),
    39: ("refused", "author_gone", "author author_gone"),
    38: ("refused", "no_token", ""),
    40: ("refused", "other", ""),
    41: ("refused", "other", ""),
    42: ("refused", "no_token", ""),
    43: ("later 60", "unreachable", ""),
    100: ("refused", "other", ""),
    101: ("refused", "no_token", ""),
    113: ("refused", "other", ""),
    150: ("refused", "other", ""),
    200: ("refused", "other", ""),
    201: ("refused", "other", ""),
    203: ("refused", "no_right", ""),
    300: ("refused", "other", ""),
    500: ("refused", "other", ""),
    600: ("refused", "other", ""),
    603: ("refused", "other", ""),
    1051: ("refused", "no_token", ""),
    1114: ("refused", "no_token", ""),
    1116: ("refused", "no_token", ""),
    1117: ("refused", "no_token", ""),
    1118: ("refused", "no_token", ""),
    3300: ("refused", "captcha", ""),
    3301: ("refused", "captcha", ""),
    3302: ("refused", "captcha", ""),
    3303: ("refused", "captcha", ""),
    3304: ("refused", "captcha", ""),
    3305: ("refused", "other", ""),
    3609: ("refused", "no_token", ""),
    3610: ("refused", "author_gone", "author author_gone"),
    3611: ("refused", "other", ""),
    9999: ("refused", "other", ""),
    11500: ("refused", "captcha", ""),
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
    *((code, "edit message", ("refused", "other", "")) for code in (911, 912, 917, 920, 940, 946, 949)),
    (901, "edit message", MESSAGES),
    (910, "edit message", ("refused", "too_long", "")),
    *(
        (code, "message", ("refused", "other", ""))
        for code in (911, 912, 913, 917, 921, 922, 925, 940, 943, 944, 945, 946, 962, 969, 985, 1012)
    ),
    (15, "invite", NO_RIGHT),
    (15, "edit message", NO_RIGHT),
    (15, "take back message", NO_RIGHT),
    (27, "invite", NO_RIGHT),
    (27, "edit message", NO_RIGHT),
    (27, "take back", NO_RIGHT),
    (27, "take back message", NO_RIGHT),
    (27, "restore", NO_RIGHT),
    (104, "reply", GONE),
    (210, "invite", GONE),
    (211, "invite", GONE),
    (212, "invite", CLOSED),
    (212, "reply on another's wall", CLOSED),
    (222, "reply on another's wall", ("refused", "links_forbidden", "")),
    (223, "invite", ("later 900", "too_many_replies", "")),
    (223, "reply on another's wall", ("later 900", "too_many_replies", "")),
    (211, "restore", NO_RIGHT),
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


@needs_specs
@pytest.mark.parametrize("way", ASKED)
def test_every_code_that_vks_schema_names_for_the_method_is_in_the_table(way: str) -> None:
    """Those of every method, and those of this one: none of them may mean something that nobody has thought of."""
    names = json.loads((SPECS / "errors.json").read_text(encoding="utf-8"))["errors"]
    method = ASKED[way][1]
    methods = json.loads((SPECS / method.split(".")[0] / "methods.json").read_text(encoding="utf-8"))["methods"]
    (described,) = [each for each in methods if each["name"] == method]
    own = {names[error["$ref"].rpartition("/")[2]]["code"] for error in described.get("errors", ())}
    everywhere = {error["code"] for error in names.values() if error.get("global")}
    assert own | everywhere <= expected_of(way).keys()


@pytest.mark.parametrize("way", ["reply", "invite", "message"])
def test_every_code_that_the_facts_name_is_in_the_table(way: str) -> None:
    """shared/platforms.md, section 1.4, and its corrections: those about writing to people and their walls."""
    of_all = {1, 5, 6, 8, 9, 10, 14, 15, 17, 18, 27, 28, 29, 30, 36, 37, 39, 43, 100, 104, 203, 1051, 1114, 1116}
    of_walls = {210, 211, 212, 213, 222, 223}
    of_talks = {900, 901, 902, 911, 912, 914, 917, 936, 945, 950}
    assert of_all | {1117, 3610} | (of_talks if way == "message" else of_walls) <= expected_of(way).keys()


def test_every_code_of_the_table_is_tried() -> None:
    tried = {*ALIKE, *(code for code, _, _ in APART)}
    assert {*EVERYWHERE, *(code for code, _ in SPECIAL)} <= tried
