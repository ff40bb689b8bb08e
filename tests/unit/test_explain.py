"""`listener explain`: a person reads what would happen to a text, and why."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.routing import Chat, Receiver, Route, Routing, When
from alerts.sla import Hours, Sla
from classifiers.verdict import Question
from domain.brand import Brand, Match
from domain.mention import Author, Mention, NetworkId
from domain.verdict import Evidence, Intent, Sentiment, Verdict
from listener.__main__ import main
from listener.brands.matcher import Matcher
from listener.commands.explain import explain
from listener.decided import Stored
from listener.decision import Decider

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
BRAND = Brand(id="vasilek", title="Василёк Телеком", names=("Василёк",))
TEXT = "У Василька снова нет связи"
ROUTING = Routing(
    receivers=(
        Receiver(name="support", chats=(Chat(messenger="telegram", chat="-1", topic=7),)),
        Receiver(name="crisis", chats=(Chat(messenger="slack", chat="#pr"),)),
    ),
    default=("support",),
    routes=(Route(when=When(urgency_at=0.9), to=("crisis",)),),
)

SLA = Sla(warn=timedelta(minutes=15), due=timedelta(minutes=30), breach=timedelta(hours=1))
HOURS = Hours(weekdays=((time(10), time(18)),), weekend=(), holidays=None, night="urgent")
NIGHT = datetime(2026, 11, 18, 21, tzinfo=UTC)
"""Midnight in Moscow, before a Thursday."""


@dataclass
class CertainJudge:
    """A judge whose mind is made up."""

    complaint: float
    urgency: float = 0.1
    intent: Intent = "vent"
    dangers: tuple[str, ...] = ()

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        return [self._verdict(question) for question in questions]

    def _verdict(self, question: Question) -> Verdict:
        start = question.text.index("нет")
        return Verdict(
            sentiment=Sentiment(negative=0.9, neutral=0.1, positive=0.0),
            label="negative",
            complaint=self.complaint,
            intent=self.intent,
            topics=("связь",),
            urgency=self.urgency,
            evidence=(Evidence(start=start, end=start + 3, weight=1.25),),
            model="test",
            dangers=self.dangers,
        )


def decider(judge: CertainJudge, routing: Routing = ROUTING) -> Decider:
    return Decider(matcher=Matcher((BRAND,)), judge=judge, brands={BRAND.id: BRAND}, routing=routing)


def told(
    text: str,
    complaint: float,
    urgency: float = 0.1,
    *,
    routing: Routing = ROUTING,
    now: datetime = NOW,
    **more: Any,
) -> list[str]:
    judge = CertainJudge(complaint=complaint, urgency=urgency, **more)
    return [str(line) for line in explain(text, decider(judge, routing), now)]


def test_an_author_of_no_known_intent_is_said_to_be_unclear() -> None:
    lines = told(TEXT, 0.2, intent="other")
    assert any("чего хочет автор, неясно" in line for line in lines)


def test_a_complaint_is_explained_down_to_its_chats() -> None:
    lines = told(TEXT, 0.8)
    assert lines[0] == TEXT
    assert lines[1].startswith("Бренд: Василёк Телеком (vasilek), ")
    assert lines[2].startswith("Жалоба: 80\xa0%, тон: недовольство, автор делится недовольством")
    assert lines[3] == "За жалобу: «нет»"
    assert lines[-5:] == [
        "Будет обращение: порог 60\xa0% пройден",
        "О чём: нет связи",
        "Кому: маршрут по умолчанию: условия остальных не подошли",
        "  support: telegram -1, тема 7",
        "Когда: сразу",
    ]


def test_an_urgent_complaint_names_its_route() -> None:
    assert told(TEXT, 0.8, 0.95)[-3:] == [
        "Кому: маршрут 1: срочность 95\xa0% не ниже 90\xa0%",
        "  crisis: slack #pr",
        "Когда: сразу",
    ]


def test_a_text_below_the_threshold_says_so() -> None:
    expected = "Обращения не будет: на жалобу похоже слабо (жалоба 50\xa0%, порог complaint_at 60\xa0%)"
    assert told(TEXT, 0.5)[-1] == expected


def test_a_text_without_the_brand_is_judged_all_the_same() -> None:
    lines = told("Снова нет связи", 0.8)
    assert lines[1:3] == [
        "Бренд: не найден, карточки не будет",
        "  искали: «Василёк» (names в файлах брендов)",
    ]
    assert lines[3].startswith("Жалоба: 80")


def test_the_words_that_speak_and_the_name_are_highlighted() -> None:
    line = next(explain(TEXT, decider(CertainJudge(complaint=0.8)), NOW))
    styled = {(TEXT[span.start : span.end], str(span.style)) for span in line.spans}
    assert styled == {("нет", "bold red"), ("Василька", "underline cyan")}


def test_what_a_second_reading_added_is_told_apart_from_the_words() -> None:
    class Twice(CertainJudge):
        def _verdict(self, question: Question) -> Verdict:
            once = super()._verdict(question)
            whole = Evidence(start=0, end=len(question.text), weight=-2.345)
            return replace(once, evidence=(whole, *once.evidence), read_twice=True)

    lines = list(explain(TEXT, decider(Twice(complaint=0.8)), NOW))
    assert [str(one) for one in lines[3:5]] == ["За жалобу: «нет»", "Второе чтение, весь текст: против"]
    assert {TEXT[span.start : span.end] for span in lines[0].spans} == {"нет", "Василька"}


def test_an_emoji_is_a_reason_and_equal_words_are_told_once() -> None:
    class Angry(CertainJudge):
        def _verdict(self, question: Question) -> Verdict:
            at = question.text.index("😡")
            evidence = (*(Evidence(start=at + step, end=at + step + 1, weight=1.25) for step in range(3)),)
            return replace(super()._verdict(question), evidence=(*evidence, Evidence(start=0, end=1, weight=2.0)))

    text = "! У Василька нет связи 😡😡😡"
    lines = [str(one) for one in explain(text, decider(Angry(complaint=0.8)), NOW)]
    assert [one for one in lines if one.startswith("За жалобу")] == ["За жалобу: «😡»"]


def test_at_night_an_ordinary_card_is_said_to_wait_and_an_urgent_one_goes() -> None:
    routing = replace(ROUTING, hours=HOURS, sla=SLA)
    waits = told(TEXT, 0.8, routing=routing, now=NIGHT)[-1]
    assert waits == "Когда: подождёт до 10:00, сейчас никто не работает (night в routes.yaml)"
    urgent = told(TEXT, 0.8, 0.95, routing=routing, now=NIGHT)[-1]
    assert urgent == "Когда: сразу, ответить до 10:30"


def test_where_all_is_held_an_urgent_card_is_said_to_wait_too() -> None:
    routing = replace(ROUTING, hours=replace(HOURS, night="hold"))
    assert told(TEXT, 0.8, 0.95, routing=routing, now=NIGHT)[-1].startswith("Когда: подождёт до 10:00")


def test_where_some_of_the_receivers_sleep_it_is_said_who_and_how_long() -> None:
    support, crisis = ROUTING.receivers
    routing = replace(ROUTING, receivers=(replace(support, hours=HOURS), crisis), default=("crisis", "support"))
    assert told(TEXT, 0.8, routing=routing, now=NIGHT)[-1] == "Когда: сразу; сейчас не работают: support — с 10:00"


def test_on_a_friday_night_the_day_is_named_as_well() -> None:
    routing = replace(ROUTING, hours=HOURS)
    friday = NIGHT + timedelta(days=2)
    assert told(TEXT, 0.8, routing=routing, now=friday)[-1].startswith("Когда: подождёт до 10:00 23\xa0ноября,")


def test_by_day_the_promise_is_named() -> None:
    routing = replace(ROUTING, hours=HOURS, sla=SLA)
    assert told(TEXT, 0.8, routing=routing)[-1] == "Когда: сразу, ответить до 12:30"


@pytest.mark.parametrize(
    ("urgency", "beyond"),
    [(0.1, "сверх него карточки не будет, обращение сохранится"), (0.95, "срочная придёт и сверх него")],
)
def test_the_limit_of_the_day_says_what_it_would_do(urgency: float, beyond: str) -> None:
    limited = replace(BRAND, per_day=30)
    judge = CertainJudge(complaint=0.8, urgency=urgency)
    lines = explain(TEXT, replace(decider(judge), brands={BRAND.id: limited}), NOW)
    assert [str(line) for line in lines][-1] == f"Предел дня: 30 (per_day), {beyond}"


def test_a_danger_below_the_threshold_says_that_it_is_one() -> None:
    lines = told(TEXT, 0.2, dangers=("здоровье", "суд"))
    assert "Будет обращение: порог 60\xa0% не пройден, но это опасно: здоровье, суд" in lines


@pytest.mark.parametrize("night", ["hold", "urgent", "send"])
@pytest.mark.parametrize(("complaint", "urgency"), [(0.59, 0.1), (0.6, 0.1), (0.9, 0.95)])
def test_what_is_explained_is_what_the_daemon_would_decide(night: Any, complaint: float, urgency: float) -> None:
    routing = replace(ROUTING, hours=replace(HOURS, night=night))
    used = decider(CertainJudge(complaint=complaint, urgency=urgency), routing)
    mention = Mention(
        network=NetworkId("x"),
        kind="post",
        id="1",
        url="",
        author=Author(id="1", name="Пётр"),
        text=TEXT,
        published_at=NIGHT,
    )
    (decided,) = used.decide_all([Stored(row=1, mention=mention, text_version=1)], NIGHT)
    said = [str(line) for line in explain(TEXT, used, NIGHT)]
    assert any(line.startswith("Будет обращение") for line in said) == bool(decided.routed)
    for route in decided.routed:
        assert said[-1].startswith("Когда: подождёт" if route.not_before else "Когда: сразу")
        assert [line.split(":")[0].strip() for line in said if line.startswith("  ")] == [
            receiver for receiver, _ in route.chats
        ]


@pytest.fixture
def night_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config whose people work from ten, in Moscow; the second tier is slow to load and has no say in it."""
    monkeypatch.setenv("LISTENER_SECOND_OPINION", "off")
    config = tmp_path / "config"
    shutil.copytree(Path(__file__).resolve().parents[2] / "simulator" / "demo", config)
    routes = config / "routes.yaml"
    hours = 'hours:\n  weekdays: ["10:00-18:00"]\n  weekend: ["12:00-16:00"]\n  night: hold\n'
    routes.write_text(routes.read_text(encoding="utf-8") + hours, encoding="utf-8")
    return config


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-18T03:00:00+03:00", "Когда: подождёт до 10:00,"),
        ("2026-11-18T00:00:00", "Когда: подождёт до 10:00,"),
        ("2026-11-18T12:00:00+03:00", "Когда: сразу"),
        ("2026-11-21T23:00:00+03:00", "Когда: подождёт до 12:00 22 ноября,"),
    ],
)
def test_the_command_looks_at_the_time_that_it_is_asked_for(
    night_config: Path, capsys: pytest.CaptureFixture[str], at: str, said: str
) -> None:
    text = "Ромашка Телеком, третий день не работает интернет, верните деньги!"
    assert main(["explain", text, "--at", at, "--config", str(night_config)]) == 0
    assert said in capsys.readouterr().out.replace("\xa0", " ")


def test_a_time_that_is_none_is_told_how_to_write_one(
    night_config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", TEXT, "--at", "вчера", "--config", str(night_config)]) == 2
    assert capsys.readouterr().err == "--at: «вчера» не подходит; нужно 2026-11-22T03:00:00+03:00\n"


def test_an_unknown_brand_is_told_which_there_are(night_config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", TEXT, "--brand", "нет", "--config", str(night_config)]) == 2
    assert capsys.readouterr().err.startswith("Бренда «нет» нет; есть: ")


def test_a_missing_config_is_told_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", TEXT, "--config", str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err


def test_a_name_that_is_not_taken_for_the_brand_says_what_was_missing() -> None:
    homonym = decider(CertainJudge(complaint=0.8))
    (brand,) = homonym.brands.values()
    miss = Match(brand=brand.id, words=((0, 7),), reason="имя есть, спутника из only_when рядом нет")
    lines = [str(line) for line in explain("Дождя нет", homonym, NOW, missed=(miss,))]
    assert lines[1:3] == ["Бренд: не найден, карточки не будет", f"  {brand.title}: {miss.reason}"]
