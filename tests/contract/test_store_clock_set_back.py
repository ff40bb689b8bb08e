"""The wall clock is set back: what was due stays due, a dead worker's leases end, the night goes on holding."""

from datetime import timedelta

import pytest

from alerts.cases.commands import Claim
from alerts.ports import FARTHEST, Notice
from domain.mention import Deletion
from listener.ports import Batch
from listener.store.outbox import LEASE
from listener.store.stores import Stores
from tests.contract.store_samples import (
    NOW,
    SOURCE,
    OpenStore,
    claim,
    claim_all,
    complain,
    complaint,
    do,
    keep,
    later,
    mention,
    remark,
    show_all,
)

HOUR, DAY = 3_600.0, 86_400.0
JUMPS = [HOUR, DAY]


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_card_written_before_is_shown_at_once(store: Stores, jump: float) -> None:
    await complain(store, mention(1))
    assert len(await claim(store, later(-jump))) == 1


@pytest.mark.parametrize("jump", JUMPS)
async def test_an_edit_and_a_word_written_before_are_shown_at_once(store: Stores, jump: float) -> None:
    await complain(store, mention(1), now=later(-HOUR - DAY))
    await show_all(store, later(-HOUR - DAY))
    await do(store, Claim())
    await remark(store, mention(2))
    due = await claim_all(store, later(-jump))
    assert sorted(type(one).__name__ for one in due) == ["Delivery", "Notice"]


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_try_put_off_is_due_and_a_near_one_waits_for_its_time(store: Stores, jump: float) -> None:
    await complain(store, mention(1))
    (delivery,) = await claim(store)
    await store.outbox.retry(delivery, NOW + FARTHEST, "502", unknown=False)
    assert await claim(store, later(1)) == []
    assert await claim(store, NOW) == []
    (again,) = await claim(store, later(-jump))
    assert again.tries == 1


@pytest.mark.parametrize("jump", JUMPS)
async def test_the_lease_of_a_dead_worker_is_over(store: Stores, jump: float) -> None:
    await complain(store, mention(1))
    assert len(await claim(store)) == 1
    assert await claim(store, NOW + LEASE - timedelta(seconds=1)) == []
    (again,) = await claim(store, later(-jump))
    assert again.unknown


@pytest.mark.parametrize("jump", JUMPS)
async def test_what_a_dead_daemon_was_sending_is_due(store: Stores, jump: float) -> None:
    """It was never tried to its end: the next start made it due, and then the clock was set back."""
    await complain(store, mention(1))
    assert len(await claim(store)) == 1
    await store.outbox.recover(later(1))
    (again,) = await claim(store, later(-jump))
    assert (again.tries, again.unknown) == (0, True)


@pytest.mark.parametrize("step", [0.5, 60.0, 299.0])
async def test_two_daemons_whose_clocks_differ_do_not_take_each_others_leases(
    open_store: OpenStore, step: float
) -> None:
    """Nor does one whose clock is put right by a little."""
    one, other = await open_store(), await open_store()
    await complain(one, mention(1), now=later(-1000))
    (delivery,) = await claim(one)
    assert await claim(other, later(-step)) == []
    await one.outbox.shown(delivery, "r", later(1))
    assert await claim(other, later(-step)) == []


@pytest.mark.parametrize("jump", JUMPS)
async def test_the_night_goes_on_holding_what_it_holds(store: Stores, jump: float) -> None:
    await keep(store, mention(1))
    held = [complaint(one, not_before=later(8 * HOUR)) for one in await store.mentions.undecided(1, NOW)]
    await store.decisions.record(held, NOW)
    for at in (0.0, -jump, 8 * HOUR - 1):
        assert await claim(store, later(at)) == []
    assert len(await claim(store, later(8 * HOUR))) == 1


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_shown_card_is_not_shown_again(store: Stores, jump: float) -> None:
    await complain(store, mention(1))
    await show_all(store)
    assert await claim_all(store, later(-jump)) == []


@pytest.mark.parametrize("jump", JUMPS)
async def test_an_edited_or_deleted_text_is_judged_at_once(store: Stores, jump: float) -> None:
    await complain(store, mention(1), mention(2))
    await keep(store, mention(1, text="Спасибо, починили"))
    gone = Deletion(network=mention(2).network, id=mention(2).id, at=NOW)
    await store.mentions.keep(SOURCE, Batch(deleted=(gone,)), NOW)
    waiting = await store.mentions.undecided(9, later(-jump))
    assert [(one.row, one.is_deleted) for one in waiting] == [(1, False), (2, True)]


@pytest.mark.parametrize("jump", JUMPS)
async def test_what_another_judge_had_in_hand_is_handed_out_again(store: Stores, jump: float) -> None:
    await keep(store, mention(1))
    assert len(await store.mentions.undecided(9, NOW)) == 1
    assert len(await store.mentions.undecided(9, later(-jump))) == 1


# The clock is right, and an edit was refused.


async def test_a_change_of_the_case_makes_a_refused_edit_due_at_once(store: Stores) -> None:
    await complain(store, mention(1))
    await show_all(store)
    await do(store, Claim(), now=later(1))
    (edit,) = await claim(store, later(1))
    await store.outbox.retry(edit, later(1) + FARTHEST, "message can't be edited", unknown=False)
    assert await claim(store, later(60)) == []
    await complain(store, mention(2), now=later(61))
    due = [one for one in await claim_all(store, later(61)) if not isinstance(one, Notice)]
    assert [(one.id, one.ref, one.tries) for one in due] == [(edit.id, edit.ref, 1)]


async def test_a_change_of_the_case_does_not_hurry_a_card_that_a_chat_has_never_taken(store: Stores) -> None:
    await complain(store, mention(1))
    (first,) = await claim(store)
    await store.outbox.retry(first, later(120), "502", unknown=False)
    await complain(store, mention(2), now=later(30))
    assert await claim(store, later(119)) == []
    assert len(await claim(store, later(120))) == 1
