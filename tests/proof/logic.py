"""SQL's logic in a solver: what is true, what is false, and what is neither because of a NULL."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import z3

TEXT = z3.StringSort()
TEXTS = z3.SetSort(TEXT)
NOWHERE = z3.EmptySet(TEXT)
NEVER, ALWAYS = z3.BoolVal(False), z3.BoolVal(True)


@dataclass(frozen=True)
class Truth:
    """A condition: when it is true, and when it is false."""

    true: Any
    false: Any

    def __and__(self, other: "Truth") -> "Truth":
        return Truth(z3.And(self.true, other.true), z3.Or(self.false, other.false))

    def __or__(self, other: "Truth") -> "Truth":
        return Truth(z3.Or(self.true, other.true), z3.And(self.false, other.false))

    def __invert__(self) -> "Truth":
        return Truth(self.false, self.true)


def decide(condition: Any, null: Any = NEVER) -> Truth:
    """Return the condition of values, which is neither true nor false where one of them is NULL."""
    return Truth(z3.And(z3.Not(null), condition), z3.And(z3.Not(null), z3.Not(condition)))


YES, NO = decide(ALWAYS), decide(NEVER)


def join_all(conditions: Iterable[Truth]) -> Truth:
    return reduce(Truth.__and__, conditions, YES)


@dataclass(frozen=True)
class Value:
    """A value of a column or an expression, and when it is NULL. An array is the set of its elements, none of them
    NULL: no operator that the policies use asks for their order or number.
    """

    term: Any
    null: Any = NEVER

    def equals(self, other: "Value") -> Truth:
        return decide(self.term == other.term, z3.Or(self.null, other.null))

    def is_among(self, array: "Value") -> Truth:
        """`self = ANY (array)`. Of an empty array it is false, also for NULL."""
        found = z3.And(z3.Not(self.null), z3.IsMember(self.term, array.term))
        missed = z3.Or(array.term == NOWHERE, z3.And(z3.Not(self.null), z3.Not(z3.IsMember(self.term, array.term))))
        return Truth(z3.And(z3.Not(array.null), found), z3.And(z3.Not(array.null), missed))

    def overlaps(self, other: "Value") -> Truth:
        """`self && other`."""
        common = z3.SetIntersect(self.term, other.term) != NOWHERE
        return decide(common, z3.Or(self.null, other.null))

    def compare(self, other: "Value", by: Callable[[Any, Any], Any]) -> Truth:
        return decide(by(self.term, other.term), z3.Or(self.null, other.null))

    def is_null(self) -> Truth:
        return decide(self.null)


def write(text: str) -> Value:
    return Value(z3.StringVal(text))


def collect(elements: Iterable[Value]) -> Value:
    """Return the set of the elements that are not NULL."""
    found = NOWHERE
    for each in elements:
        found = z3.If(each.null, found, z3.SetAdd(found, each.term))
    return Value(found)


def find_difference(one: Any, other: Any, *, given: Any = ALWAYS) -> "z3.ModelRef | None":
    """Return None where the two conditions are proved equal, else an example in which they differ."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(given, one != other)
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer == z3.sat:
        return solver.model()
    raise AssertionError(f"the solver does not know: {solver.reason_unknown()}")
