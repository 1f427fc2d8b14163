"""What is taken as a file of cases, and who sees what of it."""

import gzip
import io
import json
import zipfile

import httpx
import pytest

from rtp_applications.intake.living import NOT_IN_A_TABLE, list_columns
from rtp_applications.intake.receiving import LIMIT
from rtp_applications.intake.schemas import ImportedCase
from rtp_embedded.platform import Platform
from tests.applications.intake.files import (
    CSV,
    NDJSON,
    bring_in,
    find_case,
    finish,
    list_problems,
    make_row,
    write_lines,
    write_table,
)
from tests.conftest import Api, NewClient
from tests.support.cases import TRUST
from tests.support.problems import list_fields, name_problem

pytestmark = pytest.mark.anyio


async def post(api: Api, content: bytes, media_type: str = NDJSON, **headers: str) -> httpx.Response:
    return await api.post("/v1/case-imports", content=content, headers={"Content-Type": media_type, **headers})


def pack() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cases.csv", b"0" * 10_000_000)
    return packed.getvalue()


async def test_nothing_packed_and_no_other_format_is_taken(officers: Api) -> None:
    rows = write_lines([make_row()])
    assert (await post(officers, pack(), "application/zip")).status_code == 415
    assert (await post(officers, pack(), CSV)).status_code == 422
    assert (await post(officers, gzip.compress(rows), NDJSON, **{"Content-Encoding": "gzip"})).status_code == 415
    assert (await post(officers, rows, "application/json")).status_code == 415
    assert (await post(officers, rows, "text/csv; charset=windows-1252")).status_code == 415
    assert (await post(officers, rows, "application/octet-stream")).status_code == 415
    assert (
        await officers.post("/v1/case-imports?format=csv", content=rows, headers={"Content-Type": NDJSON})
    ).status_code == 415
    assert name_problem(await post(officers, b"\n\n")) == (422, "not-a-file-of-cases")
    too_large = await post(officers, rows, NDJSON, **{"Content-Length": str(LIMIT + 1)})
    assert too_large.status_code == 413
    assert (await officers.get("/v1/case-imports")).json()["items"] == []


async def test_a_zip_that_says_it_is_lines_becomes_rows_that_are_refused(platform: Platform, officers: Api) -> None:
    done = await bring_in(platform, officers, pack())
    assert (done["made"], done["refused"]) == (0, done["rows"])


async def test_a_table_with_other_columns_is_refused_whole(officers: Api) -> None:
    row = make_row()
    assert list_fields(await post(officers, write_table([{**row, "colour": "red"}]), CSV)) == {"colour"}
    assert list_fields(await post(officers, write_table([row], ["reference", "status"]), CSV)) == {
        "submittedOn", "statusSince", "employer", "serviceName", "sector",
    }  # fmt: skip
    assert list_fields(await post(officers, b"reference,reference\na,b\n", CSV)) >= {"reference"}
    assert list_fields(await post(officers, b"reference;status\na;b\n", CSV)) >= {"reference;status"}


async def test_a_table_says_what_lines_say(platform: Platform, officers: Api) -> None:
    row = make_row(
        commissioner=TRUST,
        headcount=60,
        annualValuePence=240_000_000,
        financePurposes=["working-capital"],
        supportNeeds=["legal", "financial"],
        summary='Better, "quoted"\nand in two lines',
    )
    content = b"\xef\xbb\xbf" + write_table([row]).replace(b"\r\n", b"\n")
    assert (await bring_in(platform, officers, content, f"{CSV}; charset=utf-8"))["made"] == 1
    assert (await bring_in(platform, officers, write_lines([row])))["known"] == 1
    case = await find_case(officers, row["reference"])
    for name in ("headcount", "annualValuePence", "financePurposes", "supportNeeds", "summary", "conflictsDeclared"):
        assert case[name] == row[name]


async def test_cells_that_are_not_of_their_kind_are_named(platform: Platform, officers: Api) -> None:
    wrong = {
        "headcount": "12.5",
        "annualValuePence": "£3",
        "conflictsDeclared": "perhaps",
        "supportNeeds": "legal;magic",
    }
    rows = [make_row(**{name: value}) for name, value in wrong.items()]
    short = write_table([make_row()]) + b"only,two\r\n"
    for number, (name, row) in enumerate(zip(wrong, rows, strict=True)):
        done = await bring_in(platform, officers, write_table([row]), CSV)
        [(at, field, _)] = await list_problems(officers, done)
        assert (at, field.split("/")[0]) == (2, name), number
    done = await bring_in(platform, officers, short, CSV)
    assert [(row, field) for row, field, _ in await list_problems(officers, done)] == [(3, "")]


async def test_an_attackers_lines_hold_up_nothing(platform: Platform, officers: Api) -> None:
    good = make_row()
    lines = [
        b'{"reference": "\\ud800"}',
        b'{"\\u0000": 1}',
        b"[" * 30_000,
        b'{"headcount": ' + b"9" * 5000 + b"}",
        b'{"reference": NaN}',
        json.dumps(make_row(serviceName="x" * 70_000)).encode(),
        json.dumps(make_row(records=[{"action": "submit", "on": "2026-10-01", "given": {"x": 1}}])).encode(),
        json.dumps(make_row(reference="a\u202eb")).encode(),
    ]
    done = await bring_in(platform, officers, b"\n".join(lines) + b"\n" + write_lines([good]))
    assert (done["made"], done["refused"]) == (1, len(lines))
    assert {row for row, *_ in await list_problems(officers, done)} == set(range(1, len(lines) + 1))


async def test_whose_import_it_is(platform: Platform, officers: Api, new_client: NewClient, stranger: Api) -> None:
    row = make_row()
    done = await bring_in(platform, officers, write_lines([row, make_row(status="draft")]))
    colleague = await new_client(organisation=officers.organisation)
    assert (await stranger.get("/v1/case-imports")).status_code == 403
    assert (await post(stranger, write_lines([row]))).status_code == 403
    for api in (colleague, await new_client()):
        for path in ("", "/problems"):
            assert (await api.get(f"/v1/case-imports/{done['id']}{path}")).status_code == 404
        assert (await api.get("/v1/case-imports")).json()["items"] == []
    rival = await new_client()
    for api, seen in ((colleague, [row["reference"]]), (rival, [])):
        listed = await api.get("/v1/case-references", params={"import": done["id"]})
        assert [each["reference"] for each in listed.json()["items"]] == seen
        cases = (await api.get("/v1/cases", params={"reference": row["reference"], "count": "true"})).json()
        assert cases["count"]["cases"] == len(cases["items"]) == len(seen)
    listed = await officers.get("/v1/case-imports", params={"limit": 1})
    assert [each["id"] for each in listed.json()["items"]] == [done["id"]]


async def test_a_repeated_request_is_answered_as_before(platform: Platform, officers: Api) -> None:
    content = write_lines([make_row()])
    first = await post(officers, content, **{"Idempotency-Key": '"file-1"'})
    again = await post(officers, content, **{"Idempotency-Key": '"file-1"'})
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    await finish(platform)


async def test_problems_come_in_pages(platform: Platform, officers: Api) -> None:
    done = await bring_in(platform, officers, write_lines(make_row(status="draft", sector="x") for _ in range(5)))
    path, after, found = f"/v1/case-imports/{done['id']}/problems", None, []
    while True:
        page = (await officers.get(path, params={"limit": 2, **({"after": after} if after else {})})).json()
        found += [each["row"] for each in page["items"]]
        if not (after := page["next"]):
            break
    assert found == [1, 2, 3, 4, 5]
    assert (await officers.get(path, params={"after": "WzIxNDc0ODM2NDgsMF0"})).status_code == 422


async def test_names_of_columns_are_those_of_lines() -> None:
    names = {str(field.alias) for name, field in ImportedCase.model_fields.items() if name not in NOT_IN_A_TABLE}
    assert list_columns().keys() == names
    kinds = list_columns()
    assert (kinds["headcount"], kinds["conflictsDeclared"], kinds["supportNeeds"]) == ("whole", "truth", "list")
    assert (kinds["reference"], kinds["submittedOn"], kinds["employer"]) == ("text", "text", "text")
