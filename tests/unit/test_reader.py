"""What is read of texts: matches with their verdicts, the judge's faults alone, evidence where it is wanted."""

from collections.abc import Sequence
from dataclasses import replace

from classifiers.pace import Pace
from classifiers.verdict import Question
from domain.brand import Brand
from domain.verdict import Evidence, Sentiment, Verdict
from listener.brands.matcher import Matcher
from listener.judge_worker import Batch, answered
from listener.reader import OWN_PAGE, Asked, Paced, read_apart

VASILEK = Brand(id="vasilek", title="Василёк", names=("Василёк",))
MATCHER = Matcher((VASILEK,))


def verdict(complaint: float, dangers: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        sentiment=Sentiment(negative=0.5, neutral=0.3, positive=0.2),
        label="negative",
        complaint=complaint,
        intent="vent",
        topics=("связь",),
        urgency=0.1,
        evidence=(Evidence(0, 4, 1.0),),
        model="test",
        dangers=dangers,
    )


class Judge:
    """The more exclamation marks, the likelier a complaint; it breaks on «бомба»."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        if any("бомба" in question.text for question in questions):
            raise ArithmeticError("бомба")
        return [_said_of(question) for question in questions]


class Noting(Judge):
    def __init__(self) -> None:
        self.asked: list[Question] = []

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        self.asked.extend(questions)
        return super().classify(questions)


def _said_of(question: Question) -> Verdict:
    said = verdict(question.text.count("!") / 10)
    return said if question.wants_evidence(said.complaint, said.dangers) else replace(said, evidence=())


def test_each_text_has_its_brands_with_their_verdicts() -> None:
    read = read_apart([Asked("Василёк!!"), Asked("погода"), Asked("Василёк")], MATCHER, Judge())
    assert [[(match.brand, found.complaint) for match, found in reading] for reading in read.readings] == [
        [("vasilek", 0.2)],
        [],
        [("vasilek", 0.0)],
    ]
    assert read.faults == {}


def test_what_stands_on_an_own_page_speaks_of_its_brand_where_it_names_none() -> None:
    read = read_apart([Asked("нет связи!", ("vasilek",)), Asked("", ("vasilek",)), Asked("")], MATCHER, Judge())
    assert [[(match.words, match.reason) for match, _ in reading] for reading in read.readings] == [
        [((), OWN_PAGE)],
        [((), OWN_PAGE)],
        [],
    ]


def test_what_is_answered_is_asked_about_the_same_brand() -> None:
    noting = Noting()
    read_apart(
        [
            Asked("+1", ("vasilek",), "Третий день без Василька"),
            Asked("+1", ("vasilek",), "погода"),
            Asked("Василёк"),
        ],
        MATCHER,
        noting,
    )
    assert [one.parent for one in noting.asked] == [
        Question(text="Третий день без Василька", brand=((16, 24),), stream="vasilek"),
        Question(text="погода", stream="vasilek"),
        None,
    ]


def test_a_text_that_breaks_the_judge_is_named_and_the_others_are_read() -> None:
    asked = [Asked("Василёк!"), Asked("Василёк бомба"), Asked("Василёк!!!"), Asked("Василёк, бомба")]
    read = read_apart(asked, MATCHER, Judge())
    assert read.faults == {1: "ArithmeticError: бомба", 3: "ArithmeticError: бомба"}
    assert [len(reading) for reading in read.readings] == [1, 0, 1, 0]


def test_evidence_is_wanted_of_what_may_make_a_case() -> None:
    noting = Noting()
    read_apart([Asked("Василёк"), Asked("погода", ("another",))], MATCHER, noting, {"vasilek": 0.6})
    question, of_another = noting.asked
    assert question.wants_evidence(0.6, ())
    assert question.wants_evidence(0.0, ("fire",))
    assert not question.wants_evidence(0.59, ())
    assert of_another.wants_evidence(0.0, ())


def test_an_answer_holds_evidence_only_where_it_is_wanted_and_says_how_the_judge_keeps_up() -> None:
    pace = Pace()
    batch = Batch(asked=[Asked("Василёк!!!!!!!!"), Asked("Василёк")], levels={"vasilek": 0.6}, waiting=7)
    answer = answered(batch, MATCHER, Judge(), pace)
    assert [[len(found.evidence) for _, found in reading] for reading in answer.read.readings] == [[1], [0]]
    assert pace.waiting == 7
    mine = Pace()
    Paced(seconds=0.5, share=0.25, floors={"vasilek": 1.0}).told(mine)
    assert (mine.seconds, mine.share, mine.floors, mine.waiting) == (0.5, 0.25, {"vasilek": 1.0}, 0)
