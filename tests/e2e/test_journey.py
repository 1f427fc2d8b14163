"""One application's journey through the gateway, all services in one process: from the API call to the last event."""

import logging
from typing import Any

import pytest

from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.cases import TRUST, employer_id, open_case, submit_case

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def feed(api: Api, case: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of the case that this client may see, in the order of the feed."""
    events: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        params: dict[str, str | int] = {"limit": 200, **({"after": after} if after else {})}
        page = (await api.get("/v1/events", params=params)).json()
        events += [event for event in page["items"] if event.get("caseid") == case["id"]]
        if (after := page["next"]) is None:
            return events


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].split(".")[3] for event in events]


async def test_from_a_council_s_call_to_a_mentor_a_shortlist_and_a_trust(
    platform: Platform, new_client: NewClient
) -> None:
    council = await new_client()
    trust = await new_client(organisation=body_id(TRUST), scopes="cases:read events:read")
    stranger = await new_client()
    council.headers["traceparent"] = f"00-{TRACE}-00f067aa0ba902b7-01"
    case = await submit_case(council, await open_case(council, commissioner=TRUST))
    await platform.drain_events()

    (line,) = (await council.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"]
    answer = await council.get(f"/v1/support-requests/{line['id']}")
    proposals = answer.json()["proposals"]
    assert 1 <= len(proposals) <= 3
    assert all(part["reason"] for proposal in proposals for part in proposal["parts"])
    accepted = await council.post(
        f"/v1/support-requests/{line['id']}/actions/accept",
        json={"adviserId": proposals[0]["adviserId"]},
        headers={"If-Match": answer.headers["etag"]},
    )
    assert accepted.status_code == 200
    shortlist = (await council.get(f"/v1/shortlists/{case['id']}")).json()
    assert shortlist["fitting"] + shortlist["notFitting"] == len(shortlist["products"]) > 20
    await platform.drain_events()

    own, seen = await feed(council, case), await feed(trust, case)
    after_submission = {"case-submitted", "support-proposed", "shortlist-made", "support-agreed", "party-changed"}
    assert names(own)[:2] == ["case-opened", "case-submitted"]
    assert set(names(own)) == {"case-opened", *after_submission}
    assert set(names(seen)) == after_submission
    assert await feed(stranger, case) == []

    by_name = {names([event])[0]: event["id"] for event in seen}
    causes = dict.fromkeys(("support-proposed", "shortlist-made"), by_name["case-submitted"])
    causes["party-changed"] = by_name["support-agreed"]
    assert {event["traceparent"].split("-")[1] for event in seen} == {TRACE}
    assert {event["correlationid"] for event in seen} == {TRACE}
    for event in seen:
        assert event.get("causationid") == causes.get(names([event])[0])
    for source in {event["source"] for event in own}:
        sequence = [int(event["sequence"]) for event in own if event["source"] == source]
        assert sequence == list(range(1, len(sequence) + 1))


async def test_a_draft_leaves_no_trace_for_the_employing_body(
    platform: Platform, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    intake = await new_client(organisation=employer_id())
    officers = await new_client(organisation=employer_id())
    with caplog.at_level(logging.DEBUG):
        case = await open_case(intake, serviceName="Service of Jane Example")
        await intake.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
        await platform.drain_events()
    assert names(await feed(intake, case)) == ["case-opened", "case-withdrawn"]
    assert await feed(officers, case) == []
    for path in (f"/v1/cases/{case['id']}", f"/v1/shortlists/{case['id']}"):
        assert (await officers.get(path)).status_code == 404
    assert (await officers.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"] == []
    assert "Jane Example" not in caplog.text


async def test_withdrawing_closes_what_the_submission_opened(platform: Platform, new_client: NewClient) -> None:
    council = await new_client()
    case = await submit_case(council, await open_case(council))
    await platform.drain_events()
    match = {"If-Match": f'"{case["version"]}"'}
    agreed = {"membersInFavour": case["applicantCount"]}
    answer = await council.post(f"/v1/cases/{case['id']}/actions/withdraw", json=agreed, headers=match)
    assert answer.status_code == 200, answer.text
    await platform.drain_events()
    (line,) = (await council.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"]
    assert line["status"] == "closed"
    assert (await council.get(f"/v1/shortlists/{case['id']}")).json()["status"] == "closed"


async def test_requests_are_answered_while_nothing_is_relayed(platform: Platform, new_client: NewClient) -> None:
    """Request handling never touches the bus: events wait in the outbox until somebody relays them."""
    council = await new_client()
    case = await submit_case(council, await open_case(council))
    assert await feed(council, case) == []
    assert (await council.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"] == []
    await platform.drain_events()
    assert "case-submitted" in names(await feed(council, case))
