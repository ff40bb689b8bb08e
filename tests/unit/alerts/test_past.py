"""Others of the thread on the card, and «Ещё о клиенте»: the past and the others whole, masked, for who asks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.cards.asking import Reply
from alerts.cards.buttons import read_press
from alerts.cards.card import make_card
from alerts.cards.past import COUNTED, LONGEST, MOST, neighbours_line
from alerts.cases.case import Case, EarlierCase, Neighbour
from alerts.cases.commands import Close
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, CONTEXT, History, a_mention

PYOTR = Neighbour(case=15, author_name="Пётр", standing="claimed")
MARIA = Neighbour(case=18, author_name="Мария", standing="closed", outcome="resolved")
LONG_AGO = EarlierCase(
    case=3,
    standing="closed",
    opened_at=NOON - timedelta(days=15),
    text="Списали деньги дважды",
    outcome="resolved",
    complaint=0.4,
    cause="own_error",
)
AGAIN = replace(LONG_AGO, case=7, outcome="no_answer", cause=None, text="Опять списали", complaint=0.8)


def shown(*neighbours: Neighbour) -> str:
    return neighbours_line(History.opened(neighbours=neighbours).case).replace("\xa0", " ")


def answer(case: Case) -> list[str]:
    reply = read_press(case, "past", None, ANNA, CONTEXT, NOON)
    assert isinstance(reply, Reply)
    assert reply.reason == "explained"
    return reply.text.replace("\xa0", " ").split("\n")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "В этой ветке ещё недоволен: Пётр (№ 1)"),
        (3, "В этой ветке ещё недовольны: Пётр (№ 1), Пётр (№ 2), Пётр (№ 3)"),
        (5, "В этой ветке ещё недовольны: Пётр (№ 1), Пётр (№ 2), Пётр (№ 3) и ещё 2"),
        (COUNTED, "В этой ветке ещё недовольны: Пётр (№ 1), Пётр (№ 2), Пётр (№ 3) и ещё 7"),
        (COUNTED + 1, "В этой ветке ещё недовольны: Пётр (№ 1), Пётр (№ 2), Пётр (№ 3) и больше 7 других"),
    ],
)
def test_the_card_names_some_others_of_the_thread_and_counts_the_rest(count: int, words: str) -> None:
    assert shown(*(replace(PYOTR, case=number) for number in range(1, count + 1))) == words


def test_the_line_stands_on_the_card_and_a_name_may_be_missing_or_long() -> None:
    history = History.opened(neighbours=(replace(PYOTR, author_name=" "), replace(MARIA, author_name="а" * 300)))
    (line,) = (line for line in make_card(history.case, CONTEXT, NOON).below if line.sign == "👥")
    assert "Без имени (№" in line.text
    assert len(line.text) < 150


def labels(case: Case) -> list[str]:
    return [button.label for row in make_card(case, CONTEXT, NOON).buttons for button in row]


def test_the_button_stands_only_where_there_is_more_to_say() -> None:
    assert "Ещё о клиенте" not in labels(History.opened().case)
    assert "Ещё о клиенте" in labels(History.opened(earlier=(LONG_AGO,)).case)
    assert "Ещё о клиенте" in labels(History.opened(neighbours=(PYOTR,)).by(ANNA, Close()).case)


def test_who_asks_reads_cases_outcomes_tone_and_how_the_others_stand() -> None:
    case = History.opened(a_mention(complaint=0.99), earlier=(LONG_AGO, AGAIN), neighbours=(MARIA, PYOTR)).case
    assert answer(case) == [
        "Иван Петров и «Василёк Телеком», раньше:",
        "№ 3, 3 ноября, решено (наша ошибка): «Списали деньги дважды»",
        "№ 7, 3 ноября, клиент не отвечает: «Опять списали»",
        "Недовольство от раза к разу: ▄▇█",
        "",
        "В этой ветке ещё недовольны:",
        "№ 18, Мария: решено",
        "№ 15, Пётр: в работе",
    ]


def test_of_a_customer_without_a_past_that_is_said() -> None:
    assert answer(History.opened(neighbours=(PYOTR,)).case)[0] == (
        "Иван Петров: раньше жалоб на «Василёк Телеком» не было."
    )
    club = replace(History.opened(neighbours=(PYOTR,)).case, brand_title="Фитнес-клуб «Гантеля»")
    assert answer(club)[0] == "Иван Петров: раньше жалоб на «Фитнес-клуб „Гантеля“» не было."
    assert answer(History.opened().case) == [
        "Больше о клиенте ничего не известно: раньше он на этот бренд не жаловался"
    ]


def test_what_is_gone_from_the_network_is_not_quoted() -> None:
    case = History.opened(earlier=(replace(LONG_AGO, text=""),)).case
    assert answer(case)[1] == "№ 3, 3 ноября, решено (наша ошибка)"
    (line,) = [each.text for each in make_card(case, CONTEXT, NOON).below if "Обращение № 3" in each.text]
    assert line.replace("\xa0", " ") == "Обращение № 3 от 3 ноября, решено"


def test_what_is_somebodys_own_is_masked() -> None:
    own = replace(LONG_AGO, text="позвоните мне 8 912 345-67-89")
    case = History.opened(earlier=(own,), neighbours=(replace(PYOTR, author_name="Пётр 8 912 345-67-89"),)).case
    assert "345-67" not in "\n".join(answer(case))


def test_however_much_there_was_the_answer_has_room_and_says_that_there_is_more() -> None:
    past = tuple(replace(LONG_AGO, case=number, text="ж" * 500) for number in range(1, MOST + 2))
    others = tuple(replace(PYOTR, case=number, author_name="а" * 300) for number in range(100, 101 + MOST))
    lines = answer(History.opened(earlier=past, neighbours=others).case)
    assert sum(map(len, lines)) + len(lines) <= LONGEST + 2
    assert lines[1] == "(последние 20, были и ещё)"
    assert lines[2].startswith("№ 2, ")
    assert lines[-1] == "…"


@pytest.mark.parametrize("action", ["past", "why"])
def test_having_read_it_changes_nothing(action: str) -> None:
    read = read_press(History.opened(earlier=(LONG_AGO,)).case, action, "no", ANNA, CONTEXT, NOON)
    assert isinstance(read, Reply)
    assert read.reason == "thought_better"
