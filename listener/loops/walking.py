"""Walking: one draft for all of an incident, then case after case, each confirmed by a press of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from alerts.cards.asking import KEEP
from alerts.cards.incident import NO_INCIDENT
from alerts.cards.prompt import Prompt
from alerts.cards.replying import template_value
from alerts.cards.walking import (
    GO,
    NO_TEXT,
    OWN,
    SEND,
    SKIP,
    STOP,
    STOPPED,
    WALK,
    WORDS_FOR_ALL,
    Skipped,
    end_words,
    farther,
    list_of,
    nobody_words,
    own_prompt,
    which_words,
    with_head,
)
from alerts.cards.wording import Wording
from alerts.incidents.history import Drafted
from alerts.ports import Answer, Press
from domain.person import Person
from listener.ports import Clock
from listener.rules import Rules
from listener.store.incidents import IncidentStore

MOST_SKIPPED: Final = 50
"""Cases passed over at one press; whoever has read of them goes on behind them."""
NOT_ANSWERED: Final = "Хорошо, никому не отвечаем"


class Walking:
    """`obey` applies a press to one case, as ever: a walk decides only which case is next.

    `written` is called when an incident's card must show that there are words for all.
    """

    def __init__(
        self,
        incidents: IncidentStore,
        rules: Callable[[], Rules],
        clock: Clock,
        obey: Callable[[Press], Awaitable[Answer]],
        written: Callable[[], None],
    ) -> None:
        self._incidents = incidents
        self._rules = rules
        self._clock = clock
        self._obey = obey
        self._written = written

    async def begin(self, press: Press, person: Person) -> Answer:
        """«Ответить всем» on an incident's card: with which words. Raises StoreError."""
        now, context = self._clock.now(), self._rules().context
        found = await self._incidents.walked(press, person, now)
        if found is None:
            return Answer(text=NO_INCIDENT, alert=True)
        if found.next.case is None:
            return Answer(text=nobody_words(found.next.in_hand), alert=True)
        words = Wording(context=context, now=now)
        prompt = which_words(
            press.case, found.next.case, found.next.left, found.incident, context.templates, words
        )
        return Answer(text="", prompt=prompt)

    async def step(self, press: Press, person: Person) -> Answer:
        """What was said to a question of the walk. Raises StoreError."""
        listed, value = list_of(press.action) or 0, press.value
        if press.action.startswith(f"{WORDS_FOR_ALL}."):
            return await self._with_words(press, listed, Drafted(text=(value or "").strip()), person)
        if not press.action.startswith(f"{WALK}.") or value is None:
            return await self._obey(press)
        if value in (GO, OWN, KEEP):
            return await self._chosen(press, listed, person)
        for template in self._rules().context.templates:
            if value == template_value(template):
                words = Drafted(text=template.text, is_template=True)
                return await self._with_words(press, listed, words, person)
        return await self._decided(press, listed, person)

    async def _chosen(self, press: Press, listed: int, person: Person) -> Answer:
        if press.value == GO:
            return await self._next(press, listed, None, person)
        if press.value == OWN:
            return Answer(text="", prompt=own_prompt(listed, press.case))
        return Answer(text=NOT_ANSWERED)

    async def _with_words(self, press: Press, listed: int, words: Drafted, person: Person) -> Answer:
        if not words.text:
            return Answer(text=NO_TEXT, alert=True)
        if not await self._incidents.write_for_all(listed, words, person, self._clock.now()):
            return Answer(text=NO_INCIDENT, alert=True)
        self._written()
        return await self._next(press, listed, None, person)

    async def _decided(self, press: Press, listed: int, person: Person) -> Answer:
        """«Отправить» leads on where it was taken, «Пропустить» in any case, «Закончить» nowhere."""
        done = await self._obey(press)
        verb = (press.value or "").partition("-")[0]
        if verb == STOP:
            return Answer(text=STOPPED)
        if done.prompt is not None or verb not in (*SEND, SKIP):
            return done
        if verb in SEND and done.alert and done.reason != "sent_already":
            return done
        said = done.text if verb in SEND and not done.alert else ""
        following = await self._next(press, listed, press.case, person)
        return replace(following, text=" ".join(filter(None, (said, following.text))))

    async def _next(self, press: Press, listed: int, after: int | None, person: Person) -> Answer:
        """The next who can be answered with these words is shown; whom there is no answering is named."""
        skipped: list[Skipped] = []
        for _ in range(MOST_SKIPPED):
            waits = await self._incidents.next_waiting(listed, after, person, self._clock.now())
            if waits.case is None:
                break
            step = replace(
                press, case=waits.case, action=f"{WALK}.{listed}", value=None, key=f"{press.key}/{waits.case}"
            )
            shown = await self._obey(step)
            if isinstance(shown.prompt, Prompt):
                return Answer(text="", prompt=with_head(shown.prompt, waits.left, skipped))
            after = waits.case
            if shown.reason != "in_hand":
                skipped.append(Skipped(case=waits.case, why=shown.text))
        else:
            # A walk keeps no place of its own: begun anew it would come no farther than here.
            return Answer(text="", prompt=farther(listed, after or press.case, skipped))
        whole = await self._incidents.next_waiting(listed, None, person, self._clock.now())
        return Answer(text=end_words(skipped, whole.in_hand), is_long=bool(skipped))
