"""The rules of Open Referral UK 3.0 that its compliance asks of a server: home, list and service."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

from rtp_finance_directory.conformance.findings import ConformanceFinding, Fetch, FetchedAnswer, RulesOf

BASES = {"/v1/open-referral": "Open Referral UK 3.0", "/v1/finance-open-referral": "Open Referral UK 3.0, of finance"}
"""Where servers of the standard are looked for, each with how the report names it."""
OF_PAGES = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}
STATES = {"active", "inactive", "defunct", "temporarily closed"}


async def check_open_referral(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Ask each server for its home, a list of services and one of them."""
    for base, name in BASES.items():
        async for finding in _check_server(fetch, base, RulesOf(name)):
            yield finding


async def _check_server(fetch: Fetch, base: str, rules: RulesOf) -> AsyncIterator[ConformanceFinding]:
    home = await fetch(base)
    if home.status != 200:
        yield rules.skip("the home is there", f"it answers {home.status}")
        return
    said = _read(home)
    named = (
        isinstance(said, dict) and said.get("version") == "HSDS-UK-3.0" and {"profile", "openapi_url"} <= said.keys()
    )
    yield rules.require("the home names version, profile and OpenAPI document", named, "it does not")
    opened = home.headers.get("access-control-allow-origin") == "*"
    yield rules.require("pages of any origin may read", opened, "Access-Control-Allow-Origin is not *")
    page = _read(await fetch(f"{base}/services?per_page=5"))
    shaped = isinstance(page, dict) and page.keys() >= OF_PAGES
    yield rules.require("a list is a page of the standard", shaped, "it lacks members")
    services = page["contents"] if shaped else []
    if not services:
        yield rules.skip("a service is as the standard has it", "there is none")
        return
    one = _read(await fetch(f"{base}/services/{services[0]['id']}"))
    yield rules.judge("a service is as the standard has it", list(_judge_service(one, services[0]["id"])))
    yield rules.judge("nothing is null or empty", [f"{at} is" for at in _find_empty(one, "")])


def _judge_service(service: Any, listed: str) -> Iterator[str]:
    if not isinstance(service, dict):
        yield "it is no object"
        return
    for name in ("id", "name", "status"):
        if not isinstance(service.get(name), str):
            yield f"{name} is missing"
    if service.get("id") != listed:
        yield "its id is another than in the list"
    if service.get("status") not in STATES:
        yield "its status is none of the standard's"
    try:
        UUID(str(service.get("id")))
    except ValueError:
        yield "its id is no UUID"


def _find_empty(value: Any, at: str) -> Iterator[str]:
    if value is None or value == "":
        yield at
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _find_empty(part, f"{at}/{name}")


def _read(answer: FetchedAnswer) -> Any:
    try:
        return json.loads(answer.content) if answer.status == 200 else None
    except ValueError:
        return None
