"""What a customer's words hint at."""

import time

import pytest

from alerts.outreach.hints import asks_not_to_write, says_all_is_well

WELL = [
    "Спасибо, всё решили",
    "спасибо!",
    "Спасибо большое за помощь",
    "всё заработало, спасибо",
    "Проблема решена",
    "починили, благодарю",
    "Деньги вернули, вопрос закрыт",
    "Всё в порядке, претензий нет",
    "заказ привезли",
]
NOT_WELL = [
    "Проблему так и не решили",
    "спасибо, но интернет так и не заработал",
    "Спасибо за испорченный вечер",
    "спасибо, а когда вернут деньги?",
    "ничего не работает",
    "до сих пор не вернули деньги",
    "Опять обещали, спасибо",
    "Верните деньги",
    "договор 4451",
    "решите мою проблему",
    "",
]
LEAVE_ME = [
    "Не пишите мне больше",
    "не пишите мне",
    "Больше мне не пишите!",
    "прекратите мне писать",
    "Хватит мне писать сюда",
    "не надо мне писать",
    "Не звоните мне",
    "Отстаньте от меня",
    "Оставьте меня в покое",
    "удалите меня из вашей базы",
]
MAY_WRITE = [
    "Почему вы не пишите мне?",
    "вы мне так и не написали",
    "не пишите ерунду, решите вопрос",
    "Напишите мне",
    "пишите в личку",
    "никто не отвечает",
    "ваш оператор не пишет",
    "",
]


@pytest.mark.parametrize("text", WELL)
def test_thanks_and_good_news_say_that_all_is_well(text: str) -> None:
    assert says_all_is_well(text)


@pytest.mark.parametrize("text", NOT_WELL)
def test_a_but_a_question_or_bitter_thanks_do_not(text: str) -> None:
    assert not says_all_is_well(text)


@pytest.mark.parametrize("text", LEAVE_ME)
def test_who_wants_no_more_messages_is_understood(text: str) -> None:
    assert asks_not_to_write(text)


@pytest.mark.parametrize("text", MAY_WRITE)
def test_who_complains_that_nobody_writes_is_not_taken_for_one(text: str) -> None:
    assert not asks_not_to_write(text)


@pytest.mark.parametrize("piece", ["не ", "спасибо но ", "вы ", "всё ", "а", "почему "])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    began = time.process_time()
    says_all_is_well(text)
    asks_not_to_write(text)
    assert time.process_time() - began < 2
