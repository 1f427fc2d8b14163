"""A submitted case and the people at their desks on both sides of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case

APPROACHING, MISSED = "deadline-approaching", "deadline-missed"


async def list_events(api: Api, case: dict[str, Any]) -> list[dict[str, Any]]:
    """What applications tells of the case to the client, in order. Between publishers there is no order."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/events", params={"limit": 200, **after})).json()
        mine = [each for each in page["items"] if each.get("caseid") == case["id"]]
        found += [each for each in mine if "/applications" in each["source"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def get_kind(event: dict[str, Any]) -> str:
    return str(event["type"].split(".")[-2])


async def list_kinds(api: Api, case: dict[str, Any]) -> list[str]:
    return [get_kind(each) for each in await list_events(api, case)]


async def read_case(api: Api, case: dict[str, Any]) -> dict[str, Any]:
    answer = await api.get(f"/v1/cases/{case['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read_deadline(api: Api, case: dict[str, Any], clock: str) -> dict[str, Any]:
    """The one that was started last."""
    items = (await api.get(f"/v1/cases/{case['id']}/deadlines")).json()["items"]
    found: dict[str, Any] = [each for each in items if each["clock"] == clock][-1]
    return found


def read_end(deadline: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(deadline["dueAt"])


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
    """The case, the group and the officer; what is read and told is what the group sees."""

    group: ActorClient
    officer: ActorClient
    case: dict[str, Any]

    async def read(self) -> dict[str, Any]:
        return await read_case(self.group.api, self.case)

    async def read_status(self) -> str:
        return str((await self.read())["status"])

    async def read_deadline(self, clock: str) -> dict[str, Any]:
        return await read_deadline(self.group.api, self.case, clock)

    async def read_end(self, clock: str) -> datetime:
        return read_end(await self.read_deadline(clock))

    async def list_kinds(self) -> list[str]:
        return await list_kinds(self.group.api, self.case)

    async def list_told(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of one kind."""
        return [each["data"] for each in await list_events(self.group.api, self.case) if get_kind(each) == kind]


async def open_office(new_client: NewClient, **details: Any) -> Office:
    """A submitted case with a case officer appointed."""
    portal, council = await new_client(), await new_client(organisation=employer_id())
    group, officer = ActorClient(portal, portal.person), ActorClient(council, "officer-1")
    case = await submit_case(portal, await open_case(portal, **details))
    await officer.appoint(case, "case-officer", "officer-1")
    return Office(group, officer, case)
