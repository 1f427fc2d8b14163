"""A submitted case and the people at their desks on both sides of it."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case


@dataclass
class ActorClient:
    """One person at a client's desk: acts in cases on that person's behalf."""

    api: Api
    person: str

    async def act(
        self, case: dict[str, Any], action: str, body: Any = None, *, version: int | None = None
    ) -> httpx.Response:
        headers = {"On-Behalf-Of": self.person, "If-Match": f'"{version}"' if version is not None else "*"}
        content = {} if body is None else {"json": body}
        return await self.api.post(f"/v1/cases/{case['id']}/actions/{action}", headers=headers, **content)

    async def do(self, case: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        """Act, and the case as it is then."""
        answer = await self.act(case, action, body or None)
        assert answer.status_code == 200, (action, answer.text)
        done: dict[str, Any] = answer.json()
        return done

    async def appoint(self, case: dict[str, Any], role: str, person: str) -> None:
        headers = {"On-Behalf-Of": self.person, "If-Match": "*"}
        body = {"role": role, "person": person}
        answer = await self.api.post(f"/v1/cases/{case['id']}/parties", json=body, headers=headers)
        assert answer.status_code == 201, (role, answer.text)


@dataclass
class Office:
    group: ActorClient
    officer: ActorClient
    case: dict[str, Any]


async def submitted_office(new_client: NewClient, **details: Any) -> Office:
    """A submitted case with a case officer appointed."""
    portal, council = await new_client(), await new_client(organisation=employer_id())
    group, officer = ActorClient(portal, portal.person), ActorClient(council, "officer-1")
    case = await submit_case(portal, await open_case(portal, **details))
    await officer.appoint(case, "case-officer", "officer-1")
    return Office(group, officer, case)
