"""The report of conformance: this platform keeps every rule, and each rule finds an answer that breaks it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from rtp_finance_directory.conformance.__main__ import main, report
from rtp_finance_directory.conformance.calendars import check_calendar, check_feed
from rtp_finance_directory.conformance.common_grants import check_common_grants, read_protocol
from rtp_finance_directory.conformance.findings import (
    CheckStandard,
    ConformanceFinding,
    Fetch,
    FetchedAnswer,
    RuleOutcome,
)
from rtp_finance_directory.conformance.open_referral import check_open_referral
from rtp_finance_directory.conformance.schema import Validator
from rtp_finance_directory.conformance.three_sixty import judge_package
from tests.conftest import Api
from tests.finance_directory.directory.conftest import publish

pytestmark = pytest.mark.anyio

WINDOW = {"opensOn": "2026-01-01", "closesOn": "2099-03-31"}
Change = Callable[[str, bytes], bytes]


def make_fetch(api: Api, change: Change = lambda _, content: content, **headers: str) -> Fetch:
    async def fetch(path: str) -> FetchedAnswer:
        answer = await api.get(path)
        named = {name.lower(): value for name, value in answer.headers.items()} | headers
        return FetchedAnswer(answer.status_code, named, change(path, answer.content))

    return fetch


async def collect(found: AsyncIterator[ConformanceFinding]) -> list[ConformanceFinding]:
    return [finding async for finding in found]


@pytest.fixture
async def listed(funder: Api) -> None:
    for name in ("Lapwing", "Redstart"):
        await publish(funder, name=name, windows=[WINDOW], minAmountPence=1)


async def test_this_platform_keeps_every_rule(anybody: Api, listed: None) -> None:
    found = await collect(report(make_fetch(anybody)))
    assert [finding for finding in found if finding.outcome is RuleOutcome.FAILED] == []
    passed = {finding.standard for finding in found if finding.outcome is RuleOutcome.PASSED}
    assert passed >= {"CommonGrants 0.4.0", "iCalendar (RFC 5545)", "Atom (RFC 4287)", "Open Referral UK 3.0"}


def change_json(edit: Callable[[Any], object], where: str) -> Change:
    def change(path: str, content: bytes) -> bytes:
        body = json.loads(content)
        if (
            (where in path and "items" in body)
            or (where in path and "data" in body)
            or (where in path and "contents" in body)
        ):
            edit(body)
        return json.dumps(body).encode()

    return change


def edit_money(body: Any) -> None:
    for item in body.get("items", []):
        item["funding"] = {"minAwardAmount": {"amount": 5, "currency": "GBP"}}


def turn_round(body: Any) -> None:
    body.get("items", []).reverse()


def rename(body: Any) -> None:
    if "data" in body:
        body["data"]["id"] = "00000000-0000-4000-8000-000000000001"


def drop_times(body: Any) -> None:
    for item in body.get("items", []):
        del item["createdAt"]


def empty_names(body: Any) -> None:
    body["name"] = None


HOME = "the home names version, profile and OpenAPI document"
BROKEN: list[tuple[CheckStandard, Change, str]] = [
    (check_common_grants, change_json(edit_money, "opportunities"), "a list is valid by the schema"),
    (check_common_grants, change_json(drop_times, "opportunities"), "a list is valid by the schema"),
    (check_common_grants, lambda _, content: content[:-1], "a list is valid by the schema"),
    (check_common_grants, change_json(turn_round, "opportunities"), "a list has the last modified first"),
    (
        check_common_grants,
        change_json(rename, "opportunities/"),
        "an opportunity is valid by the schema, and is the one listed",
    ),
    (
        check_common_grants,
        lambda _, content: content.replace(b'"message": "There is no', b'"text": "There is no'),
        "an unknown opportunity is a 404 with the protocol's error",
    ),
    (check_calendar, lambda _, content: content.replace(b"\r\n", b"\n"), "lines end in CRLF"),
    (check_calendar, lambda _, content: content.replace(b"\r\n ", b""), "no line is longer than 75 octets"),
    (
        check_calendar,
        lambda _, content: content.replace(b"PRODID", b"X-ID"),
        "it is a VCALENDAR with version and PRODID",
    ),
    (
        check_calendar,
        lambda _, content: content.replace(b"UID:", b"X-UID:"),
        "each event has one UID, one DTSTAMP and a start before its end",
    ),
    (
        check_calendar,
        lambda _, content: content.replace(b"DTEND;VALUE=DATE:2099", b"DTEND;VALUE=DATE:1999"),
        "each event has one UID, one DTSTAMP and a start before its end",
    ),
    (check_feed, lambda _, content: content[:-3], "it is well-formed XML without a document type"),
    (
        check_feed,
        lambda _, content: content.replace(b"<feed", b"<!DOCTYPE x><feed"),
        "it is well-formed XML without a document type",
    ),
    (
        check_feed,
        lambda _, content: content.replace(b"updated>", b"changed>"),
        "feed and entries have one id, one title and one time of change",
    ),
    (check_feed, lambda _, content: content.replace(b'rel="self"', b'rel="me"'), "it names its own address"),
    (
        check_open_referral,
        lambda _, content: content.replace(b"HSDS", b""),
        "the home names version, profile and OpenAPI document",
    ),
    (
        check_open_referral,
        lambda _, content: content.replace(b"total_items", b"total"),
        "a list is a page of the standard",
    ),
    (
        check_open_referral,
        lambda _, content: content.replace(b'"active"', b'"on"'),
        "a service is as the standard has it",
    ),
]


@pytest.mark.parametrize(("check", "change", "rule"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
async def test_a_broken_answer_breaks_its_rule(
    check: CheckStandard, change: Change, rule: str, anybody: Api, listed: None
) -> None:
    before = {finding.rule: finding.outcome for finding in await collect(check(make_fetch(anybody)))}
    assert before[rule] is RuleOutcome.PASSED
    found = {finding.rule: finding for finding in await collect(check(make_fetch(anybody, change)))}
    assert found[rule].outcome is RuleOutcome.FAILED
    assert found[rule].detail


GRANT: dict[str, Any] = {
    "id": "360G-test-1", "title": "A", "description": "B", "currency": "GBP", "amountAwarded": 5,
    "awardDate": "2026-01-01", "recipientOrganization": [{"id": "GB-CHC-1", "name": "R"}],
    "fundingOrganization": [{"id": "GB-CHC-2", "name": "F"}],
}  # fmt: skip


def judge(**changed: Any) -> dict[str, RuleOutcome]:
    grants = changed.pop("grants", [{**GRANT, **changed}])
    return {each.rule: each.outcome for each in judge_package({"version": "1.4", "grants": grants})}


def test_a_package_of_grants_is_judged_by_each_rule() -> None:
    assert set(judge().values()) == {RuleOutcome.PASSED}
    assert judge(awardDate="yesterday") == {"the package is valid by the schema": RuleOutcome.FAILED}
    assert judge(amountAwarded="5") == {"the package is valid by the schema": RuleOutcome.FAILED}
    assert judge(currency="POUND") == {"the package is valid by the schema": RuleOutcome.FAILED}
    assert judge(id="1")["ids begin with a registered prefix"] is RuleOutcome.FAILED
    assert judge(grants=[GRANT, {**GRANT, "title": "C"}])["no two grants have one id"] is RuleOutcome.FAILED


NAMES = st.sampled_from(["value", "amount", "name"])
PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["open", "5.0", "2026-01-01", "GBP", "x", "custom"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "amount", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)
OPPORTUNITIES = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "title": PARTS, "description": st.text(), "status": PARTS | st.just({"value": "open"})},
    optional={
        "createdAt": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01", "x"]),
        "lastModifiedAt": st.just("2026-01-01T00:00:00Z"),
        "funding": st.fixed_dictionaries({}, optional={"minAwardAmount": PARTS, "maxAwardCount": PARTS}),
        "acceptedApplicantTypes": PARTS,
        "keyDates": st.fixed_dictionaries(
            {}, optional={"closeDate": PARTS | st.just({"name": "a", "eventType": "singleDate", "date": "2026-01-01"})}
        ),
        "customFields": PARTS,
    },
)


@given(OPPORTUNITIES)
def test_the_validator_agrees_with_another(value: Any) -> None:
    protocol = read_protocol()
    schema = {"$ref": "#/components/schemas/CommonGrants.Models.OpportunityBase"}
    theirs = Draft202012Validator({**schema, "components": protocol["components"]}, format_checker=FormatChecker())
    assert theirs.is_valid(value) == (not any(Validator(protocol).find_problems(schema, value)))


def test_a_keyword_that_is_not_known_is_never_passed_over() -> None:
    with pytest.raises(ValueError, match="maxLength"):
        list(Validator({}).find_problems({"type": "string", "maxLength": 3}, "abcd"))


@pytest.fixture
def server() -> Iterator[str]:
    """A server that answers everything with an empty object."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


async def test_the_command_says_what_is_broken(server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, [server, "--report", str(tmp_path / "report.json")]) == 1
    assert "FAILED   CommonGrants 0.4.0: a list is valid by the schema (/" in capsys.readouterr().out
    written = json.loads((tmp_path / "report.json").read_text())
    assert {each["outcome"] for each in written} >= {"failed"}


async def test_an_address_that_answers_nothing_is_no_failure_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, ["http://127.0.0.1:9"]) == 3
    assert "could not be read" in capsys.readouterr().err
