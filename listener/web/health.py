"""Is the daemon alive, and what is wrong? Notes of what happened and when, and the verdict in Russian words."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.ports import ChatState, NotifyError
from alerts.routing import Chat
from alerts.russian import plural
from listener.metrics import state_of
from listener.networks.registry import source_title
from listener.ports import SourceError

RECENTLY: Final = timedelta(minutes=10)
"""A source that is asked often must have answered within this time; a rarer one within three of its turns."""
HELD_BACK_LONG: Final = timedelta(hours=1)
"""A month's cap, a captcha that nobody enters: whoever is deaf for longer must not look well."""
LOOP_SLOW: Final = timedelta(seconds=9)
"""A loop looks for work every second: one that shows no sign for so long stands, and people should know."""
LOOP_SILENCE: Final = timedelta(minutes=2)
"""A loop that stands for so long does not go on by itself: a turn is bounded by the messengers' time-outs."""
DIED_RECENTLY: Final = timedelta(minutes=10)
"""For so long a loop that died and was begun again is worth a word."""
Problem = tuple[str, str]
"""Its name, and how it reads now."""
MOST_NAMED: Final = 5
"""Cases in one line."""
ANSWER_PATIENCE: Final = timedelta(minutes=10)
"""Longer than this no confirmed answer should wait for its network."""
PATIENCE: Final = timedelta(minutes=1)
"""A messenger that does not answer for so long is a problem; shorter is the network's daily life."""


@dataclass(slots=True, kw_only=True)
class _Source:
    """What is known of one source. `since` is when it began to be listened to.

    `asked` is the cadence it was announced with, `every` the one it has now.
    """

    since: datetime
    asked: timedelta
    every: timedelta
    last_success: datetime | None = None
    state: str = "new"
    error: str | None = None
    advice: str | None = None
    next_try: datetime | None = None

    def trouble(self, now: datetime) -> str | None:
        """What is wrong, or None. Waiting for a quota is no trouble for a while; a dead token is one at once."""
        if self.advice is not None:
            return f"не слышит: {self.advice}"
        if self.state == "paused":
            return f"остановлен, нужен человек: {self.error}"
        waits = self.state == "held_back" and self.next_try is not None and now < self.next_try + RECENTLY
        if waits and self.error is None:
            return None  # it is heard, only seldom
        heard = self.last_success or self.since
        if now - heard <= max(HELD_BACK_LONG if waits else RECENTLY, 3 * self.every):
            return None
        why = f": {self.error}" if self.error else ""
        return f"молчит {(now - heard) // timedelta(minutes=1)} мин{why}"

    def row(self, set_by: timedelta) -> dict[str, Any]:
        return {
            "state": self.state,
            "last_success": (self.last_success + set_by).isoformat() if self.last_success else None,
            "error": self.error,
            "next_try": (self.next_try + set_by).isoformat() if self.next_try else None,
        }


@dataclass(slots=True, kw_only=True)
class _Died:
    """How often a loop died, of what and when last."""

    times: int = 0
    of: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`stuck`: why the process must be started anew; `problems`: all that is wrong, `stuck` among it.

    `by_name` has the problems under names that stay while their words change. `details` is JSON.
    """

    stuck: tuple[str, ...]
    problems: tuple[str, ...]
    by_name: Mapping[str, str]
    details: Mapping[str, Any]

    @property
    def nameless(self) -> Mapping[str, Any]:
        """The details for whoever may not know what is listened for."""
        return {"status": self.details["status"], "problems": len(self.problems)}

    @property
    def alive(self) -> bool:
        """Nothing that a new start would mend. A dead token is a problem, and no reason to die of."""
        return not self.stuck


@dataclass(slots=True)
class Health:
    """Notes by source and loop. Takes the time from its callers: one that passes, and is never set."""

    _sources: dict[str, _Source] = field(default_factory=dict)
    _loops: dict[str, datetime] = field(default_factory=dict)
    _died: dict[str, _Died] = field(default_factory=dict)
    _store: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _late: tuple[int, timedelta] = (0, timedelta(0))
    _held: tuple[int, datetime | None] = (0, None)
    _unsaid: tuple[int, timedelta, int] = (0, timedelta(0), 0)
    _chats: dict[Chat, ChatState] = field(default_factory=dict)
    _silent: dict[str, datetime] = field(default_factory=dict)
    _barred: set[str] = field(default_factory=set)
    _refused_config: str | None = None
    _refused_settings: str | None = None
    _out_of_time: tuple[int, ...] = ()
    _deaf: dict[str, tuple[datetime, NotifyError]] = field(default_factory=dict)
    _roads: dict[str, tuple[str | None, Mapping[str, str]]] = field(default_factory=dict)

    def sources(self, every: Mapping[str, timedelta | None], now: datetime) -> None:
        """These sources are listened to from now on, each so often; None for a long poll. Others are forgotten."""
        self._sources = {
            name: self._sources.get(name) or _source(now, often or timedelta(0)) for name, often in every.items()
        }

    def source_ok(self, source: str, now: datetime, *, slowed: timedelta | None = None) -> None:
        """`slowed` is until its next turn when a quota makes the source slower than it was asked to be."""
        status = self._source(source, now)
        status.last_success, status.error, status.every = now, None, slowed or status.asked
        status.advice = None
        status.state = "held_back" if slowed else "ok"
        status.next_try = now + slowed if slowed else None

    def source_failed(self, source: str, error: SourceError, now: datetime, wait: float) -> None:
        status = self._source(source, now)
        status.state, status.error, status.advice = state_of(error), str(error), error.advice
        status.next_try = now + timedelta(seconds=wait)

    def held(self, cards: int, until: datetime | None) -> None:
        """So many cards wait for the morning; that is no problem, but it must not go unsaid."""
        self._held = cards, until

    def delivered(self, chat: Chat, outcome: str, now: datetime) -> None:
        """One try in a chat; what nobody answered is the messenger's silence, a refused token bars all of it."""
        if outcome in ("sent", "edited", "found", "parked", "failed", "barred"):
            self._silent.pop(chat.messenger, None)
        if outcome == "barred":
            self._barred.add(chat.messenger)
        elif outcome in ("sent", "edited", "found", "parked", "failed"):
            self._barred.discard(chat.messenger)
        elif outcome in ("retried", "unknown"):
            self._silent.setdefault(chat.messenger, now)

    def hears_presses(self, messenger: str, deaf: NotifyError | None, now: datetime) -> None:
        """Presses come, or cannot, and why."""
        if deaf is None:
            self._deaf.pop(messenger, None)
        else:
            since, _ = self._deaf.get(messenger, (now, deaf))
            self._deaf[messenger] = since, deaf

    def chat(self, chat: Chat, state: ChatState | None) -> None:
        """The chat takes nothing, or asked for rest, or is fine again (None)."""
        if state is None:
            self._chats.pop(chat, None)
        else:
            self._chats[chat] = state

    def road(self, platform: str, in_use: str | None, failing: Mapping[str, str]) -> None:
        """Which proxy the platform is reached by, and why others fail; neither means that it has none."""
        if in_use is None and not failing:
            self._roads.pop(platform, None)
        else:
            self._roads[platform] = in_use, failing

    def out_of_time(self, cases: Sequence[int]) -> None:
        """For these cases no bell rings: they break the clock's work."""
        self._out_of_time = tuple(cases)

    def config(self, refusal: str | None) -> None:
        """The first mistake of a config that was refused; None when the newest one is in use."""
        self._refused_config = refusal

    def settings(self, refusal: str | None) -> None:
        """Why changed settings were refused, a mistake a line; None when the newest are in use."""
        first, _, more = (refusal or "").partition("\n")
        others = f" (и ещё {len(more.splitlines())})" if more else ""
        self._refused_settings = None if refusal is None else first + others

    def forget(self, messenger: str) -> None:
        """What was known of a messenger, before it got other tokens or was switched off."""
        self._loops.pop(f"tell {messenger}", None)
        self._silent.pop(messenger, None)
        self._barred.discard(messenger)
        self._deaf.pop(messenger, None)
        self._chats = {chat: state for chat, state in self._chats.items() if chat.messenger != messenger}

    def turned(self, loop: str, now: datetime) -> None:
        """The loop has done a step, or has found nothing to do. The first word also announces the loop."""
        self._loops[loop] = now

    def loop_died(self, loop: str, fault: BaseException, now: datetime) -> None:
        died = self._died.setdefault(loop, _Died(at=now))
        died.times, died.of, died.at = died.times + 1, type(fault).__name__, now

    def store_failed(self, who: str, error: str, now: datetime) -> None:
        """The store did not serve `who`, whose `store_served` ends it: a read says nothing of a full disk."""
        since, _ = self._store.get(who, (now, ""))
        self._store[who] = since, error

    def store_served(self, who: str) -> None:
        self._store.pop(who, None)

    @property
    def store_fails(self) -> bool:
        return bool(self._store)

    def unsaid(self, waiting: int, longest: timedelta, unknown: int) -> None:
        """So many answers wait to be sent, the longest for so long; of so many nobody knows whether they were."""
        self._unsaid = waiting, longest, unknown

    def late(self, cards: int, longest: timedelta) -> None:
        """So many cards that no chat has shown wait longer than the promise allows, the longest for so long."""
        self._late = cards, longest

    @property
    def ready(self) -> bool:
        """Something runs: a source is listened to or a loop has turned."""
        return bool(self._sources or self._loops)

    def verdict(self, now: datetime, *, set_by: timedelta = timedelta(0)) -> Verdict:
        """How it is at `now`; the wall clock, by which people read, is ahead of that by `set_by`."""
        stuck = dict(self._stuck(now))
        by_name = {**stuck, **dict(self._troubles(now, set_by))}
        problems = tuple(by_name.values())
        details = {
            "status": "failing" if stuck else "troubled" if problems else "ok",
            "problems": list(problems),
            "sources": {name: source.row(set_by) for name, source in sorted(self._sources.items())},
            "held": {"cards": self._held[0], "until": self._held[1].isoformat() if self._held[1] else None},
            "chats": [_chat_row(state) for state in self._ill()],
            "proxies": {
                name: {"in_use": in_use, "failing": dict(failing)}
                for name, (in_use, failing) in sorted(self._roads.items())
            },
            "loops": {name: (last + set_by).isoformat() for name, last in sorted(self._loops.items())},
        }
        return Verdict(stuck=tuple(stuck.values()), problems=problems, by_name=by_name, details=details)

    def _stuck(self, now: datetime) -> Iterator[Problem]:
        for name, last in sorted(self._loops.items()):
            if now - last > LOOP_SILENCE:
                yield f"loop {name}", _stands(name, now - last)
        if not self.ready:
            yield "nothing", "ещё ничего не работает"

    def _troubles(self, now: datetime, set_by: timedelta) -> Iterator[Problem]:
        yield from self._troubles_inside(now)
        cards, longest = self._late
        if cards:
            yield "late", f"карточки ждут показа дольше обещанного срока: {cards}, самая старая {_passed(longest)}"
        yield from self._unsaid_answers()
        for name, source in sorted(self._sources.items()):
            if (trouble := source.trouble(now)) is not None:
                yield f"source {name}", f"источник «{source_title(name)}» {trouble}"
        yield from self._troubles_of_messengers(now, set_by)
        yield from self._closed_roads()
        if self._out_of_time:
            named = ", ".join(f"№ {case}" for case in self._out_of_time[:MOST_NAMED])
            more = f" и ещё {len(self._out_of_time) - MOST_NAMED}" if len(self._out_of_time) > MOST_NAMED else ""
            yield "bells", f"сроки не звонят, обращения {named}{more}: подробности в журнале"
        if self._refused_settings is not None:
            yield "settings", f"изменённый .env не принят, в силе прежние настройки: {self._refused_settings}"
        if self._refused_config is not None:
            yield "config", f"новые настройки не приняты, в силе прежние: {self._refused_config}"

    def _troubles_of_messengers(self, now: datetime, set_by: timedelta) -> Iterator[Problem]:
        refused = {messenger for messenger, (_, why) in self._deaf.items() if why.everywhere}
        for messenger in sorted(self._barred | refused):
            words = f"{messenger.capitalize()} не принимает токен, карточки ждут: впишите новый в .env; {_ASK}"
            yield f"token {messenger}", words
        for messenger, since in sorted(self._silent.items()):
            if now - since > PATIENCE:
                words = f"{messenger.capitalize()} не отвечает {_minutes(now - since)}: {_ASK}"
                yield f"messenger {messenger}", words
        yield from self._deaf_inboxes(refused | set(self._silent), now)
        for state in self._ill():
            if (trouble := _chat_trouble(state, now + set_by)) is not None:
                yield f"chat {state.chat}", trouble

    def _deaf_inboxes(self, told: AbstractSet[str], now: datetime) -> Iterator[Problem]:
        """Messengers whose presses do not come, but those of which it is `told` that nothing goes there at all."""
        for messenger, (since, why) in sorted(self._deaf.items()):
            trouble = _why_deaf(messenger, why, now - since)
            if messenger not in told and trouble is not None:
                yield f"presses {messenger}", trouble

    def _unsaid_answers(self) -> Iterator[Problem]:
        waiting, longest, unknown = self._unsaid
        if waiting and longest > ANSWER_PATIENCE:
            yield "answers wait", f"ответы клиентам ждут отправки: {waiting}, самый старый {_passed(longest)}"
        if unknown:
            words = f"об ответах неизвестно, ушли ли они: {unknown}; на их карточках кнопка «Проверить ответ»"
            yield "answers unknown", words

    def _closed_roads(self) -> Iterator[Problem]:
        for platform, (in_use, failing) in sorted(self._roads.items()):
            if in_use is None:
                reasons = "; ".join(f"{proxy}: {reason}" for proxy, reason in failing.items())
                yield f"road {platform}", f"{platform}: не работает ни один прокси ({reasons})"

    def _troubles_inside(self, now: datetime) -> Iterator[Problem]:
        """What is wrong with the store and the loops."""
        if self._store:
            since, error = min(self._store.values())
            yield "store", f"база не работает {_passed(now - since)}: {error}"
        for name, last in sorted(self._loops.items()):
            if LOOP_SLOW < now - last <= LOOP_SILENCE:
                yield f"loop {name}", _stands(name, now - last)
        for name, died in sorted(self._died.items()):
            if now - died.at < DIED_RECENTLY:
                times = plural(died.times, "раз", "раза", "раз")
                words = f"цикл {name} падал {died.times} {times}, запущен снова: {died.of}, подробности в журнале"
                yield f"death {name}", words

    def _ill(self) -> list[ChatState]:
        return sorted(self._chats.values(), key=lambda state: (state.chat.messenger, state.chat.chat))

    def _source(self, name: str, now: datetime) -> _Source:
        return self._sources.setdefault(name, _source(now, timedelta(0)))


def _source(now: datetime, every: timedelta) -> _Source:
    return _Source(since=now, asked=every, every=every)


def _stands(loop: str, silence: timedelta) -> str:
    return f"цикл {loop} стоит {int(silence.total_seconds())} с"


def _passed(passed: timedelta) -> str:
    return f"{int(passed.total_seconds())} с" if passed < timedelta(minutes=2) else _minutes(passed)


def _chat_trouble(state: ChatState, now: datetime) -> str | None:
    """A short rest is a messenger's daily life."""
    passed = now - state.since
    if state.state == "parked":
        return f"{_chat_name(state.chat)} не берёт карточек {_minutes(passed)} ({state.reason}): {_ASK}"
    return f"{_chat_name(state.chat)} отдыхает {_minutes(passed)}: {state.reason}" if passed > PATIENCE else None


def _why_deaf(messenger: str, why: NotifyError, passed: timedelta) -> str | None:
    """What a person must mend is said at once; what may pass by itself, when it has not."""
    if why.advice is not None:
        return f"{messenger.capitalize()}: {why.advice}"
    return (
        f"{messenger.capitalize()}: нажатия не приходят {_minutes(passed)}: {_ASK}" if passed > PATIENCE else None
    )


def _chat_name(chat: Chat) -> str:
    return f"чат {chat.chat}" + (f", тема {chat.topic}" if chat.topic else "")


def _chat_row(state: ChatState) -> dict[str, Any]:
    return {
        "messenger": state.chat.messenger,
        "chat": state.chat.chat,
        "topic": state.chat.topic,
        "state": state.state,
        "since": state.since.isoformat(),
        "until": state.until.isoformat(),
        "reason": state.reason,
    }


def _minutes(passed: timedelta) -> str:
    return f"{passed // timedelta(minutes=1)} мин"


_ASK: Final = "listener doctor скажет почему"
