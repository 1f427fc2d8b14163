"""A real browser for the tests of pages: Debian's Chromium, driven headless, with axe-core put into each page."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.packages import BROWSER, ensure

CHROMIUM = "/usr/bin/chromium"
PHONE, DESKTOP = (390, 844), (1280, 900)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""Tags of the rules of axe-core that a page is held to: WCAG 2.2 AA, and what axe calls best practice."""
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the browser, and install it first where it is missing."""
    ensure(BROWSER, is_there=Path(CHROMIUM).exists)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as directory:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=_ARGUMENTS, env={"HOME": directory, "XDG_CONFIG_HOME": directory}
        )
        try:
            yield browser
        finally:
            browser.close()


def list_violations(page: Page) -> list[str]:
    """Return what axe-core finds against the standards in the page as it stands: rule, help and the elements."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
    return [
        f"{each['id']}: {each['help']} ({', '.join(node['html'][:120] for node in each['nodes'])})"
        for each in found.response["violations"]
    ]
