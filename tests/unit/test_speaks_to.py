"""Who has turned to the brand: then an answer is no approach."""

from dataclasses import replace

import pytest

from alerts.outreach.outbound import Target
from domain.brand import Brand, Watch
from domain.mention import network_id
from listener.networks.accounts import speaks_to

BRAND = Brand(
    id="romashka",
    title="Ромашка",
    names=("Ромашка",),
    accounts={"vk": ("romashka_help", "club77"), "x": ("@Romashka_RU",)},
    watch={"vk": Watch(pages=("romashka_shop",))},
)
ELSEWHERE = Target(
    brand="romashka",
    network=network_id("vk"),
    mention="-5_2",
    kind="comment",
    url="https://vk.com/wall-5_2",
    author="7",
    author_handle=None,
    thread="-5_1",
    wall="vk:gorod",
    page="vk:romashka_help",
    text="Ромашка, где мой заказ?",
)


@pytest.mark.parametrize(
    ("fields", "addressed"),
    [
        ({}, False),
        ({"wall": None}, False),
        ({"wall": "vk:romashka_help"}, True),
        ({"wall": "vk:Romashka_Shop"}, True),
        ({"wall": "vk:club77"}, True),
        ({"text": "@romashka_help где заказ"}, True),
        ({"text": "[club77|Ромашка], где заказ"}, True),
        ({"text": "vk.com/romashka_help опять молчит"}, True),
        ({"text": "@romashka_helper где заказ"}, False),
        ({"text": "romashka_help"}, False),
        ({"kind": "message"}, True),
        ({"network": network_id("x"), "wall": None, "text": "@romashka_ru where is it"}, True),
        ({"network": network_id("x"), "wall": None, "text": "ничего", "quoted_author": "romashka_ru"}, True),
        ({"network": network_id("x"), "wall": None, "text": "ничего", "quoted_author": "other"}, False),
    ],
)
def test_whoever_comes_to_the_brand_or_names_its_account_has_asked(
    fields: dict[str, object],
    addressed: bool,  # noqa: FBT001 - drawn
) -> None:
    assert speaks_to(replace(ELSEWHERE, **fields), BRAND) is addressed  # type: ignore[arg-type]  # a test names them
