"""Complaints on data protection: their clocks, who handles them, and who knows of them."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.complaints import queries
from rtp_applications.complaints.models import PrivacyComplaint
from rtp_applications.deadlines.rules.days import civil_date
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.identities import organisation_identity
from tests.conftest import Api
from tests.support.cases import EMPLOYER, employer_id
from tests.support.people import acting
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

COMPLAINTS = "/v1/data-protection-complaints"
SAID = {"body": EMPLOYER, "subject": "My manager saw the draft"}


@pytest.fixture
async def address(group: Api) -> str:
    """A complaint of somebody for whom the group's client vouches."""
    answer = await group.post(COMPLAINTS, json=SAID, headers=acting("p-ada"))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


@given(received=st.dates(date(2026, 6, 19), date(2099, 1, 1)), later=st.integers(0, 60))
def test_the_thirty_days_begin_on_the_day_of_receipt(received: date, later: int) -> None:
    noon = datetime(received.year, received.month, received.day, 12, tzinfo=UTC)
    complaint = PrivacyComplaint(received_at=noon, acknowledged_at=noon + timedelta(days=later))
    assert (complaint.acknowledge_by - received).days == 29
    assert complaint.acknowledged_late == (later > 29)


async def test_a_complaint_is_acknowledged_and_answered_by_the_body(group: Api, officers: Api, address: str) -> None:
    seen = await officers.get(address)
    assert (seen.json()["state"], seen.json()["madeBy"]) == ("received", "p-ada")
    assert seen.json()["acknowledgeBy"] == str(civil_date(utcnow()) + timedelta(days=29))
    steps = (
        ("acknowledge", None, "acknowledged"),
        ("report-progress", {"stepsTaken": "We asked her"}, "acknowledged"),
        ("answer", {"outcome": "upheld", "answer": "It was wrong"}, "answered"),
    )
    for action, body, state in steps:
        ahead = {"If-Match": seen.headers["etag"]}
        seen = await officers.post(f"{address}/actions/{action}", json=body, headers=ahead)
        assert seen.status_code == 200, seen.text
        assert seen.json()["state"] == state
        stale = await officers.post(f"{address}/actions/{action}", json=body, headers=ahead)
        assert stale.status_code == 412
        again = await officers.post(
            f"{address}/actions/{action}", json=body, headers={"If-Match": seen.headers["etag"]}
        )
        assert again.status_code == (200 if action == "report-progress" else 409)
        seen = await officers.get(address)
    found = (await group.get(address)).json()
    assert (found["outcome"], found["stepsTaken"], found["acknowledgedLate"]) == ("upheld", "We asked her", False)


async def test_nobody_else_knows_of_it(
    address: str, group: Api, officers: Api, outside: Api, overseer: Api, stranger: Api
) -> None:
    id_ = address.rpartition("/")[2]
    for api in (outside, overseer):
        assert (await api.get(address)).status_code == 404
        assert id_ not in (await api.get(COMPLAINTS)).text
        answer = await api.post(f"{address}/actions/acknowledge", headers={"If-Match": "*"})
        assert answer.status_code == 404
    assert (await stranger.get(address)).status_code == 403
    for api in (group, officers):
        assert id_ in [each["id"] for each in (await api.get(COMPLAINTS)).json()["items"]]
    assert (await group.post(f"{address}/actions/acknowledge", headers={"If-Match": "*"})).status_code == 403


async def test_the_second_wall_holds_alone(address: str, platform: Platform, outside: Api) -> None:
    runtime = platform.background["applications"]
    everybody = [f"client:{outside.client_id}", organisation_identity(employer_id())]
    async with open_as(runtime, "web", [f"client:{outside.client_id}"]) as session:
        found = await queries.list_complaints(session, readers=everybody, today=date.max, limit=1000)
    assert found == []


async def test_what_should_be_acknowledged_is_found(address: str, platform: Platform, officers: Api) -> None:
    id_ = address.rpartition("/")[2]
    mine = [organisation_identity(officers.organisation)]
    for days, overdue in ((29, False), (30, True)):
        async with open_as(platform.background["applications"], "web", mine) as session:
            day = civil_date(utcnow()) + timedelta(days=days)
            found = await queries.list_complaints(session, readers=mine, today=day, limit=1000, overdue=True)
        assert (uuid.UUID(id_) in [each.id for each in found]) is overdue
    assert id_ not in (await officers.get(COMPLAINTS, params={"overdue": True})).text
    assert id_ in (await officers.get(COMPLAINTS, params={"open": True})).text


async def test_an_unknown_body_and_an_unknown_parameter_are_refused(group: Api) -> None:
    answer = await group.post(COMPLAINTS, json={**SAID, "body": "GB-NHS-NONE"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/body")
    assert (await group.get(COMPLAINTS, params={"what": "x"})).status_code == 422
