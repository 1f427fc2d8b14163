"""Three-valued conditions on the facts of a group, as data: yes, no, or not known while a fact is missing.

Kleene's logic: an unknown compared with anything stays unknown, and only a part that decides alone decides in spite of
it. An expression speaks of each fact once, and each of its comparisons can be answered either way. So it is not known
exactly where some answers would make it true and others false, and it depends on every fact that it still lacks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from rtp_finance_directory.requirements.values import explain_value
from rtp_finance_directory.vocabulary import Fact
from rtp_shared.schemas import Input, Line, Whole

Known: TypeAlias = str | int | Sequence[str]
Facts: TypeAlias = Mapping[Fact, Known]
Value: TypeAlias = int | str | tuple[int, ...] | tuple[str, ...] | None
DEEPEST = 6


class Comparator(StrEnum):
    EQUALS = "equals"
    ONE_OF = "one-of"
    """Of purposes: one of them at least."""
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    BETWEEN = "between"
    """Both ends are inside."""


def _refuse_number_in_quotes(value: Value) -> Value:
    texts = value if isinstance(value, tuple) else (value,)
    if any(isinstance(each, str) and re.match(r"[-+.\d]", each) for each in texts):
        raise ValueError("a number is written without quotes")
    return value


class Expression(Input):
    """One of four: a comparison of a fact, or `not`, `all` or `any` of other expressions. Each fact is named once."""

    model_config = ConfigDict(frozen=True)

    fact: Fact | None = None
    comparator: Comparator | None = None
    value: Annotated[
        Whole | Line | tuple[Whole, ...] | tuple[Line, ...] | None, AfterValidator(_refuse_number_in_quotes)
    ] = Field(default=None, description="A word or number; several for one-of; the two ends for between")
    not_: "Expression | None" = Field(default=None, alias="not")
    all: "tuple[Expression, ...] | None" = Field(default=None, min_length=2, max_length=9)
    any: "tuple[Expression, ...] | None" = Field(default=None, min_length=2, max_length=9)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        forms = (self.fact, self.not_, self.all, self.any)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("must be one of a comparison of a fact, not, all and any")
        if self.fact is None:
            if self.comparator is not None or self.value is not None:
                raise ValueError("compares no fact: comparator and value go with one")
        elif self.comparator is None or self.value is None:
            raise ValueError("a comparison has a fact, a comparator and a value")
        elif wrong := explain_value(self.fact, self.comparator, self.value):
            raise ValueError(wrong)
        return self

    @property
    def parts(self) -> tuple["Expression", ...]:
        return self.all or self.any or ((self.not_,) if self.not_ is not None else ())


def evaluate(expression: Expression, facts: Facts) -> bool | None:
    """Return whether it holds; None where that depends on a fact that is missing."""
    if expression.fact is not None:
        known = facts.get(expression.fact)
        return None if known is None else _compare(known, expression)
    if expression.not_ is not None:
        inner = evaluate(expression.not_, facts)
        return None if inner is None else not inner
    decisive = expression.any is not None  # one true part decides `any`, one false part decides `all`
    found = [evaluate(part, facts) for part in expression.parts]
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def list_open_facts(expression: Expression, facts: Facts) -> tuple[Fact, ...]:
    """Return the facts by which it would be known for certain, whatever is answered; no other set without one does."""
    if evaluate(expression, facts) is not None:
        return ()
    if expression.fact is not None:
        return (expression.fact,)
    return tuple(fact for part in expression.parts for fact in list_open_facts(part, facts))


def list_facts(expression: Expression) -> Iterator[Fact]:
    """Yield the fact of every comparison."""
    if expression.fact is not None:
        yield expression.fact
    for part in expression.parts:
        yield from list_facts(part)


def measure_depth(expression: Expression) -> int:
    return 1 + max((measure_depth(part) for part in expression.parts), default=0)


def _compare(known: Known, comparison: Expression) -> bool:
    value = comparison.value
    match comparison.comparator, value:
        case Comparator.AT_LEAST, int():
            return isinstance(known, int) and known >= value
        case Comparator.AT_MOST, int():
            return isinstance(known, int) and known <= value
        case Comparator.BETWEEN, (int() as least, int() as most):
            return isinstance(known, int) and least <= known <= most
        case Comparator.ONE_OF, tuple():
            said = (known,) if isinstance(known, str) else known if isinstance(known, Sequence) else ()
            return any(each in value for each in said)
        case _:
            return known == value
