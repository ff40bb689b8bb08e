"""X's query language, the part that brands need: words, phrases, OR, parentheses, negation and a few operators."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from simulator.x.posts import Post, words

Matches = Callable[[Post], bool]

PIECE: Final = re.compile(r"""\s*(?: -?\( | \) | -?"[^"]*" | [^\s()"]+ )""", re.VERBOSE)
DEEPEST: Final = 20


class QueryError(ValueError):
    """The query cannot be understood; the message is what X would say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """`alone`: it may stand as a query of its own; lang:, is: and everything negated may not."""

    matches: Matches
    alone: bool


def parse_query(text: str) -> Matches:
    """Read a query. Raises QueryError for what X refuses: unknown operators, negated groups, nothing to find."""
    reader = _Reader(_pieces(text))
    expression = reader.alternatives(0)
    if reader.peek() is not None:
        raise QueryError(f"no viable alternative at input '{reader.peek()}'")
    if not expression.alone:
        raise QueryError(
            "Rules must contain at least one positive, non-stopword clause. "
            "Operators such as lang:, is: and has: cannot be used on their own."
        )
    return expression.matches


def _pieces(text: str) -> list[str]:
    pieces, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        found = PIECE.match(stripped, at)
        if found is None:
            raise QueryError(f"mismatched character at position {at}: a quotation mark is not closed")
        pieces.append(found.group(0).strip())
        at = found.end()
    if not pieces:
        raise QueryError("the query is empty")
    return pieces


@dataclass(slots=True)
class _Reader:
    """Recursive descent; a space binds tighter than OR, as on X."""

    pieces: list[str]
    at: int = field(default=0)

    def peek(self) -> str | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def take(self) -> str:
        self.at += 1
        return self.pieces[self.at - 1]

    def alternatives(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise QueryError("too many nested parentheses")
        parts = [self.sequence(depth)]
        while self.peek() == "OR":
            self.take()
            parts.append(self.sequence(depth))
        return Expression(matches=_any(parts), alone=all(part.alone for part in parts))

    def sequence(self, depth: int) -> Expression:
        parts = []
        while self.peek() not in (None, ")", "OR"):
            parts.append(self.single(depth))
        if not parts:
            raise QueryError(f"missing a clause before '{self.peek() or 'the end'}'")
        return Expression(matches=_all(parts), alone=any(part.alone for part in parts))

    def single(self, depth: int) -> Expression:
        piece = self.take()
        if piece == "-(":
            raise QueryError("a group cannot be negated: negate each of its clauses")
        if piece == "(":
            inner = self.alternatives(depth + 1)
            if self.peek() != ")":
                raise QueryError("missing ')'")
            self.take()
            return inner
        if piece.startswith("-") and len(piece) > 1:
            inner = _term(piece[1:])
            return Expression(matches=_none(inner.matches), alone=False)
        return _term(piece)


def _term(piece: str) -> Expression:
    if piece.startswith('"'):
        return Expression(matches=_says(piece.strip('"')), alone=True)
    if piece.casefold() in ("and", "or"):
        raise QueryError(
            f"Ambiguous use of {piece} as a keyword. Use a space to logically join two clauses, "
            f'or "{piece}" to find occurrences of {piece} in text'
        )
    if piece[0] in "@#" and len(piece) > 1:
        return Expression(matches=_marked(piece[0], piece[1:].casefold()), alone=True)
    name, colon, value = piece.partition(":")
    if not colon or not name.isascii() or not name.isalpha():
        return Expression(matches=_says(piece), alone=True)
    return _operator(name, value.strip('"').lstrip("@").casefold())


def _operator(name: str, value: str) -> Expression:
    match name, value:
        case _, "":
            raise QueryError(f"the operator {name}: needs a value")
        case "from", _:
            return Expression(matches=lambda post: post.author.handle.casefold() == value, alone=True)
        case "to", _:
            return Expression(matches=lambda post: _answers(post, value), alone=True)
        case "lang", _:
            return Expression(matches=lambda post: post.language == value, alone=False)
        case "is", "reply":
            return Expression(matches=lambda post: post.reply_to is not None, alone=False)
        case "is", "retweet" | "quote" | "verified" | "nullcast":
            # Nobody on the simulated X retweets, quotes or pays.
            return Expression(matches=lambda _: False, alone=False)
        case _:
            raise QueryError(f"Reference to invalid operator '{name}:{value}'")


def _answers(post: Post, handle: str) -> bool:
    return post.reply_to is not None and post.reply_to.author.handle.casefold() == handle


def _marked(sign: str, name: str) -> Matches:
    return (lambda post: name in post.mentioned) if sign == "@" else (lambda post: name in post.hashtags)


def _says(text: str) -> Matches:
    wanted = words(text)
    if not wanted:  # emoji and other signs are found as they are
        return lambda post: text in post.text
    if len(wanted) == 1:
        return lambda post: wanted[0] in post.tokens
    size = len(wanted)
    return lambda post: any(
        post.tokens[start : start + size] == wanted for start in range(len(post.tokens) - size + 1)
    )


def _all(parts: list[Expression]) -> Matches:
    return lambda post: all(part.matches(post) for part in parts)


def _any(parts: list[Expression]) -> Matches:
    return lambda post: any(part.matches(post) for part in parts)


def _none(inner: Matches) -> Matches:
    return lambda post: not inner(post)
