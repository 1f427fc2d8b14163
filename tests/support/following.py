"""A reader of the feed's stream: what a browser's EventSource does, over real HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.conftest import Api


@dataclass(frozen=True)
class Block:
    """What stands between two empty lines."""

    fields: dict[str, str]
    comment: bool = False

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.fields["data"])
        return event


class Stream:
    """An open stream; iterate over it for its blocks."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def __aiter__(self) -> AsyncIterator[Block]:
        fields: dict[str, str] = {}
        comment = False
        async for line in self._lines:
            if line:
                name, _, value = line.partition(":")
                fields, comment = (fields | {name: value.removeprefix(" ")}, comment) if name else (fields, True)
            else:
                yield Block(fields, comment)
                fields, comment = {}, False

    async def events(self, count: int | None = None) -> AsyncIterator[Block]:
        """Blocks with an event, so many of them."""
        got = 0
        if count == 0:
            return
        async for block in self:
            if "data" in block.fields:
                yield block
                got += 1
                if got == count:
                    return


@asynccontextmanager
async def following(api: Api, address: str, *, last: str | None = None, **params: Any) -> AsyncIterator[Stream]:
    """A stream over HTTP, on a connection of its own."""
    headers = {"Authorization": api.headers["Authorization"]} | ({"Last-Event-ID": last} if last else {})
    async with (
        httpx.AsyncClient(base_url=address, timeout=30, headers=headers) as client,
        client.stream("GET", "/v1/events/stream", params=params) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Stream(answer)
