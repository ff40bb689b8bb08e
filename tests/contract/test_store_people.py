"""People: who is renamed, or gets an id of his own, keeps the cases that he had."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from alerts.cards.asking import asker_of
from alerts.cards.context import CardContext
from alerts.cases.commands import Claim, Close, Release
from alerts.cases.transitions import Refusal, decide
from domain.person import Person
from listener.config.load import load
from listener.store.stores import Stores
from listener.store.tables import cases
from tests.contract.store_samples import NOW, OpenStore, complain, do, later, mention, show_all

CONFIG = {
    "brands/romashka.yaml": "id: romashka\ntitle: Ромашка\nnames: [Ромашка]\n",
    "routes.yaml": "receivers: {support: {console: [support]}}\nroute: {to: support}\n",
}


def read_people(folder: Path, *rows: str) -> tuple[Person, ...]:
    """The people of a config whose people.yaml has these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brands").mkdir(exist_ok=True)
    for name, text in CONFIG.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = "".join(f"  - {{{row}}}\n" for row in rows)
    (folder / "people.yaml").write_text(f"people:\n{listed}", encoding="utf-8")
    return load(folder).people


async def people_of(folder: Path, *rows: str) -> tuple[Person, ...]:
    """Read off the loop, as the daemon does."""
    return await asyncio.to_thread(read_people, folder, *rows)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


async def recognised(store: Stores, config: Path, *rows: str, at: float = 0) -> dict[str, Person]:
    """The people by name, as the daemon knows them after it has read these rows."""
    people = await store.people.recognise(await people_of(config, *rows), later(at))
    return {person.name: person for person in people}


async def a_claimed_case(store: Stores, person: Person) -> None:
    await complain(store, mention(1))
    await show_all(store)
    assert (await do(store, Claim(), person=person)).applied


async def owner_may_give_it_back(store: Stores, person: Person, others: tuple[Person, ...]) -> None:
    """The owner, and nobody else but a lead, may release the case; every card names him by the name of today."""
    case = await store.cases.case(1)
    context = CardContext(people=(person, *others))
    assert context.person(case.state.owner) == person
    for other in others:
        assert decide(case.state, Release(), asker_of(other), NOW) == Refusal(reason="not_yours")
    assert decide(case.state, Claim(), asker_of(person), NOW) == Refusal(reason="already_yours")
    assert (await do(store, Release(), person=person, now=later(100))).applied


async def test_a_person_seen_for_the_first_time_is_who_people_yaml_says(store: Stores, config: Path) -> None:
    people = await recognised(store, config, "name: Анна Иванова, role: operator, telegram: 111")
    assert (people["Анна Иванова"].id, people["Анна Иванова"].former_ids) == ("anna-ivanova", ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "name: Анна Иванова, role: operator, telegram: 111",
            "name: Анна Петрова, role: operator, telegram: 111",
        ),
        (
            "name: Анна Иванова, role: operator, telegram: 111",
            "id: anna, name: Анна Иванова, role: operator, telegram: 111",
        ),
        (
            "name: Анна Иванова, role: operator, slack: U01",
            "id: anna, name: Анна Петрова, role: operator, slack: U01, telegram: 111",
        ),
        (
            "id: anna, name: Анна Иванова, role: operator, telegram: 111",
            "id: a-petrova, name: Анна Петрова, role: operator, telegram: 111",
        ),
    ],
    ids=["renamed without an id", "given an id", "both, and one more messenger", "given another id"],
)
async def test_a_person_who_is_known_by_another_name_or_id_keeps_the_cases(
    store: Stores, config: Path, before: str, after: str
) -> None:
    other = "id: boris, name: Борис Ли, role: operator, telegram: 222"
    first = await recognised(store, config, before, other)
    anna = next(person for person in first.values() if person.id != "boris")
    await a_claimed_case(store, anna)
    second = await recognised(store, config, after, other, at=60)
    known = next(person for person in second.values() if person.id != "boris")
    assert anna.id in (known.id, *known.former_ids)
    await owner_may_give_it_back(store, known, (second["Борис Ли"],))


async def test_who_is_renamed_twice_is_known_by_both(store: Stores, config: Path) -> None:
    names = ("Анна Иванова", "Анна Петрова", "Анна Ли")
    for number, name in enumerate(names):
        people = await recognised(store, config, f"name: {name}, role: operator, telegram: 111", at=number)
    assert people["Анна Ли"].former_ids == ("anna-ivanova", "anna-petrova")


async def test_a_name_that_comes_back_is_the_same_person(store: Stores, config: Path) -> None:
    row = "name: {}, role: operator, telegram: 111"
    await recognised(store, config, row.format("Анна Иванова"))
    await recognised(store, config, row.format("Анна Петрова"), at=1)
    people = await recognised(store, config, row.format("Анна Иванова"), at=2)
    assert people["Анна Иванова"].id == "anna-ivanova"
    assert people["Анна Иванова"].former_ids == ("anna-petrova",)


async def test_who_is_known_survives_a_restart(open_store: OpenStore, config: Path) -> None:
    before = await open_store()
    await recognised(before, config, "name: Анна Иванова, role: operator, telegram: 111")
    await before.close()
    after = await open_store()
    people = await recognised(after, config, "id: anna, name: Анна, role: operator, telegram: 111", at=1)
    assert people["Анна"].former_ids == ("anna-ivanova",)


async def test_two_people_of_one_name_are_two(store: Stores, config: Path) -> None:
    rows = (
        "id: anna, name: Анна Иванова, role: operator, telegram: 111",
        "id: anna-2, name: Анна Иванова, role: operator, telegram: 222",
    )
    one, other = await store.people.recognise(await people_of(config, *rows), NOW)
    await a_claimed_case(store, one)
    case = await store.cases.case(1)
    assert case.state.owner == "anna"
    assert decide(case.state, Close(), asker_of(other), NOW) == Refusal(reason="not_yours")


async def test_a_successor_who_takes_over_an_id_takes_no_one_else_s_cases(store: Stores, config: Path) -> None:
    """The number in Telegram is another's, the id is the same: a person is who people.yaml says."""
    await recognised(store, config, "id: anna, name: Анна, role: operator, telegram: 111")
    people = await recognised(
        store,
        config,
        "id: vera, name: Вера, role: operator, telegram: 111",
        "id: anna, name: Анна, role: operator, telegram: 333",
        at=1,
    )
    assert people["Вера"].former_ids == ()
    assert people["Анна"].former_ids == ()


async def test_a_case_of_somebody_who_has_left_is_nobody_s_to_give_back_but_a_leads(
    store: Stores, config: Path
) -> None:
    rows = (
        "id: boris, name: Борис Ли, role: operator, telegram: 222",
        "id: oleg, name: Олег, role: lead, telegram: 333",
    )
    first = await recognised(store, config, "id: anna, name: Анна, role: operator, telegram: 111", *rows)
    await a_claimed_case(store, first["Анна"])
    second = await recognised(store, config, *rows, at=60)
    state = (await store.cases.case(1)).state
    assert CardContext(people=tuple(second.values())).person(state.owner) is None
    assert decide(state, Release(), asker_of(second["Борис Ли"]), NOW) == Refusal(reason="not_yours")
    assert not isinstance(decide(state, Release(), asker_of(second["Олег"]), NOW), Refusal)


async def test_people_without_messengers_are_taken_as_they_are(store: Stores) -> None:
    person = Person(id="sasha", name="Саша", role="engineer")
    assert await store.people.recognise((person,), NOW) == (person,)
    assert await store.people.recognise((replace(person, id="sasha-2"),), NOW) == (replace(person, id="sasha-2"),)


async def test_an_owner_written_down_by_name_in_earlier_days_is_known(store: Stores, config: Path) -> None:
    """As the migration leaves it: the owner is the id that is made of the name."""
    await recognised(store, config, "name: Анна Иванова, role: operator, telegram: 111")
    await complain(store, mention(1))
    await show_all(store)
    await store.database.write(
        lambda c: c.execute(update(cases).values(owner="anna-ivanova", stage="claimed", revision=1))
    )
    people = await recognised(store, config, "id: anna, name: Анна, role: operator, telegram: 111", at=60)
    assert asker_of(people["Анна"]).owns((await store.cases.case(1)).state)
