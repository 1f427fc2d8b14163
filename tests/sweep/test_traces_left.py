"""What is done in secret changes nothing in what others are answered, and makes nobody wait."""

import asyncio
import uuid
from typing import cast

import pytest
from sqlalchemy import text

from tests.conftest import Api
from tests.support.actors import ActorClient
from tests.support.cases import EMPLOYER, open_case
from tests.support.documents import stored
from tests.support.people import act, appointed, end
from tests.support.tables import open_as
from tests.sweep.answers import Asker, Variant
from tests.sweep.clients import KINDS, Client
from tests.sweep.operations import FINITE, Operation
from tests.sweep.population import Population
from tests.sweep.test_mentions import follow
from tests.sweep.test_unknown import SEALED, leads_to

pytestmark = pytest.mark.anyio

IN_SECRET = {"group", "adviser"}
"""Those who know of what is done."""


async def read_everything(operations: list[Operation], asker: Asker, client: Client) -> dict[str, str]:
    """What the client is answered by every list, to its end."""
    return {
        f"{each.key}, page {number}": SEALED.sub("", answer.text)
        for each in operations
        if not each.leads_to and not each.writes and each.key != FINITE
        for number, answer in enumerate([answer async for answer in follow(asker, client, each, {})])
    }


async def work_in_secret(population: Population) -> None:
    """All that may happen to a draft."""
    group, adviser = (cast("Api", population.clients[name].api) for name in ("group", "adviser"))
    case = await open_case(group, employer=EMPLOYER, serviceName=uuid.uuid4().hex)
    await stored(ActorClient(group, group.person), case)
    member = await appointed(group, case, "applicant-member", "p-member", name="Jane Example")
    await end(group, case, member)
    await appointed(group, case, "adviser", "p-adviser", holder={"client": adviser.client_id})
    barrier = {"kind": "vat", "description": "No rate", "body": EMPLOYER}
    assert (await group.post(f"/v1/cases/{case['id']}/barriers", json=barrier)).status_code == 201
    changed = await group.patch(f"/v1/cases/{case['id']}", json={"headcount": 5}, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    await act(group, case, "withdraw")
    await population.platform.drain_events()


async def test_what_is_done_in_a_draft_changes_no_list_of_others(
    population: Population, operations: list[Operation], asker: Asker
) -> None:
    others = [client for name, client in population.clients.items() if name not in IN_SECRET]
    before = [await read_everything(operations, asker, each) for each in others]
    await work_in_secret(population)
    for client, earlier in zip(others, before, strict=True):
        now = await read_everything(operations, asker, client)
        assert {each: (text, earlier.get(each)) for each, text in now.items() if text != earlier.get(each)} == {}, (
            client.name
        )
        assert now.keys() == earlier.keys(), client.name
    assert len(others) == len(KINDS) - len(IN_SECRET)


async def test_nobody_waits_for_what_they_may_not_know(
    population: Population, operations: list[Operation], asker: Asker
) -> None:
    """A lock on what is hidden would tell by the time that an answer takes."""
    draft, officers = population.draft, population.clients["officers"]
    barrier = next(each for each in population.rich if "barrier_id" in each.parameters and each.file == draft.file)
    async with open_as(population.platform.runtimes["applications"], "owner") as session:
        for table, thing in (("cases", draft), ("barriers", barrier)):
            [id_] = thing.parameters.values()
            await session.execute(text(f"SELECT FROM {table} WHERE id = :id FOR UPDATE"), {"id": uuid.UUID(id_)})
        async with asyncio.timeout(30):
            for thing in (draft, barrier):
                for operation in (each for each in operations if leads_to(each, thing)):
                    parameters = {at: thing.parameters.get(at, str(uuid.uuid4())) for at in operation.leads_to}
                    answer = await asker.ask(officers, operation, parameters, Variant())
                    assert answer.status_code in (404, 403), (operation.key, answer.status_code)
