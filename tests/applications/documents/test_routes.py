"""Documents through the gateway: put on file, sent, read again, changed, withdrawn."""

import asyncio
import base64
import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from rtp_applications.documents.service import DocumentService
from rtp_embedded.platform import Platform
from tests.support.actors import ActorClient, Case
from tests.support.contents import GOOD
from tests.support.documents import PDF, Document, add, added, files, get, listed, path_of, pdf, post, put, stored
from tests.support.problems import name_problem
from tests.support.serving import serving
from tests.support.waiting import until

pytestmark = pytest.mark.anyio
CONTENT = {"If-Match": '"1"', "Content-Type": PDF}


async def test_a_document_goes_and_comes_back(desk: ActorClient, case: Case) -> None:
    document = await added(desk, case, confidentiality="commercial", foiExempt=True, exemption="s.43(2)")
    assert (document["version"], document["versions"], document["caseVersion"]) == (0, [], 2)
    content = pdf("the plan")
    answer = await put(desk, document, content, fileName="The plan – final.pdf")
    assert answer.status_code == 201
    sent = answer.json()
    assert answer.headers["location"] == f"{path_of(document)}/content?version=1"
    assert (sent["version"], sent["revision"], sent["caseVersion"]) == (1, 2, 3)
    [version] = sent["versions"]
    digest = hashlib.sha256(content)
    assert version["sha256"] == digest.hexdigest()
    assert (version["size"], version["mediaType"], version["scan"]) == (len(content), PDF, "not-scanned")
    assert (version["uploadedBy"]["role"], version["frozenAt"]) == ("applicant-lead", None)

    got = await get(desk, f"{path_of(document)}/content")
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["content-type"] == PDF
    assert got.headers["etag"] == f'"{digest.hexdigest()}"'
    assert got.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert got.headers["document-scan"] == "not-scanned"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "The%20plan%20%E2%80%93%20final.pdf" in got.headers["content-disposition"]
    assert (await get(desk, path_of(document))).json() == sent
    assert (await get(desk, f"/v1/cases/{case['id']}")).json()["version"] == 3


@pytest.mark.parametrize("media_type", GOOD)
async def test_every_type_that_is_accepted_can_be_sent(desk: ActorClient, document: Document, media_type: str) -> None:
    assert (await put(desk, document, GOOD[media_type], media_type=media_type)).status_code == 201
    got = await get(desk, f"{path_of(document)}/content")
    assert got.content == GOOD[media_type]
    assert got.headers["content-type"].partition(";")[0] == media_type


async def test_parts_of_a_content(desk: ActorClient, case: Case) -> None:
    content = pdf("0123456789" * 1000)
    document = await stored(desk, case, content=content)
    path = f"{path_of(document)}/content"
    part = await desk.api.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    rest = await desk.api.get(path, headers={"Range": "bytes=-5", "If-Range": part.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, content[-5:])
    beyond = await desk.api.get(path, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    known = await desk.api.get(path, headers={"If-None-Match": part.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = await desk.api.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))


async def test_another_content_is_a_new_version_and_the_same_is_none(
    desk: ActorClient, case: Case, platform: Platform
) -> None:
    first, second = pdf("first"), pdf("second")
    document = await stored(desk, case, content=first)
    before = files(platform)
    same = await put(desk, document, first)
    assert (same.status_code, same.json()) == (200, document)
    assert files(platform) == before
    other = await put(desk, document, second)
    assert other.status_code == 201
    assert [each["version"] for each in other.json()["versions"]] == [2, 1]
    path = f"{path_of(document)}/content"
    assert (await get(desk, path)).content == second
    assert (await get(desk, path, version=1)).content == first
    assert (await get(desk, path, version=3)).status_code == 404
    back = await put(desk, other.json(), first)
    assert (back.status_code, back.json()["version"]) == (201, 3)


async def test_a_document_without_content_has_none_to_give(desk: ActorClient, document: Document) -> None:
    answer = await get(desk, f"{path_of(document)}/content")
    assert name_problem(answer) == (404, "no-content-yet")


async def test_if_match_is_of_the_document(desk: ActorClient, case: Case, platform: Platform) -> None:
    document, before = await stored(desk, case), files(platform)
    stale = await put(desk, document, pdf("stale"), revision=1)
    assert (stale.status_code, stale.json()["errors"][0]["field"]) == (412, "If-Match")
    bare = await desk.api.put(f"{path_of(document)}/content", content=b"x", headers={"Content-Type": PDF})
    assert bare.status_code == 428
    edited = await desk.api.patch(path_of(document), json={"title": "x"}, headers={"If-Match": '"1"'})
    assert edited.status_code == 412
    gone = await post(desk, f"{path_of(document)}/actions/withdraw", version=1)
    assert gone.status_code == 412
    new = await post(desk, f"/v1/cases/{case['id']}/documents", {"kind": "other", "title": "x"}, version=1)
    assert new.status_code == 412
    assert [each["action"] for each in new.json()["changedSince"]] == ["add-document", "upload-document"]
    assert files(platform) == before


async def test_of_two_uploads_at_once_one_is_kept(desk: ActorClient, case: Case, platform: Platform) -> None:
    document, before = await added(desk, case), files(platform)
    answers = await asyncio.gather(*(put(desk, document, pdf(f"{number}")) for number in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 412, 412, 412]
    assert len(files(platform) - before) == 1
    assert (await get(desk, path_of(document))).json()["version"] == 1
    kept = next(number for number, each in enumerate(answers) if each.status_code == 201)
    assert (await get(desk, f"{path_of(document)}/content")).content == pdf(f"{kept}")


async def test_two_documents_at_once_are_both_kept(desk: ActorClient, case: Case) -> None:
    one, two = await added(desk, case), await added(desk, case, "cash-flow")
    answers = await asyncio.gather(put(desk, one, pdf("1")), put(desk, two, pdf("2")))
    assert [each.status_code for each in answers] == [201, 201]
    assert sorted(each.json()["caseVersion"] for each in answers) == [4, 5]
    assert (await get(desk, f"/v1/cases/{case['id']}/history/verify")).json()["faults"] == []


@pytest.mark.parametrize(
    ("media_type", "content", "status", "problem"),
    [
        (PDF, b"MZ" + bytes(100), 415, "not-what-it-says"),
        ("image/png", pdf("no picture"), 415, "not-what-it-says"),
        ("text/html", b"<p>", 415, "type-not-accepted"),
        ("", b"%PDF-1.7", 415, "type-not-accepted"),
        (PDF, b"", 422, "empty-content"),
        (PDF, pdf("locked").replace(b"/Root", b"/Encrypt 5 0 R /Root"), 422, "encrypted-content"),
        (PDF, b"%PDF-1.4", 422, "incomplete-content"),
        ("text/csv", "Gr\xfc\xdfe\n".encode("cp1252"), 415, "text-not-utf8"),
        ("application/msword", b"x", 415, "type-not-accepted"),
    ],
)
async def test_a_content_that_is_not_right_leaves_nothing(
    desk: ActorClient, case: Case, platform: Platform, media_type: str, content: bytes, status: int, problem: str
) -> None:
    document, before = await added(desk, case), files(platform)
    answer = await put(desk, document, content, media_type=media_type)
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(f"/{problem}")
    assert files(platform) == before
    assert (await get(desk, path_of(document))).json() == document


@pytest.mark.parametrize("announced", [True, False])
async def test_what_is_too_large_leaves_nothing(
    desk: ActorClient, document: Document, platform: Platform, announced: bool
) -> None:
    service: DocumentService = platform.runtimes["applications"].resources.documents
    before = files(platform)

    async def growing() -> Any:
        yield b"%PDF-1.7\n"
        for _ in range(service.limit // 1_000_000 + 1):
            yield bytes(1_000_000)

    answer = await put(desk, document, pdf("x" * service.limit) if announced else growing())
    assert answer.status_code == 413
    assert files(platform) == before


async def test_a_sender_that_goes_away_leaves_nothing(desk: ActorClient, case: Case, platform: Platform) -> None:
    document, before = await added(desk, case), files(platform)
    head = (
        f"PUT {path_of(document)}/content HTTP/1.1\r\nHost: rtp.test\r\nContent-Type: {PDF}\r\n"
        f'If-Match: "1"\r\nAuthorization: {desk.api.headers["Authorization"]}\r\nContent-Length: 9000000\r\n\r\n'
    )

    async def is_coming() -> bool:
        return files(platform) != before

    async def is_gone() -> bool:
        return files(platform) == before

    async with serving(platform.app) as address:
        _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(head.encode() + b"%PDF-1.7\n" + bytes(600_000))
        await until(is_coming, "the content")
        writer.transport.abort()
        await until(is_gone, "the clearing away")
    assert (await get(desk, path_of(document))).json() == document


HOSTILE = [
    ("../../etc/passwd", "passwd.pdf"),
    ("C:\\Windows\\plan.pdf", "plan.pdf"),
    ("plan.pdf\r\nSet-Cookie: a=b", "plan.pdfSet-Cookie_ a=b.pdf"),
    ("fdp.exe\u202ename.pdf", "fdp.exename.pdf"),
    ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
    ("   .pdf", "pdf.pdf"),
    ("...", "document.pdf"),
    ("a" * 400, "a" * 251 + ".pdf"),
    ("CON", "_CON.pdf"),
    ("nul.tar.pdf", "_nul.tar.pdf"),
    ("com\u00b9.pdf", "_com\u00b9.pdf"),
    ("LPT1 .pdf", "_LPT1.pdf"),
    ("console.pdf", "console.pdf"),
    ("\u200d.pdf", "pdf.pdf"),
    ("👩\u200d🚒 plan.pdf", "👩\u200d🚒 plan.pdf"),
    ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
    ("é" * 200, "é" * 125 + ".pdf"),
    ("👩\u200d🚒" * 60, "👩\u200d🚒" * 22 + "👩.pdf"),
    ('x"; filename="evil.exe', "x_; filename=_evil.exe.pdf"),
]


@pytest.mark.parametrize(("name", "cleaned"), HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_names_are_made_harmless(desk: ActorClient, document: Document, name: str, cleaned: str) -> None:
    answer = await put(desk, document, pdf("x"), fileName=name)
    assert answer.status_code == 201, answer.text
    assert answer.json()["newest"]["fileName"] == cleaned
    got = await get(desk, f"{path_of(document)}/content")
    assert "set-cookie" not in got.headers
    assert len(cleaned.encode()) <= 255
    plain, encoded = got.headers["content-disposition"], quote(cleaned, safe="!#$&+^`|")
    assert plain == f'attachment; filename="{cleaned}"' or plain.endswith(f"; filename*=UTF-8''{encoded}")


@pytest.mark.parametrize("name", ["caf%E9.pdf", "%FF.pdf", "plan%00.pdf%C3", "%ED%A0%80.pdf"])
async def test_a_name_that_is_not_utf_8_is_refused(desk: ActorClient, document: Document, name: str) -> None:
    answer = await desk.api.put(
        f"{path_of(document)}/content?fileName={name}",
        content=pdf("x"),
        headers={"If-Match": "*", "Content-Type": "application/pdf"},
    )
    assert answer.status_code == 422, answer.text
    assert [(each["in"], each["field"]) for each in answer.json()["errors"]] == [("query", "fileName")]


async def test_what_is_said_of_a_document_can_be_changed(desk: ActorClient, case: Case, document: Document) -> None:

    async def edit(**changes: Any) -> Any:
        return await desk.api.patch(path_of(document), json=changes, headers={"If-Match": "*"})

    edited = await edit(title="Another title", foiExempt=True, exemption="s.41")
    assert edited.status_code == 200
    assert (edited.json()["title"], edited.json()["exemption"], edited.json()["revision"]) == (
        "Another title",
        "s.41",
        2,
    )
    for changes, status in (
        ({"foiExempt": False}, 422),
        ({"exemption": None}, 422),
        ({"title": None}, 422),
        ({"title": ""}, 422),
        ({"kind": "cash-flow"}, 422),
        ({"audience": "bodies"}, 409),
    ):
        assert (await edit(**changes)).status_code == status, changes
    for same in ({}, {"title": "Another title"}):
        assert (await edit(**same)).json()["revision"] == 2
    history = (await get(desk, f"/v1/cases/{case['id']}/history")).json()["items"]
    assert [each["action"] for each in history].count("edit-document") == 1
    assert history[-1]["action"] == "edit-document"
    assert history[-1]["reason"] == f"exemption, foi_exempt, title of document {document['id']}"
    assert (await get(desk, f"/v1/cases/{case['id']}/history/verify")).json()["faults"] == []


async def test_a_withdrawn_document_is_out_of_the_case(desk: ActorClient, case: Case) -> None:
    document = await stored(desk, case)
    gone = await post(desk, f"{path_of(document)}/actions/withdraw", version=document["revision"])
    assert gone.status_code == 200
    assert gone.json()["withdrawnAt"]
    assert [each["id"] for each in await listed(desk, case)] == [document["id"]]
    for answer in (
        await get(desk, f"{path_of(document)}/content"),
        await put(desk, gone.json(), pdf("again")),
        await post(desk, f"{path_of(document)}/actions/withdraw"),
    ):
        assert name_problem(answer) == (409, "document-withdrawn")
    assert (await get(desk, f"/v1/cases/{case['id']}/history/verify")).json()["faults"] == []


async def test_the_list_is_paged_and_says_that_nothing_scans(desk: ActorClient, case: Case) -> None:
    kinds = ["business-plan", "cash-flow", "risk-register"]
    ids = [(await added(desk, case, kind))["id"] for kind in kinds]
    path = f"/v1/cases/{case['id']}/documents"
    first = (await get(desk, path, limit=2)).json()
    assert [each["id"] for each in first["items"]] == ids[:2]
    assert first["scanning"] is False
    second = (await get(desk, path, limit=2, after=first["next"])).json()
    assert [each["id"] for each in second["items"]] == ids[2:]
    assert second["next"] is None
    assert [each["id"] for each in await listed(desk, case, kind="cash-flow")] == ids[1:2]
    assert (await get(desk, path, after="no-cursor")).status_code == 422


async def test_the_history_follows_the_documents(desk: ActorClient, case: Case) -> None:
    document = await stored(desk, case)
    entries = (await get(desk, f"/v1/cases/{case['id']}/history")).json()["items"]
    assert [each["action"] for each in entries] == ["open", "add-document", "upload-document"]
    change = entries[-1]["changes"][f"/documents/{document['id']}"]
    digest = hashlib.sha256(pdf("business-plan")).hexdigest()
    assert change[1] == {"kind": "business-plan", "version": 1, "sha256": digest, "frozen": False}
    assert (await get(desk, f"/v1/cases/{case['id']}/history/verify")).json()["faults"] == []


async def test_a_document_is_added_once_for_a_key(desk: ActorClient, case: Case) -> None:
    headers = {"Idempotency-Key": '"one"', "If-Match": "*"}
    body = {"kind": "other", "title": "Once"}
    answers = [await desk.api.post(f"/v1/cases/{case['id']}/documents", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await listed(desk, case)) == 1


async def test_bad_input_names_the_field(desk: ActorClient, case: Case) -> None:
    for body, field in (
        ({"kind": "poem"}, "/kind"),
        ({"title": ""}, "/title"),
        ({"confidentiality": "secret"}, "/confidentiality"),
        ({"foiExempt": True}, "/exemption"),
        ({"exemption": "s.43"}, "/exemption"),
    ):
        answer = await add(desk, case, **body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["field"] == field
    assert await listed(desk, case) == []
