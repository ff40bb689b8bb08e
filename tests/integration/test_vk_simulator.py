"""What people and communities do to posts and comments in the simulated VK is reported as VK reports it."""

from typing import Any

import pytest

from simulator.vk import Vk, attachments
from simulator.vk.methods import Call
from tests.vk_parts import GROUP, GROUP_TOKEN, NOON, OLGA, PAVEL


@pytest.fixture
def vk() -> Vk:
    vk = Vk(lambda: NOON)
    vk.add_community(GROUP, "romashka_help", "Ромашка", 10, GROUP_TOKEN)
    vk.add_community(88, "sosedi", "Соседи", 10)
    return vk


async def events(vk: Vk) -> list[tuple[str, dict[str, Any]]]:
    channel = vk.channels[GROUP]
    return [(one["type"], one["object"]) for one in (await channel.check(channel.key, "0", 0))["updates"]]


def ask(vk: Vk, method: str, **values: object) -> dict[str, Any]:
    caller = vk._tokens[vk.service_token]
    texts = {key: str(value) for key, value in values.items()}
    answer: dict[str, Any] = vk._methods[method](Call(caller=caller, values=texts, now=NOON, root=""))
    return answer


async def test_an_edited_comment_is_told_and_an_edited_post_is_not(vk: Vk) -> None:
    post = vk.community_post(GROUP, "Новости")
    vk.edit(vk.comment(OLGA, "Плохо", post=post), "Хорошо")
    vk.edit(post, "Новости!")
    kinds = [kind for kind, _ in await events(vk)]
    assert kinds == ["wall_post_new", "wall_reply_new", "wall_reply_edit"]
    (row,) = ask(vk, "wall.getById", posts=post)["items"]
    assert (row["text"], row["edited"]) == ("Новости!", int(NOON.timestamp()))
    (row,) = ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1)["items"]
    assert row["text"] == "Хорошо"


@pytest.mark.parametrize(("by", "deleter"), [(None, OLGA.number), (-GROUP, -GROUP)])
async def test_a_deleted_comment_is_told_with_who_did_it_and_may_come_back(
    vk: Vk, by: int | None, deleter: int
) -> None:
    post = vk.community_post(GROUP, "Новости")
    comment = vk.comment(OLGA, "Плохо", post=post)
    vk.delete(comment, by=by)
    assert ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1)["items"] == []
    vk.restore(comment)
    _, _, deleted, restored = await events(vk)
    assert deleted == ("wall_reply_delete", {"owner_id": -GROUP, "id": 2, "post_id": 1, "deleter_id": deleter})
    assert (restored[0], restored[1]["text"]) == ("wall_reply_restore", "Плохо")


async def test_of_a_deleted_post_nobody_hears_and_its_comments_go_with_it(vk: Vk) -> None:
    post = vk.post(OLGA, "Ромашка молчит", owner=-GROUP)
    vk.comment(PAVEL, "и у меня", post=post)
    vk.delete(post)
    assert [kind for kind, _ in await events(vk)] == ["wall_post_new", "wall_reply_new"]
    assert ask(vk, "wall.getById", posts=post)["items"] == []
    assert ask(vk, "newsfeed.search", q="ромашка")["items"] == []
    assert vk.world.comments(-GROUP, 1) == []


async def test_a_deleted_discussion_comment_is_told(vk: Vk) -> None:
    vk.delete(vk.topic_comment(OLGA, "тема", group_id=GROUP, topic=4))
    kind, gone = (await events(vk))[-1]
    assert (kind, gone) == ("board_post_delete", {"id": 1, "topic_id": 4, "topic_owner_id": -GROUP})


async def test_a_deleted_comment_with_answers_leaves_an_empty_place(vk: Vk) -> None:
    post = vk.community_post(GROUP, "Новости")
    begun = vk.comment(OLGA, "Плохо", post=post)
    vk.comment(PAVEL, "Согласен", post=post, reply_to=begun)
    vk.delete(begun)
    (row,) = ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1, thread_items_count=10)["items"]
    assert (row["deleted"], row["text"], row["from_id"]) == (True, "", 0)
    assert [one["text"] for one in row["thread"]["items"]] == ["Согласен"]
    vk.restore(begun)
    (row,) = ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1)["items"]
    assert (row["text"], row.get("deleted")) == ("Плохо", None)


async def test_a_deleted_comment_whose_answers_went_first_leaves_nothing(vk: Vk) -> None:
    post = vk.community_post(GROUP, "Новости")
    begun = vk.comment(OLGA, "Плохо", post=post)
    vk.delete(vk.comment(PAVEL, "Согласен", post=post, reply_to=begun))
    vk.delete(begun)
    assert ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1)["items"] == []


async def test_an_answer_to_an_answer_stays_in_the_thread_it_began_in(vk: Vk) -> None:
    post = vk.community_post(GROUP, "Новости")
    begun = vk.comment(OLGA, "Плохо", post=post)
    answer = vk.community_comment(GROUP, "[id501|Ольга], что случилось?", post=post, reply_to=begun)
    vk.comment(OLGA, "[club77|Ромашка], договор 4451", post=post, reply_to=answer)
    (row,) = ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1, thread_items_count=10)["items"]
    first, second = row["thread"]["items"]
    assert (first["reply_to_user"], first["parents_stack"]) == (OLGA.number, [2])
    assert (second["reply_to_user"], second["reply_to_comment"], second["parents_stack"]) == (-GROUP, 3, [2])
    assert len(ask(vk, "wall.getComments", owner_id=-GROUP, post_id=1, comment_id=2)["items"]) == 2


async def test_a_repost_carries_the_post_and_is_found_by_its_words(vk: Vk) -> None:
    post = vk.post(OLGA, "Ромашка третий день молчит")
    shared = vk.repost(PAVEL, post)
    found = {one["id"]: one for one in ask(vk, "newsfeed.search", q="ромашка", extended=1)["items"]}
    row = next(one for one in found.values() if one.get("copy_history"))
    assert (f"{row['owner_id']}_{row['id']}", row["text"]) == (shared, "")
    assert row["copy_history"][0]["text"] == "Ромашка третий день молчит"
    assert row["copy_history"][0]["from_id"] == OLGA.number
    own = vk.community_post(GROUP, "Скидки")
    vk.repost(PAVEL, own, "опять")
    kind, told = (await events(vk))[-1]
    assert (kind, told["text"], told["copy_history"][0]["owner_id"]) == ("wall_repost", "опять", -GROUP)


async def test_a_signed_post_is_the_communitys_with_the_signers_number(vk: Vk) -> None:
    foreign = vk.post(OLGA, "Ромашка молчит", owner=-88, signed=True)
    answer = ask(vk, "newsfeed.search", q="ромашка", extended=1)
    (row,) = answer["items"]
    assert (row["owner_id"], row["from_id"], row["signer_id"]) == (-88, -88, OLGA.number)
    assert [one["id"] for one in answer["profiles"]] == [OLGA.number]
    assert foreign == "-88_1"


async def test_a_suggestion_is_seen_by_the_community_alone_until_it_is_published(vk: Vk) -> None:
    suggested = vk.post(PAVEL, "Ромашка, скидку", owner=-GROUP, suggested=True)
    assert ask(vk, "newsfeed.search", q="ромашка")["items"] == []
    assert ask(vk, "wall.get", owner_id=-GROUP)["items"] == []
    vk.publish(suggested)
    told = await events(vk)
    assert [(kind, one["post_type"], one.get("signer_id")) for kind, one in told] == [
        ("wall_post_new", "suggest", None),
        ("wall_post_new", "post", PAVEL.number),
    ]


async def test_words_of_attachments_are_found(vk: Vk) -> None:
    hung = {
        "link": attachments.link("Ромашка без связи", "https://example.org"),
        "poll": attachments.poll("Ромашка молчит?", ["да", "нет"]),
        "photo": attachments.photo("чек Ромашки"),
    }
    for kind, one in hung.items():
        vk.post(OLGA, f"вот {kind}", attachments=[one])
    rows = ask(vk, "newsfeed.search", q="ромашка")["items"]
    assert {row["attachments"][0]["type"] for row in rows} == set(hung)
