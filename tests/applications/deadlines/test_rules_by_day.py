"""A challenge is held to the rules that were in force and published on the day on which it came, over HTTP."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.applications.deadlines.conftest import PassUntil
from tests.applications.deadlines.office import ActorClient
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio

AUTUMN = [{"fromMonth": 9, "fromDay": 1, "toMonth": 11, "toDay": 30}]
SPRING = [{"fromMonth": 4, "fromDay": 1, "toMonth": 6, "toDay": 30}]
REFUSAL = {"ground": "non-compliant", "reasons": "It came in none of our periods.", "publishedReasons": "Too late."}


async def put_rule(api: Api, body: str, rule: str, value: Any, since: str, **more: Any) -> None:
    now = (await api.get(f"/v1/bodies/{body}")).headers["ETag"]
    said = {"value": value, "validFrom": since, "source": "Cabinet, minute 7", **more}
    answer = await api.put(f"/v1/bodies/{body}/rules/{rule}", json=said, headers={"If-Match": now})
    assert answer.status_code == 200, answer.text


async def refuse_to_consider(new_client: NewClient, case: dict[str, Any], body: str) -> Any:
    council = ActorClient(await new_client(organisation=UUID(body)), "officer-1")
    await council.appoint(case, "case-officer", "officer-1")
    return await council.act(case, "refuse-to-consider", REFUSAL)


async def submit_challenge(new_client: NewClient, body: str) -> tuple[Api, dict[str, Any]]:
    portal = await new_client()
    details = {"route": "community-right-to-challenge", "employer": body, "applicantCount": 2}
    return portal, await submit_case(portal, await open_case(portal, **details))


async def list_clocks(api: Api, case: dict[str, Any], clock: str) -> list[str]:
    every = (await api.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    return [each["dueOn"] for each in every if each["clock"] == clock]


async def test_periods_that_are_changed_later_make_no_challenge_late(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    """Localism Act 2011 s.82(2), (4): it came on 24 November, in the period that was published until the 30th."""
    overseer = await new_client(scopes=OVERSEER)
    body = (await record_body(overseer, kind="unitary"))["id"]
    await put_rule(overseer, body, "eoi-windows", AUTUMN, "2025-01-01")
    portal, case = await submit_challenge(new_client, body)
    assert await list_clocks(portal, case, "decision-date-notice") == ["2026-12-30"]
    await pass_until(datetime(2026, 12, 2, 9, tzinfo=UTC))
    await put_rule(overseer, body, "eoi-windows", SPRING, "2026-12-03")
    await pass_until(datetime(2026, 12, 4, 9, tzinfo=UTC))
    refused = await refuse_to_consider(new_client, case, body)
    assert refused.status_code == 422, refused.text
    assert "the period that ends on 2026-11-30" in refused.text


@pytest.mark.parametrize(("published", "status"), [("2026-11-24", 200), (None, 422)])
async def test_periods_count_only_where_they_were_published_before_it_came(
    new_client: NewClient, pass_until: PassUntil, published: str | None, status: int
) -> None:
    """S.82(3): the authority says so after the challenge came, with its day; else they are of the day of the record."""
    overseer = await new_client(scopes=OVERSEER)
    body = (await record_body(overseer, kind="unitary"))["id"]
    _, case = await submit_challenge(new_client, body)
    await pass_until(datetime(2026, 11, 26, 9, tzinfo=UTC))
    more = {"publishedOn": published} if published else {}
    await put_rule(overseer, body, "eoi-windows", SPRING, "2025-01-01", **more)
    answer = await refuse_to_consider(new_client, case, body)
    assert answer.status_code == status, answer.text
