"""That the proof would see a fault: a policy without any one of its conditions lets somebody read too much or too
little, and the solver's example of that, tried on PostgreSQL, shows the same.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from copy import copy
from typing import Any

import pytest
import z3
from pglast import ast, enums
from pglast.stream import RawStream

from rtp_embedded.postgres import Postgres
from tests.proof.callers import CALLERS, Caller
from tests.proof.catalogue import Catalogue, Policy
from tests.proof.example import Example, bind, list_unknowns, take_example
from tests.proof.policy import WHO_READS, look
from tests.proof.rows import NotTranslated, Row, parse_condition
from tests.proof.scratch import Scratch, open_scratch
from tests.proof.sql import read_policy

pytestmark = pytest.mark.anyio
UNCONDITIONAL = {"published_decisions"}
"""Tables that everybody reads."""
REDUNDANT: Mapping[str, set[int]] = {
    "barriers": {15},  # that the central team waits for the submission: it knows of no draft at all
    "barrier_changes": {15},
    "legal_holds": {4},  # that the system reads all: it is on the bodies' side
    # That bodies wait for the submission, as they know of no draft; that the group's client is on no bodies' side, as
    # it reads all names; that only ids of version 7 tell a time: so do those of version 1, which nobody makes.
    "party_names": {7, 11, 22},
}
"""Mutants, by their numbers, that let everybody read the same: what they lack, others of the conditions say as well."""


def mutate(node: Any) -> Iterator[Any]:
    """Yield the condition again and again, each time without one of its parts, or without a NOT."""
    if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.NOT_EXPR:
        yield node.args[0]
    elif isinstance(node, ast.BoolExpr):
        for place in range(len(node.args)):
            left = node.args[:place] + node.args[place + 1 :]
            yield left[0] if len(left) == 1 else ast.BoolExpr(boolop=node.boolop, args=left)
    if isinstance(node, ast.BoolExpr):
        for place, arg in enumerate(node.args):
            for each in mutate(arg):
                yield ast.BoolExpr(boolop=node.boolop, args=(*node.args[:place], each, *node.args[place + 1 :]))
    elif isinstance(node, ast.SubLink) and node.subselect.whereClause is not None:
        for each in mutate(node.subselect.whereClause):
            link, select = copy(node), copy(node.subselect)
            select.whereClause, link.subselect = each, select
            yield link


def list_mutants(catalogue: Catalogue, table: str) -> list[Policy]:
    """List the table's first policy, each time without one of its conditions."""
    policy = catalogue.policies[table][0]
    texts = ["true", *(RawStream()(each) for each in mutate(parse_condition(policy.condition)))]
    return [Policy(f"{policy.name}, mutant {place}", text) for place, text in enumerate(texts, 1)]


def find_difference(catalogue: Catalogue, table: str, mutant: Policy) -> tuple[Caller, Example] | None:
    """Return a caller to whom the mutant shows a row that is not theirs, or the other way round, and the row."""
    changed = catalogue.replace_policies(table, [mutant, *catalogue.policies[table][1:]])
    for caller in CALLERS.values():
        me = caller.stands_for
        policy = read_policy(changed, Row(table, table), me).true
        owed = WHO_READS[table](look(catalogue, table, me))
        unknowns = list_unknowns(z3.And(policy, owed))
        solver = z3.Solver()
        solver.add(policy != owed, *bind(unknowns))
        if solver.check() == z3.sat:
            return caller, take_example(solver.model(), unknowns)
    return None


@pytest.fixture(scope="module")
async def scratch(catalogue: Catalogue, database_server: Postgres) -> AsyncIterator[Scratch]:
    async with open_scratch(database_server, catalogue) as opened:
        yield opened


@pytest.mark.parametrize("table", sorted(set(WHO_READS) - UNCONDITIONAL))
async def test_a_policy_without_one_of_its_conditions_is_seen(
    catalogue: Catalogue, scratch: Scratch, table: str
) -> None:
    same = set()
    for number, mutant in enumerate(list_mutants(catalogue, table), 1):
        try:
            found = find_difference(catalogue, table, mutant)
        except NotTranslated:
            continue  # a sub-select that looks at the rows of others: the proof takes none such
        if found is None:
            same.add(number)
            continue
        caller, example = found
        owed = example.decide(WHO_READS[table](look(catalogue, table, caller.stands_for)))
        readers = example.spell_readers(caller)
        assert await scratch.shows(table, example, readers) is owed, f"{caller.name}: {example}"
        assert await scratch.shows(table, example, readers, instead=mutant) is not owed, f"{caller.name}: {example}"
    assert same == REDUNDANT.get(table, set())
