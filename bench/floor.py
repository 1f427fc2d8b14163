"""The floor: a bare FastAPI application that executes the statements our service was seen to execute, and nothing else.

No access check, no idempotency, no models, no validation: a body is read as JSON, the statements run by psycopg in the
same transaction and as the same role, and the rows that come back are the answer.

    python -m bench.floor STATEMENTS.json DATABASE_URL PORT
"""

import asyncio
import json
import secrets
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from fastapi import FastAPI, Request, Response

Statement = tuple[str, Sequence[str | None], Sequence[int]]
"""Text, parameters, and which of these are templates."""

POOL_SIZE = 10  # as many connections as the service opens


class Floor:
    """A pool of connections, and the statements of each kind of request."""

    def __init__(self, statements: Mapping[str, Sequence[Statement]], url: str) -> None:
        self._statements = statements
        self._url = url
        self._idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()

    async def open(self) -> None:
        for _ in range(POOL_SIZE):
            connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, cursor_factory=psycopg.AsyncRawCursor
            )
            self._idle.put_nowait(connection)

    async def run(self, name: str, **given: str) -> list[Any]:
        """Execute one request's statements; return the rows of the one that returned most."""
        values = _Values(given)
        connection = await self._idle.get()
        found: list[Any] = []
        try:
            for sql, parameters, templates in self._statements[name]:
                if templates:
                    parameters = list(parameters)
                    for position in templates:
                        parameters[position] = parameters[position].format_map(values)  # type: ignore[union-attr]
                cursor = await connection.execute(sql, parameters or None)
                if cursor.description:
                    rows = await cursor.fetchall()
                    if "RETURNING" in sql:
                        values["id"] = str(rows[0][0])
                    found = max(found, rows, key=len) if len(rows) > 1 else rows or found
        finally:
            self._idle.put_nowait(connection)
        return found


class _Values(dict[str, str]):
    """The values of templates: those of the request, and fresh ids and numbers where the service made some."""

    def __missing__(self, name: str) -> str:
        if name.startswith("number"):
            digits = f"{secrets.randbelow(10**10):010d}"
            value = f"RTP-{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        else:
            value = str(uuid.uuid4())
        self[name] = value
        return value


def build(floor: Floor) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.post("/v1/cases", status_code=201)
    async def create(request: Request) -> Response:
        await request.json()
        return _answer(await floor.run("create", key=request.headers["idempotency-key"].strip('"')), 201)

    @app.get("/v1/cases")
    async def list_(limit: int = 50) -> Response:
        return _answer(await floor.run("list"))

    @app.get("/v1/cases/{case_id}")
    async def read(case_id: str) -> Response:
        return _answer(await floor.run("read", id=case_id))

    @app.post("/v1/cases/{case_id}/actions/begin-screening")
    async def action(case_id: str) -> Response:
        return _answer(await floor.run("action", id=case_id))

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {}

    return app


def _answer(rows: list[Any], status: int = 200) -> Response:
    return Response(json.dumps(rows, default=str), status, media_type="application/json")


async def serve(statements: Mapping[str, Sequence[Statement]], url: str, port: int) -> None:
    floor = Floor(statements, url)
    await floor.open()
    config = uvicorn.Config(
        build(floor),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_config=None,
        timeout_keep_alive=75,
        server_header=False,
        lifespan="off",
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2], int(sys.argv[3])))
