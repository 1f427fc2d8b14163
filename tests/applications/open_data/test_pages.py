"""The public pages in a real browser: what they show, that they work by keyboard, and that axe-core finds nothing."""

from collections.abc import AsyncIterator

import pytest
from anyio import to_thread
from playwright.sync_api import Page, expect

from rtp_embedded.platform import Platform
from tests.applications.open_data.test_routes import publish_month
from tests.applications.registers.decisions.test_commands import CHALLENGE, refused
from tests.conftest import NewClient
from tests.support.browser import DESKTOP, PHONE, list_violations, serve, visit

pytestmark = pytest.mark.anyio


@pytest.fixture
async def address(platform: Platform) -> AsyncIterator[str]:
    async with serve(platform.app) as found:
        yield found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible(
    new_client: NewClient, platform: Platform, address: str, size: tuple[int, int], scheme: str
) -> None:
    office = await refused(new_client, route=CHALLENGE)
    await publish_month(platform, await new_client())

    def look(page: Page) -> None:
        page.goto("/published")
        assert list_violations(page) == []
        expect(page.get_by_role("heading", level=1)).to_have_text("Decisions on the right to provide")
        page.get_by_role("link", name=office.case["serviceName"]).click()
        expect(page.get_by_text("The service stops.")).to_be_visible()
        assert list_violations(page) == []
        page.get_by_role("link", name="How cases stand").click()
        expect(page.get_by_role("table", name="Open cases, by where they stand")).to_be_visible()
        assert list_violations(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], "it scrolls sideways"

    await to_thread.run_sync(lambda: visit(address, look, size, color_scheme=scheme))


async def test_the_register_is_searched_by_keyboard_and_turned_page_by_page(
    new_client: NewClient, address: str
) -> None:
    offices = [await refused(new_client, route=CHALLENGE, serviceName=f"Ferry of Winterbourne {n}") for n in range(21)]

    def look(page: Page) -> None:
        page.goto("/published")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.get_by_label("Words in the service or the reasons").focus()
        page.keyboard.type("winterbourne")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=winterbourne**")
        expect(page.get_by_role("listitem").filter(has_text="Ferry of Winterbourne")).to_have_count(20)
        page.get_by_role("link", name="Earlier decisions").click()
        expect(page.get_by_role("link", name=offices[0].case["serviceName"])).to_be_visible()
        page.get_by_role("link", name="Back to the newest").click()
        page.get_by_label("Decision", exact=True).select_option("tender-lost")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("status")).to_have_text("No decision is published that fits.")

    await to_thread.run_sync(lambda: visit(address, look, DESKTOP))


async def test_what_people_wrote_is_shown_as_text(new_client: NewClient, address: str) -> None:
    office = await refused(new_client, route=CHALLENGE, serviceName="<script>document.title='caught'</script> Library")

    def look(page: Page) -> None:
        page.goto("/published")
        page.get_by_role("link", name=office.case["serviceName"]).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
        assert "caught" not in page.title().replace("='caught'", "")

    await to_thread.run_sync(lambda: visit(address, look, PHONE))
