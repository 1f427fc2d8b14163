"""The benchmark's seed: a copied case is like one that was made through the API."""

from typing import Any

import psycopg
import pytest
from bench.measured_services import copy_case

from rtp_applications.app import service as applications
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import today
from tests.conftest import NewClient
from tests.support.actors import ActorClient, submitted_office

pytestmark = pytest.mark.anyio

OWN = {"id", "number", "caseId", "changedAt", "startedAt", "closedAt", "dueAt", "at"}
"""What differs between two cases that went the same way."""


def strip_own(value: Any) -> Any:
    """Leave out what is each case's own, wherever it stands."""
    if isinstance(value, dict):
        return {name: strip_own(each) for name, each in value.items() if name not in OWN}
    return [strip_own(each) for each in value] if isinstance(value, list) else value


async def list_deadlines(desk: ActorClient, case_id: str) -> list[dict[str, Any]]:
    answer = await desk.api.get(f"/v1/cases/{case_id}/deadlines")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_copied_case_goes_on_like_one_made_through_the_api(
    new_client: NewClient, database_server: Postgres
) -> None:
    office = await submitted_office(new_client)
    case = await office.officer.do(office.case, "acknowledge", sentOn=str(today()))
    with psycopg.connect(database_server.url(applications.database), autocommit=True) as connection:
        copies = copy_case(connection, case["id"], 2, case["number"][-4:])
    known: set[str] = set()
    for case_id in (case["id"], *copies):
        ids = {each["id"] for each in await list_deadlines(office.officer, case_id)}
        assert ids
        assert not ids & known
        known |= ids
    after = [await office.officer.do({**case, "id": case_id}, "begin-screening") for case_id in (case["id"], *copies)]
    assert strip_own(after[1]) == strip_own(after[2]) == strip_own(after[0])
    deadlines = [await list_deadlines(office.officer, case_id) for case_id in (case["id"], *copies)]
    assert strip_own(deadlines[1]) == strip_own(deadlines[2]) == strip_own(deadlines[0])
    with psycopg.connect(database_server.url(applications.database)) as connection:
        mixed = connection.execute("SELECT count(*) FROM case_deadlines WHERE content ->> 'id' <> id::text").fetchone()
    assert mixed == (0,)
