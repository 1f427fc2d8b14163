"""What a client may not know is answered as what does not exist: by status, headers, body and statements."""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import pytest

from tests.sweep.answers import Answer, Asker, Variant
from tests.sweep.clients import KINDS, Client
from tests.sweep.operations import Operation
from tests.sweep.oracle import Thing, may_know
from tests.sweep.population import Population

pytestmark = pytest.mark.anyio

OF_A_STAGE, OF_ANOTHER_CASE = 2, 16
"""Operations that are drawn for a case of a stage, and for another that the API made."""
EVERY = 3
"""Each client tries one in so many of the cases of a stage."""


def list_variants(thing: Thing, operation: Operation) -> list[Variant]:
    """The ways in which the operation may be called besides the plainest."""
    found = []
    if "If-Match" in operation.takes:
        found += [
            Variant("its version", f'"{thing.version}"'),
            Variant("an old version", '"0"'),
            Variant("without a version", None),
        ]
    if "Idempotency-Key" in operation.takes:
        found.append(Variant("a key", headers={"Idempotency-Key": f'"{uuid.uuid4()}"'}))
    if "dryRun" in operation.takes:
        found.append(Variant("a dry run", query={"dryRun": "true"}))
    if "on-behalf-of" in operation.takes:
        found.append(Variant("as its officer", headers={"On-Behalf-Of": "officer-1"}))
    if "asAt" in operation.takes:
        found.append(Variant("as it was", query={"asAt": "2026-11-29T00:00:00Z"}))
    return found


@dataclass(frozen=True)
class Attempt:
    thing: Thing
    operation: Operation
    variant: Variant


def list_attempts(population: Population, operations: Sequence[Operation], client: Client) -> Iterator[Attempt]:
    """Every operation on a hidden case and on all else that the API made; on other cases some, each in its turn.

    Over all clients every operation is called in each of its ways, and every case of a stage by several of them.
    """
    number, tried = list(KINDS).index(client.name), False
    turns = cycle(random.Random(client.name).sample(operations, len(operations)))  # noqa: S311
    for place, thing in enumerate(population.things):
        if not thing.parameters or may_know(client, thing):
            continue
        leading = [each for each in operations if leads_to(each, thing)]
        if tuple(thing.parameters) == ("case_id",):
            of_a_stage = place >= len(population.rich)
            if of_a_stage and (place + number) % EVERY:
                continue
            if tried:
                some = [next(turns) for _ in range(OF_A_STAGE if of_a_stage else OF_ANOTHER_CASE)]
                leading = [each for each in leading if each in some]
            tried = True
        for operation in leading:
            variants = [Variant(), *list_variants(thing, operation)]
            yield Attempt(thing, operation, variants[(number + len(operation.path)) % len(variants)])


def leads_to(operation: Operation, thing: Thing) -> bool:
    """Whether the thing is what the path leads to, or the case in which it looks for something."""
    names = set(thing.parameters)
    return set(operation.leads_to) == names or (names == {"case_id"} and "case_id" in operation.leads_to)


def make_unknown(parameters: Mapping[str, str], hidden: Sequence[str]) -> dict[str, str]:
    """The same parameters with those that are hidden exchanged for others of their form."""
    return {name: _make_other(said) if name in hidden else said for name, said in parameters.items()}


def _make_other(said: str) -> str:
    return str(uuid.uuid4()) if "-" in said else uuid.uuid4().hex


def complete(operation: Operation, thing: Thing) -> dict[str, str]:
    """The thing's parameters, and for what is looked for in it, others."""
    return {name: thing.parameters.get(name) or str(uuid.uuid4()) for name in operation.leads_to}


def list_hidden(population: Population, client: Client, thing: Thing) -> list[str]:
    """Which of the thing's parameters the client may not know: the case as well, unless it may know that."""
    if len(thing.parameters) == 1:
        return list(thing.parameters)
    outer, inner = thing.parameters
    of_the_case = [each for each in population.things if each.parameters == {outer: thing.parameters[outer]}]
    return [inner] if may_know(client, of_the_case[0]) else [outer, inner]


@pytest.mark.parametrize("name", KINDS)
async def test_what_a_client_may_not_know_is_answered_as_what_does_not_exist(
    population: Population, operations: list[Operation], asker: Asker, name: str
) -> None:
    client, told = population.clients[name], []
    unknown: dict[tuple[str, str, tuple[str, ...]], Answer] = {}
    for each in list_attempts(population, operations, client):
        hidden = list_hidden(population, client, each.thing)
        there = complete(each.operation, each.thing)
        known = tuple(said for name, said in there.items() if name not in hidden)
        at = (each.operation.key, each.variant.name, known)
        if at not in unknown:
            absent = make_unknown(there, [*hidden, *(set(there) - set(each.thing.parameters))])
            unknown[at] = await asker.compare(client, each.operation, absent, each.variant)
        answer = await asker.compare(client, each.operation, there, each.variant)
        if answer != unknown[at]:
            told.append((each.operation.key, each.variant.name, each.thing.name, answer, unknown[at]))
    assert not told, f"{len(told)} answers tell: {[each[:3] for each in told[:20]]} {told[0]}"
    assert unknown, "nothing was tried"
