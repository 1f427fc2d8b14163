"""Compares drivers, and `async def` with `def`: one read and one create of the product in bare endpoints, three ways.

    python -m bench.drivers

Each way runs a query of a case's row through SQLAlchemy, and a flush of a new case with an insert into the outbox: the
statements that the product had when docs/adr/0002 decided by them.
"""

import os
import statistics
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import LargeBinary, Text, Uuid, bindparam, column, create_engine, insert, select, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from tests.support.ports import find_free_ports

from bench.load import Figures, Target, measure
from bench.measured_services import CLIENT, MeasuredServices
from bench.rows import CLIENTS
from rtp_applications.app import service as applications
from rtp_applications.cases.models import Case
from rtp_applications.cases.numbers import make_number
from rtp_applications.cases.schemas import CaseView
from rtp_applications.workflow.enums import Status
from rtp_shared.clock import utcnow
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import visible_to

WAYS = ("async asyncpg", "async psycopg", "def psycopg")
READERS = [f"client:{CLIENT}", "system"]
ENTER = text("SELECT set_config('rtp.readers', :readers, true)").bindparams(readers=" ".join(READERS))
_outbox = table(
    "outbox", column("event_id", Uuid), column("type", Text), column("case_id", Uuid), column("readers", ARRAY(Text)),
    column("body", LargeBinary),
)  # fmt: skip
OUTBOX = insert(_outbox).inline()
OPTIONS: dict[str, Any] = {"pool_size": 10, "max_overflow": 0, "pool_use_lifo": True}
ROUNDS = 4


_case = Case.__table__.c
CASE = select(*_case).where(_case.id == bindparam("case_id"), visible_to(_case.readers, bindparam("readers")))


def new_case() -> Case:
    return Case(
        number=make_number(),
        route=Route.RIGHT_TO_PROVIDE,
        process_version=1,
        status=Status.DRAFT,
        version=1,
        sequence=1,
        opened_by=CLIENT,
        readers=READERS,
        finance_purposes=[],
        support_needs=[],
        conflicts_declared=False,
        opened_at=utcnow(),
        changed_at=utcnow(),
    )


def build_event(case: Case) -> dict[str, Any]:
    return {"event_id": uuid.uuid4(), "type": "bench", "case_id": case.id, "readers": READERS, "body": b"x" * 800}


def render(row: Any, status: int = 200) -> Response:
    return Response(CaseView.model_validate(row).model_dump_json(by_alias=True), status, media_type="application/json")


def build_async_app(url: str, driver: str) -> FastAPI:
    engine, app = create_async_engine(make_url(url).set(drivername=f"postgresql+{driver}"), **OPTIONS), FastAPI()

    @asynccontextmanager
    async def transaction() -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            await session.execute(ENTER)
            yield session

    @app.get("/v1/cases/{case_id}")
    async def read(case_id: uuid.UUID) -> Response:
        async with transaction() as session:
            return render((await session.execute(CASE, {"case_id": case_id, "readers": READERS})).one())

    @app.post("/v1/cases")
    async def create() -> Response:
        async with transaction() as session:
            session.add(case := new_case())
            await session.flush()
            await session.execute(OUTBOX, build_event(case))
        return render(case, 201)

    return app


def build_threaded_app(url: str) -> FastAPI:
    engine, app = create_engine(make_url(url).set(drivername="postgresql+psycopg"), **OPTIONS), FastAPI()

    @contextmanager
    def transaction() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            session.execute(ENTER)
            yield session

    @app.get("/v1/cases/{case_id}")
    def read(case_id: uuid.UUID) -> Response:
        with transaction() as session:
            return render(session.execute(CASE, {"case_id": case_id, "readers": READERS}).one())

    @app.post("/v1/cases")
    def create() -> Response:
        with transaction() as session:
            session.add(case := new_case())
            session.flush()
            session.execute(OUTBOX, build_event(case))
        return render(case, 201)

    return app


def serve(way: str, url: str, port: int) -> None:
    kind, driver = way.split()
    app = build_threaded_app(url) if kind == "def" else build_async_app(url, driver)
    uvicorn.run(app, port=port, access_log=False, log_config=None, lifespan="off")


def main() -> None:
    with MeasuredServices() as services:
        targets: dict[str, Target] = {}
        for way, port in zip(WAYS, find_free_ports(len(WAYS)), strict=True):
            command = [sys.executable, "-m", "bench.drivers", way, services.get_url(applications), str(port)]
            targets[way] = services.build_target(
                port, services.start(way.replace(" ", "-"), command, port, "/openapi.json")
            )
        print(f"{'':<24}{'a second':>10}{'p50 ms':>10}{'p95 ms':>10}{'server CPU ms':>15}{'database':>10}")
        for mode in ("read", "create"):
            found: dict[str, list[Figures]] = {way: [] for way in WAYS}
            for number in range(ROUNDS + 1):
                for way, target in targets.items():
                    one = measure(mode, target, clients=CLIENTS, seconds=3, token=services.token, ids=services.ids)
                    if number:  # the first is to warm up
                        found[way].append(one)
            for way, figures in found.items():
                _print(f"{mode}, {way}", figures)
    print(f"{CLIENTS} clients, medians of {ROUNDS} rounds in turns, {os.cpu_count()} CPUs")


def _print(name: str, figures: list[Figures]) -> None:
    def median(what: str) -> float:
        return float(statistics.median(getattr(one, what) for one in figures))

    times = f"{median('p50_ms'):>10.2f}{median('p95_ms'):>10.2f}"
    print(
        f"{name:<24}{median('per_second'):>10,.0f}{times}{median('server_cpu_ms'):>15.3f}{median('database_cpu_ms'):>10.3f}",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 4:
        serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
