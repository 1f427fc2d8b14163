"""An accepted adviser becomes a party of the case, and their network comes to see it, as acceptance itself says."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_embedded.platform import Platform
from rtp_shared.bus import Message
from rtp_shared.contracts import events
from rtp_shared.contracts.advice_matching import SupportAgreed
from rtp_shared.run import build_consumer
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import accept, read, request_of
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id
from tests.support.people import appointed

pytestmark = pytest.mark.anyio

VOLUNTEERS = ("adviser", "mentor")


async def accepted(platform: Platform, api: Api, adviser: Adviser, **details: Any) -> dict[str, Any]:
    """Submit a case and accept the adviser for it; return the support request."""
    request = await request_of(platform, api, **details)
    answer = await accept(api, request, adviser.id)
    assert answer.status_code == 200, answer.text
    await platform.drain_events()
    return await read(api, request["id"])


async def list_advising(api: Api, case_id: str) -> list[tuple[str, str, dict[str, str | None]]]:
    page = (await api.get(f"/v1/cases/{case_id}/parties")).json()
    return [(each["role"], each["person"], each["holder"]) for each in page["items"] if each["role"] in VOLUNTEERS]


@pytest.mark.parametrize(
    ("kind", "role"),
    [(AdviserKind.ADVISER, "adviser"), (AdviserKind.MENTOR, "mentor"), (AdviserKind.AMBASSADOR, "mentor")],
)
async def test_who_is_accepted_becomes_a_party(
    kind: AdviserKind, role: str, platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser, group = await new_adviser(kind=kind), await new_client()
    network = await new_client(organisation=adviser.network_id)
    request = await accepted(platform, group, adviser)
    holder = {"client": None, "organisation": str(adviser.network_id)}
    assert await list_advising(group, request["caseId"]) == [(role, str(adviser.id), holder)]
    assert (await network.get(f"/v1/cases/{request['caseId']}")).status_code == 200
    history = (await group.get(f"/v1/cases/{request['caseId']}/history")).json()["items"]
    assert request["id"] in str([each for each in history if each["action"] == "appoint"])


async def test_nobody_sees_the_case_by_being_proposed(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    best, rival, group = await new_adviser(), await new_adviser(stages=[]), await new_client()
    request = await accepted(platform, group, best)
    left_out = await new_client(organisation=rival.network_id)
    assert (await left_out.get(f"/v1/cases/{request['caseId']}")).status_code == 404


async def test_a_network_in_the_case_is_not_told_of_its_rivals(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    best, rival, group = await new_adviser(), await new_adviser(stages=[]), await new_client()
    request = await accepted(platform, group, best)
    assert {str(best.id), str(rival.id)} <= {each["adviserId"] for each in request["proposals"]}
    for adviser in (best, rival):
        shown = await read(await new_client(organisation=adviser.network_id), request["id"])
        assert [each["adviserId"] for each in shown["proposals"]] == [str(adviser.id)]
    employers = await read(await new_client(organisation=employer_id()), request["id"])
    assert employers["proposals"] == request["proposals"]


async def test_nobody_advises_twice(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> None:
    adviser, group, other = await new_adviser(), await new_client(), await new_client()
    request = await request_of(platform, group)
    case = (await group.get(f"/v1/cases/{request['caseId']}")).json()
    await appointed(group, case, "adviser", str(adviser.id), holder={"client": other.client_id})
    assert (await accept(group, request, adviser.id)).status_code == 200
    await platform.drain_events()
    held = {"client": other.client_id, "organisation": None}
    assert await list_advising(group, case["id"]) == [("adviser", str(adviser.id), held)]


async def tell_applications(platform: Platform, agreed: SupportAgreed) -> None:
    """Hand applications an acceptance as advice-matching would publish it: every call is another event."""
    event_id, body = events.write(
        agreed,
        base_url="http://rtp.test",
        service="advice-matching",
        subject_id=agreed.case_id,
        sequence=2,
        dataref=f"/v1/support-requests/{agreed.support_request_id}",
    )
    consumer = build_consumer(platform.background["applications"])
    await consumer.receive(Message(event_id, agreed.TYPE, agreed.case_id, ("system",), body))


async def test_a_late_double_or_strange_acceptance_does_nothing(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser, group = await new_adviser(), await new_client()
    request = await accepted(platform, group, adviser)
    before = (await group.get(f"/v1/cases/{request['caseId']}")).json()
    agreed = SupportAgreed(
        case_id=uuid.UUID(request["caseId"]),
        support_request_id=uuid.UUID(request["id"]),
        adviser_id=adviser.id,
        network_id=adviser.network_id,
        kind="adviser",
        agreed_at=datetime.now(UTC),
    )
    of_before_they_said_so = {"adviser_id": uuid.uuid4(), "network_id": None, "kind": None}
    for change in ({}, {"network_id": uuid.uuid4()}, {"case_id": uuid.uuid4()}, of_before_they_said_so):
        await tell_applications(platform, agreed.model_copy(update=change))
    assert (await group.get(f"/v1/cases/{request['caseId']}")).json() == before


async def test_who_decides_in_the_case_is_not_admitted_and_nothing_is_stuck(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser, group = await new_adviser(), await new_client()
    officers = await new_client(organisation=employer_id())
    request = await request_of(platform, group)
    case = (await officers.get(f"/v1/cases/{request['caseId']}")).json()
    await appointed(officers, case, "case-officer", str(adviser.id))
    assert (await accept(group, request, adviser.id)).status_code == 200
    await platform.drain_events()
    assert await list_advising(group, case["id"]) == []
    next_one = await accepted(platform, group, adviser)
    assert len(await list_advising(group, next_one["caseId"])) == 1
