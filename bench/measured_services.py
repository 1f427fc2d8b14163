"""The processes of a run by load: the service, the gateway and the floor, with cases to read and to move."""

import json
import secrets
import sys
from typing import Any

import httpx
import psycopg
from tests.support.cases import EMPLOYER, READY
from tests.support.ports import find_free_port

from bench.floor import Statement
from bench.started_services import StartedServices, submit_case
from bench.statement_log import LOG_TO_JSON, StatementLog, build_floor_statements
from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id
from rtp_shared.clock import today

CASES = 10_000
CLIENT = "bench"

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


class MeasuredServices(StartedServices):
    """The service, the gateway and the floor, over a database with many cases."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys((CLIENT, OFFICERS), body_id(EMPLOYER)), database_settings=LOG_TO_JSON)
        self.ids = self.directory / "ids.txt"
        self.action_ids = self.directory / "action-ids.txt"

    def _start(self) -> None:
        super()._start()
        self.token, self.officers_token = self.new_token(CLIENT), self.new_token(OFFICERS)
        self._seed()
        self.statements = self._capture_statements()
        file = self.directory / "statements.json"
        file.write_text(json.dumps(self.statements))
        port = find_free_port()
        floor = [sys.executable, "-m", "bench.floor", str(file), self.get_url(applications), str(port)]
        self.floor = self.build_target(port, self.start("floor", floor, port))

    def open_client(self, token: str | None = None) -> httpx.Client:
        return super().open_client(token or self.token)

    def switch_log(self, on: bool) -> None:
        """Let audit entries have their leaves in the log, or not."""
        work = "ENABLE" if on else "DISABLE"
        with psycopg.connect(self.server.url(applications.database), autocommit=True) as connection:
            connection.execute(f"ALTER TABLE audit_entries {work} TRIGGER log_audit_entries")

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
                case = api.post("/v1/cases", json=READY, headers={"Idempotency-Key": key}).raise_for_status().json()
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
