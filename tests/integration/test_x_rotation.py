"""OAuth 2.0 on X: refresh tokens that are good once, over real sockets, through restarts and many at once."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from listener.environment import STRAIGHT, Secret
from listener.networks.x.outreach import build_outreach
from listener.networks.x.rotation import Consent, RotatingTokens, TokenFile
from listener.ports import SourceError, Vault
from listener.proxies import Proxies
from listener.store.stores import Stores
from simulator.faults import Fault
from simulator.x.keys import Family
from tests.contract.outreach_stages import ACCOUNT, ANSWER, PATIENT, XStage, x_stage
from tests.waiting import until

FIRST = "refresh-token-of-a-person"
TOKEN = "/2/oauth2/token"


@dataclass
class Account:
    stage: XStage
    file: Path

    def opened(
        self, refresh: str = FIRST, *, vault: Vault | None = None, file: Path | None = None
    ) -> RotatingTokens:
        """As a process that has just started, by default on the same machine."""
        consent = Consent(handle=ACCOUNT.handle, refresh=refresh, client_id="client")
        proxies, kept = Proxies("X", STRAIGHT), TokenFile(file or self.file)
        return RotatingTokens(consent, kept, self.stage.address, proxies, self.stage.clock.now, vault=vault)

    async def works(self, tokens: RotatingTokens) -> str:
        headers = await tokens.headers("GET", "")
        _, _, access = headers["Authorization"].partition(" ")
        (family,) = self.stage.x.keys.families
        assert access == family.access
        return access

    @property
    def family(self) -> Family:
        return self.stage.x.keys.families[0]


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with x_stage() as stage:
        stage.x.give_consent(Family(account=ACCOUNT, client_id="client", refresh=FIRST))
        yield Account(stage=stage, file=tmp_path / "var" / "x-tokens.json")


async def test_a_token_serves_for_two_hours_and_the_next_is_asked_for_in_time(account: Account) -> None:
    tokens = account.opened()
    first = await account.works(tokens)
    account.stage.clock.move(minutes=117)
    assert await account.works(tokens) == first
    account.stage.clock.move(minutes=2)
    assert await account.works(tokens) != first


async def test_a_restart_goes_on_with_the_newest_pair_which_only_its_owner_may_read(account: Account) -> None:
    first = await account.works(account.opened())
    assert await account.works(account.opened()) == first
    account.stage.clock.move(hours=3)
    assert await account.works(account.opened()) != first
    assert stat.S_IMODE(account.file.stat().st_mode) == 0o600
    assert FIRST not in repr(
        [Consent(handle="a", refresh=FIRST, client_id="b"), await TokenFile(account.file).read("a")]
    )
    stored = json.loads(account.file.read_text(encoding="utf-8"))
    assert stored[ACCOUNT.handle]["refresh"] == account.family.refresh


async def test_many_at_once_use_a_refresh_token_once(account: Account) -> None:
    found = await asyncio.gather(*(account.works(account.opened()) for _ in range(5)))
    assert len(set(found)) == 1
    assert (len(account.family.used), account.family.revoked) == (1, False)


async def test_the_pair_is_on_the_disk_before_it_is_used(account: Account) -> None:
    account.file.parent.mkdir(parents=True)
    account.file.mkdir()  # nothing can be written in its place
    with pytest.raises(SourceError, match="cannot be kept") as caught:
        await account.opened().headers("GET", "")
    assert caught.value.permanent


async def test_a_network_that_does_not_answer_costs_no_consent(account: Account) -> None:
    tokens = account.opened()
    for fault in (Fault(path=TOKEN, kind="reset"), Fault(path=TOKEN, kind="status", status=503)):
        account.stage.faults.add(fault)
        with pytest.raises(SourceError) as caught:
            await tokens.headers("GET", "")
        assert not caught.value.permanent
    await account.works(tokens)


async def test_a_consent_that_is_over_is_for_a_person_and_its_words_are_never_shown(account: Account) -> None:
    await account.works(account.opened())
    account.file.unlink()
    with pytest.raises(SourceError, match="consent again") as caught:
        await account.opened().headers("GET", "")
    assert caught.value.permanent
    assert FIRST not in str(caught.value)


async def test_a_newer_consent_in_the_settings_wins_over_what_is_stored(account: Account) -> None:
    await account.works(account.opened())
    account.stage.x.keys.families[0] = Family(account=ACCOUNT, client_id="client", refresh="newer")
    assert await account.works(account.opened("newer"))


async def test_a_damaged_file_is_as_good_as_none(account: Account) -> None:
    account.file.parent.mkdir(parents=True)
    account.file.write_text('{"romashka_ru": {"seed": 1}}', encoding="utf-8")
    await account.works(account.opened())


async def test_an_account_with_a_consent_answers_and_is_asked_for_its_number(account: Account) -> None:
    stage = account.stage
    options = replace(
        stage.options,
        user_keys={},
        user_tokens={ACCOUNT.handle: Secret(FIRST)},
        client_id=Secret("client"),
        tokens_file=account.file,
    )
    outreach = build_outreach(options, stage.clock, timeouts=PATIENT)
    assert outreach is not None
    sent = await outreach.send(stage.outbound("invite", link="https://x.com/romashka_ru"))
    assert stage.x.writing.links[int(sent.ref)].endswith("recipient_id=900")
    assert stage.said(ANSWER) == 1
    await outreach.close()


async def test_a_pair_is_kept_though_whoever_asked_for_it_is_gone(account: Account) -> None:
    tokens = account.opened()
    account.stage.faults.add(Fault(path=TOKEN, kind="hang", seconds=1.0))
    asking = asyncio.create_task(tokens.headers("GET", ""))
    await until(lambda: account.stage.faults.met == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await account.works(tokens)
    assert len(account.family.used) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_another_machine_goes_on_with_what_the_database_keeps(
    account: Account, store: Stores, tmp_path: Path
) -> None:
    vault = store.vault(account.stage.clock)
    first = await account.works(account.opened(vault=vault))
    assert await account.works(account.opened(vault=vault, file=tmp_path / "other.json")) == first
    assert len(account.family.used) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_pair_that_the_database_did_not_take_is_taken_from_the_file(
    account: Account, store: Stores, tmp_path: Path
) -> None:
    """X had answered, the file was written, and then the database was gone."""
    vault = store.vault(account.stage.clock)
    await account.works(account.opened(vault=vault))
    account.stage.clock.move(hours=3)
    newest = await account.works(account.opened())
    assert await account.works(account.opened(vault=vault)) == newest
    assert await account.works(account.opened(vault=vault, file=tmp_path / "other.json")) == newest
    assert not account.family.revoked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_machine_needs_no_vault(store: Stores, account: Account) -> None:
    assert store.vault(account.stage.clock) is None
