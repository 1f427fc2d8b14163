"""The proof: policies, the queries' own filters, and `policy` let everybody read the same rows.

For every client, organisation and row, whatever they hold: the solver looks for a difference, and finds none.
"""

from typing import Any

import pytest
import z3
from pglast import parse_sql

from tests.proof.callers import CALLERS, Caller
from tests.proof.catalogue import Catalogue
from tests.proof.filters import FILTERS, Filter, says_who_reads
from tests.proof.logic import ALWAYS, find_difference
from tests.proof.policy import WHO_READS, look
from tests.proof.rows import Row
from tests.proof.sql import Reading, read_policy, read_select


def require_same(let_through: Any, owed: Any, caller: Caller, given: Any = ALWAYS) -> None:
    """Check that nobody of this kind is let through to what is not theirs, nor kept from what is."""
    if (model := find_difference(let_through, owed, given=given)) is not None:
        too_much = z3.is_true(model.eval(let_through, True))
        example = "\n".join(sorted(f"{each} = {model[each]}" for each in model.decls()))
        pytest.fail(f"{caller.name} is shown {'too much' if too_much else 'too little'}, where\n{example}")


def test_every_table_with_row_level_security_is_proved(catalogue: Catalogue) -> None:
    assert set(catalogue.policies) == set(WHO_READS)


@pytest.mark.parametrize("name", ["find_search_entries", "find_some_search_entries"])
def test_what_runs_as_the_owner_asks_who_reads(catalogue: Catalogue, name: str) -> None:
    """The functions by which words are looked for: no policy holds them back, so their own condition must."""
    select = parse_sql(catalogue.functions[name])[0].stmt
    for caller in CALLERS.values():
        row = look(catalogue, "search_entries", caller.stands_for)
        rows = {"e": Row("search_entries", "search_entries")}
        reading = Reading(catalogue, rows, caller.stands_for, under_policies=False)
        asked = read_select(select, reading, keep=lambda node: says_who_reads(node, set()))
        require_same(asked.true, WHO_READS["search_entries"](row), caller)


@pytest.mark.parametrize("table", sorted(WHO_READS))
def test_a_policy_lets_each_caller_read_what_is_theirs(catalogue: Catalogue, table: str) -> None:
    for caller in CALLERS.values():
        me = caller.stands_for
        policy = read_policy(catalogue, Row(table, table), me).true
        require_same(policy, WHO_READS[table](look(catalogue, table, me)), caller)


@pytest.mark.parametrize("sent", FILTERS, ids=lambda sent: sent.name)
def test_a_query_s_own_filter_lets_each_client_read_what_is_theirs(catalogue: Catalogue, sent: Filter) -> None:
    for caller in CALLERS.values():
        if caller.is_client:
            row = look(catalogue, sent.table, caller.stands_for)
            require_same(sent.read(catalogue, caller).true, sent.expect(row), caller, given=sent.before(row))
