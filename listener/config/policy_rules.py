"""What no single value of policy.yaml can show: topics, brands, receivers that are nowhere, nobody to agree."""

from collections.abc import Iterator, Sequence
from typing import Final

from alerts.outreach.policy import STOP_TOPICS
from classifiers.lexicon import TOPICS
from listener.config.hours_rules import zone_mistakes
from listener.config.route_rules import Around
from listener.config.russian import meant
from listener.config.schema import PolicyYaml, RoutesYaml
from listener.config.values import Mistake
from listener.config.yaml_tree import Place, Tree

FOUR_EYES: Final = 2


def policy_mistakes(
    tree: Tree, policy: PolicyYaml, routes: RoutesYaml | None, around: Around
) -> Iterator[Mistake]:
    """`routes` is None when its file could not be read whole, as are the parts of `around`."""
    if around.words is not None:
        topics = (*STOP_TOPICS, *TOPICS, *around.words.topics)
        yield from _unknown(tree, ("approach", "never_topics"), policy.approach.never_topics, topics, "тема")
        yield from _unknown(tree, ("approve", "topics"), policy.approve.topics or (), topics, "тема")
    if around.brands is not None:
        brands = [brand.id for brand in around.brands]
        yield from _unknown(tree, ("approve", "brands"), policy.approve.brands or (), brands, "бренд")
    if routes is not None:
        names = tuple(routes.receivers)
        yield from _unknown(tree, ("approve", "receivers"), policy.approve.receivers or (), names, "получатель")
        if "receiver" in policy.engineers.model_fields_set:
            yield from _unknown(tree, ("engineers", "receiver"), (policy.engineers.receiver,), names, "получатель")
    if policy.timezone is not None:
        yield from zone_mistakes(tree, ("timezone",), policy.timezone)
    yield from _nobody_agrees(tree, policy, around)


def _unknown(tree: Tree, here: Place, named: Sequence[str], known: Sequence[str], what: str) -> Iterator[Mistake]:
    for place, name in enumerate(named):
        if name not in known:
            yield tree.mistake(
                (*here, place), f"{what} «{name}» нигде не описан{_ending(what)}{meant(name, known)}"
            )


def _ending(what: str) -> str:
    return "а" if what == "тема" else ""


def _nobody_agrees(tree: Tree, policy: PolicyYaml, around: Around) -> Iterator[Mistake]:
    """An answer that waits for somebody who is not there would wait for ever."""
    if around.people is None:
        return
    approve, people = policy.approve, around.people.people
    leads = [person for person in people if person.role == "lead"]
    wants = bool(approve.topics or approve.brands or approve.receivers)
    if wants and approve.by == "lead" and not leads:
        message = "проверять ответы некому: в people.yaml нет старшего (role: lead)"
        yield tree.mistake(("approve",), message)
    elif wants and len(people) < FOUR_EYES:
        yield tree.mistake(("approve",), "проверять ответы некому: в people.yaml один человек")
    if policy.approach.never_topics and not leads:
        message = (
            "на эти темы отвечают со словом старшего, а его в people.yaml нет (role: lead): ответить не получится"
        )
        yield tree.mistake(("approach", "never_topics"), message, warning=True)
