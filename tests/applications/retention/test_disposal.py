"""A case whose time is over, through the platform: it is warned of, held, and destroyed; what is left holds."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_applications.cases.context import CommandContext
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.verify import verify
from rtp_applications.retention.commands import warn_or_dispose
from rtp_applications.retention.queries import list_ended_cases
from rtp_applications.retention.scheduler import KEEPER
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from tests.applications.deadlines.office import list_kinds
from tests.applications.history.stories import history_of
from tests.conftest import Api
from tests.support.actors import ActorClient, Case
from tests.support.cases import open_case, submit_case
from tests.support.documents import added, pdf, put
from tests.support.mentions import find_mentions
from tests.support.people import act, appointed

pytestmark = pytest.mark.anyio

KEPT, LEAD = timedelta(days=6 * 366), timedelta(days=90)


@dataclass(frozen=True)
class Ended:
    """A case that its group withdrew, with people, a document, a barrier and records; and a word that stands in all."""

    case: Case
    word: str


@pytest.fixture
async def ended(group: Api, officers: Api) -> Ended:
    word = f"planted{uuid.uuid4().hex}"
    case = await open_case(group, summary=f"Said by {word}")
    await appointed(group, case, "applicant-member", f"p-{word}", name=word, mandate=f"Vote of {word}")
    desk = ActorClient(group, group.person)
    document = await added(desk, case, "other", title=f"Letter of {word}")
    assert (await put(desk, document, pdf(word))).status_code == 201
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    for person in ("p-one", "p-two"):
        await appointed(officers, case, "case-officer", person)
    await act(officers, case, "acknowledge", {"sentOn": str(civil_date(utcnow()))}, by="p-one")
    await act(officers, case, "begin-screening", by="p-one")
    await act(officers, case, "find-not-eligible", {"reasons": f"Against {word}"}, by="p-one")
    body = {"kind": "other", "description": f"Against {word}", "disclosed": True}
    assert (await group.post(f"/v1/cases/{case['id']}/barriers", json=body)).status_code == 201
    return Ended(await act(group, case, "withdraw", {"reason": f"For {word}", "membersInFavour": 12}), word)


@pytest.fixture
def look(platform: Platform) -> Callable[..., Any]:
    """Look at a case as the worker does, on a later day."""

    async def look(case: Case, later: timedelta) -> bool:
        runtime = platform.background["applications"]
        async with runtime.database.transaction() as session:
            context = CommandContext(session, KEEPER, utcnow() + later, runtime.outbox, runtime.resources)
            return await warn_or_dispose(context, UUID(case["id"]))

    return look


async def read(api: Api, case: Case, path: str = "/retention") -> dict[str, Any]:
    answer = await api.get(f"/v1/cases/{case['id']}{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_case_says_when_and_why_it_may_be_destroyed(ended: Ended, group: Api, outside: Api) -> None:
    found = await read(group, ended.case)
    assert (found["keptAs"], found["months"], found["tag"], found["held"]) == ("other", 72, "proposed", None)
    assert found["disposeOn"] > str(civil_date(utcnow() + timedelta(days=6 * 365)))
    assert (await outside.get(f"/v1/cases/{ended.case['id']}/retention")).status_code == 404


async def test_it_is_destroyed_after_a_warning_and_what_is_left_holds(
    ended: Ended, group: Api, officers: Api, platform: Platform, look: Callable[..., Any]
) -> None:
    case = ended.case
    before = await history_of(group, case)
    assert "applications.audit_entries" in await find_mentions(platform, ended.word)
    assert not await look(case, timedelta(days=5 * 365))
    assert await look(case, KEPT - LEAD)
    assert not await look(case, KEPT - LEAD), "it is warned of once"
    assert ended.case["id"] in [each["caseId"] for each in (await officers.get("/v1/disposals")).json()["items"]]
    assert (await read(group, case))["disposedAt"] is None
    assert await look(case, KEPT + timedelta(days=1))
    assert not await look(case, KEPT + timedelta(days=2))
    await platform.drain_events()
    assert await find_mentions(platform, ended.word) == []
    for api in (group, officers):
        assert (await read(api, case, "/history/verify"))["holds"]
    left = await history_of(group, case)
    assert [each["hash"] for each in left[: len(before)]] == [each["hash"] for each in before]
    assert {each["erased"] for each in left[: len(before)]} == {"whole"}
    assert not left[0]["changes"]
    assert (await list_kinds(group, case))[-2:] == ["case-disposal-due", "case-disposed"]
    shown = await read(group, case, "")
    assert shown["status"] == "withdrawn"
    assert shown["summary"] is None
    assert shown["allowedActions"] == []
    assert (await read(group, case, "/parties"))["items"] == []


async def test_nothing_is_added_to_a_destroyed_case(ended: Ended, group: Api, look: Callable[..., Any]) -> None:
    await look(ended.case, KEPT - LEAD)
    await look(ended.case, KEPT + timedelta(days=1))
    body = {"role": "applicant-member", "person": "p-late"}
    answer = await group.post(f"/v1/cases/{ended.case['id']}/parties", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 409
    answer = await group.post(f"/v1/cases/{ended.case['id']}/barriers", json={"kind": "other", "description": "x"})
    assert answer.status_code == 409


async def test_a_bundle_of_a_destroyed_case_still_verifies(
    ended: Ended, group: Api, look: Callable[..., Any], tmp_path: Any
) -> None:
    await look(ended.case, KEPT - LEAD)
    await look(ended.case, KEPT + timedelta(days=1))
    answer = await group.get(f"/v1/cases/{ended.case['id']}/bundle")
    assert answer.status_code == 200, answer.text
    assert ended.word.encode() not in answer.content
    (file := tmp_path / "bundle.zip").write_bytes(answer.content)
    assert verify(file).faults == []


async def test_what_is_held_is_neither_warned_of_nor_destroyed(
    ended: Ended, group: Api, officers: Api, overseer: Api, platform: Platform, look: Callable[..., Any]
) -> None:
    case, path = ended.case, f"/v1/cases/{ended.case['id']}/holds"
    await look(case, KEPT - LEAD)
    first = await officers.post(path, json={"reason": "Claim 1"}, headers={"On-Behalf-Of": "p-one"})
    second = await overseer.post(path, json={"reason": "Claim 2"})
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert not await look(case, KEPT + timedelta(days=1))
    async with platform.background["applications"].database.transaction(read_only=True) as session:
        rows = await list_ended_cases(session, civil_date(utcnow() + KEPT * 2), limit=10_000)
    assert UUID(case["id"]) not in [row.id for row in rows]
    assert (await read(officers, case))["held"] is True
    assert (await read(group, case))["held"] is None
    for placed in (first, second):
        lifted = await officers.post(
            f"{path}/{placed.json()['id']}/actions/lift", json={"reason": "Settled"}, headers={"On-Behalf-Of": "p-one"}
        )
        assert lifted.status_code == 200, lifted.text
        assert lifted.json()["liftedBecause"] == "Settled"
    assert await look(case, KEPT + timedelta(days=1)), "it is warned of anew"
    assert (await read(group, case))["disposedAt"] is None
    assert not await look(case, KEPT + timedelta(days=80))
    assert await look(case, KEPT + timedelta(days=92))
    assert (await read(group, case))["disposedAt"] is not None
    faults = (await read(officers, case, "/history/verify"))["faults"]
    assert {each["what"].split(" than")[0] for each in faults} == {"is earlier"}, "the holds, of another clock"


async def test_holds_are_for_the_bodies_side(
    ended: Ended, group: Api, officers: Api, outside: Api, overseer: Api
) -> None:
    path, order = f"/v1/cases/{ended.case['id']}/holds", {"reason": "Claim"}
    assert (await group.post(path, json=order)).status_code == 403
    assert (await officers.post(path, json=order)).status_code == 403, "no officer of the case"
    assert (await outside.post(path, json=order)).status_code == 404
    placed = await officers.post(path, json=order, headers={"On-Behalf-Of": "p-one"})
    assert (await group.get(path)).json()["items"] == []
    assert [each["id"] for each in (await overseer.get(path)).json()["items"]] == [placed.json()["id"]]
    lift = f"{path}/{placed.json()['id']}/actions/lift"
    assert (await group.post(lift, json=order)).status_code == 403
    assert (await officers.post(lift, json=order, headers={"On-Behalf-Of": "p-one"})).status_code == 200
    assert (await officers.post(lift, json=order, headers={"On-Behalf-Of": "p-one"})).status_code == 409
    wrong = f"{path}/{uuid.uuid4()}/actions/lift"
    assert (await officers.post(wrong, json=order, headers={"On-Behalf-Of": "p-one"})).status_code == 404
    assert "place-hold" not in [each["action"] for each in await history_of(group, ended.case)]
    assert "place-hold" in [each["action"] for each in await history_of(officers, ended.case)]


async def test_the_schedule_is_published_and_a_body_replaces_it(group: Api, officers: Api) -> None:
    answer = await group.get("/v1/retention-schedule")
    assert {each["keptAs"]: each["months"] for each in answer.json()} == {
        "launched": 72,
        "tender-lost": 36,
        "other": 72,
    }
    rule = {"validFrom": str(civil_date(utcnow())), "source": "Schedule 9"}
    path = "/v1/bodies/GB-LAE-CMD/rules/retention-other"
    ahead = {"If-Match": "*"}
    for value in ({"number": 6, "unit": "months"}, {"number": 90, "unit": "calendar-days"}):
        answer = await officers.put(path, json={**rule, "value": value}, headers=ahead)
        assert answer.status_code == 422, answer.text
