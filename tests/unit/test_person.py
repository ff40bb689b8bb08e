"""People: where they are known, and where they can be told something alone."""

from alerts.cards.context import CardContext
from alerts.cards.elsewhere import Elsewhere
from alerts.cards.masking import is_owners_own
from alerts.cases.state import State
from alerts.routing import Chat, Endpoint, Receiver, stand_ins
from domain.person import Person, messenger_id, who_is
from tests.fakes import NOON
from tests.people import users
from tests.unit.alerts.histories import a_case

DESK = messenger_id("webhook")
ANNA = Person(
    id="anna",
    name="Анна",
    role="lead",
    users=users(telegram="111", webhook="desk"),
    programs=frozenset({DESK}),
)
PROGRAM = Chat(messenger=DESK, chat="desk", endpoint=Endpoint(url="https://desk.example/"))
GROUP = Chat(messenger=messenger_id("telegram"), chat="-1")
SUPPORT = Receiver(name="support", chats=(PROGRAM, GROUP), owner="anna")
CONTEXT = CardContext(people=(ANNA,), receivers={"support": SUPPORT})


def test_who_a_person_is_in_a_program_is_known_and_is_no_private_chat() -> None:
    assert who_is((ANNA,), DESK, "desk") == ANNA
    assert ANNA.private == users(telegram="111")
    told = Elsewhere(context=CONTEXT).chats("owner", State(owner="anna"))
    assert [chat.messenger for _, chat in told] == ["telegram"]
    instead = stand_ins(CONTEXT.receivers, CONTEXT.people, NOON.date())
    assert [chat.messenger for chat in instead["support"]] == ["telegram"]


def test_a_program_that_has_the_name_of_a_persons_user_reads_nothing_whole() -> None:
    case = a_case(state=State(owner="anna"))
    assert not is_owners_own(PROGRAM, case, CONTEXT)
    assert is_owners_own(Chat(messenger=messenger_id("telegram"), chat="111"), case, CONTEXT)
