"""Takes from each query what it filters by who reads, as if it had been forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from pglast import ast, enums, parse_sql
from pglast.stream import RawStream

from rtp_shared.db import Database
from tests.proof.rows import split, walk

_KINDS = ("client:", "org:", "scope:")


class Blindfold:
    """What is left out of the statements of a database while it is on."""

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        """Conditions, as they stood in statements."""
        self._known: dict[tuple[str, frozenset[int]], str] = {}

    def rewrite(self, *event: Any) -> tuple[str, Any]:
        """Return the statement without its conditions of who reads, for the driver, with the same parameters."""
        _, _, statement, parameters, _, _ = event
        own = frozenset(place for place, value in enumerate(parameters, 1) if names_reader(value))
        if not own or not statement.lstrip().upper().startswith(("SELECT", "WITH", "(")):
            return statement, parameters
        key = (statement, own)
        if key not in self._known:
            self._known[key] = self._leave_out(statement, own, parameters)
        return self._known[key], parameters

    def _leave_out(self, statement: str, own: frozenset[int], given: Sequence[Any]) -> str:
        tree = parse_sql(statement)
        for node in walk([each.stmt for each in tree]):
            if isinstance(node, ast.SelectStmt):
                node.whereClause = self._keep_others(node.whereClause, own, given)
            elif isinstance(node, ast.JoinExpr) and node.jointype == enums.JoinType.JOIN_INNER:
                node.quals = self._keep_others(node.quals, own, given)
        return str(RawStream()(tree))

    def _keep_others(self, condition: Any, own: frozenset[int], given: Sequence[Any]) -> Any:
        kept = []
        for each in split(condition):
            numbers = {part.number for part in walk(each) if isinstance(part, ast.ParamRef)}
            if numbers & own:
                self.left_out.add(RawStream()(each))
                kept += [_always(number, given[number - 1]) for number in sorted(numbers)]
            else:
                kept.append(each)
        return ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=tuple(kept)) if len(kept) > 1 else (*kept, None)[0]


def names_reader(value: Any) -> bool:
    """Return whether a parameter says who reads: an identity, or a list of such."""
    if isinstance(value, list | tuple):
        return any(names_reader(each) for each in value)
    return isinstance(value, str) and value.startswith(_KINDS) and len(value.partition(":")[2]) > 0


def _always(number: int, value: Any) -> Any:
    """Return a condition that always holds and asks for the parameter still, as the driver must be given it."""
    kind = {list: "text[]", str: "text", bool: "boolean", int: "bigint"}.get(type(value))
    asked = f"CAST(${number} AS {kind})" if kind else f"${number}"
    return parse_sql(f"SELECT WHERE ({asked} IS NULL OR true)")[0].stmt.whereClause


@contextmanager
def blindfold(database: Database) -> Iterator[Blindfold]:
    """Take the conditions from all queries of a database within the block."""
    made = Blindfold()
    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", made.rewrite, retval=True)
    try:
        yield made
    finally:
        sa.event.remove(database.engine.sync_engine, "before_cursor_execute", made.rewrite)
