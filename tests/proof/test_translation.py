"""That the formulas say what PostgreSQL does: rows and readers at hand, row-level security shows what they say."""

from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_embedded.postgres import Postgres
from tests.proof.callers import ANY_CLIENT, ANY_ORGANISATION, CALLERS
from tests.proof.catalogue import Catalogue
from tests.proof.example import DAY, IDENTITIES, Example, bind, list_choices, list_unknowns
from tests.proof.logic import TEXTS
from tests.proof.policy import WHO_READS
from tests.proof.rows import Row
from tests.proof.scratch import Scratch, open_scratch
from tests.proof.sql import read_policy

pytestmark = pytest.mark.anyio
_NUMBERS = (0, 1, 2, 4, 7, DAY, 3 * DAY)


@pytest.fixture(scope="module")
async def scratch(catalogue: Catalogue, database_server: Postgres) -> AsyncIterator[Scratch]:
    async with open_scratch(database_server, catalogue) as opened:
        yield opened


def make_example(picks: Iterator[int], unknowns: list[Any]) -> Example:
    """Pick values for all that a policy names; of times and ids, the solver then says what goes with them."""
    named = {str(each): each for each in [*unknowns, ANY_CLIENT, ANY_ORGANISATION]}
    solver = z3.Solver()
    solver.add(*bind(named.values()))
    values: dict[str, Any] = {}
    for name in sorted(named):
        each, pick = named[name], next(picks)
        if (choices := list_choices(each)) is not None:
            values[name] = choices[pick % len(choices)]
        elif each.sort() == TEXTS:
            values[name] = [identity for place, identity in enumerate(IDENTITIES) if pick >> place & 1]
        elif z3.is_bool(each):
            values[name] = bool(pick & 1) and not name.startswith("uuid_extract")
        elif solver.check(each == _NUMBERS[pick % len(_NUMBERS)]) == z3.sat:
            solver.add(each == _NUMBERS[pick % len(_NUMBERS)])
    assert solver.check() == z3.sat
    model = solver.model()
    numbers = {name: model.eval(each, True).as_long() for name, each in named.items() if each.sort() == z3.IntSort()}
    return Example({**values, **numbers})


@pytest.mark.parametrize("table", sorted(WHO_READS))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(picks=st.lists(st.integers(0, 127), min_size=50, max_size=50), caller=st.sampled_from(sorted(CALLERS)))
async def test_postgresql_shows_what_the_formula_says(
    catalogue: Catalogue, scratch: Scratch, table: str, picks: list[int], caller: str
) -> None:
    """Also where a value is NULL, an array is empty, or a row names nobody."""
    reader = CALLERS[caller]
    policy = read_policy(catalogue, Row(table, table), reader.stands_for).true
    example = make_example(cycle(picks), list_unknowns(policy))
    shown = await scratch.shows(table, example, example.spell_readers(reader))
    assert shown is example.decide(policy), f"{caller}: {example}"
