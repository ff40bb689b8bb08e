"""What VK's Outreach asks for and what it does with the answers, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from alerts.outreach.outbound import Sent
from alerts.outreach.ports import OutreachError
from listener.networks.vk.outreach import guid, random_id
from simulator.vk.server import Heard
from tests.contract.outreach_stages import ANSWER, VkStage, vk_stage
from tests.vk_parts import GROUP, OLGA, PAVEL


@pytest.fixture
async def stage() -> AsyncIterator[VkStage]:
    async with vk_stage() as stage:
        yield stage


def last(stage: VkStage, method: str) -> Heard:
    return [call for call in stage.vk.calls if call.method == method][-1]


async def test_a_comment_is_the_communitys_and_answers_the_customers(stage: VkStage) -> None:
    sent = await stage.outreach.send(stage.outbound("reply"))
    values = last(stage, "wall.createComment").values
    assert (values["from_group"], values["owner_id"], values["reply_to_comment"]) == (str(GROUP), f"-{GROUP}", "2")
    assert stage.vk.world.entries[sent.ref].author == -GROUP
    assert sent.url == f"https://vk.com/wall-{GROUP}_1?reply=3&thread=2"


async def test_an_answer_to_a_post_answers_no_comment(stage: VkStage) -> None:
    post = stage.vk.post(PAVEL, "Ромашка, где связь?", owner=-GROUP)
    target = replace(stage.target, mention=post, thread=post, kind="post", url=f"https://vk.com/wall{post}")
    sent = await stage.outreach.send(stage.outbound("reply", target=target))
    assert "reply_to_comment" not in last(stage, "wall.createComment").values
    assert "thread" not in sent.url
    assert await stage.outreach.find(stage.outbound("reply", target=target)) == sent


async def test_the_same_outbound_sent_twice_is_one_comment_and_one_message(stage: VkStage) -> None:
    stage.customer_writes()
    for kind in ("reply", "message"):
        outbound = stage.outbound(kind, text=f"{kind}: {ANSWER}")
        assert await stage.outreach.send(outbound) == await stage.outreach.send(outbound)
        assert stage.said(outbound.text) == 1


def test_keys_against_doubles_differ_by_outbound_and_by_the_time_it_was_made(stage: VkStage) -> None:
    """A database that is made anew counts from one again, and VK remembers the old ones."""
    first = stage.outbound("reply")
    later = replace(first, created_at=first.created_at.replace(second=1))
    assert len({guid(first), guid(later), guid(replace(first, id=8))}) == 3
    assert guid(first) == guid(replace(first, text="иначе", tries=3))
    assert all(0 < random_id(one) < 2**63 for one in (first, later))


async def test_an_own_comment_is_changed_and_taken_back_with_the_key_of_a_person(stage: VkStage) -> None:
    sent = await stage.outreach.send(stage.outbound("reply"))
    assert await stage.outreach.send(stage.outbound("edit", "Исправлено", of=sent)) == sent
    assert (stage.said(ANSWER), stage.said("Исправлено")) == (0, 1)
    assert await stage.outreach.send(stage.outbound("take_back", of=sent)) == sent
    assert await stage.outreach.send(stage.outbound("take_back", of=sent)) == sent, "asked for again after a crash"
    assert stage.said("Исправлено") == 0


async def test_an_own_message_is_changed_with_the_communitys_own_key() -> None:
    async with vk_stage(keeper=False) as stage:
        stage.customer_writes()
        sent = await stage.outreach.send(stage.outbound("message"))
        await stage.outreach.send(stage.outbound("edit", "Исправлено", of=sent))
        assert (stage.said(ANSWER), stage.said("Исправлено")) == (0, 1)


@pytest.mark.parametrize("kind", ["edit", "take_back", "remove", "restore"])
async def test_without_the_key_of_a_person_comments_are_left_as_they_are(kind: str) -> None:
    async with vk_stage(keeper=False) as stage:
        sent = await stage.outreach.send(stage.outbound("reply"))
        with pytest.raises(OutreachError) as caught:
            await stage.outreach.send(stage.outbound(kind, of=sent))  # type: ignore[arg-type]
        assert (caught.value.outcome, caught.value.reason) == ("refused", "no_right")
        assert stage.said(ANSWER) == 1


async def test_a_customers_comment_is_removed_and_put_back(stage: VkStage) -> None:
    await stage.outreach.send(stage.outbound("remove"))
    assert stage.target.mention not in stage.vk.world.entries
    await stage.outreach.send(stage.outbound("remove", id=8))
    await stage.outreach.send(stage.outbound("restore"))
    assert stage.vk.world.entries[stage.target.mention].text == "Третий день нет интернета"
    await stage.outreach.send(stage.outbound("restore", id=9))


async def test_a_comment_in_a_discussion_is_removed_with_the_communitys_own_key() -> None:
    async with vk_stage(keeper=False) as stage:
        said = stage.vk.topic_comment(OLGA, "и тут не работает", group_id=GROUP, topic=4)
        target = replace(stage.target, mention=said, thread=f"topic-{GROUP}_4", kind="topic")
        await stage.outreach.send(stage.outbound("remove", target=target))
        assert said not in stage.vk.world.entries
        await stage.outreach.send(stage.outbound("restore", target=target))
        assert said in stage.vk.world.entries


async def test_closed_comments_are_remembered_of_the_post(stage: VkStage) -> None:
    stage.vk.closed.add(stage.target.thread)
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("reply"))
    assert [(word.scope, word.key, word.reason) for word in caught.value.learned] == [
        ("post", stage.target.thread, "comments_closed")
    ]


@pytest.mark.parametrize("code", [15, 27, 213])
async def test_a_foreign_wall_that_refuses_is_remembered_and_one_that_lets_in_takes_the_answer(
    stage: VkStage, code: int
) -> None:
    post = stage.vk.post(OLGA, "Ромашка, где связь?")
    target = replace(stage.target, mention=post, thread=post, kind="post", wall=None)
    stage.vk.foreign_walls = code
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("reply", target=target))
    (word,) = caught.value.learned
    assert (word.scope, word.key, word.reason, word.page) == ("wall", "501", "foreign_wall", "vk:romashka_help")
    stage.vk.foreign_walls = None
    await stage.outreach.send(stage.outbound("reply", target=target))
    assert stage.said(ANSWER) == 1


async def test_a_foreign_post_that_is_gone_does_not_shut_the_wall(stage: VkStage) -> None:
    post = stage.vk.post(OLGA, "Ромашка, где связь?")
    target = replace(stage.target, mention=post, thread=post, kind="post", wall=None)
    stage.vk.delete(post)
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("reply", target=target))
    assert [(word.scope, word.reason) for word in caught.value.learned] == [("post", "gone")]


@pytest.mark.parametrize(
    ("stance", "reason"), [("denies", "messages_closed"), ("blacklisted", "blocked"), ("private", "privacy")]
)
async def test_whoever_takes_no_messages_is_remembered(stage: VkStage, stance: str, reason: str) -> None:
    stage.vk.talks.stances[GROUP, OLGA.number] = stance  # type: ignore[assignment]
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("message"))
    assert (caught.value.reason, caught.value.learned[0].reason) == (reason, "messages_closed")


async def test_a_community_takes_no_private_message(stage: VkStage) -> None:
    target = replace(stage.target, author="-5")
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.send(stage.outbound("message", target=target))
    assert (caught.value.outcome, caught.value.reason) == ("refused", "messages_closed")


async def test_an_own_comment_is_found_in_a_long_thread_and_under_many_comments(stage: VkStage) -> None:
    post, answered = stage.target.thread, stage.target.mention
    for number in range(15):
        stage.vk.comment(PAVEL, f"поддерживаю {number}", post=post, reply_to=answered)
    sent = await stage.outreach.send(stage.outbound("reply"))
    for number in range(150):
        stage.vk.comment(PAVEL, f"и у меня {number}", post=post)
    assert await stage.outreach.find(stage.outbound("reply")) == sent
    assert await stage.outreach.stands(stage.outbound("reply", sent=sent))
    stage.vk.delete(sent.ref)
    assert not await stage.outreach.stands(stage.outbound("reply", sent=sent))


async def test_what_cannot_be_looked_up_is_said_to_be_unknown(stage: VkStage) -> None:
    with pytest.raises(OutreachError) as caught:
        await stage.outreach.stands(stage.outbound("reply", sent=Sent(ref="by hand")))
    assert caught.value.outcome == "unknown"
    stage.vk.revoke(stage.vk.service_token)
    sent = await stage.outreach.send(stage.outbound("reply"))
    with pytest.raises(OutreachError):
        await stage.outreach.stands(stage.outbound("reply", sent=sent))
