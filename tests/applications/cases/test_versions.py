"""Two versions of a process at once: each case goes by its own, until it is moved."""

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import pytest

from rtp_applications.workflow.processes import PROCESSES
from tests.applications.workflow.versions import EVERY_VERSION, NEXT
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import appointed

pytestmark = pytest.mark.anyio


@pytest.fixture
def publish_second(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Publishes the made-up second version once it is called, until the end of the test."""
    known = cast("dict[Any, Any]", PROCESSES)
    with monkeypatch.context() as patch:
        yield partial(_set_all, patch, known)


def _set_all(patch: pytest.MonkeyPatch, known: dict[Any, Any]) -> None:
    for version, process in EVERY_VERSION.items():
        patch.setitem(known, version, process)


async def list_actions(api: Api, case: dict[str, Any]) -> set[str]:
    answer = (await api.get(f"/v1/cases/{case['id']}")).json()
    return {each["action"] for each in answer["allowedActions"]}


async def test_a_case_stays_with_its_version_until_it_is_moved(new_client: NewClient, publish_second: Any) -> None:
    group, officers = await new_client(organisation=employer_id()), await new_client(organisation=employer_id())
    old = await submit_case(group, await open_case(group))
    publish_second()
    new = await submit_case(group, await open_case(group))
    assert [each["processVersion"] for each in (old, new)] == [NEXT.version - 1, NEXT.version]
    officers.headers["On-Behalf-Of"] = "officer-1"
    for case in (old, new):
        await appointed(officers, case, "case-officer", "officer-1")
    assert "acknowledge" in await list_actions(officers, old)
    assert "acknowledge" not in await list_actions(officers, new)
    path = f"/v1/cases/{new['id']}/actions"
    refused = await officers.post(f"{path}/acknowledge", json={"sentOn": "2026-11-02"}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (404, "no-such-action")
    moved = await officers.post(
        f"/v1/cases/{old['id']}/actions/move-to-version",
        json={"version": NEXT.version, "reasons": "The council adopted the new process"},
        headers={"If-Match": "*"},
    )
    assert (moved.status_code, moved.json()["processVersion"]) == (200, NEXT.version), moved.text
    assert "acknowledge" not in await list_actions(officers, old)


async def test_both_versions_are_published(new_client: NewClient, publish_second: Any) -> None:
    api = await new_client()
    publish_second()
    clocks = []
    for version in (NEXT.version - 1, NEXT.version):
        shown = (await api.get(f"/v1/processes/{NEXT.route}/versions/{version}")).json()
        clocks.append({each["name"] for each in shown["clocks"]})
    assert clocks[0] - clocks[1] == {"acknowledgement"}
    assert clocks[1] - clocks[0] == {"first-talk"}
