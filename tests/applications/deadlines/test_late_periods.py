"""A period that an authority publishes only after a challenge came: its clock starts then, for cases under way too."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.applications.deadlines.conftest import PassUntil
from tests.conftest import NewClient
from tests.support.bodies import OVERSEER, record_body
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio


async def challenge(new_client: NewClient, **details: Any) -> tuple[Any, dict[str, Any], Any, str]:
    """A challenge of 24 November 2026 to a council that has published nothing, and who sets the council's rules."""
    overseer = await new_client(scopes=OVERSEER)
    body = await record_body(overseer, kind="unitary")
    portal = await new_client()
    draft = await open_case(
        portal, route="community-right-to-challenge", employer=body["id"], applicantCount=2, **details
    )
    return portal, await submit_case(portal, draft), overseer, body["id"]


async def list_decisions(portal: Any, case: dict[str, Any]) -> list[dict[str, Any]]:
    every = (await portal.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    return [each for each in every if each["clock"] == "eoi-decision"]


async def publish(overseer: Any, body: str, days: int, since: str, **more: Any) -> None:
    now = (await overseer.get(f"/v1/bodies/{body}")).headers["ETag"]
    rule = {
        "value": {"number": days, "unit": "calendar-days"},
        "validFrom": since,
        "source": "Cabinet, minute 7",
        **more,
    }
    path = f"/v1/bodies/{body}/rules/maximum-decision-period"
    answer = await overseer.put(path, json=rule, headers={"If-Match": now})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("days", [60, 3])
async def test_a_period_published_late_starts_the_clock_of_cases_under_way(
    new_client: NewClient, pass_until: PassUntil, days: int
) -> None:
    """It runs from the receipt (Localism Act 2011 s.84(3)); one that is over when it is published is missed at once."""
    portal, case, overseer, body = await challenge(new_client)
    await pass_until(datetime(2026, 11, 30, 9, tzinfo=UTC))
    await publish(overseer, body, days, "2026-11-30")
    await pass_until(datetime(2026, 11, 30, 10, tzinfo=UTC))
    [decision] = await list_decisions(portal, case)
    due = date(2027, 1, 23) if days == 60 else date(2026, 11, 27)
    assert (decision["dueOn"], decision["basis"]) == (str(due), "statute")
    assert decision["state"] == ("running" if days == 60 else "missed")
    await pass_until(datetime(2026, 12, 1, 10, tzinfo=UTC))
    again = await list_decisions(portal, case)
    assert again == [decision]


async def test_one_planned_for_later_starts_it_on_that_day(new_client: NewClient, pass_until: PassUntil) -> None:
    portal, case, overseer, body = await challenge(new_client)
    await publish(overseer, body, 90, "2026-12-10")
    for moment, started in ((datetime(2026, 12, 9, 12, tzinfo=UTC), 0), (datetime(2026, 12, 10, 1, tzinfo=UTC), 1)):
        await pass_until(moment)
        assert len(await list_decisions(portal, case)) == started


async def test_one_published_for_a_kind_of_service_starts_the_clock_of_such_cases_alone(
    new_client: NewClient, pass_until: PassUntil
) -> None:
    """Localism Act 2011 s.84(4). The deadline names the paper, since when it holds, and the kind of service."""
    portal, case, overseer, body = await challenge(new_client, sector="youth")
    details = {"route": "community-right-to-challenge", "employer": body, "applicantCount": 2, "sector": "transport"}
    other = await submit_case(portal, await open_case(portal, **details))
    await pass_until(datetime(2026, 11, 30, 9, tzinfo=UTC))
    await publish(overseer, body, 60, "2026-11-30", sector="youth")
    await pass_until(datetime(2026, 11, 30, 10, tzinfo=UTC))
    [decision] = await list_decisions(portal, case)
    assert (decision["dueOn"], decision["basis"]) == ("2027-01-23", "statute")
    cited = "Cabinet, minute 7; the body's own rule since 2026-11-30, for youth services (Localism Act 2011 s.84(3)"
    assert decision["source"].startswith(cited)
    assert await list_decisions(portal, other) == []
    await publish(overseer, body, 90, "2026-12-01")
    await pass_until(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert [each["dueOn"] for each in await list_decisions(portal, other)] == ["2027-02-22"]
    assert await list_decisions(portal, case) == [decision]
