"""Processes as they are published over HTTP."""

import httpx
import pytest

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.processes import PROCESSES, Processes
from rtp_shared.contracts.vocabulary import Route
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio
EVERY = [pytest.param(each, id=f"{each.route}-{each.version}") for each in PROCESSES.values()]


async def _get(new_client: NewClient, path: str, **headers: str) -> httpx.Response:
    """Without a token: the process is public."""
    client = await new_client()
    client.headers.pop("Authorization", None)
    return await client.get(path, headers=headers)


async def test_anyone_may_list_the_newest_process_of_every_route(new_client: NewClient) -> None:
    answer = await _get(new_client, "/v1/processes")
    assert answer.status_code == 200, answer.text
    listed = {each["route"]: each["version"] for each in answer.json()["items"]}
    assert listed == {route: Processes().find_newest(route).version for route in Route}


@pytest.mark.parametrize("process", EVERY)
async def test_anyone_may_read_a_process_as_the_engine_goes_by_it(new_client: NewClient, process: Process) -> None:
    answer = await _get(new_client, f"/v1/processes/{process.route}/versions/{process.version}")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert {each["name"]: set(each["from"]) for each in shown["actions"]} == {
        action.name: set(action.from_states) for action in process.actions
    }
    assert [[guard["name"] for guard in each["guards"]] for each in shown["actions"]] == [
        [guard.name for guard in action.guards] for action in process.actions
    ]
    assert [each["name"] for each in shown["clocks"]] == [clock.name for clock in process.clocks]
    assert all(each["source"] for each in [*shown["clocks"], *shown["settings"]])
    assert set(shown["grounds"] or ()) == (process.grounds or set())


async def test_a_process_is_kept_by_caches_and_asked_for_again_by_its_tag(new_client: NewClient) -> None:
    path = "/v1/processes/right-to-provide/versions/1"
    first = await _get(new_client, path)
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = await _get(new_client, path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    other = await _get(new_client, "/v1/processes/employer-led/versions/1")
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("right-to-provide/versions/999", 404),
        ("right-to-roam/versions/1", 422),
        ("right-to-provide/versions/0", 422),
        ("right-to-provide/versions/latest", 422),
    ],
)
async def test_what_is_no_process_is_refused(new_client: NewClient, path: str, status: int) -> None:
    answer = await _get(new_client, f"/v1/processes/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
