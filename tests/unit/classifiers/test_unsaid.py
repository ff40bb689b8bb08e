"""What the author did not write: it moves no verdict and is no evidence."""

import pytest

from classifiers.classify import Judge
from classifiers.text import BRAND, pieces
from classifiers.tiers import missing, open_judge
from classifiers.unsaid import spoken, unmarked, whole
from classifiers.verdict import Question

COMPLAINTS = (
    "почему списали деньги?",
    "третий день нет интернета",
    "опять не работает приложение",
    "верните деньги за подписку",
    "хамят по телефону и бросают трубку",
    "обманули с тарифом",
    "курьер не приехал",
    "посылку потеряли, никто не отвечает",
    "очередь на час, одна касса",
    "продали просрочку",
    "связь пропадает каждый вечер",
    "не могу дозвониться второй день",
    "заказ отменили без объяснений",
    "ужасный сервис",
    "подключили платную услугу без спроса",
    "в номере грязно и холодно",
    "рейс задержали на девять часов",
    "мастер не пришёл в третий раз",
    "почему так медленно?",
    "когда это кончится?",
    "спасибо, всё починили",
    "во сколько вы открываетесь?",
)
DRESSED = {
    "a person answered in VK": "[id123456|Анна], {}",
    "the brand's page": "[club1|Ромашка Телеком], {}",
    "a comment of the brand's page": "[club1:bp-1_7|Ромашка], {}",
    "a page by its screen name": "[romashka.help|Ромашка], {}",
    "the person's name": "Анна, {}",
    "the person's full name": "Анна Иванова, {}",
    "somebody on X": "@anna_p {}",
    "several": "@anna_p @oleg {}",
    "several in VK": "[id1|Анна], [id2|Олег], {}",
    "several on X with commas": "@anna_p, @oleg: {}",
    "a link without a scheme": "{} vk.com/wall-1_2",
    "a long link without a scheme": "{} m.shop-1.romashka.ru/p/12?utm_source=x",
    "a link behind": "{} https://vk.com/wall-1_2",
    "a link before": "https://vk.cc/abc {}",
    "a quoting sign": "> {}",
    "a quoting sign, escaped": "&gt; {}",
    "the line that is answered": "> напишите нам, пожалуйста\n{}",
    "an app's signature": "{}\nОтправлено с iPhone",
    "an app's signature in English": "{}\n-- \nSent from my Galaxy",
    "soft hyphens": "{}\u00ad",
}


@pytest.fixture(scope="module", params=[False, True], ids=["one tier", "both tiers"])
def judge(request: pytest.FixtureRequest) -> Judge:
    if request.param and missing() is not None:
        pytest.skip("needs the second tier")
    return open_judge(second=request.param)


@pytest.mark.parametrize("dress", DRESSED.values(), ids=DRESSED)
def test_a_verdict_does_not_move_by_what_the_author_did_not_write(judge: Judge, dress: str) -> None:
    plain = judge.classify([Question(text=text) for text in COMPLAINTS])
    texts = [dress.format(text) for text in COMPLAINTS]
    for text, verdict, bare in zip(
        texts, judge.classify([Question(text=text) for text in texts]), plain, strict=True
    ):
        assert abs(verdict.complaint - bare.complaint) <= 0.05, text
        assert verdict.label == bare.label, text
        said = text.index(dress.partition("{}")[0]) + len(dress.partition("{}")[0])
        assert all(one.start >= said and one.end <= said + len(text) for one in verdict.words), text


def test_a_brand_in_the_address_is_as_on_the_brands_own_page(judge: Judge) -> None:
    text = "[club1:bp-1_7|Ромашка], почему списали деньги?"
    start = text.index("Ромашка")
    named, bare = judge.classify(
        [Question(text=text, brand=((start, start + 7),)), Question(text="почему списали деньги?")]
    )
    assert abs(named.complaint - bare.complaint) <= 0.05
    assert named.sentiment == bare.sentiment


def test_unseen_signs_change_nothing_and_evidence_leads_back(judge: Judge) -> None:
    for text in COMPLAINTS:
        bare, odd = judge.classify([Question(text=text), Question(text="\u200b".join(text))])
        assert odd.complaint == pytest.approx(bare.complaint)
        assert [round(one.weight, 9) for one in odd.words] == [round(one.weight, 9) for one in bare.words]
        dressed = "\u200b".join(text)
        written = [dressed[one.start : one.end].replace("\u200b", "") for one in odd.words]
        assert written == [text[one.start : one.end] for one in bare.words]


def test_entities_are_read_as_what_they_stand_for(judge: Judge) -> None:
    escaped, plain = (
        "&quot;Ромашка&quot; &amp; Ко не отвечают третий день",
        '"Ромашка" & Ко не отвечают третий день',
    )
    spans = [((start, start + 7),) for start in (escaped.index("Ромашка"), plain.index("Ромашка"))]
    one, other = judge.classify([Question(text=escaped, brand=spans[0]), Question(text=plain, brand=spans[1])])
    assert one.complaint == pytest.approx(other.complaint)
    first = one.words[0]
    assert escaped[first.start : first.end] == "&quot;"


@pytest.mark.parametrize(
    ("text", "brand", "left"),
    [
        ("[id1|Анна], привет", (), "привет"),
        ("@romashka_ru почему?", ((1, 12),), f"{BRAND} почему?"),
        ("Ромашка, почему?", ((0, 7),), f"{BRAND}, почему?"),
        ("Алиса, включи свет", ((0, 5),), f"{BRAND}, включи свет"),
        ("Вчера, например, закрыли", (), "Вчера, например, закрыли"),
        ("звонила [id7|Анне], молчит", (), "звонила [id7|Анне], молчит"),
        ("> ваш ответ\nне согласен", (), "не согласен"),
        ("2 > 1", (), "2 > 1"),
        ("[id1|Анна], ", (), "[id1|Анна], "),
        ("Анна", (), "Анна"),
        ("отправлено с опозданием\nждём", (), "отправлено с опозданием\nждём"),
        ("", (), ""),
    ],
)
def test_only_what_the_author_did_not_write_is_passed_over(
    text: str, brand: tuple[tuple[int, int], ...], left: str
) -> None:
    assert "".join(piece or "" for piece in spoken(pieces(text), brand)) == left


def test_the_verdict_does_not_depend_on_which_brand_stands_there(judge: Judge) -> None:
    for text in (
        "{} третий день без связи, верните деньги",
        "спасибо {}, всё быстро",
        "в {} опять очередь на час",
    ):
        verdicts = [
            judge.classify([Question(text=text.format(name), brand=((start, start + len(name)),))])[0]
            for name in ("Ромашка", "Ozon", "М.Видео", "Вкусно — и точка", "ВТБ", "МЧС")
            for start in (text.index("{}"),)
        ]
        assert len({(round(one.complaint, 9), one.label, one.intent) for one in verdicts}) == 1, text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("**третий день** нет света", "третий день нет света"),
        ("*третий день нет света*", "третий день нет света"),
        ("третий день _нет света_!", "третий день нет света!"),
        ("~~работает~~ не работает `совсем`", "работает не работает совсем"),
        ("третий х*й, бл**ь, *** и 5*6*7", "третий х*й, бл**ь, *** и 5*6*7"),
        ("* первое * второе snake_case_name", "* первое * второе snake_case_name"),
    ],
)
def test_signs_of_emphasis_go_and_places_stay(text: str, left: str) -> None:
    plain_text = unmarked(text)
    assert len(plain_text) == len(text)
    assert plain_text.replace("\u200b", "") == left


def test_emphasis_moves_no_verdict_and_evidence_stands_on_the_authors_words(judge: Judge) -> None:
    text = "третий день нет света, дозвониться нельзя"
    bare, marked = judge.classify([Question(text=text), Question(text=f"**{text}**")])
    assert marked.complaint == pytest.approx(bare.complaint)
    assert [(one.start + 2, one.end + 2) for one in bare.words] == [(one.start, one.end) for one in marked.words]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("нет связи vk.com/wall-1_2", "нет связи t.me/__________"),
        ("Анна, см. a.b.ru/x", "Анна, см. t.me/___"),
        ("и/или 24/7, км/ч, н.э./до", "и/или 24/7, км/ч, н.э./до"),
        ("почта a@mail.ru/x", "почта a@mail.ru/x"),
        ("уже https://a.ru/b есть", "уже https://a.ru/b есть"),
        ("[id1|А], [id2|Б], нет связи", "[id1|А]  [id2|Б], нет связи"),
        ("@a,@b: нет", "@a @b: нет"),
        ("[club1:bp-1_7|Р], нет", "[club1:bp-1_7|Р], нет"),
    ],
)
def test_links_without_a_scheme_and_several_addressed_are_read_as_one_piece_each(text: str, read: str) -> None:
    assert whole(text) == read
    assert len(read) == len(text)


def test_a_link_that_names_the_brand_stays_as_it_is() -> None:
    assert whole("на ozon.ru/t/1 обман", ((3, 7),)) == "на ozon.ru/t/1 обман"
