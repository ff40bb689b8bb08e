"""Long texts: judged by parts, so that nothing adds up with the length."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.cascade import LEAN, Cascade
from classifiers.cascade import UNNAMED as WITHOUT_A_NAME
from classifiers.classify import Judge
from classifiers.corpora import marked_place
from classifiers.evaluation import HARD_CASES
from classifiers.model import COMPLAINT, HEADS, load
from classifiers.parts import NAMED, UNNAMED, Part, moods_of, parts_of, weights_of
from classifiers.robustness import CHANGES
from classifiers.text import pieces
from classifiers.tiers import missing, open_judge
from classifiers.verdict import Question
from tests.unit.classifiers.noting import Noting

THANKS = (
    "Хочу сказать большое спасибо сотрудникам Ромашки на Садовой. Приехала вечером, уставшая, с двумя сумками, "
    "и девушка на кассе сама предложила донести их до машины. Такая мелочь, а приятно до сих пор. "
)
TROUBLE = (
    "Третий день в Ромашке нет интернета. Звоню в поддержку, сначала музыка, потом бросают трубку. Деньги при "
    "этом списали за весь месяц вперёд, возвращать никто не собирается. Обманщики. "
)
STORY = (
    "В субботу ездили с детьми к бабушке в деревню, по дороге заехали в Ромашку за хлебом и яблоками. Потом до "
    "вечера топили баню, играли в лото и смотрели на звёзды. Утром пошли на речку, видели цаплю. "
)


@pytest.fixture(scope="module", params=[False, True], ids=["one tier", "both tiers"])
def judge(request: pytest.FixtureRequest) -> Judge:
    if request.param and missing() is not None:
        pytest.skip("needs the second tier")
    return open_judge(second=request.param)


def asked(text: str) -> Question:
    spans = []
    start = text.find("Ромашк")
    while start >= 0:
        spans.append((start, start + 7))
        start = text.find("Ромашк", start + 1)
    return Question(text=text, brand=tuple(spans))


@pytest.mark.parametrize("times", [1, 2, 4, 7, 12])
def test_thanks_stay_thanks_at_any_length(judge: Judge, times: int) -> None:
    (verdict,) = judge.classify([asked(THANKS * times)])
    assert verdict.complaint < 0.6
    assert verdict.label != "negative"


@pytest.mark.parametrize("times", [1, 2, 4, 7])
def test_a_story_in_which_the_brand_is_a_place_is_no_complaint_at_any_length(judge: Judge, times: int) -> None:
    (verdict,) = judge.classify([asked(STORY * times)])
    assert verdict.complaint < 0.6


@pytest.mark.parametrize("times", [1, 2, 4, 7])
def test_trouble_stays_trouble_at_any_length(judge: Judge, times: int) -> None:
    (verdict,) = judge.classify([asked(TROUBLE * times)])
    assert verdict.complaint >= 0.6
    assert verdict.label == "negative"


def test_trouble_within_a_long_story_is_seen(judge: Judge) -> None:
    calm, told = judge.classify([asked(STORY * 4), asked(STORY * 2 + TROUBLE + STORY)])
    assert told.complaint > calm.complaint + 0.2


@pytest.mark.parametrize("text", [THANKS, STORY, TROUBLE])
def test_there_is_no_jump_where_a_text_grows_long(judge: Judge, text: str) -> None:
    whole = text * 6
    lengths = range(NAMED.short - 10, NAMED.long + 60, 10)
    said = [verdict.complaint for verdict in judge.classify([asked(whole[:length]) for length in lengths])]
    assert max(abs(one - other) for one, other in pairwise(said)) < 0.2


@pytest.mark.parametrize("text", [THANKS * 6, TROUBLE * 6, STORY + TROUBLE + THANKS * 3, "ужас " * 400])
def test_the_evidence_of_a_long_text_adds_up_to_its_score(judge: Judge, text: str) -> None:
    (verdict,) = judge.classify([asked(text)])
    logit = judge.intercept + sum(one.weight for one in verdict.evidence)
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(verdict.complaint)
    assert all(0 <= one.start < one.end <= len(text) for one in verdict.evidence)


def test_nobody_is_called_content_who_surely_complains(judge: Judge) -> None:
    texts = [THANKS + TROUBLE * 2, "Спасибо, " + TROUBLE, "Люблю вас, " + TROUBLE * 3]
    for verdict in judge.classify([asked(text) for text in texts]):
        assert verdict.complaint < 0.8 or verdict.label == "negative"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(["Слово", " ", ". ", "\n", "! ", "длинноеслово" * 9, "ну ", "Ромашка "]), max_size=300
    )
)
def test_parts_cover_a_text_once_and_share_it_out(words: list[str]) -> None:
    cut = pieces("".join(words))
    parts = parts_of(cut, ((0, 7),))
    assert sum(part.share for part in parts) == pytest.approx(1)
    windows = parts if len(parts) == 1 or parts[0].last < len(cut) else parts[1:]
    if sum(map(len, cut)) < 60 * NAMED.part:
        covered = [place for part in windows for place in range(part.first, part.last)]
        assert covered == list(range(len(cut)))


def test_the_strongest_part_counts_most_and_the_whole_keeps_its_share() -> None:
    parts = [Part(first=0, last=9, share=0.4), *(Part(first=at, last=at + 3, share=0.2) for at in (0, 3, 6))]
    logits = np.zeros((4, len(HEADS)))
    logits[:, COMPLAINT] = [0, -3, 2, -3]
    weights = weights_of(parts, logits, NAMED.strongest)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(0.4)
    assert weights[2] > 0.9 * 0.6


def test_the_mood_follows_the_strongest_part_as_far_as_the_text_complains() -> None:
    parts = [Part(first=0, last=3, share=0.5), Part(first=3, last=6, share=0.5)]
    logits = np.zeros((2, len(HEADS)))
    logits[:, 0] = [4, 0]
    for strength, mood in ((20, 4.0), (-20, 2.0)):
        logits[:, COMPLAINT] = [strength, strength - 30]
        weights = weights_of(parts, logits, NAMED.strongest)
        assert moods_of(parts, weights, logits)[0] == pytest.approx(mood, abs=0.01)


def test_where_the_brand_is_named_parts_are_smaller_and_begin_sooner() -> None:
    cut = pieces("Зашли в Ромашку за хлебом. " * 30)
    named, unnamed = parts_of(cut, ((8, 15),)), parts_of(cut, ())
    assert len(named) > len(unnamed)
    between = pieces((STORY + THANKS)[: (NAMED.short + UNNAMED.short) // 2])
    assert len(parts_of(between, ())) == 1
    assert len(parts_of(between, ((60, 67),))) > 2


def test_one_sentence_about_the_brand_is_heard_among_calm_ones() -> None:
    if missing() is not None:
        pytest.skip("needs the second tier")
    calm = (
        "В субботу ездили на дачу. Погода стояла тихая. Дети собирали яблоки. Муж чинил забор, я варила варенье. "
    )
    more = "К обеду пришла соседка с пирогом. Потом гуляли вдоль реки. Вечером топили печку и читали вслух. "
    trouble = "Ромашка третий день не может починить интернет, поддержка бросает трубку. "
    texts = [calm + more + trouble + more + calm, calm * 2 + "По дороге видели вывеску Ромашки. " + more * 2]
    told, quiet = open_judge().classify([asked(text) for text in texts])
    assert told.complaint >= 0.6
    assert quiet.complaint < 0.3


@pytest.mark.parametrize("length", [300, 600, 1_500])
def test_most_that_is_found_alone_is_found_among_calm_sentences(length: int) -> None:
    if missing() is not None:
        pytest.skip("needs the second tier")
    rows = [line.split("\t") for line in HARD_CASES.read_text(encoding="utf-8").splitlines()[::3]]
    among = CHANGES[f"среди спокойных слов, {length} знаков"]
    said = open_judge().classify([among(Question(text=text, brand=marked_place(text))) for _, _, text in rows])
    passed = [told for verdict, (_, told, _) in zip(said, rows, strict=True) if verdict.complaint >= 0.6]
    assert passed.count("yes") >= 10
    assert passed.count("no") <= 1


def test_a_part_without_the_name_leans_as_a_text_that_has_it() -> None:
    second = Noting()
    Judge(load(), cascade=Cascade(second=second)).classify([asked(STORY * 3), Question(text=STORY * 3)])
    assert {(bool(one.brand), one.within) for one in second.asked} == {
        (True, False),
        (False, True),
        (False, False),
    }
    parts = [Question(text="ждали час", within=True), Question(text="ждали час")]
    together, _ = Cascade(second=second).reread(parts, np.zeros((2, len(HEADS))))
    assert together[:, COMPLAINT] == pytest.approx([LEAN, LEAN + WITHOUT_A_NAME])


def test_a_part_away_from_the_brand_counts_less() -> None:
    cut = pieces(STORY.replace("Ромашку", "магазин") * 3 + THANKS)
    text = "".join(cut)
    start = text.index("Ромашки")
    parts = parts_of(cut, ((start, start + 7),))
    near = [
        part.share for part in parts if sum(map(len, cut[: part.first])) <= start < sum(map(len, cut[: part.last]))
    ]
    assert near == [max(part.share for part in parts)]
    assert min(part.share for part in parts) == pytest.approx(near[0] / 2)
