"""Asking, and comparing answers: status, headers, body, and the statements that the databases were sent."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from rtp_embedded.platform import Platform
from tests.support.statements import count_statements
from tests.sweep.clients import Client
from tests.sweep.operations import Operation, Raw

OF_ONE_ANSWER = {"date", "correlation-id", "traceparent", "ratelimit", "ratelimit-policy"}


@dataclass(frozen=True)
class Answer:
    """What an asker learns, but for what names the one request."""

    status: int
    headers: Mapping[str, str]
    body: str
    statements: tuple[str, ...]
    """In no order: those that pass by SQLAlchemy are noted later than they are sent."""


@dataclass(frozen=True)
class Variant:
    """A way to call an operation."""

    name: str = "any version"
    if_match: str | None = "*"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


class Asker:
    """Calls operations, and notes what each sends to the databases."""

    def __init__(self, noted: list[list[str]]) -> None:
        self._noted = noted

    async def ask(
        self, client: Client, operation: Operation, parameters: Mapping[str, str], variant: Variant
    ) -> httpx.Response:
        headers, query = dict(variant.headers), dict(variant.query)
        if "If-Match" in operation.takes and variant.if_match is not None:
            headers["If-Match"] = variant.if_match
        given: dict[str, Any] = {}
        if isinstance(operation.body, Raw):
            headers["Content-Type"], given["content"] = operation.body.media_type, operation.body.content
        elif operation.body is not None:
            given["json"] = operation.body
        return await client.api.request(
            operation.method, operation.fill(parameters), headers=headers, params=query, **given
        )

    async def compare(
        self, client: Client, operation: Operation, parameters: Mapping[str, str], variant: Variant
    ) -> Answer:
        """Call it, and return the answer with the parameters that were sent taken out."""
        before = [len(each) for each in self._noted]
        answer = await self.ask(client, operation, parameters, variant)
        sent = [each[start:] for each, start in zip(self._noted, before, strict=True)]
        return _mask(answer, parameters, sent)


def _mask(answer: httpx.Response, parameters: Mapping[str, str], sent: list[list[str]]) -> Answer:
    body = answer.text
    for name, said in parameters.items():
        body = body.replace(said, f"<{name}>")
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_ANSWER}
    statements = tuple(sorted(each for one in sent for each in one))
    return Answer(answer.status_code, headers, body, statements)


@contextmanager
def asking(platform: Platform) -> Iterator[Asker]:
    recorder, platform.app.recorder = platform.app.recorder, None  # it writes in the background
    with ExitStack() as stack:
        stack.callback(setattr, platform.app, "recorder", recorder)
        noted = [stack.enter_context(count_statements(each.database)) for each in platform.runtimes.values()]
        yield Asker(noted)


def read_text(answer: httpx.Response) -> str:
    """Return all that an answer says: its headers too, and of an archive what is in it."""
    text = f"{answer.headers} {answer.content.decode(errors='replace')}"
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            text += " ".join(archive.read(each).decode(errors="replace") for each in archive.namelist())
    return text
