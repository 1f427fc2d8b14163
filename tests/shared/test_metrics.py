"""Metrics: for whoever may read them, on every process, and without a count of what is secret."""

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_shared.metrics import BUCKETS, METHODS, Metrics
from rtp_shared.run import build_worker_app
from tests.conftest import NewClient
from tests.support.cases import open_case, submit_case

pytestmark = pytest.mark.anyio

Series = dict[str, float]


def read_series(platform: Platform) -> Series:
    """All counts of all services; not how long anything took."""
    return {
        f"{name} {sample.name}{sorted(sample.labels.items())}": sample.value
        for name, runtime in platform.runtimes.items()
        for metric in runtime.metrics.registry.collect()
        for sample in metric.samples
        if not sample.name.endswith(("_sum", "_bucket")) and not sample.name.startswith("process_")
    }


def list_moved(before: Series, after: Series) -> set[str]:
    return {name for name, value in after.items() if value != before.get(name, 0)}


async def test_the_metrics_of_a_worker_need_a_token_too(platform: Platform, new_client: NewClient) -> None:
    reader, other = await new_client(scopes="metrics:read"), await new_client(scopes="cases:read")
    for runtime in platform.runtimes.values():
        app = build_worker_app(runtime, {"relay_leads": lambda: True})
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker.test") as worker:
            assert (await worker.get("/health")).json() == {"status": "alive", "relay_leads": True}
            statuses = []
            for authorization in (None, "Bearer nonsense", other.headers["Authorization"]):
                answer = await worker.get("/metrics", headers={"Authorization": authorization} if authorization else {})
                assert answer.headers["content-type"] == "application/problem+json"
                assert b"rtp_events" not in answer.content
                statuses.append(answer.status_code)
            assert statuses == [401, 401, 403]
            shown = await worker.get("/metrics", headers={"Authorization": reader.headers["Authorization"]})
            assert shown.status_code == 200
            assert "rtp_events_published_total" in shown.text


async def test_no_event_of_a_draft_is_counted(platform: Platform, new_client: NewClient) -> None:
    opener = await new_client()
    await platform.drain_events()
    before = read_series(platform)
    case = await open_case(opener)
    await platform.drain_events()
    moved = list_moved(before, read_series(platform))
    of_requests = ("rtp_request_seconds", "rtp_requests", "rtp_route_seconds")
    assert {name for name in moved if not any(each in name for each in of_requests)} == set()
    await submit_case(opener, case)
    await platform.drain_events()
    told = list_moved(before, read_series(platform))
    assert any("case-submitted" in name for name in told)
    assert not any("case-opened" in name for name in told)


async def test_opening_a_draft_counts_as_any_other_thing_that_is_made_for_a_case(
    platform: Platform, new_client: NewClient
) -> None:
    opener = await new_client()
    before = read_series(platform)
    case = await open_case(opener)
    opened = list_moved(before, between := read_series(platform))
    body = {"kind": "business-plan", "title": "Letter"}
    answer = await opener.post(f"/v1/cases/{case['id']}/documents", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 201, answer.text
    assert list_moved(between, read_series(platform)) == opened


def test_series_grow_with_routes_and_not_with_routes_times_methods_times_statuses() -> None:
    metrics = Metrics("any")
    none = metrics.render().count(b"\n")
    for method in (*METHODS, "BREW", "PROPFIND"):
        for route in range(100):
            for status in (200, 404, 409, 422, 503):
                metrics.count_request(method, f"/v1/things/{route}", status, 0.01)
    buckets = (len(METHODS) + 1) * (len(BUCKETS) + 3)
    assert metrics.render().count(b"\n") - none == buckets + 5 + 100 * 2


def test_a_process_tells_its_memory_time_and_files() -> None:
    shown = Metrics("any").render().decode()
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert f"\n{name} " in shown
