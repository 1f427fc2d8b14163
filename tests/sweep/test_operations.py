"""Every operation has its place in the sweep."""

import pytest

from tests.sweep.operations import IN_THE_OPEN, NOT_LISTED, list_described, list_documented, read_operations
from tests.sweep.population import Population

pytestmark = pytest.mark.anyio


async def test_every_operation_of_the_document_is_swept(population: Population) -> None:
    document = (await population.clients["nobody"].api.get("/openapi.json")).json()
    described, documented = list_described().keys(), list_documented(document).keys()
    assert described == documented, (
        f"say in tests/sweep/operations.py how to call {sorted(documented - described)}; "
        f"take out {sorted(described - documented)}"
    )


async def test_whatever_a_path_leads_to_is_in_the_population(population: Population) -> None:
    document = (await population.clients["nobody"].api.get("/openapi.json")).json()
    led_to = {parameter for each in read_operations(document) for parameter in each.leads_to}
    there = {parameter for thing in population.things for parameter in thing.parameters}
    assert led_to - IN_THE_OPEN - NOT_LISTED == there
