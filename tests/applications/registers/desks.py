"""People at the desks of a case: its staff group, and its employer's officers and decision-maker."""

from typing import Any

import httpx

from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case


class ActorClient:
    """One person who acts through a client."""

    def __init__(self, api: Api, person: str) -> None:
        self.api = api
        self.person = person

    async def post(self, path: str, body: Any = None, *, version: int | None = None, **query: Any) -> httpx.Response:
        headers = {"On-Behalf-Of": self.person, "If-Match": f'"{version}"' if version is not None else "*"}
        content = {} if body is None else {"json": body}
        return await self.api.post(path, headers=headers, params=query, **content)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.api.get(path, headers={"On-Behalf-Of": self.person}, params=query)

    async def act(self, case: dict[str, Any], action: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.post(f"/v1/cases/{case['id']}/actions/{action}", body, **query)

    async def do(self, case: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        """Act, and the case as it is then."""
        answer = await self.act(case, action, body or None)
        assert answer.status_code == 200, (action, answer.text)
        done: dict[str, Any] = answer.json()
        return done

    async def appoint(self, case: dict[str, Any], role: str, person: str, **more: Any) -> None:
        answer = await self.post(f"/v1/cases/{case['id']}/parties", {"role": role, "person": person, **more})
        assert answer.status_code == 201, (role, answer.text)


class Office:
    group: ActorClient
    officer: ActorClient
    second: ActorClient
    decider: ActorClient
    case: dict[str, Any]


async def submitted_office(new_client: NewClient, **details: Any) -> Office:
    """A submitted case with two officers and a decision-maker appointed."""
    office = Office()
    portal, council = await new_client(), await new_client(organisation=employer_id())
    office.group = ActorClient(portal, portal.person)
    office.officer, office.second = ActorClient(council, "officer-1"), ActorClient(council, "officer-2")
    office.decider = ActorClient(council, "decider-1")
    office.case = await submit_case(portal, await open_case(portal, **details))
    for role, person in (("case-officer", "officer-1"), ("case-officer", "officer-2"), ("decision-maker", "decider-1")):
        await office.officer.appoint(office.case, role, person)
    return office
