"""No answer mentions what its reader may not know, and what a client may know it is told."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from tests.sweep.answers import Asker, Variant, read_text
from tests.sweep.clients import KINDS, Client
from tests.sweep.operations import IN_THE_OPEN, NOBODY, NOT_LISTED, Operation
from tests.sweep.oracle import Thing, is_told_gone, may_know, was_told
from tests.sweep.population import WORD, Population

pytestmark = pytest.mark.anyio

STALE = Variant("an old version", '"0"')
"""What is written on it is refused, after the refusals that tell whether the thing is there."""
DRY = Variant("a dry run", query={"dryRun": "true"})
SOME = 4
"""One in so many is taken where not all are."""
ERASURES = "/v1/erasures"
CHANGES = "/v1/cases/changes"
"""Whoever answers for the data is told which events name the person whose id they gave, wherever those are."""
ROUNDS = "/v1/matching-rounds"
"""Their operator is told which support requests wait, of whatever cases."""
OPEN = {
    "reference": "GB-LAE-HCK",
    "organisation": NOBODY,
    "rule": "screening",
    "route": "right-to-provide",
    "version": "1",
    "days": "30",
    "month": "2026-01",
    "year": "2025",
    "level": "0",
    "tile": "000.p/1",
    "edition": "1",
    "extension": "event-chain",
    **dict.fromkeys(
        (
            "award_id",
            "recommendation_id",
            "decision_id",
            "adviser_id",
            "product_id",
            "funder_id",
            "programme_id",
            "grant_id",
            "ocid",
        ),
        "*",
    ),
    **dict.fromkeys(("network_id", "resource_id", "record_id"), "*"),
}
"""What the parameters in the open are filled with; * stands for the first of the list."""


@pytest.fixture
async def answers(population: Population, operations: list[Operation], asker: Asker, name: str) -> list[httpx.Response]:
    return [each async for each in ask_everything(population, operations, asker, population.clients[name])]


async def ask_everything(
    population: Population, operations: Sequence[Operation], asker: Asker, client: Client
) -> AsyncIterator[httpx.Response]:
    """Every list to its end, and everything on what the client may know that changes nothing."""
    for path in ("/metrics", "/problems", "/events", "/asyncapi.json", "/health", "/ready"):
        yield await client.api.get(path)
    for operation in operations:
        if not operation.leads_to and not operation.writes:
            async for answer in follow(asker, client, operation, {}):
                yield answer
    async for answer in list_with_parts(client):
        yield answer
    number = list(KINDS).index(client.name)
    for place, thing in enumerate(population.things):
        if not thing.parameters or not may_know(client, thing):
            continue
        leading = [each for each in operations if set(each.leads_to) == set(thing.parameters)]
        for operation in draw(leading, place, number, few=place >= len(population.rich)):
            async for answer in try_on(asker, client, operation, thing):
                yield answer


async def list_with_parts(client: Client) -> AsyncIterator[httpx.Response]:
    """The list of cases with all that hangs on them, and counted, page after page."""
    parts = ["deadlines", "allowedActions", "parties", "documents"]
    query = {"expand": parts, "facet": ["status", "route", "sector", "region"], "sort": "oldest"}
    while True:
        answer = await client.api.get("/v1/cases", params=query)
        yield answer
        if not answer.is_success or (following := answer.json()["next"]) is None:
            return
        query["after"] = [following]


def draw(operations: Sequence[Operation], place: int, number: int, *, few: bool) -> list[Operation]:
    """All that read and some that write; of each kind one on a case of a stage, of which every client takes some."""
    reading, writing = ([each for each in operations if each.writes is writes] for writes in (False, True))
    if not few:
        return [*reading, *writing[number % SOME :: SOME]]
    if (place + number) % SOME:
        return []
    return [some[(place // SOME) % len(some)] for some in (reading, writing)]


async def follow(
    asker: Asker, client: Client, operation: Operation, parameters: dict[str, str]
) -> AsyncIterator[httpx.Response]:
    """Page after page."""
    query: dict[str, str] = {"limit": "200"} if "limit" in operation.takes else {}
    while True:
        answer = await asker.ask(client, operation, parameters, Variant(query=query))
        yield answer
        following = answer.json().get("next") if answer.is_success and "after" in operation.takes and query else None
        if following is None:
            return
        assert following != query.get("after"), f"{operation.path}: the next page is this one"
        query["after"] = following


async def try_on(asker: Asker, client: Client, operation: Operation, thing: Thing) -> AsyncIterator[httpx.Response]:
    parameters = dict(thing.parameters)
    if not operation.writes:
        async for answer in follow(asker, client, operation, parameters):
            yield answer
    if "If-Match" in operation.takes:
        yield await asker.ask(client, operation, parameters, STALE)
    if "dryRun" in operation.takes:
        yield await asker.ask(client, operation, parameters, DRY)


@pytest.mark.parametrize("name", KINDS)
async def test_nothing_mentions_what_its_reader_may_not_know(
    population: Population, answers: list[httpx.Response], name: str
) -> None:
    client = population.clients[name]
    secret = {
        word: thing.name
        for thing in population.things
        if not may_know(client, thing) and not was_told(client, thing)
        for word in thing.words
    }
    gone = {word for thing in population.things if is_told_gone(client, thing) for word in thing.words}
    told = Counter(
        (f"{each.request.method} {each.request.url.path}", secret[word])
        for each in answers
        if not each.request.url.path.startswith(ERASURES) or "events:erase" not in client.scopes
        if not each.request.url.path.startswith(ROUNDS) or "support:match" not in client.scopes
        for word in set(WORD.findall(read_text(each))) & secret.keys()
        if each.request.url.path != CHANGES or word not in gone
    )
    assert not told, f"{len(told)} answers tell: {told.most_common(5)}"
    assert not [each for each in answers if each.status_code >= 500]


MARK = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("name", KINDS)
async def test_no_words_find_what_their_reader_may_not_know(population: Population, name: str) -> None:
    """Neither a case nor a count; and of what the client may know, something is found."""
    client, found = population.clients[name], 0
    if "cases:read" not in client.scopes:
        return
    for thing in population.rich:
        for word in filter(MARK.fullmatch, thing.words):
            answer = (await client.api.get("/v1/cases", params={"q": word, "count": "true"})).json()
            if not may_know(client, thing):
                assert (answer["items"], answer["count"]["cases"]) == ([], 0), thing.name
            found += answer["count"]["cases"]
    knows = any(may_know(client, thing) and thing.name.endswith("case") for thing in population.rich)
    assert found or not knows


@pytest.mark.parametrize("name", KINDS)
async def test_what_a_client_may_know_it_is_told(
    population: Population, operations: list[Operation], asker: Asker, name: str
) -> None:
    """The sweep cannot be passed by refusing everything."""
    client, refused = population.clients[name], []
    number = list(KINDS).index(name)
    for place, thing in enumerate(population.things):
        of_a_stage = place >= len(population.rich)
        if not thing.parameters or not may_know(client, thing) or (of_a_stage and (place + number) % SOME):
            continue
        reading = next(
            (each for each in operations if each.method == "GET" and set(each.leads_to) == set(thing.parameters)), None
        )
        if reading is not None and reading.scopes <= client.scopes:
            answer = await asker.ask(client, reading, dict(thing.parameters), Variant())
            if not answer.is_success:
                refused.append((reading.key, thing.name, answer.status_code))
    assert not refused, refused[:5]


@pytest.mark.parametrize("name", KINDS)
async def test_what_is_in_the_open_is_told_to_everybody_alike(
    population: Population, operations: list[Operation], asker: Asker, name: str
) -> None:
    client, anybody = population.clients[name], population.clients["another reviewer"]
    assert set(OPEN) == IN_THE_OPEN
    for operation in operations:
        if operation.writes or not operation.leads_to or set(operation.leads_to) - IN_THE_OPEN - NOT_LISTED:
            continue
        if not operation.scopes <= client.scopes:
            continue
        parameters = {at: OPEN.get(at, "x" * 30) for at in operation.leads_to}
        for at in [at for at, said in parameters.items() if said == "*"]:
            listed = (await anybody.api.get(operation.path.partition("/{")[0])).json()
            found = listed["contents"] if "contents" in listed else listed["items"]
            # A network is told more of its own people than others are.
            others = (each["id"] for each in found if each.get("networkId") != client.organisation)
            parameters[at] = next(others, NOBODY)
        answers = [await asker.compare(each, operation, parameters, Variant()) for each in (client, anybody)]
        assert answers[0] == answers[1]
