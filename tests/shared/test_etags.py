"""ETags, as clients and the proxies between write them."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_shared import etags
from rtp_shared.problems import Malformed, PreconditionRequired
from tests.architecture.test_routes import routes
from tests.conftest import NewClient
from tests.support.cases import open_case

FRESH = [
    ['"3"'], ['W/"3"'], ['"3-gzip"'], ['W/"3-gzip"'], ['"3-br"'], ['"3--gzip"'], ['"3;zstd"'], ["*"], ["* "],
    ['"2"', '"3"'], ['"2", "3"'], [', "2" ,,\t"3" ,'], ['"a,b", "3"'], ["", '"3"'], ['"x\\"', '"3"'],
]  # fmt: skip
STALE = [['"4"'], ['W/"30"'], ['"3-"'], ['"3-4"'], ['"-gzip"'], ['"a,3"'], ['"3x"'], ['""'], ['"' + "3" * 400 + '"']]
NO_LIST = [["3"], ['"3'], ["3,4"], ['"3" "4"'], ['"3"4"'], ["*", '"3"'], [""], [" , "], ["W/3"], ['w/"3"'], ["'3'"]]


@given(st.integers(0, 10**9 - 1))
def test_an_etag_matches_itself_alone(version: int) -> None:
    tag = etags.format_etag(version)
    assert etags.is_not_modified([tag], tag)
    assert etags.is_not_modified([f'"x", W/{tag}'], tag)
    assert etags.is_not_modified(["*"], tag)
    assert not etags.is_not_modified([etags.format_etag(version + 1)], tag)
    assert not etags.is_not_modified([], tag)
    assert not etags.is_not_modified([tag], None)
    assert etags.parse_if_match([tag]).allows(version)


@pytest.mark.parametrize("lines", FRESH, ids=str)
def test_the_version_that_was_read_is_told_however_it_came_back(lines: list[str]) -> None:
    assert etags.parse_if_match(lines).allows(3)
    assert etags.is_not_modified(lines, '"3"')
    assert etags.is_not_modified(lines, 'W/"3"')


@pytest.mark.parametrize("lines", STALE, ids=str)
def test_another_version_is_another(lines: list[str]) -> None:
    assert not etags.parse_if_match(lines).allows(3)
    assert not etags.is_not_modified(lines, '"3"')


@pytest.mark.parametrize("lines", NO_LIST, ids=str)
def test_what_is_no_list_of_etags_is_refused_or_left_aside(lines: list[str]) -> None:
    with pytest.raises(Malformed):
        etags.parse_if_match(lines)
    assert not etags.is_not_modified(lines, '"3"')


@given(st.lists(st.text(st.characters(max_codepoint=255)), min_size=1, max_size=3))
def test_any_header_is_read_or_refused(lines: list[str]) -> None:
    etags.is_not_modified(lines, '"3"')
    try:
        assert etags.parse_if_match(lines).newest >= 0
    except Malformed:
        return


def test_the_newest_version_is_told_and_none_is_required() -> None:
    assert etags.parse_if_match(['"2", "7"', '"x"']).newest == 7
    assert etags.parse_if_match(['"x"']).newest == 0
    with pytest.raises(PreconditionRequired):
        etags.parse_if_match([])


def test_every_route_that_takes_if_match_takes_all_its_lines() -> None:
    def fields(route: object) -> list[tuple[str, str]]:
        dependants, found = [route.dependant], []  # type: ignore[attr-defined]
        while dependants:
            each = dependants.pop()
            dependants += each.dependencies
            found += [(field.alias, each.call.__module__) for field in each.header_params]
        return found

    takers = [(route.path, module) for _, route in routes() for name, module in fields(route) if name == "If-Match"]
    assert len(takers) > 120
    assert {module for _, module in takers} == {"rtp_shared.dependencies"}
    assert not [route.path for _, route in routes() for name, _ in fields(route) if name == "if-match"]


@pytest.mark.anyio
@pytest.mark.parametrize("lines", [['W/"1"'], ['"1-gzip"'], ['"9"', ', "1"']], ids=str)
async def test_a_client_behind_a_compressing_proxy_reads_and_writes(new_client: NewClient, lines: list[str]) -> None:
    api = await new_client()
    path = f"/v1/cases/{(await open_case(api))['id']}"
    unchanged = await api.get(path, headers=[("If-None-Match", line) for line in lines])
    assert (unchanged.status_code, unchanged.headers["etag"]) == (304, '"1"')
    written = await api.patch(path, json={"headcount": 61}, headers=[("If-Match", line) for line in lines])
    assert written.status_code == 200, written.text
    assert (await api.patch(path, json={"headcount": 62}, headers={"If-Match": lines[0]})).status_code == 412


@pytest.mark.anyio
async def test_a_subscription_in_fhir_is_not_read_again_unless_it_changed(new_client: NewClient) -> None:
    api = await new_client()
    resource = {
        "resourceType": "Subscription", "status": "requested", "reason": "", "criteria":
        "eventType=rtp-applications-case-submitted-1", "channel": {
            "type": "rest-hook", "endpoint": f"https://127.0.0.1/{uuid.uuid4()}", "payload": "application/json"},
    }  # fmt: skip
    made = await api.post("/fhir/R4/Subscription", json=resource)
    assert made.status_code == 201, made.text
    path = f"/fhir/R4/Subscription/{made.json()['id']}"
    assert (await api.get(path, headers={"If-None-Match": made.headers["etag"]})).status_code == 304
