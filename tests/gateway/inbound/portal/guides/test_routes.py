"""Guides: pages that are accessible and whose links lead somewhere, and code that runs as it stands there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio import to_thread
from playwright.sync_api import Page

from rtp_embedded.platform import Platform
from rtp_examples.journeys.temporary_platform import start_temporary_platform
from rtp_gateway.inbound.portal.guides.routes import GUIDES, read_guide, read_title
from tests.gateway.inbound.conftest import Anybody
from tests.gateway.inbound.portal.test_routes import read
from tests.support.browser import PHONE, list_violations, serve, visit
from tests.support.node import install_packages
from tests.support.packages import SHELL, ensure

LANGUAGES = ("bash", "python", "typescript")
CLIENT = "council-intake"


def collect_code(name: str, language: str) -> str:
    """Return the code of a guide, after that of the first one, with which each goes on."""
    pages = [read_guide(each) for each in dict.fromkeys(("first-call", name))]
    return "\n".join(code for page in pages for code in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL))


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with start_temporary_platform() as platform:
        yield {**os.environ, "URL": platform.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": platform.secrets[CLIENT]}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The TypeScript of all guides, compiled strictly."""
    folder, packages = tmp_path_factory.mktemp("guides"), install_packages()
    (folder / "node_modules").symlink_to(packages / "node_modules")
    for name in GUIDES:
        (folder / f"{name}.mts").write_text(collect_code(name, "typescript"))
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--types", "node"]
    command = ["node", "node_modules/typescript/bin/tsc", *options, *(f"{name}.mts" for name in GUIDES)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    return folder


def run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert not {"undefined", "null", "None"} & set(done.stdout.split()), done.stdout


@pytest.mark.parametrize("name", GUIDES)
def test_its_shell_code_runs(environment: dict[str, str], name: str) -> None:
    for package in SHELL:
        ensure(package)
    run(["bash", "-euo", "pipefail", "-c", collect_code(name, "bash")], environment)


@pytest.mark.parametrize("name", GUIDES)
def test_its_python_runs(environment: dict[str, str], name: str) -> None:
    run([sys.executable, "-c", collect_code(name, "python")], environment)


@pytest.mark.parametrize("name", GUIDES)
def test_its_typescript_runs(environment: dict[str, str], scripts: Path, name: str) -> None:
    run(["node", str(scripts / f"{name}.mjs")], environment)


@pytest.mark.parametrize("name", GUIDES)
@pytest.mark.anyio
async def test_its_page_shows_all_its_code_and_its_links_lead_somewhere(anybody: Anybody, name: str) -> None:
    page = await anybody.get(f"/guides/{name}")
    assert f"<h1>{read_title(name)}</h1>" in page.text
    for target in read(page).links:
        assert (await anybody.get(target)).status_code == 200, target
    for language in LANGUAGES:
        assert f"```{language}\n" in read_guide(name)
    assert page.text.count("<pre") == len(re.findall(r"^```\w+$", read_guide(name), re.MULTILINE))


@pytest.mark.anyio
async def test_the_list_has_them_all_and_what_there_is_not_is_not_found(anybody: Anybody) -> None:
    assert {f"/guides/{name}" for name in GUIDES} <= read(await anybody.get("/guides")).links
    for name in ("none", "__init__", "..%2froutes"):
        assert (await anybody.get(f"/guides/{name}")).status_code == 404, name


@pytest.mark.anyio
async def test_the_pages_are_accessible_on_a_phone(platform: Platform) -> None:
    def look(page: Page) -> None:
        for path in ("/guides", *(f"/guides/{name}" for name in GUIDES)):
            page.goto(path)
            assert list_violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], "it scrolls sideways"

    async with serve(platform.app) as address:
        await to_thread.run_sync(lambda: visit(address, look, PHONE))
