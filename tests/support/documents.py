"""Shorthand for what tests do with documents."""

from typing import Any

import httpx

from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.conftest import NewClient
from tests.support.actors import ActorClient, Office, begin_review, submitted_office

Document = dict[str, Any]
PDF = "application/pdf"
EQUALITY = "No group is treated worse"
TODAY = str(today())
OPTIONS = [
    {"id": kind, "kind": kind, "desirability": 50, "viability": 50, "feasibility": 50}
    for kind in ("status-quo", "in-house-improvement", "mutual", "outsource")
]


def pdf(text: str) -> bytes:
    """A whole PDF, without pages."""
    body = f"%PDF-1.7\n% {text}\n".encode()
    references = f"xref\n0 2\n0000000000 65535 f\r\n{len(body):010} 00000 n\r\n".encode()
    body += b"1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    return body + references + b"trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def files(platform: Platform) -> set[str]:
    """Contents in the storage of the platform, and halves of them."""
    settings: Any = platform.runtimes["applications"].settings
    return {path.name for path in settings.documents_dir.rglob("*") if path.is_file()}


async def post(
    desk: ActorClient, path: str, body: Any = None, *, version: int | None = None, **query: Any
) -> httpx.Response:
    headers = {"On-Behalf-Of": desk.person, "If-Match": "*" if version is None else f'"{version}"'}
    return await desk.api.post(path, headers=headers, params=query, **({} if body is None else {"json": body}))


async def get(desk: ActorClient, path: str, **query: Any) -> httpx.Response:
    return await desk.api.get(path, headers={"On-Behalf-Of": desk.person}, params=query)


def path_of(document: dict[str, Any]) -> str:
    return f"/v1/cases/{document['caseId']}/documents/{document['id']}"


async def add(desk: ActorClient, case: dict[str, Any], kind: str = "business-plan", **more: Any) -> httpx.Response:
    return await post(desk, f"/v1/cases/{case['id']}/documents", {"kind": kind, "title": f"Our {kind}", **more})


async def added(desk: ActorClient, case: dict[str, Any], kind: str = "business-plan", **more: Any) -> dict[str, Any]:
    answer = await add(desk, case, kind, **more)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == f'"{document["revision"]}"'
    return document


async def put(
    desk: ActorClient,
    document: dict[str, Any],
    content: Any,
    *,
    media_type: str = PDF,
    revision: int | None = None,
    **query: Any,
) -> httpx.Response:
    """Send a content, on the revision that the document has as it is given here unless another is said."""
    headers = {
        "On-Behalf-Of": desk.person,
        "If-Match": f'"{document["revision"] if revision is None else revision}"',
        "Content-Type": media_type,
    }
    return await desk.api.put(f"{path_of(document)}/content", content=content, headers=headers, params=query)


async def stored(
    desk: ActorClient, case: dict[str, Any], kind: str = "business-plan", content: bytes = b"", **more: Any
) -> dict[str, Any]:
    """A document with a content."""
    document = await added(desk, case, kind, **more)
    answer = await put(desk, document, content or pdf(kind))
    assert answer.status_code == 201, answer.text
    with_content: dict[str, Any] = answer.json()
    return with_content


async def listed(desk: ActorClient, case: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    answer = await get(desk, f"/v1/cases/{case['id']}/documents", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def writing_office(new_client: NewClient, **details: Any) -> Office:
    """A case whose group writes its business case; all but the documents is there for submitting it."""
    office = await begin_review(await submitted_office(new_client, **details))
    group, officer, decider, case = office.group, office.officer, office.decider, office.case
    await decider.do(case, "accept-eoi", reasons="It fits", equalityNote=EQUALITY)
    parts = ("cost", "staffing", "assets", "contracts", "pensions")
    await officer.do(case, "disclose-information-pack", **dict.fromkeys(parts, TODAY))
    await group.do(case, "choose-adviser", optOut="We know the field")
    await officer.do(case, "start-feasibility")
    await group.do(case, "record-options-appraisal", options=OPTIONS, preferred="mutual")
    await group.do(case, "start-business-case")
    office.case = await officer.do(case, "start-business-case")
    assert office.case["status"] == "business-case"
    await group.do(case, "record-engagement", id="meetings", method="meeting", heldOn=TODAY)
    await group.do(case, "record-consultation", id="union", heldOn=TODAY, representatives="UNISON")
    await group.do(case, "declare-help", belowMarket=[])
    return office


async def required(office: Office) -> list[str]:
    """The kinds of documents that submitting the business case still wants, as it says itself."""
    answer = await office.group.act(office.case, "submit-business-case")
    assert answer.status_code == 422, answer.text
    reasons = {each["guard"]: each["reason"] for each in answer.json()["guards"]}
    kinds: list[str] = reasons["documents-complete"].removeprefix("missing: ").split(", ")
    return kinds
