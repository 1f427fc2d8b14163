"""A real browser for the tests of pages: Debian's Chromium, driven headless, with axe-core put into each page."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from rtp_shared.server import ManagedServer, build_http_config
from tests.support.packages import BROWSER, ensure

Visit = Callable[[Page], None]

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


@asynccontextmanager
async def serve(app: Any) -> AsyncIterator[str]:
    """Serve an application on a free port of this machine; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ManagedServer(build_http_config(app))
        serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


def visit(address: str, look: Visit, size: tuple[int, int], **context: Any) -> None:
    """Look at pages in a browser of their own; a page must cause no error and ask nobody else for anything."""
    with open_browser() as browser:
        opened = browser.new_context(
            base_url=address,
            **{"viewport": {"width": size[0], "height": size[1]}, "java_script_enabled": True, **context},
        )
        page = opened.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else wrong.append(asked.url))
        look(page)
        assert wrong == []
