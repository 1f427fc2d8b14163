"""The tables and policies of the applications' database, as the database itself tells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_COLUMNS = """
    SELECT c.relname AS of_table, a.attname AS name, format_type(a.atttypid, NULL) AS kind,
           NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS computed
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum AND a.attgenerated <> ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
_KEYS = """
    SELECT conrelid::regclass::text AS of_table, contype::text AS kind, confrelid::regclass::text AS target,
           ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, place)
                 JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY place) AS columns
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f')
"""
_POLICIES = """
    SELECT tablename, policyname, permissive, qual FROM pg_policies
    WHERE cmd IN ('ALL', 'SELECT') ORDER BY cmd, policyname
"""
_PROTECTED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
"""
_FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    """Its type, such as `timestamp with time zone`."""
    nullable: bool
    computed: str | None
    """The expression that a computed column is made by."""


@dataclass(frozen=True)
class Policy:
    """A policy of a table, for reading."""

    name: str
    condition: str
    permissive: bool = True


@dataclass(repr=False)
class Catalogue:
    columns: dict[str, dict[str, Column]] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: set[tuple[str, tuple[str, ...], str]] = field(default_factory=set)
    """Of foreign keys: the table, its columns, and the table that has their row."""
    policies: dict[str, list[Policy]] = field(default_factory=dict)
    """Of each table that has row-level security."""
    functions: Mapping[str, str] = field(default_factory=dict)
    """The text of each function that runs as the tables' owner, whom no policy holds back."""

    def __repr__(self) -> str:
        return f"the catalogue of {len(self.columns)} tables"

    def _repr_pretty_(self, printer: Any, _again: bool) -> None:
        printer.text(repr(self))

    def replace_policies(self, table: str, policies: list[Policy]) -> "Catalogue":
        """Return a catalogue in which the table has these policies."""
        return replace(self, policies={**self.policies, table: policies})


async def read_catalogue(connection: Any) -> Catalogue:
    """Read what the database says of itself, as its owner."""
    found = Catalogue()
    for row in await connection.fetch(_COLUMNS):
        of_table = found.columns.setdefault(row["of_table"], {})
        of_table[row["name"]] = Column(row["name"], row["kind"], row["nullable"], row["computed"])
    for row in await connection.fetch(_KEYS):
        if row["kind"] == b"p" or row["kind"] == "p":
            found.keys[row["of_table"]] = tuple(row["columns"])
        else:
            found.references.add((row["of_table"], tuple(row["columns"]), row["target"]))
    found.policies = {row["relname"]: [] for row in await connection.fetch(_PROTECTED)}
    for row in await connection.fetch(_POLICIES):
        policy = Policy(row["policyname"], row["qual"], row["permissive"] == "PERMISSIVE")
        found.policies[row["tablename"]].append(policy)
    found.functions = {row["proname"]: row["prosrc"] for row in await connection.fetch(_FUNCTIONS)}
    return found
