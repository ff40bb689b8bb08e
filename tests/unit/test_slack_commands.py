"""«/ответ» and the shortcut of a message, as Slack delivers them; anything of another shape is nobody's press."""

from typing import Any

import pytest

from alerts.notifiers.slack.updates import SHORTCUT, read_command, read_shortcut


def command(text: str, **more: Any) -> dict[str, Any]:
    payload = {"command": "/ответ", "text": text, "channel_id": "C01", "user_id": "U01", "user_name": "Анна"}
    return {"type": "slash_commands", "envelope_id": "e1", "payload": payload | {"trigger_id": "1.2"} | more}


@pytest.mark.parametrize(
    ("text", "case", "action", "value"),
    [
        ("12 Мастер будет в 18:00", 12, "write_private", "Мастер будет в 18:00"),
        ("№ 12: Мастер\nбудет", 12, "write_private", "Мастер\nбудет"),
        (" 12 ", 12, "write_private", None),
        ("", 0, "talks", None),
        ("Мастер будет в 18:00", 0, "talks", "Мастер будет в 18:00"),
        ("12-го будет мастер", 0, "talks", "12-го будет мастер"),
        ("12 R&amp;D &lt;3", 12, "write_private", "R&D <3"),
    ],
)
def test_a_command_begins_with_the_cases_number_or_names_none(
    text: str, case: int, action: str, value: str | None
) -> None:
    pressed = read_command(command(text))
    assert pressed is not None
    assert (pressed.case, pressed.action, pressed.value) == (case, action, value)
    assert (pressed.user, pressed.channel, pressed.trigger, pressed.in_window) == ("U01", "C01", "1.2", False)


def test_two_commands_are_two_presses_and_one_delivered_twice_is_one() -> None:
    first, again, second = (read_command(command("12 да", trigger_id=number)) for number in ("1", "1", "2"))
    assert first == again
    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize("message", [{}, command("12", user_id=""), command("12") | {"type": "interactive"}])
def test_what_is_no_command_is_nothing(message: dict[str, Any]) -> None:
    assert read_command(message) is None


def shortcut(**more: Any) -> dict[str, Any]:
    payload = {
        "type": "message_action",
        "callback_id": SHORTCUT,
        "user": {"id": "U01", "name": "Анна"},
        "channel": {"id": "C01"},
        "trigger_id": "1.2",
        "message": {"ts": "5.1", "thread_ts": "4.1"},
    }
    return {"type": "interactive", "envelope_id": "e1", "payload": payload | more}


@pytest.mark.parametrize(
    ("message", "ref"), [({"ts": "5.1", "thread_ts": "4.1"}, "C01:4.1"), ({"ts": "4.1"}, "C01:4.1")]
)
def test_a_message_of_a_thread_stands_for_the_card_above_it(message: dict[str, str], ref: str) -> None:
    pressed = read_shortcut(shortcut(message=message))
    assert pressed is not None
    assert (pressed.ref, pressed.action, pressed.trigger) == (ref, "answer_here", "1.2")


@pytest.mark.parametrize("message", [{}, shortcut(callback_id="another"), shortcut(user={})])
def test_what_is_no_shortcut_of_ours_is_nothing(message: dict[str, Any]) -> None:
    assert read_shortcut(message) is None
