"""The rules of a running daemon: with a judge in this process, in one of its own, or with none."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Final

from classifiers.verdict import Question
from domain.person import MessengerId, Person
from domain.verdict import Verdict
from listener.built_rules import build_rules, build_rules_with
from listener.config.values import Config
from listener.judge_process import JudgeProcess
from listener.judge_worker import Setup
from listener.networks.registry import MARKS
from listener.rules import Rules
from listener.settings import Settings


async def open_rules(
    config: Config,
    people: tuple[Person, ...],
    reachable: frozenset[MessengerId],
    settings: Settings,
    workers: Executor,
    *,
    judges: bool = True,
    apart: JudgeProcess | None = None,
) -> Rules:
    """The rules of a running daemon, whose judge has a process of its own where the settings say so.

    Without `judges` no model is loaded: another daemon judges. `apart` is such a process that begins already; it
    is closed where there are no rules in the end. What may be said on networks is known by the settings' own.
    Raises `classifiers.model.ModelError`, and `listener.reader.DiedError` where no process can be begun.
    """
    networks = settings.networks
    in_thread = asyncio.get_running_loop().run_in_executor
    if judges and not settings.judge_apart:
        build = partial(
            build_rules,
            config,
            people,
            reachable,
            settings.model,
            second=settings.second_opinion,
            networks=networks,
        )
        return await in_thread(workers, build)
    apart = apart or begun_apart(config, settings, judges=judges)
    try:
        build = partial(build_rules_with, config, people, reachable, NOBODY, networks=networks)
        rules = await in_thread(workers, build)
        if apart is not None:
            await apart.start()
    except BaseException:
        if apart is not None:
            await apart.close()
        raise
    return replace(rules, apart=apart)


def begun_apart(
    config: Config, settings: Settings, *, judges: bool = True, begun: Process | None = None
) -> JudgeProcess | None:
    """The judge's process, which begins to load or has `begun` to; None where there is to be none."""
    if not (judges and settings.judge_apart):
        return None
    apart = JudgeProcess(judge_setup(config), model=settings.model, second=settings.second_opinion, begun=begun)
    apart.begin()
    return apart


def judge_setup(config: Config) -> Setup:
    """What a process of its own needs to read texts as this config's matcher and the judge with its words do."""
    return Setup(
        brands=config.brands,
        marks=MARKS,
        topics=config.words.topics,
        urgent=config.words.urgent,
    )


class _Nobody:
    """Stands for the judge where texts are read by another process."""

    def classify(self, questions: Sequence[Question]) -> list[Verdict]:
        if questions:
            raise RuntimeError("texts are not judged in this process")
        return []


NOBODY: Final = _Nobody()
