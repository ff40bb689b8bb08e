"""The card: who complains about what, why we think so, until when, and what can be pressed."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from alerts.case import Case, Deed, Earlier, State
from hypothesis import given
from hypothesis import strategies as st

from alerts.actions import TABLE
from alerts.cards.card import MAX_QUOTE, make_card
from alerts.cards.quoting import phrases
from tests.fakes import NOON, a_case, a_said

TEXT = "Василёк, третий день не работает интернет"

spans = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=5).map(tuple)


def span(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


def claimed(**fields: object) -> Case:
    taken = Deed(who="Анна Иванова", what="взяла", at=NOON + timedelta(hours=2, minutes=5))
    return a_case(state="claimed", owner="Анна Иванова", done=(taken,), **fields)


def test_the_title_says_what_about_whom_and_where() -> None:
    assert make_card(a_case(), NOON).title == "Жалоба № 12: Василёк Телеком, комментарий ВКонтакте"
    asked = a_case(network="x", said=(a_said(kind="post", intent="question"),))
    assert make_card(asked, NOON).title == "Вопрос № 12: Василёк Телеком, пост в X"


@pytest.mark.parametrize(
    ("text", "evidence", "quoted"),
    [
        # A lone word is widened to its clause, a run loses its punctuation, «не» stays with its verb.
        (TEXT, ["работает"], ["третий день не работает интернет"]),
        (
            "Плохо. Мастер не пришёл, и диспетчер грубит!",
            [". Мастер не", "грубит!"],
            ["Мастер не пришёл", "диспетчер грубит"],
        ),
        # The strongest comes first, each phrase once, no more than three.
        (
            "Раз сбой, два сбоя, три сбоя, уже пять сбоев",
            ["три", "пять", "Раз", "два"],
            ["три сбоя", "уже пять сбоев", "Раз сбой"],
        ),
        ("Нет связи. Опять нет связи! Нет связи", ["связи. Опять", "Нет связи"], ["Нет связи", "Опять нет связи"]),
        # Lone words, function words, numbers and the brand's name are quoted only for want of better.
        (
            "Василёк, пишет: сим-карта не работает, и",
            ["пишет", "Василёк", "и", "карта"],
            ["сим-карта не работает"],
        ),
        ("Василёк, обман!", ["обман!", "Василёк"], ["обман"]),
        ("И что у вас, 12?", ["что", "12?"], ["что у вас", "12"]),
        ("Василёк…", ["Василёк…"], ["Василёк"]),
        # A long clause is cut around what counts and does not break off in the middle of a thought.
        (
            "И вот сегодня с утра пораньше я пришла к ним в салон на площади и там мне нахамили при всех",
            ["нахамили"],
            ["салон на площади и там мне нахамили при всех"],
        ),
        (
            "Обещали в 10:30 и не приехали 🤬 верните 1,5 тысячи",
            ["приехали", "верните"],
            ["Обещали в 10:30 и не приехали", "верните 1,5 тысячи"],
        ),
        ("@vasilek_ru почему опять списали", ["списали"], ["почему опять списали"]),
        ("И где мой заказ?", ["заказ"], ["где мой заказ"]),
        ("Ну?!", ["?!"], []),
    ],
)
def test_the_reason_quotes_a_few_phrases_that_can_be_read(
    text: str, evidence: list[str], quoted: list[str]
) -> None:
    because = tuple(span(text, part) for part in evidence)
    named = (span(text, "Василёк"),) if "Василёк" in text else ()
    card = make_card(a_case(said=(a_said(text, because=because, named=named),)), NOON)
    assert re.findall("«(.*?)»", card.reason) == quoted
    assert [card.quote[start:end] for start, end in card.because] == quoted


@given(st.text(alphabet="не аб.,\n1@-", max_size=60), spans)
def test_whatever_the_evidence_whole_words_are_quoted(text: str, because: tuple[tuple[int, int], ...]) -> None:
    for start, end in phrases(text, because):
        assert re.fullmatch(r"(?s)[\w@].*\w|\w", text[start:end])
        assert not re.search(r"\w\Z", text[:start])
        assert not re.match(r"\w", text[end:])


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (1.0, "Почти наверняка жалоба (99\xa0%)"),
        (0.8, "Скорее всего жалоба (80\xa0%)"),
        (0.6, "Похоже на жалобу (60\xa0%)"),
        (0.1, "Возможно, жалоба (10\xa0%)"),
        (0.0, "Возможно, жалоба (1\xa0%)"),
    ],
)
def test_a_probability_is_told_in_words_and_never_as_certainty(complaint: float, words: str) -> None:
    assert make_card(a_case(said=(a_said(complaint=complaint),)), NOON).reason == words


def test_the_author_is_named_with_those_who_follow() -> None:
    case = a_case(author_handle="ivan_p", followers=1200)
    assert make_card(case, NOON).author == "Иван Петров (@ivan_p), 1\xa0200\xa0подписчиков"
    assert make_card(a_case(author_name=" \n "), NOON).author == "Без имени"


def test_the_deadline_is_a_clock_time_with_the_date_when_it_is_another_day() -> None:
    case = a_case(due_at=NOON + timedelta(hours=2, minutes=30))
    assert make_card(case, NOON).deadline == "Ответить до 14:30"
    assert make_card(case, NOON, timezone="Asia/Vladivostok").deadline == "Ответить до 21:30"
    tomorrow = replace(case, due_at=NOON + timedelta(hours=22, minutes=15))
    assert make_card(tomorrow, NOON).deadline == "Ответить до 10:15 19\xa0ноября"
    assert make_card(case, NOON + timedelta(hours=3)).deadline == "Просрочено: ответить надо было до 14:30"
    assert make_card(replace(case, state="closed"), NOON).deadline == ""
    assert make_card(a_case(), NOON).deadline == ""


def test_the_status_says_who_and_when() -> None:
    ended = NOON + timedelta(hours=3)
    closed = replace(claimed(), state="closed")
    closed = replace(closed, done=(*closed.done, Deed(who="Олег Смирнов", what="закрыл", at=ended)))
    wrong = a_case(state="not_complaint", done=(Deed(who="Олег Смирнов", what="отметил как не жалобу", at=ended),))
    until = NOON + timedelta(hours=3, minutes=10)
    assert make_card(a_case(), NOON).status == "Никто не взял"
    assert make_card(claimed(), NOON).status == "Взяла Анна Иванова в 14:05"
    assert make_card(a_case(state="snoozed", snoozed_until=until), NOON).status == "Отложено до 15:10"
    rests = replace(claimed(), state="snoozed", snoozed_until=until)
    assert make_card(rests, NOON).status == "Отложено до 15:10, взяла Анна Иванова в 14:05"
    assert make_card(closed, NOON).status == "Закрыто — Олег Смирнов, 15:00"
    assert make_card(wrong, NOON).status == "Не жалоба — Олег Смирнов, 15:00"


def test_a_customer_who_came_back_is_told_from_a_case_that_was_put_back() -> None:
    closed = Deed(who="Олег Смирнов", what="закрыл", at=NOON)
    back = Deed(who="Анна Иванова", what="вернула в работу", at=NOON)
    assert make_card(a_case(done=(closed,)), NOON).status == "Автор написал снова, никто не взял"
    assert make_card(a_case(done=(closed, back)), NOON).status == "Никто не взял"


def test_a_status_without_its_log_line_is_still_told() -> None:
    assert make_card(a_case(state="claimed", owner="Анна Иванова"), NOON).status == "У сотрудника Анна Иванова"
    assert make_card(a_case(state="closed"), NOON).status == "Закрыто"


def test_the_latest_words_are_on_top_and_the_earlier_in_short() -> None:
    first = a_said("Алло, вы где? " * 30)
    second = a_said("Ответьте", published_at=NOON + timedelta(minutes=5), topics=("персонал",))
    last = a_said("Ухожу от вас", published_at=NOON + timedelta(minutes=9), reach=20_000)
    card = make_card(a_case(said=(first, second, last)), NOON)
    assert card.quote == "Ухожу от вас"
    assert card.history[0] == "12:05: «Ответьте»"
    assert card.history[1].endswith("…»")
    assert card.facts == (
        "Темы: связь, персонал",
        "Могут прочитать: 20\xa0000",
        "Написано в\xa012:09",
        "Ещё 2\xa0сообщения в этом обращении",
    )


def test_earlier_cases_of_the_author_are_shown() -> None:
    earlier = Earlier(case=7, state="closed", opened_at=NOON - timedelta(days=15), text="Нет\nсвязи")
    card = make_card(a_case(earlier=(earlier,)), NOON)
    assert card.history == ("Обращение № 7 от 3\xa0ноября, закрыто: «Нет связи»",)


def test_a_single_deed_that_the_status_tells_is_not_told_twice() -> None:
    deed = Deed(who="Анна Иванова", what="взяла", at=NOON)
    card = make_card(a_case(state="claimed", owner="Анна Иванова", done=(deed,)), NOON)
    assert "взяла" in card.status.lower()
    assert card.log == ()


def test_a_long_log_is_shortened_from_its_beginning() -> None:
    deeds = tuple(Deed(who="Анна", what="взяла", at=NOON + timedelta(minutes=some)) for some in range(11))
    log = make_card(a_case(state="claimed", owner="Анна", done=deeds), NOON).log
    assert log[0] == "… и ещё 5\xa0действий раньше"
    assert log[-1] == "12:10 Анна: взяла"


def test_one_urgent_mention_makes_the_case_urgent() -> None:
    assert make_card(a_case(said=(a_said(urgency=0.9), a_said(urgency=0.1))), NOON).urgent
    assert not make_card(a_case(), NOON).urgent


def test_a_repeat_is_marked() -> None:
    assert make_card(a_case(), NOON, repeat=True).repeat
    assert not make_card(a_case(), NOON).repeat


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ("new", ["Взять", "Не жалоба", "Отложить", "Закрыть", "Открыть"]),
        ("claimed", ["Закрыть", "Не жалоба", "Отложить", "Перехватить", "Открыть"]),
        ("snoozed", ["Взять", "Не жалоба", "Закрыть", "Открыть"]),
        ("closed", ["Вернуть", "Открыть"]),
        ("not_complaint", ["Вернуть", "Открыть"]),
    ],
)
def test_the_buttons_follow_the_state(state: State, labels: list[str]) -> None:
    buttons = [button for row in make_card(a_case(state=state), NOON).buttons for button in row]
    assert [button.label for button in buttons] == labels


@pytest.mark.parametrize("state", get_args(State))
def test_every_button_is_a_legal_move_or_an_address(state: State) -> None:
    for button in (button for row in make_card(a_case(state=state), NOON).buttons for button in row):
        assert (button.action is None) != (button.url is None)
        assert button.action is None or button.action in TABLE[state]


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "tg://user?id=1"])
def test_what_is_no_web_address_gets_no_button(url: str) -> None:
    rows = make_card(a_case(said=(a_said(url=url),)), NOON).buttons
    assert all(button.url is None for row in rows for button in row)


def test_a_text_of_blanks_is_told_as_such() -> None:
    card = make_card(a_case(said=(a_said(" \n ", because=((0, 2),)),)), NOON)
    assert (card.quote, card.because) == ("(без текста)", ())


def test_a_kind_nobody_foresaw_still_gets_a_title() -> None:
    card = make_card(a_case(network="ok", said=(a_said(kind="story"),)), NOON)
    assert card.title == "Жалоба № 12: Василёк Телеком, сообщение, ok"


@given(st.text(max_size=4000), spans, spans)
def test_a_quote_is_cut_on_an_edge_and_its_spans_mark_the_same_letters(
    text: str, because: tuple[tuple[int, int], ...], named: tuple[tuple[int, int], ...]
) -> None:
    card = make_card(a_case(said=(a_said(text, because=because, named=named),)), NOON)
    assert len(card.quote) <= MAX_QUOTE
    shown = card.quote.removesuffix("…") if len(text.strip()) > MAX_QUOTE else card.quote
    assert text.strip().startswith(shown) or not text.strip()
    for start, end in (*card.because, *card.named):
        assert 0 <= start < end <= len(card.quote)


def test_a_phrase_beyond_the_cut_is_quoted_all_the_same() -> None:
    text = "долгий рассказ обо всём " * 70 + ". Итог: не привезли"
    card = make_card(a_case(said=(a_said(text, because=(span(text, "привезли"), (0, 6))),)), NOON)
    assert card.reason.startswith("Скорее всего жалоба (87\xa0%): «не привезли», «долгий рассказ")
    assert [card.quote[start:end].split()[0] for start, end in card.because] == ["долгий"]


def test_a_word_is_not_cut_in_two() -> None:
    text = "слово " * 400
    quote = make_card(a_case(said=(a_said(text),)), NOON).quote
    assert quote.endswith("слово…")
    unbroken = make_card(a_case(said=(a_said("ы" * 5000),)), NOON).quote
    assert len(unbroken) == MAX_QUOTE
