"""«Можно ли написать»: what each network's table leaves possible, with these keys, for this mention."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.outreach.abilities import Abilities, Learned, Reason, Scope
from alerts.outreach.outbound import Target
from domain.brand import Brand, Watch
from domain.mention import network_id
from listener.environment import Secret
from listener.networks.registry import NETWORKS
from listener.networks.vk.network import VK
from listener.networks.vk.options import VkOptions
from listener.networks.x.network import X
from listener.networks.x.options import XOptions

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PAGE, HANDLE = "vk:romashka_help", "x:romashka_ru"
COMMENT = Target(
    brand="romashka",
    network=network_id("vk"),
    mention="-77_5",
    kind="comment",
    url="https://vk.com/wall-77_1?reply=5",
    author="501",
    author_handle="olga_p",
    thread="-77_1",
    wall=PAGE,
    page=PAGE,
)
STRANGE = replace(COMMENT, mention="501_9", thread="501_9", kind="post", wall=None, url="https://vk.com/wall501_9")
TOPIC = replace(COMMENT, mention="-77_4_7", thread="topic-77_4", kind="topic")
KEY = VkOptions(community_tokens={"Romashka_Help": Secret("a")})
KEYS = replace(KEY, user_token=Secret("b"))
POST = replace(
    COMMENT, network=network_id("x"), mention="17", thread="17", kind="post", wall=None, page=HANDLE,
    url="https://x.com/olga_p/status/17", text="Ромашка, где связь?",
)  # fmt: skip
CALLED = replace(POST, text="Где связь, @Romashka_RU?")
ACCOUNT = XOptions(user_keys={"romashka_ru": Secret("900-a:b")}, api_key=Secret("k"), api_secret=Secret("s"))


def word(scope: Scope, key: str, reason: Reason | None, *, page: str = PAGE, **ago: float) -> Learned:
    return Learned(
        network=network_id("vk"), page=page, scope=scope, key=key, reason=reason, at=NOW - timedelta(**ago)
    )


def earlier(learned: Learned, **ago: float) -> Learned:
    return replace(learned, at=learned.at - timedelta(**ago))


WROTE, SHUT = word("author", "501", None), word("author", "501", "messages_closed")


def vk(target: Target, options: VkOptions = KEY, *learned: Learned) -> Abilities:
    return VK.abilities(target, options, learned, NOW)


def x(target: Target, options: XOptions = ACCOUNT, *learned: Learned) -> Abilities:
    return X.abilities(target, options, learned, NOW)


@pytest.mark.parametrize(
    ("target", "options", "learned", "way", "reason"),
    [
        (COMMENT, KEY, (), "api", None),
        (STRANGE, KEY, (), "api", None),
        (STRANGE, KEY, (word("wall", "501", "foreign_wall"),), "by_hand", "foreign_wall"),
        (STRANGE, KEY, (word("wall", "502", "foreign_wall"),), "api", None),
        (STRANGE, KEY, (word("wall", "501", "foreign_wall", page="vk:other"),), "api", None),
        (STRANGE, KEY, (word("wall", "501", "foreign_wall", days=31),), "api", None),
        (COMMENT, KEY, (word("post", "-77_1", "comments_closed"),), "no", "comments_closed"),
        (COMMENT, KEY, (word("post", "-77_1", "comments_closed", hours=25),), "api", None),
        (COMMENT, KEY, (word("post", "-77_1", "gone", days=900),), "no", "gone"),
        (COMMENT, KEY, (word("author", "501", "author_gone"),), "no", "author_gone"),
        (COMMENT, KEY, (word("author", "501", "messages_closed"),), "api", None),
        (COMMENT, VkOptions(), (), "by_hand", "no_token"),
        (replace(COMMENT, page=None), KEY, (), "by_hand", "no_page"),
        (TOPIC, KEYS, (), "by_hand", "no_user_token"),
        (replace(COMMENT, kind="message", mention="message77_501_3", thread="message77_501_3"), KEY, (), "no",
         "not_supported"),
    ],
)  # fmt: skip
def test_a_public_answer_on_vk(
    target: Target, options: VkOptions, learned: tuple[Learned, ...], way: str, reason: str | None
) -> None:
    reply = vk(target, options, *learned).reply
    assert (reply.way, reply.reason) == (way, reason)
    assert (reply.url == target.url) is (way != "no")


@pytest.mark.parametrize(
    ("target", "options", "learned", "way", "reason"),
    [
        (COMMENT, KEY, (), "invitation", "not_invited"),
        (COMMENT, KEY, (WROTE,), "api", None),
        (COMMENT, KEY, (earlier(WROTE, days=900),), "api", None),
        (COMMENT, KEY, (SHUT,), "invitation", "messages_closed"),
        (COMMENT, KEY, (SHUT, earlier(WROTE, days=1)), "invitation", "messages_closed"),
        (COMMENT, KEY, (earlier(SHUT, days=1), WROTE), "api", None),
        (STRANGE, KEY, (word("wall", "501", "foreign_wall"),), "invitation", "not_invited"),
        (COMMENT, KEY, (word("post", "-77_1", "gone"),), "no", "not_invited"),
        (replace(COMMENT, author="-5"), KEY, (), "no", "not_supported"),
        (COMMENT, KEY, (word("author", "501", "author_gone"),), "no", "author_gone"),
        (COMMENT, VkOptions(), (), "no", "no_token"),
        (replace(COMMENT, kind="message"), KEY, (), "api", None),
    ],
)  # fmt: skip
def test_a_private_message_on_vk(
    target: Target, options: VkOptions, learned: tuple[Learned, ...], way: str, reason: str | None
) -> None:
    private = vk(target, options, *learned).private
    assert (private.way, private.reason) == (way, reason)


@pytest.mark.parametrize(
    ("target", "options", "way", "reason"),
    [
        (COMMENT, KEYS, "api", None),
        (COMMENT, KEY, "no", "no_user_token"),
        (TOPIC, KEY, "api", None),
        (STRANGE, KEYS, "no", "own_page_only"),
        (replace(COMMENT, kind="post"), KEYS, "no", "own_page_only"),
        (replace(COMMENT, wall="vk:other"), KEYS, "no", "own_page_only"),
    ],
)
def test_words_are_removed_from_the_own_page_alone(
    target: Target, options: VkOptions, way: str, reason: str | None
) -> None:
    remove = vk(target, options).remove
    assert (remove.way, remove.reason) == (way, reason)


def test_own_answers_on_vk_are_changed_with_the_key_of_a_person_and_own_messages_without() -> None:
    by_person, by_community = vk(COMMENT, KEYS), vk(COMMENT, KEY)
    assert (by_person.edit.way, by_person.take_back.way) == ("api", "api")
    assert (by_community.edit.way, by_community.edit.reason) == ("by_hand", "no_user_token")
    assert (by_community.edit_message.way, by_community.take_back_message.way) == ("api", "api")


@pytest.mark.parametrize(
    ("target", "options", "learned", "way", "reason"),
    [
        (CALLED, ACCOUNT, (), "api", None),
        (POST, ACCOUNT, (), "by_hand", "not_addressed"),
        (replace(POST, text="почта info@romashka_ru, @romashka_ru_fan"), ACCOUNT, (), "by_hand", "not_addressed"),
        (replace(POST, quoted_author="Romashka_ru"), ACCOUNT, (), "api", None),
        (replace(POST, quoted_author="other"), ACCOUNT, (), "by_hand", "not_addressed"),
        (CALLED, ACCOUNT, (word("post", "17", "not_addressed", page=HANDLE),), "by_hand", "not_addressed"),
        (CALLED, ACCOUNT, (word("post", "17", "gone", page=HANDLE),), "no", "gone"),
        (CALLED, XOptions(), (), "by_hand", "no_token"),
        (replace(CALLED, kind="message"), ACCOUNT, (), "no", "not_supported"),
    ],
)
def test_a_public_answer_on_x(
    target: Target, options: XOptions, learned: tuple[Learned, ...], way: str, reason: str | None
) -> None:
    reply = x(target, options, *learned).reply
    assert (reply.way, reply.reason) == (way, reason)


@pytest.mark.parametrize(
    ("target", "options", "learned", "way", "reason"),
    [
        (CALLED, ACCOUNT, (), "invitation", "not_invited"),
        (POST, ACCOUNT, (), "invitation", "not_invited"),
        (POST, ACCOUNT, (word("author", "501", None, page=HANDLE),), "api", None),
        (POST, ACCOUNT, (word("author", "501", "messages_closed", page=HANDLE),), "invitation", "messages_closed"),
        (POST, ACCOUNT, (word("post", "17", "gone", page=HANDLE),), "no", "not_invited"),
        (POST, XOptions(), (), "no", "no_token"),
        (replace(POST, kind="message"), ACCOUNT, (), "api", None),
    ],
)
def test_a_private_message_on_x(
    target: Target, options: XOptions, learned: tuple[Learned, ...], way: str, reason: str | None
) -> None:
    private = x(target, options, *learned).private
    assert (private.way, private.reason) == (way, reason)


def test_own_posts_on_x_are_taken_back_and_never_changed() -> None:
    found = x(CALLED)
    assert (found.take_back.way, found.edit.way, found.remove.way, found.edit_message.way) == (
        "api",
        "no",
        "no",
        "no",
    )


def test_an_invitation_leads_into_the_pages_messages() -> None:
    on_vk = VK.invitation(COMMENT, KEY, "Ab-9_x")
    assert on_vk is not None
    assert (on_vk.link, on_vk.in_text, on_vk.carries_ref) == ("https://vk.me/romashka_help?ref=Ab-9_x", True, True)
    on_x = X.invitation(CALLED, ACCOUNT, "Ab-9_x")
    assert on_x is not None
    assert on_x.link == "https://twitter.com/messages/compose?recipient_id=900"
    assert (on_x.in_text, on_x.carries_ref) == (False, False)
    without_number = X.invitation(CALLED, XOptions(user_tokens={"romashka_ru": Secret("t")}), "")
    assert without_number is not None
    assert without_number.link == "https://x.com/romashka_ru"
    assert VK.invitation(replace(COMMENT, page=None), KEY, "a") is None
    assert X.invitation(replace(CALLED, page=None), ACCOUNT, "a") is None


def test_the_address_for_a_person_carries_the_text_where_the_network_takes_it() -> None:
    assert VK.by_hand(COMMENT, "Здравствуйте") == COMMENT.url
    assert X.by_hand(POST, "Ольга & все") == (
        "https://x.com/intent/post?in_reply_to=17&text=%D0%9E%D0%BB%D1%8C%D0%B3%D0%B0+%26+%D0%B2%D1%81%D0%B5"
    )


@pytest.mark.parametrize(
    ("pages", "accounts", "wall", "speaks"),
    [
        (("romashka_help",), ("romashka",), PAGE, PAGE),
        (("romashka_help",), ("romashka",), None, PAGE),
        (("romashka_help",), ("romashka",), "vk:strangers", PAGE),
        (("Romashka_Help", "romashka_shop"), (), "vk:romashka_shop", "vk:romashka_shop"),
        ((), ("romashka",), None, None),
    ],
)
def test_the_page_whose_wall_it_is_speaks_or_else_the_first_with_a_key(
    pages: tuple[str, ...], accounts: tuple[str, ...], wall: str | None, speaks: str | None
) -> None:
    brand = Brand(
        id="r", title="Р", names=("р",), accounts={"vk": accounts}, watch={"vk": Watch(search=False, pages=pages)}
    )
    options = replace(KEY, community_tokens={name: Secret("a") for name in ("Romashka_Help", "romashka_shop")})
    assert VK.speaker(brand, options, replace(COMMENT, wall=wall)) == speaks


def test_the_account_with_keys_speaks_on_x() -> None:
    brand = Brand(id="r", title="Р", names=("р",), accounts={"x": ("@romashka_spb", "Romashka_RU")})
    assert X.speaker(brand, ACCOUNT, POST) == HANDLE
    assert X.speaker(brand, XOptions(), POST) is None


@pytest.mark.parametrize(
    ("said", "speaks"),
    [
        ({"text": "@romashka_spb где курьер?"}, "x:romashka_spb"),
        ({"text": "@Romashka_RU @romashka_spb где курьер?"}, "x:romashka_ru"),
        ({"text": "где курьер?", "quoted_author": "romashka_spb"}, "x:romashka_spb"),
        ({"text": "ромашка, где курьер?"}, "x:romashka_ru"),
    ],
)
def test_of_several_accounts_the_one_that_the_author_has_named_answers(said: dict[str, str], speaks: str) -> None:
    brand = Brand(id="r", title="Р", names=("р",), accounts={"x": ("Romashka_RU", "romashka_spb")})
    both = replace(ACCOUNT, user_keys=dict.fromkeys(("romashka_ru", "romashka_spb"), Secret("900-a:b")))
    assert X.speaker(brand, both, replace(POST, page=None, **said)) == speaks


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Здравствуйте!", 13),
        ("日本", 4),
        ("«ёлки» — это…", 14),  # the ellipsis is outside of the light ranges
        ("e\u0301", 1),
        ("https://vk.com/wall-1_1?reply=2&очень=длинный_адрес_который_никто_не_прочтёт", 23),
        ("Смотрите romashka.ru/help.", 9 + 23 + 1),
        ("Смотрите (https://romashka.ru), там всё", 10 + 23 + 1 + 9),
        ("Статус: vk.cc/aB3dE.", 8 + 23 + 1),
        ("romashka.store", 23),
        ("info@romashka.ru", 16),
        ("итого 3.50 руб.", 15),
        ("👍", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽🇷🇺", 4),
        ("1️⃣", 2),
        ("™", 2),
    ],
)
def test_x_counts_a_text_in_its_own_way(text: str, length: int) -> None:
    assert X.length_of(text) == length


def test_vk_counts_as_a_browser_does() -> None:
    assert VK.length_of("Ёж 👍") == 5


@pytest.mark.parametrize("network", NETWORKS)
def test_whatever_is_known_nothing_is_offered_that_has_no_bound_or_place(network: str) -> None:
    """With a way to write there is the most it may hold; with a way for a person the place where to go."""
    targets: list[Any] = [COMMENT, STRANGE, TOPIC, POST, CALLED]
    options: Any = {"vk": KEY, "x": ACCOUNT}[network]
    for target in targets:
        found = NETWORKS[network].abilities(replace(target, network=network_id(network)), options, (), NOW)
        for ability in (found.reply, found.private):
            assert ability.longest > 0 or ability.way == "no"
            assert ability.url or ability.way != "by_hand"
            assert (ability.reason is None) is (ability.way == "api")
