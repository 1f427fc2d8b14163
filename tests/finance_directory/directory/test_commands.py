"""A funder keeps its own products: drafted, published, changed, taken off, and by nobody else."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from rtp_finance_directory.load import make_product_id
from rtp_shared.paging import encode_cursor
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import GRANT, Json, act, at, draft, publish
from tests.support.problems import list_fields
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
LOAN = {"kinds": ["unsecured-loan"], "maxTermMonths": 60, "rateBasis": "fixed"}


async def test_a_product_is_a_draft_until_its_keeper_publishes_it(funder: Api, anybody: Api) -> None:
    product = await draft(funder)
    path = f"/v1/products/{product['id']}"
    assert (product["publication"], product["version"], product["illustrative"]) == ("draft", 1, True)
    assert (await anybody.get(path)).status_code == 404
    mine = (await funder.get("/v1/products", params={"mine": "true"})).json()["items"]
    assert [each["id"] for each in mine] == [product["id"]]
    published = await act(funder, product, "publish")
    assert (published["publication"], published["version"]) == ("published", 2)
    assert (await anybody.get(path)).json()["name"] == "A grant"
    suspended = await act(funder, published, "suspend")
    assert (await anybody.get(path)).status_code == 404
    again = await act(funder, suspended, "publish")
    await act(funder, again, "withdraw")
    assert (await anybody.get(path)).status_code == 404
    refused = await funder.put(path, json=GRANT, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "not-in-that-state")


async def test_a_published_product_is_judged_and_a_draft_is_not(funder: Api, anybody: Api) -> None:
    asked = {"code": "big", "requires": {"fact": "annualValuePence", "comparator": "at-least", "value": 100},
             "reason": "It is for large services.", "source": "Its own page"}  # fmt: skip
    details: dict[str, Any] = {"provider": "  A fund", "name": f"Grant {uuid.uuid4()}", "requirements": [asked]}

    async def judged(**facts: Any) -> dict[str, Any] | None:
        body = {"sector": "youth", **facts}
        found = (await anybody.post("/v1/eligibility", params={"limit": 200}, json=body)).json()["products"]
        return next((each for each in found if each["productName"] == details["name"]), None)

    product = await draft(funder, **details)
    assert await judged() is None
    await act(funder, product, "publish")
    verdicts = [await judged(), await judged(annualValuePence=99), await judged(annualValuePence=100)]
    rules = [each and each["rules"][-1] for each in verdicts]
    assert [each and (each["outcome"], each["needs"]) for each in rules] == [
        ("not-known", ["annualValuePence"]), ("fails", []), ("fits", []),
    ]  # fmt: skip
    assert [each and (each["rule"], each["requirement"], each["source"]) for each in rules] == [
        ("requirement", "big", "Its own page")
    ] * 3


async def test_what_says_the_same_counts_no_version_and_what_is_stale_is_refused(funder: Api) -> None:
    product = await draft(funder)
    path = f"/v1/products/{product['id']}"
    same = await funder.put(path, json=GRANT, headers=at(product))
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    changed = await funder.put(path, json={**GRANT, "name": "Another"}, headers=at(product))
    assert (changed.json()["name"], changed.headers["ETag"]) == ("Another", '"2"')
    assert (await funder.put(path, json=GRANT, headers=at(product))).status_code == 412
    assert (await funder.put(path, json=GRANT)).status_code == 428


async def test_one_key_drafts_one_product(funder: Api) -> None:
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    one, again = [await funder.post("/v1/products", json=GRANT, headers=key) for _ in range(2)]
    assert one.json() == again.json()
    assert len((await funder.get("/v1/products", params={"mine": "true"})).json()["items"]) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minAmountPence": 2, "maxAmountPence": 1}, "/maxAmountPence"),
        ({**LOAN, "minTermMonths": 61}, "/maxTermMonths"),
        ({**LOAN, "maxTermMonths": None}, "/maxTermMonths"),
        ({**LOAN, "rateBasis": None}, "/rateBasis"),
        ({**LOAN, "kinds": ["blended"]}, "/grantElementPercent"),
        ({**LOAN, "kinds": ["secured-loan"], "secured": False}, "/secured"),
        ({"rateBasis": "fixed"}, "/rateBasis"),
        ({"windows": [{"opensOn": "2026-05-02", "closesOn": "2026-05-01"}]}, "/windows/0/closesOn"),
        (
            {"windows": [{"opensOn": "2026-05-01", "closesOn": "2026-06-01"}, {"opensOn": "2026-06-01"}]},
            "/windows/1/opensOn",
        ),
        ({"requirements": [{"code": "a", "requires": {}, "reason": "x", "source": "x"}]}, "/requirements/0/requires"),
        ({"kinds": []}, "/kinds"),
        ({"owner": str(uuid.uuid4())}, "/owner"),
    ],
)
async def test_what_contradicts_itself_is_refused_at_its_field(funder: Api, wrong: dict[str, Any], field: str) -> None:
    answer = await funder.post("/v1/products", json={**GRANT, **wrong})
    assert (answer.status_code, list_fields(answer)) == (422, {field})
    assert (await funder.get("/v1/products", params={"mine": "true"})).json()["items"] == []


async def test_nobody_else_touches_or_sees_what_a_funder_keeps(funder: Api, new_client: NewClient) -> None:
    product, other = await draft(funder), await new_client(scopes="finance:read finance:write")
    of_operator = {"id": str(make_product_id("ccf-loan")), "version": 1}
    for each in (product, of_operator):
        path = f"/v1/products/{each['id']}"
        answers = [await other.put(path, json=GRANT, headers={"If-Match": "*"})]
        for action in ("publish", "suspend", "withdraw", "verify"):
            body: Json | None = {} if action == "publish" else None
            answers.append(await other.post(f"{path}/actions/{action}", headers={"If-Match": "*"}, json=body))
        assert {answer.status_code for answer in answers} == {404}
    assert (await other.get(f"/v1/products/{product['id']}")).status_code == 404
    assert (await other.get(f"/v1/products/{product['id']}/versions")).json()["items"] == []
    assert (await other.get("/v1/products", params={"mine": "true"})).json()["items"] == []
    reader = await new_client(scopes="finance:read")
    assert (await reader.post("/v1/products", json=GRANT)).status_code == 403


async def test_the_database_is_a_wall_of_its_own(platform: Platform, funder: Api) -> None:
    product, published = await draft(funder), await publish(funder)
    database = platform.runtimes["finance-directory"].database
    ids = {"ids": [uuid.UUID(each["id"]) for each in (product, published)]}
    count = text("SELECT count(*) FROM products WHERE id = ANY(:ids)")
    change = text("UPDATE products SET name = 'Forged' WHERE id = ANY(:ids)")
    versions = text("SELECT count(*) FROM product_versions WHERE product_id = ANY(:ids)")
    mine = f"org:{funder.organisation}"
    for identities, sees, changes, read in (
        ((mine,), 2, 2, 3),
        ((f"org:{uuid.uuid4()}",), 1, 0, 1),
        (("public",), 1, 0, 1),
        (("scope:finance:oversee",), 2, 2, 3),
    ):
        async with database.transaction(identities) as session:
            assert await session.scalar(count, ids) == sees, identities
            assert await session.scalar(versions, ids) == read, identities
            assert (await session.execute(change, ids)).rowcount == changes, identities  # type: ignore[attr-defined]
            await session.rollback()
    steal = text("UPDATE products SET owner = gen_random_uuid() WHERE id = ANY(:ids)")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction((mine,)) as session:
            await session.execute(steal, ids)


async def test_what_the_operator_suspends_its_keeper_does_not_put_back(funder: Api, new_client: NewClient) -> None:
    operator = await new_client(scopes="finance:read finance:write finance:oversee")
    product = await act(operator, await publish(funder), "suspend")
    refused = await funder.post(f"/v1/products/{product['id']}/actions/publish", json={}, headers=at(product))
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "held-by-operator")
    put_back = await act(operator, product, "publish")
    assert (await act(funder, put_back, "suspend"))["publication"] == "suspended"


async def test_what_nobody_has_checked_lately_is_found(funder: Api, anybody: Api) -> None:
    product = await publish(funder)
    params = {"unverifiedSince": product["verifiedOn"], "limit": "200"}
    stale = {each["id"] for each in (await anybody.get("/v1/products", params=params)).json()["items"]}
    assert str(make_product_id("ccf-loan")) in stale
    assert product["id"] not in stale
    assert (await act(funder, product, "verify"))["version"] == product["version"]  # it was written today


async def test_windows_are_judged(funder: Api, anybody: Api) -> None:
    name = f"Grant {uuid.uuid4()}"
    windows = [{"opensOn": "2020-01-01", "closesOn": "2020-02-01"}, {"opensOn": "2999-01-01"}]
    await publish(funder, provider="  A fund", name=name, windows=windows)
    answer = await anybody.post("/v1/eligibility", params={"limit": 200, "verdict": "does-not-fit"}, json={})
    assert answer.status_code == 200, answer.text
    assert name in {each["productName"] for each in answer.json()["products"]}


async def test_the_operator_moderates_and_writes_nobody_elses_words(funder: Api, new_client: NewClient) -> None:
    operator = await new_client(scopes="finance:read finance:write finance:oversee")
    product = await publish(funder)
    path = f"/v1/products/{product['id']}"
    assert (await operator.put(path, json={**GRANT, "name": "Theirs"}, headers=at(product))).status_code == 404
    for action in ("verify", "withdraw"):
        assert (await operator.post(f"{path}/actions/{action}", headers=at(product))).status_code == 404
    assert (await act(operator, product, "suspend"))["publication"] == "suspended"


async def test_publishing_says_nothing_of_whether_it_is_right_still(funder: Api, platform: Platform) -> None:
    product = await publish(funder)
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        set_back = text("UPDATE products SET verified_on = '2020-01-01' WHERE id = :id")
        await session.execute(set_back, {"id": uuid.UUID(product["id"])})
    again = await act(funder, product, "publish", unpublishOn="2999-01-01")
    assert again["verifiedOn"] == "2020-01-01"
    assert (await act(funder, again, "verify"))["verifiedOn"] != "2020-01-01"


@pytest.mark.parametrize(
    "path", ["/v1/products/changes", f"/v1/products/{make_product_id('charity-bank-loan')}/versions"]
)
async def test_a_cursor_beyond_all_numbers_is_none(anybody: Api, path: str) -> None:
    answer = await anybody.get(path, params={"after": encode_cursor(10**30)})
    assert (answer.status_code, list_fields(answer)) == (422, {"after"})


async def test_a_time_before_all_times_is_none(anybody: Api) -> None:
    path = f"/v1/products/{make_product_id('charity-bank-loan')}"
    answer = await anybody.get(path, params={"asAt": "0001-01-01T00:00:00+14:00"})
    assert (answer.status_code, list_fields(answer)) == (422, {"asAt"})
