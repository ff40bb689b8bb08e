"""The verdict on the daemon's health, from notes and times alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.ports import ChatState, NotifyError
from alerts.routing import Chat
from listener.ports import SourceError
from listener.web.health import LOOP_SILENCE, RECENTLY, Health

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
X, VK = "x.search:romashka", "vk.community:romashka_help"
X_SAID, VK_SAID = "источник «поиск по X для romashka»", "источник «сообщество VK romashka_help»"


def listening(now: datetime = NOON) -> Health:
    health = Health()
    health.sources({X: MINUTE, VK: None}, now)
    return health


def test_nothing_running_is_neither_ready_nor_alive() -> None:
    health = Health()
    assert not health.ready
    assert health.verdict(NOON).problems == ("ещё ничего не работает",)


def test_a_fresh_start_has_grace() -> None:
    health = listening()
    assert health.ready
    assert health.verdict(NOON + RECENTLY).problems == ()


def test_a_source_that_never_answers_is_named() -> None:
    verdict = listening().verdict(NOON + RECENTLY + MINUTE)
    assert verdict.alive, "a new start would not help"
    assert verdict.details["status"] == "troubled"
    assert verdict.problems == (f"{VK_SAID} молчит 11 мин", f"{X_SAID} молчит 11 мин")


def test_a_source_that_fails_for_long_is_named_with_its_error() -> None:
    health = listening()
    health.source_ok(VK, NOON + 15 * MINUTE)
    health.source_failed(X, SourceError("X answers 502"), NOON + 14 * MINUTE, 300)
    assert health.verdict(NOON + 15 * MINUTE).problems == (f"{X_SAID} молчит 15 мин: X answers 502",)


def test_a_short_failure_is_no_illness_but_is_shown() -> None:
    health = listening()
    health.source_ok(X, NOON)
    health.source_failed(X, SourceError("X answers 502"), NOON + MINUTE, 5)
    verdict = health.verdict(NOON + 2 * MINUTE)
    assert verdict.problems == ()
    row = verdict.details["sources"][X]
    assert row["state"] == "failing"
    assert row["error"] == "X answers 502"
    assert row["last_success"] == NOON.isoformat()
    assert row["next_try"] == (NOON + MINUTE + timedelta(seconds=5)).isoformat()


def test_the_proxy_in_use_is_shown_and_none_that_works_is_a_problem() -> None:
    health = listening()
    health.road("Telegram", "socks5://b:1080", {"http://a:3128": "refused"})
    verdict = health.verdict(NOON)
    assert verdict.problems == ()
    assert verdict.details["proxies"] == {
        "Telegram": {"in_use": "socks5://b:1080", "failing": {"http://a:3128": "refused"}}
    }
    health.road("Telegram", None, {"http://a:3128": "refused", "socks5://b:1080": "time-out"})
    (problem,) = health.verdict(NOON).problems
    assert problem == ("Telegram: не работает ни один прокси (http://a:3128: refused; socks5://b:1080: time-out)")
    health.road("Telegram", "http://a:3128", {})
    assert health.verdict(NOON).problems == ()
    health.road("Telegram", None, {})
    assert health.verdict(NOON).problems == ()
    assert health.verdict(NOON).details["proxies"] == {}


def test_a_source_that_waits_for_its_quota_is_no_problem() -> None:
    health = listening()
    health.source_ok(VK, NOON + 2 * RECENTLY)
    health.source_failed(X, SourceError("cap", held_back=True), NOON, 3600)
    assert health.verdict(NOON + 2 * RECENTLY).problems == ()


def test_a_dead_token_is_a_problem_at_once_and_no_reason_to_start_anew() -> None:
    health = listening()
    health.source_failed(X, SourceError("токен отозван", permanent=True), NOON, 900)
    verdict = health.verdict(NOON + timedelta(seconds=1))
    assert verdict.problems == (f"{X_SAID} остановлен, нужен человек: токен отозван",)
    assert verdict.alive
    health.source_ok(X, NOON + MINUTE)
    assert health.verdict(NOON + MINUTE).problems == ()


def test_a_right_that_was_never_given_is_said_as_what_to_do() -> None:
    health = listening()
    advice = "у ключей нет права на личные сообщения, остальное работает"
    health.source_failed(X, SourceError("X answers 403", permanent=True, advice=advice), NOON, 900)
    assert health.verdict(NOON + MINUTE).problems == (f"{X_SAID} не слышит: {advice}",)
    health.source_ok(X, NOON + MINUTE)
    assert health.verdict(NOON + MINUTE).problems == ()


CHAT = Chat(messenger="telegram", chat="-1001", topic=7)


def test_a_chat_that_refuses_is_a_problem_until_it_takes_a_card_again() -> None:
    health = listening()
    health.chat(CHAT, ChatState(chat=CHAT, state="parked", since=NOON, until=NOON, reason="kicked"))
    (problem,) = health.verdict(NOON + 3 * MINUTE).problems
    assert problem == "чат -1001, тема 7 не берёт карточек 3 мин (kicked): listener doctor скажет почему"
    (row,) = health.verdict(NOON).details["chats"]
    assert (row["chat"], row["topic"], row["state"], row["reason"]) == ("-1001", 7, "parked", "kicked")
    health.chat(CHAT, None)
    assert health.verdict(NOON + 3 * MINUTE).problems == ()


def test_a_chat_at_rest_is_shown_at_once_and_a_problem_after_a_minute() -> None:
    health = listening()
    health.chat(CHAT, ChatState(chat=CHAT, state="resting", since=NOON, until=NOON, reason="asked to wait"))
    assert health.verdict(NOON + MINUTE).problems == ()
    assert [row["state"] for row in health.verdict(NOON).details["chats"]] == ["resting"]
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem == "чат -1001, тема 7 отдыхает 2 мин: asked to wait"


def test_a_messenger_that_refuses_the_token_is_a_problem_at_once_until_it_takes_a_card_or_has_a_new_token() -> (
    None
):
    health = listening()
    health.delivered(CHAT, "retried", NOON)
    health.delivered(CHAT, "barred", NOON)
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem == (
        "Telegram не принимает токен, карточки ждут: впишите новый в .env; listener doctor скажет почему"
    )
    health.delivered(CHAT, "postponed", NOON)
    assert health.verdict(NOON).problems == (problem,)
    health.delivered(CHAT, "sent", NOON)
    assert health.verdict(NOON).problems == ()
    health.delivered(CHAT, "barred", NOON)
    health.forget("telegram")
    assert health.verdict(NOON).problems == ()


def test_presses_that_cannot_come_are_a_problem_although_no_card_is_sent() -> None:
    health = listening()
    health.hears_presses("slack", NotifyError("broke off"), NOON)
    assert health.verdict(NOON + MINUTE).problems == ()
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem.startswith("Slack: нажатия не приходят 2 мин")
    health.delivered(Chat(messenger="slack", chat="#support"), "retried", NOON)
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem.startswith("Slack не отвечает 2 мин"), "one word for one trouble"
    health.delivered(Chat(messenger="slack", chat="#support"), "sent", NOON)
    health.hears_presses("slack", NotifyError("refused", advice="Socket Mode выключен"), NOON + 2 * MINUTE)
    assert health.verdict(NOON + 2 * MINUTE).problems == ("Slack: Socket Mode выключен",)
    health.hears_presses("slack", NotifyError("refused", everywhere=True), NOON + 2 * MINUTE)
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem.startswith("Slack не принимает токен")
    health.hears_presses("slack", None, NOON + 2 * MINUTE)
    assert health.verdict(NOON + 2 * MINUTE).problems == ()


def test_a_messenger_that_does_not_answer_is_a_problem_after_a_minute() -> None:
    health = listening()
    health.delivered(CHAT, "retried", NOON)
    health.delivered(CHAT, "unknown", NOON + MINUTE)
    assert health.verdict(NOON + MINUTE).problems == ()
    (problem,) = health.verdict(NOON + 2 * MINUTE).problems
    assert problem.startswith("Telegram не отвечает 2 мин")
    health.delivered(CHAT, "sent", NOON + 2 * MINUTE)
    assert health.verdict(NOON + 2 * MINUTE).problems == ()


def test_a_refused_config_is_a_problem_until_another_is_in_use() -> None:
    health = listening()
    health.config("routes.yaml:5: получатель «suport» нигде не описан")
    (problem,) = health.verdict(NOON).problems
    assert (
        problem == "новые настройки не приняты, в силе прежние: routes.yaml:5: получатель «suport» нигде не описан"
    )
    health.config(None)
    assert health.verdict(NOON).problems == ()


@pytest.mark.parametrize(
    ("waiting", "minutes", "unknown", "problems"),
    [
        (0, 0, 0, ()),
        (3, 10, 0, ()),
        (3, 11, 0, ("ответы клиентам ждут отправки: 3, самый старый 11 мин",)),
        (0, 0, 2, ("об ответах неизвестно, ушли ли они: 2; на их карточках кнопка «Проверить ответ»",)),
    ],
)
def test_answers_that_no_customer_has_got_are_a_problem(
    waiting: int, minutes: int, unknown: int, problems: tuple[str, ...]
) -> None:
    health = listening()
    health.unsaid(waiting, timedelta(minutes=minutes), unknown)
    assert tuple(text.replace("\xa0", " ") for text in health.verdict(NOON).problems) == problems


def test_a_held_back_source_that_does_not_come_back_is_an_illness() -> None:
    health = listening()
    health.source_failed(X, SourceError("window", held_back=True), NOON, 60)
    health.source_ok(VK, NOON + 2 * RECENTLY)
    assert health.verdict(NOON + 2 * RECENTLY).problems == (f"{X_SAID} молчит 20 мин: window",)


def test_a_source_that_is_held_back_again_and_again_does_not_look_well_for_ever() -> None:
    health = listening()
    for hour in range(3):  # a month's cap is asked about every hour
        now = NOON + timedelta(hours=hour)
        health.source_ok(VK, now)
        health.source_failed(
            X, SourceError("X answers 429; the monthly cap is reached", held_back=True), now, 3600
        )
        said = f"{X_SAID} молчит {hour * 60} мин: X answers 429; the monthly cap is reached"
        assert health.verdict(now).problems == ((said,) if hour > 1 else ())
    health.source_ok(X, now)
    assert health.verdict(now).problems == ()


def test_a_rare_source_has_three_of_its_turns() -> None:
    health = Health()
    health.sources({X: timedelta(hours=1)}, NOON)
    health.source_ok(X, NOON)
    assert health.verdict(NOON + timedelta(hours=3)).problems == ()
    assert health.verdict(NOON + timedelta(hours=3) + MINUTE).problems


def test_a_source_that_a_quota_slows_down_has_three_of_its_slower_turns() -> None:
    health = listening()
    health.source_ok(VK, NOON + timedelta(hours=4))
    health.source_ok(X, NOON, slowed=timedelta(hours=2))
    assert health.verdict(NOON + timedelta(hours=4)).problems == ()
    row = health.verdict(NOON + MINUTE).details["sources"][X]
    assert (row["state"], row["next_try"]) == ("held_back", (NOON + timedelta(hours=2)).isoformat())
    health.source_failed(X, SourceError("VK answers 502"), NOON + timedelta(hours=4), 1)
    assert health.verdict(NOON + timedelta(hours=4)).problems == ()
    health.source_ok(X, NOON + timedelta(hours=4))
    assert health.verdict(NOON + timedelta(hours=4) + 2 * RECENTLY).problems


def test_a_loop_that_stands_still_is_named() -> None:
    health = Health()
    health.turned("tell", NOON)
    assert health.verdict(NOON + LOOP_SILENCE).alive
    verdict = health.verdict(NOON + LOOP_SILENCE + MINUTE)
    assert verdict.problems == verdict.stuck == ("цикл tell стоит 180 с",)
    assert not verdict.alive


def test_a_new_configuration_forgets_old_sources_and_remembers_kept_ones() -> None:
    health = listening()
    health.source_ok(X, NOON + 20 * MINUTE)
    health.sources({X: MINUTE}, NOON + 20 * MINUTE)
    verdict = health.verdict(NOON + 21 * MINUTE)
    assert verdict.problems == ()
    assert list(verdict.details["sources"]) == [X]
    assert verdict.details["sources"][X]["state"] == "ok"


@given(
    st.lists(
        st.tuples(st.sampled_from(["ok", "bad", "held", "paused", "turn"]), st.integers(0, 3600)), max_size=30
    ),
    st.integers(0, 90_000),
)
def test_the_status_and_the_problems_never_contradict_each_other(
    events: list[tuple[str, int]], later: int
) -> None:
    health = listening()
    for what, second in sorted(events, key=lambda event: event[1]):
        at = NOON + timedelta(seconds=second)
        match what:
            case "ok":
                health.source_ok(X, at)
            case "turn":
                health.turned("tell", at)
            case _:
                error = SourceError("no", permanent=what == "paused", held_back=what == "held")
                health.source_failed(X, error, at, 60)
    verdict = health.verdict(NOON + timedelta(seconds=later))
    assert verdict.alive == (verdict.details["status"] != "failing")
    assert bool(verdict.problems) == (verdict.details["status"] != "ok")
    assert list(verdict.problems) == verdict.details["problems"]
    assert health.verdict(NOON + timedelta(days=3)).problems


def test_cases_for_which_no_bell_rings_are_named_and_many_are_counted() -> None:
    health = listening()
    health.out_of_time((5, 7))
    assert "сроки не звонят, обращения № 5, № 7: подробности в журнале" in health.verdict(NOON).problems
    health.out_of_time(range(1, 9))
    assert any("№ 5 и ещё 3" in problem for problem in health.verdict(NOON).problems)
    health.out_of_time(())
    assert health.verdict(NOON).problems == ()
