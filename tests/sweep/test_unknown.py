"""What a client may not know is answered as what does not exist: by status, headers, body and statements."""

import random
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from rtp_applications.cases.numbers import make_number
from tests.sweep.answers import Answer, Asker, Variant
from tests.sweep.clients import KINDS, Client
from tests.sweep.operations import ASKED_FOR, Operation
from tests.sweep.oracle import Thing, may_know, was_told
from tests.sweep.population import Population

pytestmark = pytest.mark.anyio

SOME = 3
"""Operations that are drawn for another thing of a kind of which all were tried on one; for a case of a stage, one."""
EVERY = 4
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


SEALED = re.compile(r"gAAAA[\w=-]+|\"measuredAt\":\"[^\"]+\"")
"""Cursors of the feed, which are sealed anew each time, and the time at which the market was measured."""


@dataclass(frozen=True)
class Attempt:
    thing: Thing
    operation: Operation
    variant: Variant


def list_attempts(population: Population, operations: Sequence[Operation], client: Client) -> Iterator[Attempt]:
    """Every operation on the first hidden thing of each kind; on the others some, each in its turn.

    Over all clients every operation is called in each of its ways, and every case of a stage by several of them.
    """
    number, kinds = list(KINDS).index(client.name), set[tuple[str, ...]]()
    draw = random.Random(client.name)  # noqa: S311
    for place, thing in enumerate(population.things):
        of_a_stage = place >= len(population.rich)
        if not thing.parameters or may_know(client, thing) or is_in_its_feed(client, thing):
            continue
        if of_a_stage and (place + number) % EVERY:
            continue
        leading = [each for each in operations if leads_to(each, thing)]
        if (kind := tuple(thing.parameters)) in kinds:
            leading = draw.sample(leading, min(len(leading), 1 if of_a_stage else SOME))
        kinds.add(kind)
        for operation in leading:
            variants = [Variant(), *list_variants(thing, operation)]
            yield Attempt(thing, operation, variants[(number + len(operation.path)) % len(variants)])


def is_in_its_feed(client: Client, thing: Thing) -> bool:
    return "correlation_id" in thing.parameters and was_told(client, thing)


def leads_to(operation: Operation, thing: Thing) -> bool:
    """Whether the thing is what the path leads to, or the case in which it looks for something."""
    names = set(thing.parameters)
    return set(operation.leads_to) == names or (names == {"case_id"} and "case_id" in operation.leads_to)


def make_unknown(parameters: Mapping[str, str], hidden: Sequence[str]) -> dict[str, str]:
    """The same parameters with those that are hidden exchanged for others of their form."""
    return {name: _make_other(said) if name in hidden else said for name, said in parameters.items()}


def _make_other(said: str) -> str:
    """Return another of the same form: hashes are longer than what else is hexadecimal."""
    return str(uuid.uuid4()) if "-" in said else uuid.uuid4().hex * (len(said) // 32 or 1)


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


@pytest.mark.parametrize("name", KINDS)
async def test_whoever_asks_for_it_in_a_query_or_a_body_is_answered_so_too(
    population: Population, operations: list[Operation], asker: Asker, name: str
) -> None:
    client, told = population.clients[name], []
    for operation in (each for each in operations if each.key in ASKED_FOR):
        asked, leads = ASKED_FOR[operation.key]
        for thing in population.rich:
            said = thing.number if leads == "number" else thing.parameters.get(leads)
            if not said or len(thing.parameters) != 1 or may_know(client, thing) or is_proposed(client, thing):
                continue
            ids = [said, make_number() if leads == "number" else str(uuid.uuid4())]
            answers = [SEALED.sub("", await ask(asker, client, operation, asked, id_)) for id_ in ids]
            if answers[0] != answers[1]:
                told.append((operation.key, thing.name, answers))
    assert not told, told[:3]


def is_proposed(client: Client, thing: Thing) -> bool:
    """Whether the client is of a network whose adviser was proposed to the case: it knows the support request."""
    return thing.file is not None and client.organisation in thing.file.networks


async def ask(asker: Asker, client: Client, operation: Operation, asked: str, id_: str) -> str:
    answer = await asker.compare(client, operation, {}, Variant(query={asked: id_}))
    return str(answer).replace(id_, "<id>")


@pytest.mark.parametrize("name", KINDS)
async def test_what_hangs_on_a_hidden_thing_is_not_found_by_way_of_another(
    population: Population, operations: list[Operation], asker: Asker, name: str
) -> None:
    """Such as a document of a hidden case, in the path of a case that the client may know.

    One event goes to several subscriptions; of the dead letters only the group's is about a draft.
    """
    client, told = population.clients[name], []
    for thing in (each for each in population.rich if len(each.parameters) == 2 and not may_know(client, each)):
        outer, inner = thing.parameters
        if inner == "event_id" and thing.owner != "group":
            continue
        own = next(
            (each for each in population.rich if tuple(each.parameters) == (outer,) and may_know(client, each)), None
        )
        for operation in (each for each in operations if own and set(each.leads_to) == set(thing.parameters)):
            assert own is not None
            crossed = {outer: own.parameters[outer], inner: thing.parameters[inner]}
            absent = {**crossed, inner: _make_other(thing.parameters[inner])}
            answers = [await asker.compare(client, operation, each, Variant()) for each in (crossed, absent)]
            if answers[0] != answers[1]:
                told.append((operation.key, thing.name, answers))
    assert not told, told[:3]
