"""Rows of tables that a condition speaks of, and how conditions in SQL say which rows are meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import z3
from pglast import ast, enums, parse_sql

from tests.proof.catalogue import Column
from tests.proof.logic import NEVER, TEXT, TEXTS, Value

Named = tuple[str, str]
"""A column with its table; the table is empty where it is not said."""
_SORTS: Mapping[str, Any] = {
    "text": TEXT, "character varying": TEXT, "uuid": TEXT, "text[]": TEXTS, "uuid[]": TEXTS, "boolean": z3.BoolSort(),
    "integer": z3.IntSort(), "bigint": z3.IntSort(), "smallint": z3.IntSort(), "date": z3.IntSort(),
    "timestamp with time zone": z3.IntSort(),
}  # fmt: skip


class NotTranslated(Exception):
    """The condition has a form that the proof does not know."""


@dataclass(frozen=True)
class Row:
    """A row of a table, of which nothing is known but that it is there. Its name is the way that leads to it."""

    table: str
    name: str
    known: Mapping[str, Value] = field(default_factory=dict)
    """Columns that it is pinned by."""

    def read(self, column: Column) -> Value:
        if column.name in self.known:
            return self.known[column.name]
        if column.kind not in _SORTS:
            raise NotTranslated(f"{self.table}.{column.name} is a {column.kind}")
        null = z3.Bool(f"{self.name}.{column.name} is null") if column.nullable else NEVER
        return Value(z3.Const(f"{self.name}.{column.name}", _SORTS[column.kind]), null)


def parse_condition(text: str) -> Any:
    return parse_sql(f"SELECT WHERE {text}")[0].stmt.whereClause


def split(node: Any) -> list[Any]:
    """Return the conditions that must all hold."""
    if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
        return [each for arg in node.args for each in split(arg)]
    return [node] if node is not None else []


def walk(node: Any) -> Iterator[Any]:
    """Yield the node, and all below it."""
    if isinstance(node, tuple | list):
        for each in node:
            yield from walk(each)
    elif isinstance(node, ast.Node):
        yield node
        for name in node:
            yield from walk(getattr(node, name))


def list_ranges(select: Any) -> tuple[dict[str, str], list[Any]]:
    """Return the tables that are read, by alias, and all conditions on their rows."""
    tables: dict[str, str] = {}
    conditions = split(select.whereClause)
    waiting = list(select.fromClause or ())
    if select.groupClause or select.havingClause or select.op != enums.SetOperation.SETOP_NONE or select.withClause:
        raise NotTranslated("a sub-select that does more than find rows")
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.JoinExpr) and each.jointype == enums.JoinType.JOIN_INNER:
            waiting += [each.larg, each.rarg]
            conditions += split(each.quals)
        elif isinstance(each, ast.RangeVar):
            tables[each.alias.aliasname if each.alias else each.relname] = each.relname
        else:
            raise NotTranslated(f"rows from {type(each).__name__}")
    return tables, conditions


def find_pin(node: Any) -> tuple[Named, Named] | None:
    """Return the two columns, each with its table, that the condition sets equal."""
    if not isinstance(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_OP or node.name[-1].sval != "=":
        return None
    sides = [node.lexpr, node.rexpr]
    if not all(isinstance(each, ast.ColumnRef) for each in sides):
        return None
    one, other = (tuple(part.sval for part in each.fields) for each in sides)
    if len(one) == 1 and len(other) == 2:  # of the outer table, which a policy need not name
        one = ("", one[0])
    if len(other) == 1 and len(one) == 2:
        other = ("", other[0])
    return (one, other) if len(one) == len(other) == 2 else None
