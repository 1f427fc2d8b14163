"""Whatever clumsy or hostile callers put into an address, a query, a header or a body: a refusal, and never a fault."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.applications.workflow import conftest as every_stage
from tests.conftest import NewClient
from tests.support.cases import open_case, submit_case
from tests.sweep.operations import NOBODY, Operation, Raw, read_operations

pytestmark = pytest.mark.anyio
TEXTS = (
    "a\0b",
    "\0",
    "‮\u200b\ufeff",
    "é" * 300,
    "x" * 6_000,
    "word " * 2_000,
    "a & b | !c <-> (d:* ''",
    "'; DROP TABLE cases; --",
    "%",
    "../../etc/passwd",
    "-1",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "0000-00-00",
    "9999-12-31T23:59:59.999999Z",
    "10000-01-01",
    "2026-02-30",
    "2026-01-01T00:00:00+23:59",
    "bnVsbA==",
    "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICJ4Il0",
    "eyJhIjogMX0",
    "W10",
    "W251bGxd",
    "true",
    "",
    " ",
    NOBODY,
)
HEADERS = ("If-Match", "If-None-Match", "Idempotency-Key", "Correlation-Id", "traceparent", "Prefer", "Range", "Accept")
PROBLEMS = {"application/problem+json", "application/json", "application/fhir+json"}
FAULTS = re.compile(r"Traceback|sqlalchemy|asyncpg|psycopg|SELECT |/site-packages/", re.IGNORECASE)


def draw(number: int, many: int) -> list[str]:
    """Some of the texts, others for each number."""
    return [TEXTS[(number * many + place) % len(TEXTS)] for place in range(many)]


def replace_leaves(value: Any, text: str) -> Iterator[Any]:
    """Yield the body again and again, each time with another of its values replaced."""
    if isinstance(value, dict):
        for name, each in value.items():
            for changed in replace_leaves(each, text):
                yield {**value, name: changed}
        yield {**value, text[:100]: 1}
    elif isinstance(value, list):
        for place, each in enumerate(value):
            for changed in replace_leaves(each, text):
                yield [*value[:place], changed, *value[place + 1 :]]
    yield text


Request = tuple[str, str, dict[str, Any]]
"""The method, the path, and what else is sent."""


def build_requests(operations: list[Operation], case_id: str) -> Iterator[Request]:
    """Build requests that are sound but for one value, of every operation that comes to an end."""
    for number, operation in enumerate(each for each in operations if not each.path.endswith("/stream")):
        known = {name: case_id if name == "case_id" else NOBODY for name in operation.leads_to}
        yield from vary_parameters(operation, number, known)
        yield from vary_path(operation, number, known)
        if operation.body is not None and not isinstance(operation.body, Raw):
            path = operation.fill(known)
            for text in draw(number, 3):
                for changed in replace_leaves(operation.body, text):
                    yield operation.method, path, {**build_sound(operation), "json": changed}


def build_sound(operation: Operation) -> dict[str, Any]:
    """Return the body and the headers that an operation asks for."""
    headers = {"If-Match": "*"} if "If-Match" in operation.takes else {}
    if isinstance(operation.body, Raw):
        return {"content": operation.body.content, "headers": {**headers, "Content-Type": operation.body.media_type}}
    return {"headers": headers, **({"json": operation.body} if operation.body is not None else {})}


def vary_parameters(operation: Operation, number: int, known: dict[str, str]) -> Iterator[Request]:
    path, sound = operation.fill(known), build_sound(operation)
    for place, name in enumerate(sorted(operation.takes)):
        for text in draw(number + place, 4):
            if name in HEADERS:
                value = text.encode().replace(b"\0", b"")[:4000]
                yield operation.method, path, {**sound, "headers": {**sound["headers"], name: value}}
            else:
                yield operation.method, path, {**sound, "params": {name: text}}


def vary_path(operation: Operation, number: int, known: dict[str, str]) -> Iterator[Request]:
    for place, name in enumerate(operation.leads_to):
        for text in draw(number + place, 3):
            parameters = {**known, name: quote(text[:300], safe="")}
            yield operation.method, operation.fill(parameters), build_sound(operation)


async def test_whatever_is_sent_is_answered_with_a_refusal_and_never_with_a_fault(new_client: NewClient) -> None:
    assert every_stage, "it says what each action is given"
    api = await new_client()
    operations = read_operations((await api.get("/openapi.json")).json())
    case_id = (await submit_case(api, await open_case(api)))["id"]
    faults, answered = [], Counter[int]()
    for method, path, given in build_requests(operations, case_id):
        answer = await api.request(method, path, **given)
        answered[answer.status_code] += 1
        if not is_sound(answer):
            faults.append(f"{answer.status_code} {method} {path[:100]} {str(given)[:200]}: {answer.text[:300]}")
    assert min(answered[status] for status in (200, 404, 422)) > 100, answered
    assert not faults, f"{len(faults)} faults: {faults[:5]}"


def is_sound(answer: httpx.Response) -> bool:
    """Return whether it is an answer, or a problem that tells nothing of the inside."""
    if not answer.is_error:
        return True
    of_a_problem = answer.headers["content-type"].partition(";")[0] in PROBLEMS
    return answer.status_code < 500 and of_a_problem and not FAULTS.search(answer.text)
