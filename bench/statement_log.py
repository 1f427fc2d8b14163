"""Records the statements of our service for one request. The floor replays them, so it follows the product."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg

from bench.floor import Statement

LOG_TO_JSON = {
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_directory": "log",
    "log_filename": "said.log",
}
"""Settings of a PostgreSQL whose log can be read by this module."""

_UNIQUE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|RTP-\d{3}-\d{3}-\d{4}")
_PARAMETER = re.compile(r"\$\d+ = (?:'((?:[^']|'')*)'|NULL)")


class Executed(NamedTuple):
    """A statement that PostgreSQL executed."""

    sql: str
    parameters: list[str | None]


class Request(NamedTuple):
    """One request that was made: its statements, and the values that were unique in it, by name."""

    statements: list[Executed]
    known: dict[str, str]


class StatementLog:
    """The log of a PostgreSQL server, while it logs every statement of one role."""

    def __init__(self, cluster: Path, admin_url: str, role: str) -> None:
        self._path = cluster / "log" / "said.json"
        self._admin_url = admin_url
        self._role = role

    def __enter__(self) -> Self:
        self._set("ALTER SYSTEM SET log_statement = 'all'")
        return self

    def __exit__(self, *_: object) -> None:
        self._set("ALTER SYSTEM RESET log_statement")

    def _set(self, command: str) -> None:
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(command)
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)  # until every backend has seen it

    def record(self, request: Callable[[], dict[str, str]]) -> Request:
        """Make a request, which returns the values that are unique in it, and return the statements of it."""
        start = self._path.stat().st_size
        known = request()
        time.sleep(0.3)
        with self._path.open() as file:
            file.seek(start)
            lines = [json.loads(line) for line in file]
        return Request([_parse_line(line) for line in lines if self._is_statement(line)], known)

    def _is_statement(self, line: dict[str, Any]) -> bool:
        return line.get("user") == self._role and line["message"].startswith(("statement: ", "execute "))


def _parse_line(line: dict[str, Any]) -> Executed:
    sql = line["message"].split(": ", 1)[1]
    _, _, parameters = line.get("detail", "").partition("arameters: ")
    found = _PARAMETER.finditer(parameters)
    return Executed(sql, [None if match[1] is None else match[1].replace("''", "'") for match in found])


def build_floor_statements(first: Request, second: Request) -> list[Statement]:
    """Return the second request as the floor replays it: unique values that differ between the two are templates."""
    if [each.sql for each in first.statements] != [each.sql for each in second.statements]:
        raise ValueError("the same request executed different statements the second time")
    old = {token for each in first.statements for text in each.parameters for token in _UNIQUE.findall(text or "")}
    names = {value: name for name, value in second.known.items()}
    return [_make_template(each, old, names) for each in second.statements]


def _make_template(executed: Executed, old: set[str], names: dict[str, str]) -> Statement:
    parameters: list[str | None] = []
    templates: list[int] = []
    for position, text in enumerate(executed.parameters):
        new = [token for token in _UNIQUE.findall(text or "") if token not in old]
        new += [value for value in names if value not in old and value in (text or "")]
        if text is None or not new:
            parameters.append(text)
            continue
        for token in new:
            if token not in names:
                names[token] = f"{'number' if token.startswith('RTP') else 'uuid'}{len(names)}"
        template = text.replace("{", "{{").replace("}", "}}")
        for token in new:
            template = template.replace(token, "{" + names[token] + "}")
        parameters.append(template)
        templates.append(position)
    return executed.sql, parameters, templates
