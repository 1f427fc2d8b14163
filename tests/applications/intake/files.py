"""Files of cases, as a council's system writes them."""

import csv
import io
import json
import uuid
from collections.abc import Iterable
from typing import Any

from rtp_applications.intake.scheduler import import_batch
from rtp_embedded.platform import Platform
from tests.conftest import Api
from tests.support.cases import EMPLOYER

Row = dict[str, Any]
NDJSON, CSV = "application/x-ndjson", "text/csv"


def make_row(reference: str | None = None, **more: Any) -> Row:
    """Make a row that is right; `more` replaces what it says, and None leaves it out."""
    row = {
        "reference": reference or f"CRM-{uuid.uuid4()}",
        "status": "eoi-screening",
        "submittedOn": "2026-10-01",
        "statusSince": "2026-10-12",
        "employer": EMPLOYER,
        "serviceName": "Day service",
        "sector": "adult-social-care",
        "applicantCount": 12,
        "conflictsDeclared": True,
        **more,
    }
    return {name: value for name, value in row.items() if value is not None}


def write_lines(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def write_table(rows: Iterable[Row], columns: Iterable[str] | None = None) -> bytes:
    rows = list(rows)
    names = list(columns or rows[0])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([[_write_cell(row.get(name, "")) for name in names] for row in rows])
    return text.getvalue().encode()


def _write_cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value


async def send(api: Api, content: bytes, media_type: str = NDJSON, **query: Any) -> Row:
    """Send a file that is taken; return its import as it is then."""
    answer = await api.post("/v1/case-imports", content=content, headers={"Content-Type": media_type}, params=query)
    assert answer.status_code == 202, answer.text
    sent: Row = answer.json()
    assert answer.headers["location"] == f"/v1/case-imports/{sent['id']}"
    return sent


async def finish(platform: Platform) -> None:
    """Let the worker put on file all that waits."""
    while await import_batch(platform.background["applications"]):
        pass


async def bring_in(platform: Platform, api: Api, content: bytes, media_type: str = NDJSON, **query: Any) -> Row:
    """Send a file and let it be imported; return what became of it."""
    sent = await send(api, content, media_type, **query)
    await finish(platform)
    answer = await api.get(f"/v1/case-imports/{sent['id']}")
    assert answer.json()["state"] == "finished", answer.text
    done: Row = answer.json()
    return done


async def list_problems(api: Api, done: Row) -> list[tuple[int, str, str]]:
    answer = await api.get(f"/v1/case-imports/{done['id']}/problems", params={"limit": 200})
    return [(each["row"], each["field"], each["reason"]) for each in answer.json()["items"]]


async def find_case(api: Api, reference: str) -> Row:
    """Read the case that a reference is of."""
    found = (await api.get("/v1/case-references", params={"reference": reference})).json()["items"]
    assert len(found) == 1, found
    case: Row = (await api.get(f"/v1/cases/{found[0]['case']}")).json()
    return case
