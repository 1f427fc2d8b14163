"""Reference pages: each operation and schema has one that shows what the document says; they need no script."""

import html
from typing import Any

import pytest
from anyio import to_thread
from playwright.sync_api import Page, expect

from rtp_embedded.platform import Platform
from tests.gateway.inbound.conftest import Anybody
from tests.gateway.inbound.portal.test_routes import read
from tests.support.browser import DESKTOP, PHONE, list_violations, serve, visit

pytestmark = pytest.mark.anyio


async def load(anybody: Anybody) -> dict[str, Any]:
    document: dict[str, Any] = (await anybody.get("/openapi.json")).json()
    return document


def list_operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["operationId"]: each for item in document["paths"].values() for each in item.values()}


async def test_the_list_has_every_operation_under_its_tag(anybody: Anybody) -> None:
    document, page = await load(anybody), await anybody.get("/docs")
    operations = list_operations(document)
    assert {f"/docs/operations/{name}" for name in operations} <= read(page).links
    assert [html.unescape(part.partition("</h2>")[0]) for part in page.text.split("<h2>")[1:]] == [
        tag["name"] for tag in document["tags"]
    ]
    assert f"{len(operations)} of {len(operations)} operations" in page.text


async def test_a_filter_leaves_what_has_all_its_words_and_opens_it(anybody: Anybody) -> None:
    page = await anybody.get("/docs", params={"q": "Deadlines get"})
    operations = list_operations(await load(anybody))
    shown = {link.rpartition("/")[2] for link in read(page).links if link.startswith("/docs/operations/")}
    assert shown
    assert shown < operations.keys()
    assert "<details open>" in page.text
    nothing = await anybody.get("/docs", params={"q": '"><script>alert(1)</script>'})
    assert "0 of" in nothing.text
    assert "<script>alert" not in nothing.text
    assert (await anybody.get("/docs", params={"q": "x" * 201})).status_code == 422


async def test_every_operation_has_a_page_with_its_scopes_parameters_and_answers(anybody: Anybody) -> None:
    document = await load(anybody)
    for name, operation in list_operations(document).items():
        page = await anybody.get(f"/docs/operations/{name}")
        read(page)
        for each in operation.get("parameters", []):
            assert f"<code>{each['name']}</code>" in page.text, (name, each["name"])
        for scope in [scope for need in operation["security"] for scope in need["clientCredentials"]]:
            assert f"<code>{scope}</code>" in page.text, name
        for status in operation["responses"]:
            assert f'data-label="Status">{status}<' in page.text, (name, status)


async def test_every_schema_has_a_page_with_its_fields_and_who_uses_it(anybody: Anybody) -> None:
    document = await load(anybody)
    for name, schema in document["components"]["schemas"].items():
        page = await anybody.get(f"/docs/schemas/{name}")
        reader = read(page)
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in page.text, (name, field)
        assert any(link.startswith("/docs/operations/") for link in reader.links), f"{name} is used by nothing"


async def test_links_between_the_pages_lead_somewhere(anybody: Anybody) -> None:
    for start in ("/docs/operations/openCase", "/docs/schemas/CaseView", "/docs/schemas/NewSubscription"):
        for link in read(await anybody.get(start)).links:
            assert (await anybody.get(link.partition("#")[0])).status_code == 200, (start, link)


@pytest.mark.parametrize("path", ["operations/none", "schemas/None", "..%2f..%2fapp.py", "try.html", "operations/<b>"])
async def test_what_there_is_not_is_not_found(anybody: Anybody, path: str) -> None:
    assert (await anybody.get(f"/docs/{path}")).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/docs/operations/openCase", "/docs/swagger-ui.css", "/openapi.json"])
async def test_whoever_has_it_already_is_not_sent_it_again(anybody: Anybody, path: str) -> None:
    first = await anybody.get(path)
    again = await anybody.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert (await anybody.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_the_page_to_try_it_loads_nothing_from_elsewhere(anybody: Anybody) -> None:
    page = await anybody.get("/docs/try")
    assert "://" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"/docs/{name}" in page.text
        assert (await anybody.get(f"/docs/{name}")).status_code == 200


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_pages_are_accessible_and_the_list_is_filtered_while_one_types(
    platform: Platform, size: tuple[int, int]
) -> None:
    def look(page: Page) -> None:
        page.goto("/docs")
        assert list_violations(page) == []
        page.get_by_role("searchbox").press_sequentially("document_id}/actions/withdraw")
        expect(page.get_by_role("status")).to_have_text(f"1 of {page.locator('details li').count()} operations")
        assert list_violations(page) == []
        page.get_by_role("link", name="Take a document out of the case, unless a version of it was submitted").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Take a document out of the case, unless a version of it was submitted"
        )
        for path in ("/docs/operations/openCase", "/docs/schemas/CaseView"):
            page.goto(path)
            assert list_violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], "it scrolls sideways"

    async with serve(platform.app) as address:
        await to_thread.run_sync(lambda: visit(address, look, size))


async def test_by_keyboard_the_list_has_a_stop_for_each_tag_and_not_for_each_operation(platform: Platform) -> None:
    def look(page: Page) -> None:
        page.goto("/docs")
        stops = page.locator("a:visible, input:visible, button:visible, summary:visible").count()
        assert stops < 70
        page.get_by_role("searchbox").fill("open case")
        page.get_by_role("searchbox").press("Enter")
        expect(page.locator("details[open]")).not_to_have_count(0)

    async with serve(platform.app) as address:
        await to_thread.run_sync(lambda: visit(address, look, DESKTOP, java_script_enabled=False))
