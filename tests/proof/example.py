"""Rows and a caller, as they stand in an example of the solver's or of a test, ready to be put into PostgreSQL."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import z3

from tests.proof.callers import ANY_CLIENT, ANY_ORGANISATION, CLIENT, ORGANISATION, Caller
from tests.proof.catalogue import Catalogue, Column
from tests.proof.logic import TEXT, TEXTS

FIRST_DAY = date(2026, 1, 1)
DAY = 86_400_000
"""Moments are milliseconds since the first day. It is winter in London, where days are those of UTC."""
IDS = ("one", "two")
"""Clients and bodies in examples."""
IDENTITIES = (
    *(f"{kind}:{each}" for kind in ("client", "org") for each in IDS),
    "system",
    "scope:cases:oversee",
    "counts:barriers",
)
WORDS = {
    "audience": ("everybody", "bodies"),
    "confidentiality": ("public", "internal", "confidential"),
    "role": ("applicant-lead", "applicant-member", "adviser"),
    "holder": IDENTITIES[:4],
    "reader": IDENTITIES,
    "group_reader": IDENTITIES[:2],
}
"""What a column says in an example; others hold ids."""
_PLAIN: Mapping[str, Any] = {"date": 0, "integer": 0, "boolean": False, "text[]": []}


@dataclass(frozen=True)
class Example:
    """Values of all that a condition names."""

    values: Mapping[str, Any]
    """By the names that they have in formulas: a text, a number, yes or no, or a list of texts."""

    def decide(self, condition: Any) -> bool:
        """Return whether the condition holds of these values."""
        solver = z3.Solver()
        solver.add(condition, *(each == _write(each, self.values[str(each)]) for each in list_unknowns(condition)))
        answer = solver.check()
        assert answer != z3.unknown, solver.reason_unknown()
        return bool(answer == z3.sat)

    def list_rows(self, catalogue: Catalogue) -> dict[str, dict[str, Any]]:
        """Return the rows by table, each with its columns as PostgreSQL is given them."""
        rows: dict[str, dict[str, Any]] = {}
        for name in dict.fromkeys(each.removesuffix(" is null") for each in self.values):
            path, _, column = name.rpartition(".")
            if "(" in name or "[" in name or not path:
                continue
            table = find_table(catalogue, path)
            rows.setdefault(table, {})[column] = self._convert(catalogue.columns[table][column], name)
            self._lead(catalogue, rows, path)
        for table, row in rows.items():
            if table == "cases":
                row["further_employer_ids"] = self._list_further()
        return rows

    def _lead(self, catalogue: Catalogue, rows: dict[str, dict[str, Any]], path: str) -> None:
        """Set the key of each row to what leads to it."""
        root, *ways = path.split(".")
        for way in ways:
            source, target = find_table(catalogue, root), find_table(catalogue, f"{root}.{way}")
            for column, key in zip(way.split("+"), catalogue.keys[target], strict=True):
                row = rows.setdefault(source, {})
                if column not in row:
                    row[column] = self._convert(catalogue.columns[source][column], f"{root}.{column}")
                rows.setdefault(target, {})[key] = row[column]
            root = f"{root}.{way}"

    def _list_further(self) -> list[uuid.UUID | None]:
        found: dict[int, uuid.UUID | None] = {}
        for name, value in self.values.items():
            if (place := re.search(r"further_employer_ids\[(\d)\]$", name)) is not None:
                found[int(place[1])] = None if self.values.get(f"{name} is null") else make_id(value)
        return [found.get(place) for place in range(1, max(found, default=0) + 1)]

    def _convert(self, column: Column, name: str) -> Any:
        if self.values.get(f"{name} is null"):
            return None
        value = self.values.get(name, self._infer(column, name))
        if column.kind == "uuid":
            version = self.values.get(f"uuid_extract_version({name})")
            return make_id(value, version, self.values.get(f"uuid_extract_timestamp({name})"))
        if column.kind == "date":
            return FIRST_DAY + timedelta(days=value)
        if column.kind == "timestamp with time zone":
            return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
        if isinstance(value, list):
            return [spell(each) for each in value]
        return spell(value) if isinstance(value, str) else value

    def _infer(self, column: Column, name: str) -> Any:
        """Return a value of which it is asked only whether there is one, or what a function makes of it."""
        day = self.values.get(f'date(timezone("Europe/London", {name}))', 0)
        moment = self.values.get(f'date_trunc("milliseconds", {name})', day * DAY)
        return moment if column.kind == "timestamp with time zone" else _PLAIN.get(column.kind, IDS[0])

    def spell_readers(self, caller: Caller) -> str | None:
        """Return the setting by which a transaction says who reads."""
        if caller.without:
            return None
        own = {CLIENT: self.values[str(ANY_CLIENT)], str(ORGANISATION): self.values[str(ANY_ORGANISATION)]}
        return " ".join(spell(_replace(each, own)) for each in caller.readers)


def _replace(identity: str, own: Mapping[str, str]) -> str:
    for placeholder, text in own.items():
        identity = identity.replace(placeholder, text)
    return identity


def find_table(catalogue: Catalogue, path: str) -> str:
    """Return the table of the row that a way leads to."""
    table, *ways = path.split(".")
    for way in ways:
        columns = tuple(way.split("+"))
        table = next(to for from_, by, to in catalogue.references if from_ == table and by == columns)
    return table


def list_unknowns(condition: Any) -> list[Any]:
    """Return what the condition leaves open, each once."""
    found: dict[str, Any] = {}
    waiting, seen = [condition], set()
    while waiting:
        each = waiting.pop()
        if each.get_id() in seen:
            continue
        seen.add(each.get_id())
        waiting += each.children()
        if z3.is_const(each) and each.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[str(each)] = each
    return list(found.values())


def list_choices(unknown: Any) -> tuple[Any, ...] | None:
    """Return what an unknown text can be in an example, or None if it is no text."""
    if unknown.sort() != TEXT:
        return None
    if unknown.eq(ANY_CLIENT) or unknown.eq(ANY_ORGANISATION):
        return IDS[:1]
    return WORDS.get(str(unknown).rpartition(".")[2], IDS)


def bind(unknowns: Iterable[Any]) -> list[Any]:
    """Return the conditions by which an example is one that PostgreSQL can be given."""
    bounds: list[Any] = []
    named = {str(each): each for each in unknowns}
    for name, each in named.items():
        if (choices := list_choices(each)) is not None:
            bounds.append(z3.Or(*(each == z3.StringVal(choice) for choice in choices)))
        elif each.sort() == z3.IntSort():
            bounds += [each >= 0, each < 20 * (DAY if "submitted_at" in name or "timestamp" in name else 1)]
        at = re.search(r"\((?:.*, )?([\w.+]+submitted_at)\)", name)
        if at and name.startswith("date(timezone("):
            bounds.append(each == named.get(at[1], z3.Int(at[1])) / DAY)
        elif at and name.startswith("date_trunc("):
            bounds.append(each == named.get(at[1], z3.Int(at[1])))
        if name.startswith("uuid_extract_version"):
            bounds.append(z3.Not(each) if z3.is_bool(each) else z3.Or(each == 4, each == 7))
    return bounds


def take_example(model: Any, unknowns: Iterable[Any]) -> Example:
    """Return the values of the solver's example."""
    return Example({str(each): _read(model, each) for each in [*unknowns, ANY_CLIENT, ANY_ORGANISATION]})


def _read(model: Any, unknown: Any) -> Any:
    if unknown.sort() == TEXTS:
        inside = ((each, model.eval(z3.IsMember(z3.StringVal(each), unknown), True)) for each in IDENTITIES)
        return [each for each, found in inside if z3.is_true(found)]
    value = model.eval(unknown, True)
    if unknown.sort() == TEXT:
        return value.as_string()
    return value.as_long() if unknown.sort() == z3.IntSort() else z3.is_true(value)


def _write(unknown: Any, value: Any) -> Any:
    if unknown.sort() == TEXTS:
        found = z3.EmptySet(TEXT)
        for each in value:
            found = z3.SetAdd(found, z3.StringVal(each))
        return found
    if unknown.sort() == TEXT:
        return z3.StringVal(value)
    return z3.IntVal(value) if unknown.sort() == z3.IntSort() else z3.BoolVal(value)


def make_id(text: str, version: int | None = None, moment: int | None = None) -> uuid.UUID:
    """Return the id that stands for a text: the same for the same, and of a version and time if they are asked for."""
    made = uuid.uuid5(uuid.NAMESPACE_URL, text)
    if version is None:
        return made
    if version == 7 and moment is not None:
        begin = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000) + moment
        made = uuid.UUID(int=(begin << 80) | (made.int & ((1 << 80) - 1)))
    return uuid.UUID(int=(made.int & ~(0xF << 76)) | (version << 76))


def spell(text: str) -> str:
    """Return the text with the ids that PostgreSQL is given in it."""
    return f"org:{make_id(text.removeprefix('org:'))}" if text.startswith("org:") else text
