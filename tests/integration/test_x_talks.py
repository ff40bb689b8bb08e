"""The private talks of an account on X, read over real sockets with its own keys and within X's quota."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.brand import Brand, Watch
from domain.message import Message
from listener.environment import Secret
from listener.networks.x.build import build_x
from listener.ports import Source, SourceError
from simulator.faults import Fault
from tests.contract.outreach_stages import ACCOUNT, KEYS, XStage, x_stage
from tests.vk_parts import NOON, OLGA, Purse

BRAND = Brand(
    id="romashka",
    title="Ромашка",
    names=("Ромашка",),
    accounts={"x": ("@Romashka_RU",)},
    watch={"x": Watch(search=False)},
)


@dataclass
class Heard:
    """A source whose cursor is kept for it."""

    stage: XStage
    source: Source
    purse: Purse
    cursor: str | None = None
    gaps: tuple[Any, ...] = ()

    async def look(self) -> list[Message]:
        batch = await self.source.fetch(self.cursor)
        self.cursor, self.gaps = batch.cursor, batch.gaps
        return list(batch.messages)

    def write(self, text: str, **more: Any) -> str:
        return self.stage.x.direct(OLGA, ACCOUNT.handle, text, **more)


@asynccontextmanager
async def hearing(brand: Brand = BRAND, **changes: Any) -> AsyncIterator[Heard]:
    async with x_stage() as stage:
        purse, options = Purse(), replace(stage.options, **changes)
        source, _ = build_x([brand], options, purse, stage.clock, lambda _: ())
        yield Heard(stage=stage, source=source, purse=purse)
        await source.close()


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    async with hearing() as heard:
        yield heard


async def test_a_customer_who_writes_is_heard_once(heard: Heard) -> None:
    number = heard.write("Здравствуйте & привет", urls=("https://olga.example/photo/1",))
    (message,) = await heard.look()
    assert message == Message(
        network=heard.source.network,
        id=number,
        page="x:romashka_ru",
        customer=message.customer,
        incoming=True,
        text="Здравствуйте & привет",
        at=NOON,
        attached=("https://olga.example/photo/1",),
    )
    assert (message.customer.id, message.customer.name, message.customer.handle) == (
        "501",
        "Ольга Панова",
        "olga_p",
    )
    assert await heard.look() == []
    heard.write("Ау")
    assert [one.text for one in await heard.look()] == ["Ау"]


async def test_what_was_sent_by_the_program_comes_back_under_the_id_that_it_had(heard: Heard) -> None:
    heard.stage.customer_writes()
    sent = await heard.stage.outreach.send(heard.stage.outbound("message"))
    own, customers = await heard.look()
    assert (own.id, own.incoming, own.customer.id) == (sent.ref, False, "501")
    assert (customers.incoming, customers.customer.id) == (True, "501")


async def test_an_account_that_was_never_read_begins_an_hour_ago(heard: Heard) -> None:
    heard.write("давно")
    heard.stage.clock.move(hours=2)
    heard.write("только что")
    assert [one.text for one in await heard.look()] == ["только что"]


@pytest.mark.parametrize("number", ["99999999999999999999", str(2**63 - 1)])
async def test_a_number_that_x_cannot_have_come_to_makes_nobody_deaf(heard: Heard, number: str) -> None:
    odd = {
        "id": number,
        "sender_id": "501",
        "created_at": "2026-11-22T11:59:00.000Z",
        "dm_conversation_id": f"501-{ACCOUNT.number}",
        "text": "странное",
    }
    body = {"data": [odd], "meta": {"result_count": 1}}
    heard.stage.x.faults.add(Fault(path="dm_events", kind="json", body=body))
    assert [one.text for one in await heard.look()] == ["странное"]
    heard.write("Ау")
    assert [one.text for one in await heard.look()] == ["Ау"]


async def test_many_messages_are_read_page_by_page_and_too_many_leave_a_gap(heard: Heard) -> None:
    await heard.look()
    for number in range(300):
        heard.write(f"№{number}")
    assert len({one.id for one in await heard.look()}) == 300
    assert heard.gaps == ()
    for number in range(520):
        heard.write(f"ещё №{number}")
    assert len(await heard.look()) == 505
    (gap,) = heard.gaps
    assert (gap.filled, "личных сообщений" in gap.cause) == (False, True)
    assert await heard.look() == []


async def test_the_pace_keeps_within_xs_quota_and_a_spent_one_is_waited_for(heard: Heard) -> None:
    assert heard.source.every == timedelta(seconds=90)
    for _ in range(15):
        await heard.look()
    with pytest.raises(SourceError) as caught:
        await heard.look()
    assert (caught.value.held_back, caught.value.retry_after) == (True, 900)


async def test_where_x_allows_more_it_is_looked_as_often_as_the_brand_asks() -> None:
    watch = Watch(search=False, every=timedelta(seconds=20))
    async with hearing(replace(BRAND, watch={"x": watch})) as heard:
        assert heard.source.every == timedelta(seconds=90)
        rows = {"meta": {"result_count": 0}}
        generous = Fault(path="/2/dm_events", kind="json", body=rows, headers={"x-rate-limit-limit": "900"})
        heard.stage.faults.add(generous)
        await heard.look()
        assert heard.source.every == timedelta(seconds=20)


async def test_what_was_read_is_billed_once_a_day_and_a_spent_day_is_silent() -> None:
    async with hearing(replace(BRAND, usd_per_day={"x": 0.05})) as heard:
        heard.write("раз")
        heard.write("два")
        await heard.look()
        await heard.look()
        assert heard.purse.spent == {"x:mills:romashka": 30}  # two messages and one user
        for number in range(3):
            heard.write(f"№{number}")
        await heard.look()
        with pytest.raises(SourceError) as caught:
            await heard.look()
        assert caught.value.held_back


async def test_keys_that_x_does_not_take_are_for_a_person_to_mend_and_never_shown(heard: Heard) -> None:
    heard.stage.x.keys.signed.clear()
    with pytest.raises(SourceError, match="LISTENER_X_USER_KEYS") as caught:
        await heard.look()
    assert caught.value.permanent
    assert not any(secret in str(caught.value) for secret in heard.stage.secrets)


async def test_an_account_whose_keys_do_not_tell_its_number_is_asked_for_it() -> None:
    nameless = replace(KEYS, token="without-a-number")
    async with hearing(user_keys={ACCOUNT.handle: Secret(f"{nameless.token}:{nameless.token_secret}")}) as heard:
        heard.stage.x.give_keys(nameless)
        heard.write("Здравствуйте")
        assert [one.incoming for one in await heard.look()] == [True]


async def test_what_is_no_talk_of_two_or_is_broken_costs_only_itself(heard: Heard) -> None:
    row = {"id": "99", "event_type": "MessageCreate", "text": "а", "sender_id": "501"}
    at, talk = {"created_at": "2026-11-22T12:00:00Z"}, {"dm_conversation_id": "501-900"}
    rows = [
        row | at | {"id": "2124472960000000001", "dm_conversation_id": "2124472960000000000"},
        row | at | talk | {"id": "2124472960000000002", "created_at": "вчера"},
        row | talk | {"id": "2124472960000000003"},
        "?",
        row | at | talk | {"id": "2124472960000000004", "attachments": {"media_keys": ["1_1"]}},
    ]
    heard.stage.faults.add(Fault(path="/2/dm_events", kind="json", body={"data": rows, "meta": {}}))
    (message,) = await heard.look()
    assert (message.id, message.customer.name, message.attached) == (
        "2124472960000000004",
        "id501",
        ("вложение",),
    )


@pytest.mark.parametrize("body", [[], "?", {"data": "?"}])
async def test_an_answer_that_is_no_page_is_a_fault(heard: Heard, body: object) -> None:
    heard.stage.faults.add(Fault(path="/2/dm_events", kind="json", body=body))
    with pytest.raises(SourceError):
        await heard.look()
    heard.write("Здравствуйте")
    assert len(await heard.look()) == 1


async def test_accounts_of_two_brands_are_read_once_and_those_without_keys_not(heard: Heard) -> None:
    two = [BRAND, replace(BRAND, id="vasilek", accounts={"x": ("romashka_ru", "vasilek")})]
    unwatched = replace(BRAND, watch={})
    options = heard.stage.options
    names = [one.name for one in build_x(two, options, Purse(), heard.stage.clock, lambda _: ())]
    assert names == ["x.messages:romashka_ru", "x.answers:romashka_ru"]
    assert build_x([unwatched], options, Purse(), heard.stage.clock, lambda _: ()) == []


async def test_what_the_account_answers_is_read_with_its_own_keys(heard: Heard) -> None:
    _, source = build_x([BRAND], heard.stage.options, Purse(), heard.stage.clock, lambda _: ())
    sent = await heard.stage.outreach.send(heard.stage.outbound("reply"))
    colleague = heard.stage.x.post(ACCOUNT, "@olga_p А я из офиса", reply_to=heard.stage.target.mention)
    found = (await source.fetch(None)).mentions
    await source.close()
    assert {mention.id for mention in found} == {sent.ref, colleague}
    assert {mention.parent.id for mention in found if mention.parent} == {heard.stage.target.mention}
    assert {mention.author.handle for mention in found} == {ACCOUNT.handle}


async def test_keys_without_the_right_to_messages_say_calmly_what_is_missing(heard: Heard) -> None:
    keys = replace(KEYS, level="read-write")
    heard.stage.x.give_keys(keys)
    with pytest.raises(SourceError) as caught:
        await heard.look()
    advice = caught.value.advice or ""
    assert advice.startswith("у ключей аккаунта @romashka_ru нет права на личные сообщения, остальное работает")
    assert "Read and write and Direct message" in advice
    assert "messages: off" in advice


async def test_messages_that_nobody_wants_are_not_asked_for() -> None:
    off = replace(BRAND, watch={"x": replace(BRAND.watch["x"], messages=False)})
    async with x_stage() as stage:
        sources = build_x([off], stage.options, Purse(), stage.clock, lambda _: ())
        assert [source.name for source in sources] == ["x.answers:romashka_ru"]
