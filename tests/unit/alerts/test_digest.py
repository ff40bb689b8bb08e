"""The digest's words: how many wait, each case in a few lines, who has it, which page this is."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.digest import A_PAGE, Listing, Sheet, make_sheet
from alerts.cases.commands import Claim, Close, Snooze
from alerts.incidents.group import Group
from alerts.incidents.incident import Incident
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, CONTEXT, History, a_case, a_mention, promise


def listing(*cases: object, **fields: object) -> Listing:
    values = {"why": "flood", "first": 0, "total": len(cases), "free": len(cases), "late": 0} | fields
    return Listing(cases=cases, **values)  # type: ignore[arg-type]  # a test names the fields it cares for


def sheet(of: Listing) -> Sheet:
    return make_sheet(7, of, CONTEXT, NOON)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_the_title_says_how_many_wait_and_why_there_is_a_list() -> None:
    assert plain(sheet(listing(a_case(), total=127, free=121)).title).startswith("Ждёт 121 обращение: карточек")
    assert plain(sheet(listing(a_case(), total=5, free=3)).title).startswith("Ждут 3 обращения")
    late = sheet(listing(a_case(), total=40, free=40, why="late"))
    assert plain(late.title) == "Ждут 40 обращений: накопились, пока не было связи"
    assert plain(sheet(listing(a_case(), total=40, free=0)).title) == "Разобрано: 40 обращений"


def test_the_status_says_which_page_this_is_and_how_much_is_done() -> None:
    full = sheet(listing(*[a_case()] * A_PAGE, first=10, total=127, free=121, late=40))
    assert plain(full.status) == "Страница 2 из 13 · разобрано 6 из 127 · срок ответа прошёл у 40"
    assert sheet(listing(a_case())).status == ""


def test_a_free_case_has_its_words_its_urgency_its_time_and_a_button() -> None:
    case = a_case(a_mention("Василёк, третий день\nне работает интернет", urgency=0.93, dangers=("суд",)))
    (item,) = sheet(listing(case)).items
    assert item.words == "Василёк, третий день не работает интернет"
    assert plain(item.facts).startswith("срочность 93 % (суд) · написано в ")
    assert (item.case, item.urgent, item.taken) == (12, True, "")
    assert item.button is not None
    assert (plain(item.button.label), item.button.action) == ("Взять № 12", "claim")
    assert item.url == case.latest_complaint.url


def test_an_incident_tells_people_apart_by_their_names_and_a_digest_cases_by_their_brand() -> None:
    case = a_case(author_name="Иван Петров")
    incident = Incident(
        id=3,
        brand_title="Василёк Телеком",
        group=Group(brand="vasilek", what="связь"),
        usual=1.0,
        since=NOON,
        opened_at=NOON,
    )
    assert [item.title for item in sheet(listing(case)).items] == ["Василёк Телеком"]
    assert [item.title for item in sheet(listing(case, incident=incident)).items] == ["Иван Петров"]


def test_a_deadline_that_is_past_is_said_as_missed() -> None:
    case = a_case()
    late = replace(case, state=replace(case.state, deadlines=promise(hours=-26)))
    assert "просрочено с\xa0" in sheet(listing(late)).items[0].facts
    soon = replace(case, state=replace(case.state, deadlines=promise(hours=1)))
    assert "ответить до" in plain(sheet(listing(soon)).items[0].facts)


def test_a_case_that_somebody_has_or_that_is_over_says_so_and_cannot_be_taken() -> None:
    for command in (Claim(), Close()):
        history = History.opened().by(ANNA, command)
        (item,) = sheet(listing(history.case)).items
        assert item.button is None
        assert "Анна" in item.taken
    resting = History.opened().by(ANNA, Snooze(until=NOON + timedelta(hours=1)))
    assert sheet(listing(resting.case)).items[0].button is not None, "nobody has it"


def test_pages_are_turned_one_at_a_time_and_end_where_the_list_does() -> None:
    def turns(first: int, total: int) -> list[int]:
        return [page for _, page in sheet(listing(a_case(), first=first, total=total)).turns]

    assert turns(0, A_PAGE) == []
    assert turns(0, A_PAGE + 1) == [1]
    assert turns(A_PAGE, 3 * A_PAGE) == [0, 2]
    assert turns(2 * A_PAGE, 3 * A_PAGE) == [1]


@given(total=st.integers(1, 300), page=st.integers(0, 40))
def test_every_page_can_be_reached_from_the_first(total: int, page: int) -> None:
    of = listing(a_case(), total=total)
    reached, here = {0}, 0
    while ahead := [at for _, at in sheet(replace(of, first=here * A_PAGE)).turns if at > here]:
        here = ahead[0]
        reached.add(here)
    assert reached == set(range(of.pages))
    assert (page in reached) == (page * A_PAGE < total)
