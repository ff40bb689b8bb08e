"""The alarm: one line when something breaks, one when it is over, and none for what passes by itself."""

from dataclasses import dataclass, field

from alerts.cards.note import Note
from listener.loops.alarm import MOST_LINES, SETTLED, Alarm
from tests.outbox import Clocks

VK = "источник «поиск по VK для romashka» молчит {} мин"


@dataclass
class Scene:
    """What is wrong, a chat that may be shut, and the alarm between them, looking once a second."""

    clocks: Clocks = field(default_factory=Clocks)
    problems: dict[str, str] = field(default_factory=dict)
    shut: bool = False
    said: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alarm = Alarm(lambda: self.problems, self.say, self)

    def now(self) -> object:
        return self.clocks.now()

    def monotonic(self) -> float:
        return self.clocks.seconds()

    async def say(self, note: Note, key: str) -> bool:
        if not self.shut:
            self.said.append(note.text)
            self.keys.append(key)
        return not self.shut

    async def run(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            await self.alarm.step()
            self.clocks.turn(1)


async def test_what_breaks_is_told_once_however_its_words_change_and_once_when_it_is_over() -> None:
    scene = Scene()
    for minute in range(10, 40):
        scene.problems = {"source vk.search": VK.format(minute)}
        await scene.run(60)
    assert scene.said == ["⚠️ " + VK.format(10)]
    scene.problems = {}
    await scene.run(60)
    assert scene.said[1:] == ["✅ Снова в порядке. Было, 30\xa0мин: " + VK.format(10)]


async def test_it_is_told_within_ten_seconds() -> None:
    scene = Scene(problems={"store": "база не работает"})
    await scene.run(10)
    assert len(scene.said) == 1
    scene.problems = {}
    await scene.run(10)
    assert len(scene.said) == 2


async def test_what_passes_by_itself_is_nobody_s_business() -> None:
    scene = Scene()
    for _ in range(20):
        scene.problems = {"store": "база не работает"}
        await scene.run(SETTLED - 1)
        scene.problems = {}
        await scene.run(SETTLED - 1)
    assert scene.said == []


async def test_what_comes_and_goes_is_one_trouble() -> None:
    scene = Scene(problems={"store": "база не работает"})
    await scene.run(10)
    for _ in range(20):
        scene.problems = {}
        await scene.run(SETTLED - 1)
        scene.problems = {"store": "база не работает"}
        await scene.run(3)
    assert len(scene.said) == 1


async def test_what_breaks_together_is_told_together() -> None:
    scene = Scene(problems={f"chat {number}": f"чат {number} не берёт карточек" for number in range(14)})
    await scene.run(10)
    (words,) = scene.said
    assert len(words.splitlines()) == MOST_LINES + 1
    assert words.endswith("и ещё 4")


async def test_a_second_trouble_does_not_tell_the_first_again() -> None:
    scene = Scene(problems={"store": "база не работает"})
    await scene.run(10)
    scene.problems["source x"] = "источник x остановлен"
    await scene.run(20)
    assert scene.said == ["⚠️ база не работает", "⚠️ источник x остановлен"]
    assert len(set(scene.keys)) == 2


async def test_where_no_chat_takes_it_it_is_told_as_soon_as_one_does() -> None:
    scene = Scene(problems={"chat -1001": "чат -1001 не берёт карточек"}, shut=True)
    await scene.run(60)
    scene.shut = False
    await scene.run(2)
    assert scene.said == ["⚠️ чат -1001 не берёт карточек"]


async def test_what_was_over_before_anybody_could_be_told_is_not_told() -> None:
    scene = Scene(problems={"chat -1001": "чат -1001 не берёт карточек"}, shut=True)
    await scene.run(60)
    scene.problems, scene.shut = {}, False
    await scene.run(60)
    assert scene.said == []


async def test_a_clock_that_is_set_tells_nothing_twice() -> None:
    scene = Scene(problems={"store": "база не работает"})
    await scene.run(10)
    scene.clocks.set(days=-1)
    await scene.run(30)
    scene.clocks.set(days=2)
    await scene.run(30)
    assert len(scene.said) == 1
