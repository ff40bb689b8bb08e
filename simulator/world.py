"""The simulated world: four networks, the people in them and what they write, not yet served to anybody."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from simulator.corpus import Corpus, House
from simulator.customers import Customers
from simulator.desks import Desk, SlackDesk, TelegramDesk
from simulator.faults import Faults
from simulator.operators import OPERATORS
from simulator.people import Writer
from simulator.private import Private
from simulator.publishing import Publishing
from simulator.sequels import Sequels
from simulator.slack import Slack
from simulator.talkative import Talkative
from simulator.telegram import Telegram
from simulator.telegram_chats import Person
from simulator.traffic import Planned, Traffic, plan
from simulator.vk import Vk
from simulator.x import X
from simulator.x.keys import AccountKeys

TELEGRAM_CHATS: Final = {-1001: "Поддержка", -1002: "Инженеры", -1003: "Кризис"}
SLACK_CHANNELS: Final = {"C01": "support", "C02": "pr"}
ABOUT: Final = {
    -1001: "Пока тихо. Сюда придёт карточка, как только кто-нибудь пожалуется.",
    -1002: "Пока тихо. Инженеры видят здесь жалобы на приложения: вместе с поддержкой, те же карточки.",
    -1003: "Пока тихо. Сюда приходит самое срочное: деньги, здоровье, суд.",
    "C01": "Пока тихо. Сюда придёт карточка, как только кто-нибудь пожалуется.",
    "C02": "Пока тихо. Пресс-служба видит здесь самое срочное: деньги, здоровье, суд.",
}
"""What an empty chat says of itself."""
ABOUT_PRIVATE: Final = "Пока тихо. Здесь бот показывает вам одному сообщения клиентов целиком, без скрытых цифр."
X_TOKEN: Final = "x-simulated"  # noqa: S105 - the made-up token of a made-up network
SEARCHES: Final = 1_000_000
UNBOUNDED: Final = ("search", "mentions", "dm_events")
"""The demo asks every two seconds: real quotas would end it after minutes."""
X_APP: Final = ("x-simulated-app", "x-simulated-secret")


class World:
    """Publishes `corpus` at `rate` texts a second (zero: only what is asked for) once its traffic runs.

    `limits` turns on the messengers' real limits: 20 messages and edits a minute in a Telegram group, 30 a second
    of the whole bot, one message a second in a Slack channel. `sequels` lets things happen to what the traffic has
    published: edits, deletions, answers of brands and customers, reposts. `talkative`: customers answer what
    brands say to them by their keys, and operators have private chats with the bot.
    """

    def __init__(
        self,
        corpus: Corpus,
        clock: Callable[[], datetime],
        *,
        rate: float = 1.0,
        seed: int = 0,
        limits: bool = False,
        sequels: bool = False,
        talkative: bool = False,
    ) -> None:
        self.corpus = corpus
        self.vk = Vk(clock)
        self.x = X(clock, token=X_TOKEN, limits=dict.fromkeys(UNBOUNDED, SEARCHES))
        self.telegram = Telegram(clock, per_minute=20 if limits else None, per_second=30 if limits else None)
        self.slack = Slack(clock, per_second=1.0 if limits else None)
        self.publishing = Publishing(corpus, self.vk, self.x, clock)
        self.customers = Customers(corpus, self.publishing, self.vk, self.x, clock)
        self.private = Private(corpus, self.publishing, self.vk, self.x, clock)
        self.vk.answered, self.x.answered = self.customers.hear_on_vk, self.customers.hear_on_x
        self._sequels = Sequels(corpus, self.publishing, self.customers, seed=seed) if sequels else None
        self.traffic = Traffic(plan(corpus, seed), self._publish, rate=rate, seed=seed)
        self._furnish()
        if talkative:
            self._enliven(seed)

    @property
    def faults(self) -> Mapping[str, Faults]:
        """The faults of each network by its name."""
        return {
            "vk": self.vk.faults,
            "x": self.x.faults,
            "telegram": self.telegram.faults,
            "slack": self.slack.faults,
        }

    def desk(self, name: str, *, chat: int = -1001, channel: str = "C01") -> Desk:
        """What an operator (by the beginning of the name) does in that chat and that channel."""
        operator = next((one for one in OPERATORS if one.name.startswith(name)), None)
        if operator is None:
            raise LookupError(name)
        return Desk(
            telegram=TelegramDesk(telegram=self.telegram, operator=operator, chat=chat),
            slack=SlackDesk(slack=self.slack, operator=operator, channel=channel),
        )

    def _publish(self, planned: Planned) -> None:
        item = self.publishing.planned(planned)
        if self._sequels is not None:
            self._sequels.after(item)

    def _enliven(self, seed: int) -> None:
        customers = Talkative(
            self.corpus, self.publishing, self.customers, self.private, self.vk, self.x, seed=seed
        )
        self.vk.answered, self.x.answered = customers.hear_on_vk, customers.hear_on_x
        self.vk.wrote, self.x.wrote = customers.read_on_vk, customers.read_on_x
        for one in OPERATORS[:2]:  # the third is a stranger to the bot
            self.telegram.add_chat(one.telegram, "Лично", people=[Person(id=one.telegram, name=one.name)])
            self.slack.talk_with(one.slack)

    def _furnish(self) -> None:
        for house in self.corpus.houses:
            self.vk.add_community(
                house.group, house.screen_name, house.title, house.members, community_token(house)
            )
            self.x.give_keys(account_keys(self.corpus.writers[house.account]))
        people = [Person(id=one.telegram, name=one.name) for one in OPERATORS]
        for chat, title in TELEGRAM_CHATS.items():
            self.telegram.add_chat(chat, title, people=people)
        for channel, name in SLACK_CHANNELS.items():
            self.slack.add_channel(channel, name)
        self.publishing.open_houses()


def community_token(house: House) -> str:
    """The token of a brand's community, the same at every start."""
    return f"vk1.simulated.{house.screen_name}"


def account_keys(account: Writer) -> AccountKeys:
    """The keys of a brand's account on X, the same at every start."""
    key, secret = X_APP
    token = f"{account.number}-simulated"
    return AccountKeys(
        account=account, api_key=key, api_secret=secret, token=token, token_secret=f"secret-of-{account.handle}"
    )
