"""The morning's word on what the judge has learned: what changed, from where to where, and why."""

import pytest

from alerts.cards.lessons import Compared, Lesson, LevelMoved, RolledBack, Trained, WordRipe, lessons_note

HEAD = "Что изменилось в оценке жалоб:\n"
BETTER = Compared(
    model="taps-2", promoted=True, labels=60, gain=(0.05, 0.012, 0.09), ordered=(0.72, 0.77), instead_of="taps-1"
)
MOVED = LevelMoved(brand="b", title="Ромашка", before=0.6, after=0.45, cards=30)


def said(*lessons: Lesson) -> str | None:
    note = lessons_note(lessons)
    return note and note.removeprefix(HEAD).replace("\xa0", " ")


def test_a_night_without_news_is_not_told() -> None:
    assert said() is None
    assert said(Trained(model="taps-1", complaints=40, others=30)) is None


def test_a_promotion_is_told_with_its_figures() -> None:
    assert said(BETTER) == (
        "• теперь судит taps-2 вместо taps-1: на 60 новых метках из двух текстов, жалобы и не жалобы, выше ставит"
        " жалобу в 77 % случаев (было 72 %, разница +1…+9)"
    )


def test_what_a_person_chose_is_told_as_that() -> None:
    by_hand = Compared(model="taps-3", promoted=True, by_hand=True)
    assert said(by_hand, RolledBack(model="taps-3")) == (
        "• теперь судит taps-3 вместо исходной модели: так выбрал человек\n• вернулись от taps-3 к исходной модели"
    )


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("few_labels", "ждёт: новых меток пока мало: 12 меток"),
        ("worse_on_regression", "не принята: на трудных случаях ошибается чаще: 12 меток"),
        ("worse_probabilities", "не принята: её вероятностям можно верить меньше: 12 меток"),
        ("not_surely_better", "не принята: на новых метках не заметно лучше: 12 меток"),
        ("of a later version", "не принята: 12 меток"),
    ],
)
def test_a_candidate_that_waits_or_is_refused_is_told_with_the_reason(why: str, words: str) -> None:
    trained = Trained(model="taps-2", complaints=40, others=21)
    refused = Compared(model="taps-2", promoted=False, why=why, labels=12)
    assert said(trained, refused) == f"• taps-2 (по 61 метке) {words}"


def test_of_several_refused_the_last_is_told() -> None:
    several = [Compared(model=f"taps-{number}", promoted=False, why="few_labels") for number in (1, 2)]
    assert said(*several) == "• taps-2 ждёт: новых меток пока мало"


def test_a_level_that_moved_twice_is_told_from_the_first_to_the_last() -> None:
    again = LevelMoved(brand="b", title="Ромашка", before=0.45, after=0.5, cards=30)
    assert said(MOVED, again) == "• Ромашка: порог 0.60 → 0.50, так выходит 30 карточек в день"


def test_a_level_that_stands_for_a_share_of_complaints_says_so() -> None:
    wanted = LevelMoved(
        brand="b", title="Ромашка", before=0.6, after=0.7, cards=30, precision=(0.7, 0.58, 0.8), wanted=0.7
    )
    assert said(wanted) == (
        "• Ромашка: порог 0.60 → 0.70, чтобы жалобами были хотя бы 70 % карточек; жалоб среди них 70 % (58–80)"
    )


def test_a_ripe_word_is_told_with_the_line_to_move() -> None:
    assert said(WordRipe(word="пломба", hits=17, tapped=15, complaints=15, least=0.8, days=30)) == (
        "• слово «пломба» созрело: жалоб 15 из 15 разобранных (не меньше 80 %), всего встретилось 17 за 30 дней."
        " Перенесите его в words.yaml из watch в urgent: [пломба]"
    )
