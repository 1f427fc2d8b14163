"""A client generated from the OpenAPI document by default settings, without a warning, opens and submits a case.

Another generator, openapi-typescript, is not of Python: docs/generated-clients.md says how to try it.
"""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtp_embedded.platform import Platform
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.support.cases import EMPLOYER
from tests.support.documented import DOCUMENT
from tests.support.documents import pdf
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
PACKAGE = "right_to_provide_client"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    directory = tmp_path_factory.mktemp("generated") / "client"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(DOCUMENT)]
    # The generator formats what it wrote by ruff, from the path.
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [*command, "--output-path", str(directory), "--fail-on-warning"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    assert "WARNING" not in done.stdout
    sys.path.insert(0, str(directory))
    yield
    sys.path.remove(str(directory))


def call(room: str, operation: str) -> Any:
    """Return the generated function that awaits an operation and gives the whole answer."""
    return import_module(f"{PACKAGE}.api.{room}.{operation}").asyncio_detailed


@pytest.fixture
async def group(generated: None, platform: Platform, new_client: NewClient) -> AsyncIterator[tuple[Any, Api]]:
    """The generated client, signed in as a client of ours is."""
    api = await new_client()
    made = import_module(PACKAGE)
    anybody = made.Client(PUBLIC_URL, raise_on_unexpected_status=True)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL)
    anybody.set_async_httpx_client(http)
    models = import_module(f"{PACKAGE}.models")
    form = models.GetTokenBody(grant_type="client_credentials", client_id=api.client_id, client_secret=api.secret)
    token = (await call("identity", "get_token")(client=anybody, body=form)).parsed.access_token
    http.headers["Authorization"] = f"Bearer {token}"
    yield anybody, api
    await http.aclose()


async def test_it_opens_a_case_and_submits_it(group: tuple[Any, Api]) -> None:
    client, _ = group
    models = import_module(f"{PACKAGE}.models")
    opening = models.CaseOpening(
        employer=EMPLOYER,
        service_name="Home care",
        sector=models.Sector.ADULT_SOCIAL_CARE,
        applicant_count=9,
        conflicts_declared=True,
    )
    opened = await call("cases", "open_case")(client=client, body=opening, idempotency_key='"first"')
    assert opened.parsed.status == models.Status.DRAFT
    again = await call("cases", "open_case")(client=client, body=opening, idempotency_key='"first"')
    assert (again.parsed.id, again.headers["Idempotency-Replayed"]) == (opened.parsed.id, "true")
    submit = call("actions", "submit_expression_of_interest")
    refused = await submit(opened.parsed.id, client=client, if_match='"99"')
    assert (refused.status_code, refused.parsed.status) == (412, 412)
    submitted = await submit(opened.parsed.id, client=client, if_match=opened.headers["ETag"])
    assert submitted.parsed.status == models.Status.EOI_SUBMITTED
    known = await call("cases", "get_case")(opened.parsed.id, client=client, if_none_match=submitted.headers["ETag"])
    assert (known.status_code, known.parsed) == (304, None)


async def test_it_sends_a_document_and_reads_it(group: tuple[Any, Api], platform: Platform) -> None:
    client, api = group
    models = import_module(f"{PACKAGE}.models")
    case = (await call("cases", "open_case")(client=client, body=models.CaseOpening())).parsed
    opening = models.DocumentOpening(kind=models.DocumentKind.OTHER, title="Paper")
    added = await call("documents", "add_document")(case.id, client=client, body=opening)
    ids = (case.id, added.parsed.id)
    content = import_module(f"{PACKAGE}.types").File(io.BytesIO(pdf("paper")))
    put = import_module(f"{PACKAGE}.api.documents.put_document_content").sync_detailed
    async with serving(platform.app) as url:
        token = api.headers["Authorization"].removeprefix("Bearer ")
        at_once = import_module(PACKAGE).AuthenticatedClient(url, token)
        sent = await asyncio.to_thread(put, *ids, client=at_once, body=content, if_match=added.headers["ETag"])
        at_once.get_httpx_client().close()
    assert sent.parsed.newest.media_type == "application/pdf"
    read = await call("documents", "get_document_content")(*ids, client=client)
    assert read.parsed.payload.read() == pdf("paper")
