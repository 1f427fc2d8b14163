"""The processes of a run: PostgreSQL as it is shipped, the service, the gateway and the floor, each a real process."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg
from pydantic import SecretStr

from bench.floor import Statement
from bench.load import Target, wait_for
from bench.statement_log import LOG_TO_JSON, StatementLog, build_floor_statements
from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_embedded import postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import SCOPES
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.routing import NAMES
from rtp_operations import databases
from rtp_shared import migrate
from rtp_shared.clock import today
from rtp_shared.db import Database
from rtp_shared.run import load_reference_data
from rtp_shared.service import Service
from rtp_shared.settings import ProcessSettings

CASES = 10_000
CLIENT = "bench"
EMPLOYER = "GB-LAE-CMD"
DRAFT = {
    "employer": EMPLOYER,
    "serviceName": "Learning disability day service",
    "sector": "adult-social-care",
    "applicantCount": 12,
    "headcount": 60,
    "legalForm": "cic-limited-by-guarantee",
    "annualValuePence": 240_000_000,
    "financeSoughtPence": 10_000_000,
    "financePurposes": ["working-capital"],
    "supportNeeds": ["legal", "financial"],
    "conflictsDeclared": True,
}

ACTIONS = 60_000
"""Cases from which one action is taken once each: more than a run takes."""
OFFICERS = "bench-officers"

# Copies of one case with all that hangs on it, whatever columns there are; `body_readers` is computed. A deadline's id
# stands in its content too: a copy that kept the template's would write the template's row, and start a clock anew.
_NEW_IDS = """
    CREATE TEMP TABLE copies AS
    SELECT n, uuidv7() AS id, format('RTP-%%s-%%s', %s::text, lpad(n::text, 8, '0')) AS number
    FROM generate_series(1, %s) n
"""
_COPIED = {
    "cases": "'id', copies.id, 'number', copies.number",
    "case_parties": "'id', fresh.id, 'case_id', copies.id",
    "case_records": "'case_id', copies.id",
    "case_deadlines": "'id', fresh.id, 'case_id', copies.id, 'content', t.content || "
    "jsonb_build_object('id', fresh.id)",
    "audit_entries": "'case_id', copies.id",
}
_COLUMNS = """
    SELECT string_agg(format('%%I', attname), ', '), string_agg(format('(r).%%I', attname), ', ') FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class MeasuredServices:
    """The processes of a run. None of them outlives the `with` block."""

    def __init__(self) -> None:
        self._undo = ExitStack()
        self.directory = Path(self._undo.enter_context(tempfile.TemporaryDirectory(prefix="rtp-bench-")))
        self.ids = self.directory / "ids.txt"
        self.action_ids = self.directory / "action-ids.txt"
        self._secret = secrets.token_urlsafe(24)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _start(self) -> None:
        self.server = self._undo.enter_context(postgres.start(self.directory / "postgres", settings=LOG_TO_JSON))
        self._postmaster = int((self.server.cluster.files / "postmaster.pid").read_text().split()[0])
        service_port, gateway_port, floor_port = find_free_ports(3)
        self.public_url = f"http://127.0.0.1:{gateway_port}"
        asyncio.run(self._prepare())
        # The gateway wants an address for every service; only cases are asked for.
        upstreams = json.dumps(dict.fromkeys(NAMES, f"http://127.0.0.1:{service_port}"))
        gateway_pid = self.start_service(
            gateway,
            gateway_port,
            RTP_SIGNING_KEY=SigningKey.generate(),
            RTP_SECRETS_KEY=secrets.token_urlsafe(32) + "=",
            RTP_UPSTREAMS=upstreams,
            RTP_TOKEN_SECONDS="3600",  # noqa: S106
        )
        service_pid = self.start_service(applications, service_port)
        self.service = self.build_target(service_port, service_pid)
        self.gateway = self.build_target(gateway_port, gateway_pid, service_pid)
        self.token, self.officers_token = self._new_token(CLIENT), self._new_token(OFFICERS)
        self._seed()
        self.statements = self._capture_statements()
        file = self.directory / "statements.json"
        file.write_text(json.dumps(self.statements))
        floor = [sys.executable, "-m", "bench.floor", str(file), self.get_url(applications), str(floor_port)]
        self.floor = self.build_target(floor_port, self.start("floor", floor, floor_port))

    def build_target(self, port: int, *pids: int) -> Target:
        return Target(f"http://127.0.0.1:{port}", pids, self._postmaster)

    def get_url(self, service: Service, kind: str = "web") -> str:
        return self.server.url(service.database, service.get_role(kind))

    async def _prepare(self) -> None:
        for service in (applications, gateway):
            await databases.provision(self.server.url(), service)
            await migrate.migrate(self.get_url(service, "owner"), service)
            operator = SecretStr(self.get_url(service, "operator"))
            await load_reference_data(service, ProcessSettings(database_url=operator))
        database = Database(self.get_url(gateway, "operator"), pool_size=1)
        async with database.transaction() as session:
            for client in (CLIENT, OFFICERS):
                await register_client(
                    session,
                    client,
                    name=client,
                    organisation=body_id(EMPLOYER),
                    secret=self._secret,
                    scopes=list(SCOPES),
                )
        await database.close()

    def start_service(self, service: Service, port: int, **settings: str) -> int:
        """Start a service's web process as it is shipped; return its process id."""
        module = f"rtp_{service.name.replace('-', '_')}"
        given = {"RTP_DATABASE_URL": self.get_url(service), "RTP_PUBLIC_URL": self.public_url, "RTP_PORT": str(port)}
        return self.start(service.name, [sys.executable, "-m", module, "web"], port, **given, **settings)

    def start(self, name: str, command: list[str], port: int, path: str = "/health", **environment: str) -> int:
        """Start a process and wait until it answers at the path; return its id."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as file:
            clean = {key: value for key, value in os.environ.items() if not key.startswith("RTP_")}
            process = subprocess.Popen(command, env={**clean, **environment}, stdout=file, stderr=file)
        self._undo.callback(end, process)
        wait_for(f"http://127.0.0.1:{port}{path}", process, log)
        return process.pid

    def _new_token(self, client: str) -> str:
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{self.public_url}/oauth2/token", data=form, auth=(client, self._secret), trust_env=False)
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def open_client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.Client(base_url=self.service.url, headers=headers, timeout=30, trust_env=False)

    def _seed(self) -> None:
        """Make 10,000 submitted cases, and as many as a run may move: each one through the service, and its copies."""
        with self.open_client() as api:
            submitted, acknowledged = submit_case(api), submit_case(api)
        with self.open_client(self.officers_token) as api:
            headers = {"If-Match": "*", "On-Behalf-Of": "officer-1"}
            officer = {"role": "case-officer", "person": "officer-1"}
            api.post(f"/v1/cases/{acknowledged}/parties", json=officer, headers=headers).raise_for_status()
            receipt = f"/v1/cases/{acknowledged}/actions/acknowledge"
            api.post(receipt, json={"sentOn": str(today())}, headers=headers).raise_for_status()
        with psycopg.connect(self.server.url(applications.database), autocommit=True) as connection:
            self.action_ids.write_text("\n".join(copy_case(connection, acknowledged, ACTIONS, "2")) + "\n")
            ids = [submitted, *copy_case(connection, submitted, CASES - 1, "1")]
            connection.execute("VACUUM ANALYZE")
        self.ids.write_text("\n".join(ids) + "\n")

    def _capture_statements(self) -> dict[str, list[Statement]]:
        """Record the statements of each kind of request, as the floor takes them."""
        ids, moved = self.ids.read_text().split(), self.action_ids.read_text().split()
        with (
            self.open_client(self.officers_token) as officers,
            StatementLog(self.server.cluster.files, self.server.url(), applications.get_role("web")) as log,
            self.open_client() as api,
        ):

            def create() -> dict[str, str]:
                key = secrets.token_hex(8)
                case = api.post("/v1/cases", json=DRAFT, headers={"Idempotency-Key": key}).raise_for_status().json()
                return {"id": case["id"], "key": key}

            def read(case_id: str) -> dict[str, str]:
                api.get(f"/v1/cases/{case_id}").raise_for_status()
                return {"id": case_id}

            def act(case_id: str) -> dict[str, str]:
                headers = {"If-Match": "*", "On-Behalf-Of": "officer-1"}
                officers.post(f"/v1/cases/{case_id}/actions/begin-screening", headers=headers).raise_for_status()
                return {"id": case_id}

            def list_() -> dict[str, str]:
                api.get("/v1/cases?limit=50").raise_for_status()
                return {}

            return {
                "create": build_floor_statements(log.record(create), log.record(create)),
                "read": build_floor_statements(log.record(lambda: read(ids[1])), log.record(lambda: read(ids[2]))),
                "list": build_floor_statements(log.record(list_), log.record(list_)),
                "action": build_floor_statements(
                    log.record(lambda: act(moved[-1])), log.record(lambda: act(moved[-2]))
                ),
            }


def submit_case(api: httpx.Client) -> str:
    case = api.post("/v1/cases", json=DRAFT).raise_for_status().json()
    submit = f"/v1/cases/{case['id']}/actions/submit"
    api.post(submit, headers={"If-Match": f'"{case["version"]}"'}).raise_for_status()
    return str(case["id"])


def copy_case(connection: psycopg.Connection[Any], case_id: str, count: int, prefix: str) -> list[str]:
    """Copy a case with all its rows; the ids of the copies."""
    connection.execute(_NEW_IDS % (f"'{prefix}'", count))
    for table, changes in _COPIED.items():
        names, values = connection.execute(_COLUMNS, (table,)).fetchone() or ("", "")
        own = "id" if table == "cases" else "case_id"
        connection.execute(
            f"""
            INSERT INTO {table} ({names}) SELECT {values} FROM (
                SELECT jsonb_populate_record(t, jsonb_build_object({changes})) AS r
                FROM {table} t, copies, LATERAL (SELECT uuidv7() AS id WHERE t.{own} IS NOT NULL AND copies.n > 0) fresh
                WHERE t.{own} = '{case_id}') copied
            """  # noqa: S608
        )
    ids = [str(row[0]) for row in connection.execute("SELECT id FROM copies ORDER BY n")]
    connection.execute("DROP TABLE copies")
    return ids


def find_free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
