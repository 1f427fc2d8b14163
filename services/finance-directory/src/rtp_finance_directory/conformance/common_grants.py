"""The rules of CommonGrants 0.4.0 for a server of opportunities: the routes that it requires."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any

from rtp_finance_directory.conformance.findings import ConformanceFinding, Fetch, FetchedAnswer, RulesOf
from rtp_finance_directory.conformance.schema import Schema, Validator

PREFIXES = ("/v1/common-grants", "/common-grants")
"""Where the routes are looked for: ours, and the protocol's own."""
UNKNOWN = "00000000-0000-4000-8000-000000000000"
RULES = RulesOf("CommonGrants 0.4.0")


def read_protocol() -> Schema:
    """Return the part of the protocol's OpenAPI document that opportunities need."""
    path = files("rtp_finance_directory") / "reference" / "common-grants" / "opportunities-0.4.0.json"
    protocol: Schema = json.loads(path.read_text("utf-8"))
    return protocol


async def check_common_grants(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Ask for opportunities, and hold the answers against the protocol."""
    for prefix in PREFIXES:
        first = await fetch(f"{prefix}/opportunities")
        if first.status == 200:
            break
    else:
        yield RULES.skip("GET /common-grants/opportunities is there", f"it answers {first.status}")
        return
    problems, page = find_problems("/common-grants/opportunities", 200, first)
    yield RULES.judge("a list is valid by the schema", problems)
    if problems:
        return
    times = [datetime.fromisoformat(item["lastModifiedAt"]) for item in page["items"]]
    newest_first = times == sorted(times, reverse=True)
    yield RULES.require("a list has the last modified first", newest_first, "it is in another order")
    async for finding in _check_pages(fetch, prefix, page["items"]):
        yield finding
    async for finding in _check_items(fetch, prefix, page["items"]):
        yield finding


async def _check_pages(fetch: Fetch, prefix: str, items: list[Any]) -> AsyncIterator[ConformanceFinding]:
    rule = "a page is as long as asked for, and the next goes on"
    if len(items) < 2:
        yield RULES.skip(rule, "there are not two opportunities")
        return
    problems, ids = [], []
    for number in (1, 2):
        answer = await fetch(f"{prefix}/opportunities?page={number}&pageSize=1")
        found, page = find_problems("/common-grants/opportunities", 200, answer)
        problems += found
        if not found:
            ids += [item["id"] for item in page["items"]]
            info = page["paginationInfo"]
            problems += [] if (info["page"], info["pageSize"]) == (number, 1) else [f"page {number} is said otherwise"]
    expected = [item["id"] for item in items[:2]]
    yield RULES.judge(rule, problems or ([] if ids == expected else ["the pages are not the list, cut"]))


async def _check_items(fetch: Fetch, prefix: str, items: list[Any]) -> AsyncIterator[ConformanceFinding]:
    path = "/common-grants/opportunities/{oppId}"
    if not items:
        yield RULES.skip("an opportunity is valid by the schema, and is the one listed", "there is none")
    else:
        problems, one = find_problems(path, 200, await fetch(f"{prefix}/opportunities/{items[0]['id']}"))
        same = problems or one["data"]["id"] == items[0]["id"]
        problems += [] if same else ["its id is another than in the list"]
        yield RULES.judge("an opportunity is valid by the schema, and is the one listed", problems)
    problems, _ = find_problems(path, 404, await fetch(f"{prefix}/opportunities/{UNKNOWN}"))
    yield RULES.judge("an unknown opportunity is a 404 with the protocol's error", problems)


def find_problems(path: str, status: int, answer: FetchedAnswer) -> tuple[list[str], Any]:
    """Return what is wrong with an answer that is to have the status, and its body."""
    return (problems := list(_find(path, status, answer))), None if problems else json.loads(answer.content)


def _find(path: str, status: int, answer: FetchedAnswer) -> Iterator[str]:
    if answer.status != status:
        yield f"it answers {answer.status}"
        return
    try:
        body = json.loads(answer.content)
    except ValueError:
        yield "it is no JSON"
        return
    protocol = read_protocol()
    schema = protocol["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    yield from Validator(protocol).find_problems(schema, body)
