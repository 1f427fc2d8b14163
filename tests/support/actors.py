"""A submitted case with its people at their desks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import acting, appointed

Case = dict[str, Any]


@dataclass(frozen=True)
class ActorClient:
    """One person at a client's desk: acts in cases on that person's behalf."""

    api: Api
    person: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.api.get(path, headers=acting(self.person), params=query)

    async def post(self, path: str, body: Any = None, *, version: int | None = None, **query: Any) -> httpx.Response:
        headers = {**acting(self.person), "If-Match": "*" if version is None else f'"{version}"'}
        return await self.api.post(path, headers=headers, params=query, **({} if body is None else {"json": body}))

    async def appoint(self, case: Case, role: str, person: str, **more: Any) -> None:
        answer = await self.post(f"/v1/cases/{case['id']}/parties", {"role": role, "person": person, **more})
        assert answer.status_code == 201, (role, answer.text)

    async def act(
        self, case: Case, action: str, body: Any = None, *, version: int | None = None, **query: Any
    ) -> httpx.Response:
        headers = {**acting(self.person), "If-Match": "*" if version is None else f'"{version}"'}
        return await self.api.post(f"/v1/cases/{case['id']}/actions/{action}", json=body, headers=headers, params=query)

    async def do(self, case: Case, action: str, **body: Any) -> Case:
        """Act, and the case as it is then."""
        answer = await self.act(case, action, body or None)
        assert answer.status_code == 200, (action, answer.text)
        done: Case = answer.json()
        return done

    async def read(self, case: Case) -> Case:
        answer = await self.api.get(f"/v1/cases/{case['id']}", headers=acting(self.person))
        assert answer.status_code == 200, answer.text
        seen: Case = answer.json()
        return seen


@dataclass
class Office:
    """A case that was submitted, its staff group, and its employer's people."""

    case: Case
    group: ActorClient
    officer: ActorClient
    second: ActorClient
    decider: ActorClient


async def submitted_office(new_client: NewClient, **details: Any) -> Office:
    """A submitted case with two officers and a decision-maker appointed."""
    portal, council = await new_client(), await new_client(organisation=employer_id())
    case = await submit_case(portal, await open_case(portal, **details))
    desks = {"officer-1": "case-officer", "officer-2": "case-officer", "decider-1": "decision-maker"}
    for person, role in desks.items():
        await appointed(council, case, role, person)
    return Office(case, ActorClient(portal, portal.person), *(ActorClient(council, person) for person in desks))


async def begin_review(office: Office) -> Office:
    """Bring the case under review."""
    officer, case, day = office.officer, office.case, today()
    await officer.do(case, "acknowledge", sentOn=str(day))
    await officer.do(case, "begin-screening")
    await officer.do(case, "notify-decision-date", expectedOn=str(day + timedelta(days=28)), notifiedOn=str(day))
    office.case = await officer.do(case, "begin-review")
    return office


async def announce_at_once(office: Office) -> None:
    """Have a cabinet decide today: scrutiny agrees that it is urgent, and the meeting is convened for it."""
    chair = ActorClient(office.officer.api, "scrutiny-1")
    await appointed(chair.api, office.case, "scrutiny-chair", chair.person)
    urgent = {"what": "key-decision", "agreedBy": "scrutiny-chair", "agreedOn": str(today())}
    await chair.do(office.case, "agree-special-urgency", **urgent, reasons="A grant ends today.")
    published = {"where": "Website"}
    convened = {**published, "convenedOn": str(today()), "reasons": "A grant ends today."}
    await office.officer.do(office.case, "convene-at-shorter-notice", **convened)
    office.case = await office.officer.do(office.case, "publish-agenda", **published, publishedOn=str(today()))
