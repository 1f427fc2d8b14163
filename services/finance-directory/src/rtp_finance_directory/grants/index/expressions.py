"""What is asked for in words, as PostgreSQL has understood it: a tsquery, read from its text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyroaring import BitMap

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|''|\\.)*)'|([&|!()]|<(?:-|\d+)>))")
_ESCAPED = re.compile(r"''|\\(.)")


@dataclass(frozen=True)
class Word:
    """A word that has to be there."""

    word: str


@dataclass(frozen=True)
class Without:
    """What must not match."""

    inner: "Expression"


@dataclass(frozen=True)
class Both:
    """Two that have to match."""

    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Either:
    """Two of which one has to match."""

    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Word | Without | Both | Either
Token = tuple[str | None, str | None]


def parse_query(text: str) -> Expression | None:
    """Read the text of a tsquery; None if the order of words matters, of which bitmaps do not tell."""
    if not text:
        return Word("")  # all the words were such as every text has: nothing matches
    tokens: list[Token] = [(match[1], match[2]) for match in _TOKEN.finditer(text)]
    if any(sign and sign[0] == "<" for _, sign in tokens):
        return None
    return _read_either(_Reader(tokens))


class _Reader:
    """Reads tokens, one behind the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = [*tokens, (None, None)]
        self.place = 0

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def skip(self, sign: str) -> bool:
        """Go on behind the sign, if it comes next; return whether it did."""
        found = self.tokens[self.place][1] == sign
        self.place += found
        return found


def _read_either(reader: _Reader) -> Expression:
    found = _read_both(reader)
    while reader.skip("|"):
        found = Either(found, _read_both(reader))
    return found


def _read_both(reader: _Reader) -> Expression:
    found = _read_one(reader)
    while reader.skip("&"):
        found = Both(found, _read_one(reader))
    return found


def _read_one(reader: _Reader) -> Expression:
    if reader.skip("!"):
        return Without(_read_one(reader))
    if reader.skip("("):
        found = _read_either(reader)
        reader.take()
        return found
    quoted, sign = reader.take()
    assert quoted is not None, sign  # noqa: S101 - what PostgreSQL writes is balanced
    return Word(_ESCAPED.sub(lambda match: match[1] or "'", quoted))


def list_words(asked: Expression) -> Iterator[str]:
    """List the words that stand in it."""
    match asked:
        case Word(word):
            yield word
        case Without(inner):
            yield from list_words(inner)
        case Both(left, right) | Either(left, right):
            yield from list_words(left)
            yield from list_words(right)


def evaluate(asked: Expression, words: dict[str, BitMap], everything: BitMap) -> BitMap:
    """Return what matches, given what each word stands in."""
    match asked:
        case Word(word):
            return words[word]
        case Without(inner):
            return everything - evaluate(inner, words, everything)
        case Both(left, right):
            return evaluate(left, words, everything) & evaluate(right, words, everything)
        case Either(left, right):
            return evaluate(left, words, everything) | evaluate(right, words, everything)
