"""Conditions in SQL, as formulas of a solver. What this does not know it refuses; it leaves out nothing.

A sub-select is followed where its rows are pinned: each table's whole key is set equal to columns of a row that is
known, so that there is one such row at most. With a foreign key there is one; without, the formula leaves that open.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3
from pglast import ast, enums

from tests.proof.catalogue import Catalogue
from tests.proof.logic import TEXT, TEXTS, YES, Truth, Value, collect, decide, join_all, write
from tests.proof.rows import Named, NotTranslated, Row, find_pin, list_ranges, parse_condition

_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_FREE = frozenset({"uuid_extract_version", "uuid_extract_timestamp", "timezone", "date_trunc", "date", "timestamptz"})
"""Functions of which the proof takes for granted only that the same call gives the same, and when it gives NULL."""


@dataclass(frozen=True)
class Reading:
    """What a condition is read against: the rows in sight, who reads, and whether policies hold for sub-selects."""

    catalogue: Catalogue
    rows: Mapping[str, Row]
    me: Value
    under_policies: bool
    parameters: Mapping[int, Value] = field(default_factory=dict)

    def get(self, alias: str, name: str) -> Value:
        row = self.rows[alias]
        column = self.catalogue.columns[row.table][name]
        if column.computed is None or name in row.known:
            return row.read(column)
        return read_value(parse_condition(column.computed), replace(self, rows={alias: row}))

    def find(self, fields: Sequence[str]) -> Value:
        if len(fields) == 2:
            return self.get(fields[0], fields[1])
        for alias in reversed(list(self.rows)):  # the innermost first
            if fields[0] in self.catalogue.columns[self.rows[alias].table]:
                return self.get(alias, fields[0])
        raise NotTranslated(f"no table has {fields}")


def read_policy(catalogue: Catalogue, row: Row, me: Value) -> Truth:
    """Return when row-level security lets a reader see the row."""
    if row.table not in catalogue.policies:
        return YES
    reading = Reading(catalogue, {row.table: row}, me, under_policies=True)
    policies = [
        (each.permissive, read(parse_condition(each.condition), reading)) for each in catalogue.policies[row.table]
    ]
    permitted = z3.Or(*(truth.true for permissive, truth in policies if permissive))
    restricted = z3.And(*(truth.true for permissive, truth in policies if not permissive))
    return decide(z3.And(permitted, restricted))


def read(node: Any, reading: Reading) -> Truth:
    """Return the condition."""
    reader = _CONDITIONS.get(type(node))
    if reader is None:
        return decide(*_split_boolean(read_value(node, reading)))
    return reader(node, reading)


def _split_boolean(value: Value) -> tuple[Any, Any]:
    if value.term.sort() != z3.BoolSort():
        raise NotTranslated(f"{value.term} is no condition")
    return value.term, value.null


def _read_bool(node: Any, reading: Reading) -> Truth:
    parts = [read(each, reading) for each in node.args]
    if node.boolop == enums.BoolExprType.NOT_EXPR:
        return ~parts[0]
    result = parts[0]
    for each in parts[1:]:
        result = result & each if node.boolop == enums.BoolExprType.AND_EXPR else result | each
    return result


def _read_operation(node: Any, reading: Reading) -> Truth:
    name = node.name[-1].sval
    kinds = enums.A_Expr_Kind
    left = read_value(node.lexpr, reading)
    if node.kind == kinds.AEXPR_IN and name in {"=", "<>"}:
        found = left.is_among(collect(read_value(each, reading) for each in node.rexpr))
        return found if name == "=" else ~found
    right = read_value(node.rexpr, reading)
    if node.kind == kinds.AEXPR_OP_ANY and name == "=":
        return left.is_among(right)
    if node.kind == kinds.AEXPR_OP and name in {"=", "<>"}:
        return left.equals(right) if name == "=" else ~left.equals(right)
    if node.kind == kinds.AEXPR_OP and name == "&&":
        return left.overlaps(right)
    if node.kind == kinds.AEXPR_OP and name in _ORDERS:
        return left.compare(right, _ORDERS[name])
    raise NotTranslated(f"operator {name} of the kind {node.kind}")


def _read_null_test(node: Any, reading: Reading) -> Truth:
    tested = read_value(node.arg, reading).is_null()
    return tested if node.nulltesttype == enums.NullTestType.IS_NULL else ~tested


def _read_exists(node: Any, reading: Reading) -> Truth:
    if node.subLinkType != enums.SubLinkType.EXISTS_SUBLINK:
        raise NotTranslated("a sub-select that does not ask whether there is a row")
    return read_select(node.subselect, reading)


_CONDITIONS: Mapping[type, Callable[[Any, Reading], Truth]] = {
    ast.BoolExpr: _read_bool,
    ast.A_Expr: _read_operation,
    ast.NullTest: _read_null_test,
    ast.SubLink: _read_exists,
}


def read_select(select: Any, reading: Reading, *, keep: Callable[[Any], bool] = lambda _: True) -> Truth:
    """Return when a sub-select finds a row, going by those of its conditions that are kept."""
    tables, conditions = list_ranges(select)
    inner = {alias: table for alias, table in tables.items() if alias not in reading.rows}
    pins = [pair for each in conditions if (pair := find_pin(each))]
    there: list[Truth] = []
    while inner:
        alias, row, certain = _pin_one(inner, pins, reading)
        reading = replace(reading, rows={**reading.rows, alias: row})
        if not certain:
            there.append(decide(z3.Bool(f"there is {row.name}")))
        if reading.under_policies:
            there.append(read_policy(reading.catalogue, row, reading.me))
        del inner[alias]
    found = join_all([*there, *(read(each, reading) for each in conditions if keep(each))])
    return decide(found.true)


def _pin_one(inner: Mapping[str, str], pins: Sequence[tuple[Named, Named]], reading: Reading) -> tuple[str, Row, bool]:
    """Find a table whose key is set equal to columns of a row that is known."""
    both = [*pins, *((other, one) for one, other in pins)]
    for alias, table in inner.items():
        for known, row in reading.rows.items():
            ways = {
                key: source
                for (left, key), (right, source) in both
                if left == alias and (right == known or (right == "" and _is_innermost(reading, known, source)))
            }
            key = reading.catalogue.keys[table]
            if all(name in ways for name in key):
                sources = tuple(ways[name] for name in key)
                values = {name: reading.get(known, ways[name]) for name in key}
                certain = (row.table, sources, table) in reading.catalogue.references
                return alias, Row(table, f"{row.name}.{'+'.join(sources)}", values), certain
    raise NotTranslated(f"nothing says which row of {sorted(inner.values())} is meant")


def _is_innermost(reading: Reading, alias: str, column: str) -> bool:
    having = [each for each, row in reading.rows.items() if column in reading.catalogue.columns[row.table]]
    return bool(having) and having[-1] == alias


def read_value(node: Any, reading: Reading) -> Value:
    reader = _VALUES.get(type(node))
    if reader is None:
        truth = read(node, reading) if type(node) in _CONDITIONS else None
        if truth is None:
            raise NotTranslated(f"an expression of the kind {type(node).__name__}")
        return Value(truth.true, z3.And(z3.Not(truth.true), z3.Not(truth.false)))
    return reader(node, reading)


def _read_column(node: Any, reading: Reading) -> Value:
    return reading.find([each.sval for each in node.fields])


def _read_constant(node: Any, _reading: Reading) -> Value:
    if node.isnull:
        return Value(z3.StringVal(""), z3.BoolVal(True))
    value = node.val
    if isinstance(value, ast.String):
        return write(value.sval)
    if isinstance(value, ast.Integer):
        return Value(z3.IntVal(value.ival or 0))
    if isinstance(value, ast.Boolean):
        return Value(z3.BoolVal(bool(value.boolval)))
    raise NotTranslated(f"a constant of the kind {type(value).__name__}")


def _read_cast(node: Any, reading: Reading) -> Value:
    """A cast between texts changes nothing; of a moment to a day nothing is known."""
    kind = node.typeName.names[-1].sval
    value = read_value(node.arg, reading)
    if kind in {"text", "varchar", "uuid", "bpchar"} and value.term.sort() in (TEXT, TEXTS):
        return value
    if kind in {"int4", "int8", "int2"} and value.term.sort() == z3.IntSort():
        return value
    if kind in {"date", "timestamptz"} and value.term.sort() == z3.IntSort():
        return _leave_open(kind, [value])
    if kind == "bool" and value.term.sort() == z3.BoolSort():
        return value
    raise NotTranslated(f"a cast of {value.term} to {kind}")


def _read_call(node: Any, reading: Reading) -> Value:
    name = node.funcname[-1].sval
    if name == "string_to_array":
        return _read_identities(node, reading)
    values = [read_value(each, reading) for each in node.args]
    if name == "array_remove":
        array, removed = values
        return Value(z3.If(removed.null, array.term, z3.SetDel(array.term, removed.term)), array.null)
    if name in _FREE:
        return _leave_open(name, values)
    raise NotTranslated(f"the function {name}")


def _read_identities(node: Any, reading: Reading) -> Value:
    """The identities of the transaction, in the one form in which policies ask for them."""
    call, space = node.args
    asked = [each.arg if isinstance(each, ast.TypeCast) else each for each in getattr(call, "args", None) or ()]
    named = isinstance(call, ast.FuncCall) and call.funcname[-1].sval == "current_setting" and len(asked) == 2
    space = space.arg if isinstance(space, ast.TypeCast) else space
    if not named or asked[0].val.sval != "rtp.readers" or not asked[1].val.boolval or space.val.sval != " ":
        raise NotTranslated("identities in another form")
    return reading.me


def _leave_open(name: str, values: Sequence[Value]) -> Value:
    """Return what a function gives: any number, and NULL for NULL. An id may have no version, and has a time if it is
    of version 1 or 7.
    """
    called = f"{name}({', '.join(str(each.term) for each in values)})"
    null = z3.Or(*(each.null for each in values))
    if name == "uuid_extract_version":
        null = z3.Or(null, z3.Bool(f"{called} is null"))
    if name == "uuid_extract_timestamp":
        version = _leave_open("uuid_extract_version", values)
        null = z3.Or(null, version.null, z3.Not(z3.Or(version.term == 1, version.term == 7)))
    return Value(z3.Int(called), null)


def _read_array(node: Any, reading: Reading) -> Value:
    return collect(read_value(each, reading) for each in node.elements)


def _read_element(node: Any, reading: Reading) -> Value:
    """An element of an array by its place: any text, or none."""
    array, place = read_value(node.arg, reading), node.indirection[0].uidx.val.ival
    called = f"{array.term}[{place}]"
    return Value(z3.String(called), z3.Or(array.null, z3.Bool(f"{called} is null")))


def _read_coalesce(node: Any, reading: Reading) -> Value:
    *first, last = (read_value(each, reading) for each in node.args)
    for each in reversed(first):
        last = Value(z3.If(each.null, last.term, each.term), z3.And(each.null, last.null))
    return last


def _read_parameter(node: Any, reading: Reading) -> Value:
    if node.number not in reading.parameters:
        raise NotTranslated(f"parameter {node.number}, which says nothing of the caller")
    return reading.parameters[node.number]


def _read_joined_text(node: Any, reading: Reading) -> Value:
    if node.kind == enums.A_Expr_Kind.AEXPR_OP and node.name[-1].sval == "||":
        left, right = read_value(node.lexpr, reading), read_value(node.rexpr, reading)
        return Value(z3.Concat(left.term, right.term), z3.Or(left.null, right.null))
    truth = _read_operation(node, reading)
    return Value(truth.true, z3.And(z3.Not(truth.true), z3.Not(truth.false)))


_VALUES: Mapping[type, Callable[[Any, Reading], Value]] = {
    ast.A_Expr: _read_joined_text,
    ast.ColumnRef: _read_column,
    ast.A_Const: _read_constant,
    ast.TypeCast: _read_cast,
    ast.FuncCall: _read_call,
    ast.A_ArrayExpr: _read_array,
    ast.A_Indirection: _read_element,
    ast.CoalesceExpr: _read_coalesce,
    ast.ParamRef: _read_parameter,
}
