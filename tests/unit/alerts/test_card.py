"""The card: who complains about what, why we think so, until when, and what can be pressed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.cards.card import MAX_QUOTE, Card, make_card
from alerts.cards.quoting import phrases
from alerts.cases.case import Case, EarlierCase
from alerts.cases.commands import Claim, Note
from alerts.cases.events import CUSTOMER, Deleter, Event, MentionDeleted
from domain.mention import Quote
from tests.fakes import NOON
from tests.unit.alerts.histories import ANNA, CONTEXT, OLEG, History, a_case, a_mention, at, promise

TEXT = "Василёк, третий день не работает интернет"
LONG = " А до этого всё было хорошо, и я вас всем советовала." * 5

spans = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=5).map(tuple)


def span(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


def card_of(history: History | Case, **options: bool) -> Card:
    if isinstance(history, Case):
        return make_card(history, CONTEXT, NOON, **options)
    return make_card(history.case, CONTEXT, history.now, **options)


def lines(history: History | Case, sign: str) -> list[str]:
    """The card's lines that stand behind the sign."""
    card = card_of(history)
    return [line.text.replace("\xa0", " ") for line in (*card.above, *card.below) if line.sign == sign]


def faint(history: History | Case) -> str:
    return next(line.text for line in card_of(history).below if line.tone == "faint" and not line.sign)


def reason(*, text: str = TEXT, **fields: object) -> str:
    (line,) = lines(a_case(a_mention(text, **fields)), "💡")
    return line


def test_the_title_says_what_about_whom_and_where() -> None:
    assert card_of(a_case()).title == "Жалоба № 12: Василёк Телеком, комментарий ВКонтакте"
    asked = a_case(a_mention(kind="post", intent="question"), network="x")
    assert card_of(asked).title == "Вопрос № 12: Василёк Телеком, пост в X"


def test_a_kind_or_a_network_nobody_foresaw_still_gets_a_title() -> None:
    assert card_of(a_case(a_mention(kind="story"))).title == "Жалоба № 12: Василёк Телеком, сообщение, ВКонтакте"
    assert card_of(a_case(network="ok")).title == "Жалоба № 12: Василёк Телеком, сообщение, ok"


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
            "Вчера приехал мастер и сказал что кабель менять за мой счёт хотя гарантия ещё не прошла",
            ["кабель"],
            ["сказал что кабель менять за мой счёт"],
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
def test_the_reason_quotes_a_few_phrases_of_a_long_text_that_can_be_read(
    text: str, evidence: list[str], quoted: list[str]
) -> None:
    whole = f"{text}\n{LONG}"
    because = tuple(span(whole, part) for part in evidence)
    named = (span(whole, "Василёк"),) if "Василёк" in whole else ()
    card = card_of(a_case(a_mention(whole, evidence_spans=because, brand_spans=named)))
    (why,) = (line.text for line in card.below if line.sign == "💡")
    assert re.findall("«(.*?)»", why) == quoted
    assert [card.quote[start:end] for start, end in card.evidence_spans] == quoted


@given(st.text(alphabet="не аб.,\n1@-", max_size=60), spans)
@example("а@1б", ((0, 2),))
def test_whatever_the_evidence_whole_words_are_quoted(text: str, because: tuple[tuple[int, int], ...]) -> None:
    for start, end in phrases(text, because):
        assert re.fullmatch(r"(?s)[\w@].*\w|\w", text[start:end])
        assert not re.search(r"\w\Z", text[:start])
        assert not re.match(r"\w", text[end:])


def test_of_a_short_text_the_reasons_are_named_and_not_echoed() -> None:
    evidence = (span(TEXT, "третий день не работает"),)
    assert reason(evidence_spans=evidence) == "Скорее всего жалоба (87 %)"
    named = reason(evidence_spans=evidence, reasons=("нет связи третий день", "хамство"))
    assert named == "Скорее всего жалоба (87 %): нет связи третий день, хамство"


def test_a_long_text_without_a_phrase_is_told_by_its_reasons() -> None:
    assert reason(text=f"{TEXT}{LONG}", reasons=("хамство",)) == "Скорее всего жалоба (87 %): хамство"


def test_nothing_is_bold_where_nearly_everything_would_be() -> None:
    named, whole = (span(TEXT, "Василёк"),), (span(TEXT, "третий день не работает интернет"),)
    assert card_of(a_case(a_mention(evidence_spans=whole, brand_spans=named, text=TEXT))).evidence_spans == ()
    some = f"{TEXT}, а соседи говорят, что у них всё в порядке"
    shown = card_of(a_case(a_mention(some, evidence_spans=(span(some, "не работает"),))))
    assert [shown.quote[start:end] for start, end in shown.evidence_spans] == ["третий день не работает интернет"]


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (1.0, "Почти наверняка жалоба (99 %)"),
        (0.8, "Скорее всего жалоба (80 %)"),
        (0.6, "Похоже на жалобу (60 %)"),
        (0.1, "Возможно, жалоба (10 %)"),
        (0.0, "Возможно, жалоба (1 %)"),
    ],
)
def test_a_probability_is_told_in_words_and_never_as_certainty(complaint: float, words: str) -> None:
    assert reason(complaint=complaint) == words


def test_the_author_is_named_with_those_who_follow() -> None:
    case = a_case(author_handle="ivan_p", followers=1200)
    assert card_of(case).above[0].text == "Иван Петров (@ivan_p), 1\xa0200\xa0подписчиков"
    assert card_of(a_case(author_name=" \n ")).above[0].text == "Без имени"


@pytest.mark.parametrize(
    ("city", "words"),
    [
        ("Владивосток", "Иван Петров, Владивосток (+7\xa0ч)"),
        ("Калининград", "Иван Петров, Калининград (−1\xa0ч)"),
        ("Москва", "Иван Петров, Москва"),
        ("у моря", "Иван Петров, у моря"),
        (None, "Иван Петров"),
    ],
)
def test_the_author_s_city_is_shown_with_how_far_its_clock_is(city: str | None, words: str) -> None:
    assert card_of(a_case(a_mention(city=city))).above[0].text == words


def test_the_authors_page_is_a_press_away() -> None:
    links = [(button.label, button.url) for button in card_of(a_case()).buttons[-1][-2:]]
    assert links == [("Открыть", "https://vk.com/wall-1_1?reply=2"), ("Автор", "https://vk.com/id7")]
    assert card_of(a_case(network="x")).buttons[-1][-1].label == "Открыть"


def test_what_a_comment_answers_stands_above_it() -> None:
    parent = Quote(id="-1_1", author="Василёк Телеком", text="Починим связь\nк утру")
    asked = a_case(a_mention("Какое к утру? Уже час дня", parent=parent))
    assert lines(asked, "↪️") == ["В ответ на «Починим связь к утру» (Василёк Телеком)"]
    assert lines(a_case(a_mention(parent=replace(parent, author=""))), "↪️") == [
        "В ответ на «Починим связь к утру»"
    ]
    assert lines(a_case(a_mention(parent=replace(parent, text=" "))), "↪️") == []


def test_who_goes_on_under_his_own_words_answers_what_these_answered() -> None:
    post = Quote(id="-1_1", author="Василёк Телеком", text="Починим к утру")
    first = a_mention("Какое к утру?", id="-1_2", parent=post)
    second = a_mention("Алло!", id="-1_3", parent=Quote(id="-1_2", author="Иван Петров", text="Какое к утру?"))
    assert lines(a_case(first, second), "↪️") == lines(a_case(first), "↪️")
    assert lines(a_case(replace(first, parent=None), second), "↪️") == []
    assert lines(a_case(first, replace(second, parent=None)), "↪️") == []


def test_a_repost_shows_what_it_repeats_and_what_hangs_on_it() -> None:
    quoted = Quote(id="-5_1", author="Пётр", text="Василёк опять обманул")
    shown = a_case(a_mention("Вот-вот", quoted=quoted, attached=("Опрос: вы довольны?", " ")))
    assert lines(shown, "📎") == ["Цитирует «Василёк опять обманул» (Пётр)", "Приложено «Опрос: вы довольны?»"]


def test_a_wordless_repost_is_told_from_an_empty_text() -> None:
    quoted = Quote(id="-5_1", author="Пётр", text="Василёк опять обманул")
    assert card_of(a_case(a_mention(" ", quoted=quoted))).quote == "(без своих слов)"


def test_why_it_is_urgent_is_said() -> None:
    urgent = a_mention(urgency=0.95, dangers=("суд", "здоровье"))
    assert lines(a_case(urgent, a_mention(dangers=("деньги",))), "🔥") == ["Срочно: суд, здоровье"]
    assert lines(a_case(a_mention(urgency=0.95)), "🔥") == ["Срочно (95 %)"]
    assert lines(a_case(), "🔥") == []


def test_a_danger_that_is_not_urgent_is_named_without_a_fire() -> None:
    card = card_of(a_case(a_mention(dangers=("деньги",))))
    assert not card.urgent
    assert "Внимание: деньги" in [line.text for line in card.below]


def test_one_urgent_mention_makes_the_case_urgent_as_long_as_it_stands() -> None:
    urgent, calm = a_mention(urgency=0.9), a_mention(urgency=0.1)
    assert card_of(a_case(urgent, calm)).urgent
    assert not card_of(a_case(calm)).urgent
    assert not card_of(a_case(replace(urgent, deleted_at=NOON), calm)).urgent
    assert not card_of(a_case(replace(urgent, strength="remark", edited_at=NOON), calm)).urgent


def test_a_changed_text_says_so() -> None:
    history = History.opened().later(hours=2, minutes=5).edits(1, "Третий день нет интернета!!", "complaint")
    assert lines(history, "✏️") == ["Автор изменил запись в 14:05"]
    assert card_of(history).quote == "Третий день нет интернета!!"
    assert card_of(history).title.startswith("Жалоба")


def test_a_complaint_that_was_taken_back_is_none_on_the_card() -> None:
    history = History.opened(deadlines=promise(minutes=30)).later(minutes=5).edits(1, "Всё починили", "remark")
    assert lines(history, "✏️") == ["Автор изменил запись в 12:05: жалобы больше нет"]
    assert card_of(history).title.startswith("Обращение № 12")
    assert lines(history, "💡") == lines(history, "⏰") == []
    assert card_of(history).evidence_spans == ()


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("author", "Автор удалил запись в 12:09"),
        ("brand", "Сообщество удалило запись в 12:09"),
        ("other", "Запись удалил не автор в 12:09"),
        (None, "Запись удалена в 12:09"),
    ],
)
def test_a_deleted_text_says_so_and_by_whom(by: Deleter | None, said: str) -> None:
    gone = Event(number=2, fact=MentionDeleted(mention=1, calm=True, by=by), actor=CUSTOMER, at=at(minutes=9))
    case = replace(a_case(a_mention(row=1, deleted_at=at(minutes=9))), events=(gone,))
    assert lines(case, "✏️") == [said]
    assert lines(case, "💡") == []


def test_the_card_is_about_the_last_complaint_that_stands() -> None:
    gone = a_mention("Телефон 89161234567", deleted_at=at(minutes=9), published_at=at(minutes=5))
    case = a_case(a_mention("Нет связи"), gone)
    assert card_of(case).quote == "Нет связи"
    assert lines(case, "✏️") == []
    assert lines(case, "🕓") == ["12:05: удалено"]


def test_the_customers_answers_are_shown_in_their_order() -> None:
    history = History.opened().later(hours=2, minutes=20).writes("договор 4451", "remark")
    history.later(minutes=5).writes("Алло!").later(minutes=5).writes("спасибо,\nпочинили", "remark")
    assert card_of(history).quote == "Алло!"
    assert lines(history, "💬") == [
        "Автор написал в 14:20: «договор 4451»",
        "Автор написал в 14:30: «спасибо, починили»",
    ]
    assert lines(history, "🕓") == ["12:00: «Третий день не работает интернет»"]


def test_what_the_customer_changed_below_says_so_too() -> None:
    history = History.opened().writes("Алло!").later(minutes=5).edits(1, "Спасибо, починили", "remark")
    assert lines(history, "💬") == ["Автор написал в 12:00: «Спасибо, починили» (изменено в 12:05)"]


def test_notes_of_colleagues_are_shown() -> None:
    history = History.opened().by(ANNA, Note(text="звонила,\nждёт мастера")).by(OLEG, Note(text="а" * 1000))
    first, second = lines(history, "📝")
    assert first == "Заметка, Анна Иванова в 12:00: звонила, ждёт мастера"
    assert second.startswith("Заметка, Олег Смирнов в 12:00: ааа")
    assert len(second) < 250


def test_the_latest_words_are_on_top_and_the_earlier_in_short() -> None:
    first = a_mention("Алло, вы где? " * 30)
    second = a_mention("Ответьте", published_at=at(minutes=5), topics=("персонал",))
    last = a_mention("Ухожу от вас", published_at=at(minutes=9), reach=20_000)
    case = a_case(first, second, last)
    assert card_of(case).quote == "Ухожу от вас"
    assert lines(case, "🕓")[0] == "12:05: «Ответьте»"
    assert lines(case, "🕓")[1].endswith("…»")
    assert faint(case).split(" · ") == [
        "Темы: связь, персонал",
        "Могут прочитать: 20\xa0000",
        "Написано в\xa012:09",
        "Ещё 2\xa0сообщения в этом обращении",
    ]


def test_earlier_cases_of_the_author_are_shown() -> None:
    earlier = EarlierCase(case=7, standing="closed", opened_at=NOON - timedelta(days=15), text="Нет\nсвязи")
    assert lines(a_case(earlier=(earlier,)), "🕓") == ["Обращение № 7 от 3 ноября, закрыто: «Нет связи»"]


def test_how_earlier_cases_ended_and_how_unhappy_the_author_was_each_time_is_shown() -> None:
    first = EarlierCase(
        case=7,
        standing="closed",
        opened_at=NOON - timedelta(days=15),
        text="Нет связи",
        outcome="resolved",
        complaint=0.3,
    )
    second = replace(first, case=9, outcome="no_answer", text="Опять", complaint=0.6)
    assert lines(a_case(a_mention(complaint=0.99), earlier=(first, second)), "🕓") == [
        "Обращение № 7 от 3 ноября, решено: «Нет связи»",
        "Обращение № 9 от 3 ноября, клиент не отвечает: «Опять»",
        "Недовольство от раза к разу: ▃▅█",
    ]
    judged_once = replace(first, complaint=None)
    assert len(lines(a_case(earlier=(judged_once, second)), "🕓")) == 2


def test_the_card_has_the_deadline_the_status_and_the_log() -> None:
    history = History.opened(deadlines=promise(minutes=30)).by(ANNA, Claim()).later(minutes=42)
    assert lines(history, "⏰") == ["Просрочено: обещали ответить до 12:30"]
    assert card_of(history).status == "Взяла Анна Иванова в\xa012:00"
    history.tick()
    assert [line.text for line in card_of(history).below if line.tone == "italic"] == [
        "12:00 Анна Иванова взяла",
        "12:42 срок ответа прошёл",
    ]


def test_a_repeat_is_marked() -> None:
    assert card_of(a_case(), repeat=True).repeat
    assert not card_of(a_case()).repeat


def test_a_text_of_blanks_is_told_as_such() -> None:
    card = card_of(a_case(a_mention(" \n ", evidence_spans=((0, 2),))))
    assert (card.quote, card.evidence_spans) == ("(без текста)", ())


@given(st.text(max_size=4000), spans, spans)
def test_a_quote_is_cut_on_an_edge_and_its_spans_mark_the_same_letters(
    text: str, because: tuple[tuple[int, int], ...], named: tuple[tuple[int, int], ...]
) -> None:
    card = card_of(a_case(a_mention(text, evidence_spans=because, brand_spans=named)))
    assert len(card.quote) <= MAX_QUOTE
    shown = card.quote.removesuffix("…") if len(text.strip()) > MAX_QUOTE else card.quote
    assert text.strip().startswith(shown) or not text.strip()
    for start, end in (*card.evidence_spans, *card.brand_spans):
        assert 0 <= start < end <= len(card.quote)


def test_a_phrase_beyond_the_cut_is_quoted_all_the_same() -> None:
    text = "долгий рассказ обо всём " * 70 + ". Итог: не привезли"
    evidence = (span(text, "привезли"), (0, 6))
    case = a_case(a_mention(text, evidence_spans=evidence))
    assert lines(case, "💡")[0].startswith("Скорее всего жалоба (87 %): «не привезли», «долгий рассказ")
    card = card_of(case)
    assert [card.quote[start:end].split()[0] for start, end in card.evidence_spans] == ["долгий"]


def test_a_word_is_not_cut_in_two() -> None:
    text = "слово " * 400
    assert card_of(a_case(a_mention(text))).quote.endswith("слово…")
    assert len(card_of(a_case(a_mention("ы" * 5000))).quote) == MAX_QUOTE
