"""The filters that queries send themselves, taken from the statements that they build, and not written here again."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import z3
from pglast import ast, enums, parse_sql
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from rtp_applications.cases import store
from rtp_applications.cases.models import Case
from rtp_applications.complaints.queries import get_complaint, list_complaints
from rtp_applications.deadlines.listing import list_deadlines
from rtp_applications.deadlines.worklist import Wanted, list_work
from rtp_applications.erasures.queries import get_erasure, list_erasures
from rtp_applications.exports import queries as exports
from rtp_applications.intake.queries import get_import, list_imports, list_references
from rtp_applications.registers.barriers.queries import find_case_of, get_barrier, list_barriers, require_case
from rtp_applications.retention.queries import list_warnings
from rtp_applications.search.conditions import ENTRY, is_ones_own
from rtp_applications.search.listing import Question, list_conditions
from rtp_shared.clock import utcnow
from tests.proof import policy
from tests.proof.callers import ANY_ORGANISATION, CLIENT, ORGANISATION, Caller, open_up
from tests.proof.catalogue import Catalogue
from tests.proof.logic import Truth, Value
from tests.proof.policy import WHO_READS, Sight
from tests.proof.rows import Row, find_pin, split, walk
from tests.proof.sql import Reading, read_select

SOME, TODAY = UUID(int=0xABBA), date(2026, 12, 1)
"""An id and a day that are asked for."""
_ANY_WORK = Wanted(roles=None, caller=None, today=TODAY)


class Recorded(Exception):
    """The query has sent its statement."""


class Recorder:
    """Stands where a session would, and keeps the statement instead of sending it."""

    def __init__(self, passed: int) -> None:
        self.statement: Any = None
        self.given: dict[str, Any] = {}
        self._passed = passed

    async def execute(self, statement: Any, given: dict[str, Any] | None = None) -> Any:
        if self._passed:
            self._passed -= 1
            return self
        self.statement, self.given = statement, given or {}
        raise Recorded

    scalar = scalars = execute

    def first(self) -> object:
        """Of a statement that is passed over: something is found."""
        return self

    def scalar_one(self) -> int:
        return 1


@dataclass(frozen=True)
class Filter:
    """What a query sends: the statement, and the table whose rows it lets through."""

    name: str
    table: str
    build: Callable[[Any, Caller], Coroutine[Any, Any, Any] | sa.Executable]
    """Runs the query with a session, or returns the statement."""
    part: Callable[[Any], Any] = lambda select: select
    """Finds the select that is meant."""
    alias: str = ""
    passed: int = 0
    """How many statements are sent before."""
    expected: Callable[[Sight], Any] | None = None
    """Who gets the row, where that is narrower than who may read it."""
    before: Callable[[Sight], Any] = lambda _: True
    """What the statements before it have made sure of."""

    def expect(self, row: Sight) -> Any:
        return (self.expected or WHO_READS[self.table])(row)

    def record(self, caller: Caller) -> tuple[Any, dict[int, Any]]:
        """Return the select as it is sent, and the parameters by their numbers."""
        recorder = Recorder(self.passed)
        statement, given = self.build(recorder, caller), {"readers": list(caller.readers)}
        if isinstance(statement, Coroutine):
            with suppress(Recorded):
                asyncio.run(statement)
            statement, given = recorder.statement, {**given, **recorder.given}
        text, numbered = _write_out(statement, given)
        return self.part(parse_sql(text)[0].stmt), numbered

    def read(self, catalogue: Catalogue, caller: Caller, *, under_policies: bool = False) -> Truth:
        """Return when the filter lets a row through, with row-level security behind it or without."""
        select, given = self.record(caller)
        known = {place: value for place, each in given.items() if (value := _open_up(each, caller)) is not None}
        rows = {self.alias or self.table: Row(self.table, self.table)}
        reading = Reading(catalogue, rows, caller.stands_for, under_policies, known)
        own = {place for place, each in given.items() if _is_of_caller(each, caller)}
        return read_select(select, reading, keep=lambda node: says_who_reads(node, own))


def _write_out(statement: Any, given: dict[str, Any]) -> tuple[str, dict[int, Any]]:
    """Return the statement's text, and what it is given by the numbers in it."""
    compiled = statement.compile(dialect=asyncpg_dialect())  # type: ignore[no-untyped-call]
    sent = compiled.construct_expanded_state(given)
    return sent.statement, {place: sent.parameters.get(name) for place, name in enumerate(sent.positiontup or (), 1)}


def _open_up(value: Any, caller: Caller) -> Value | None:
    """Return what a parameter stands for, or None where nothing is known of it."""
    if isinstance(value, list | tuple):
        return caller.stands_for if tuple(value) == caller.readers else None
    if isinstance(value, bool):
        return Value(z3.BoolVal(value))
    if value == ORGANISATION:
        return Value(ANY_ORGANISATION)
    return open_up(value) if isinstance(value, str) else None


def _is_of_caller(value: Any, caller: Caller) -> bool:
    if isinstance(value, list | tuple):
        return tuple(value) == caller.readers
    return value in (ORGANISATION, CLIENT, *caller.readers)


def says_who_reads(node: Any, own: set[int]) -> bool:
    """Return whether a condition is of the caller, or says which rows belong together. Others narrow a list: by them,
    nobody reads more.
    """
    return find_pin(node) is not None or any(
        (isinstance(each, ast.ParamRef) and each.number in own)
        or (isinstance(each, ast.FuncCall) and each.funcname[-1].sval == "current_setting")
        for each in walk(node)
    )


def list_tables(node: Any) -> set[str]:
    """Return the tables, by alias, whose columns a condition names."""
    return {each.fields[0].sval for each in walk(node) if isinstance(each, ast.ColumnRef)}


def find_exists(select: Any) -> Any:
    """Return the select of which it is asked whether it finds a row."""
    return next(each for each in walk(select.targetList) if isinstance(each, ast.SubLink)).subselect


def _find_column_s_select(select: Any, alias: str) -> Any:
    inner = (each.subselect for each in walk(select.targetList) if isinstance(each, ast.SubLink))
    return next(each for each in inner if alias in list_aliases(each))


def find_inner(alias: str) -> Callable[[Any], Any]:
    """Return what finds the select of a column, by the conditions that are of its own rows alone."""

    def find(select: Any) -> Any:
        found = copy(_find_column_s_select(select, alias))
        own = tuple(each for each in split(found.whereClause) if list_tables(each) <= {alias})
        found.whereClause = ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=own)
        return found

    return find


def join_inner(alias: str) -> Callable[[Any], Any]:
    """Return what finds the select of a column, joined with the rows that it is a column of."""

    def find(select: Any) -> Any:
        found = copy(_find_column_s_select(select, alias))
        conditions = (*split(found.whereClause), *split(select.whereClause))
        found.whereClause = ast.BoolExpr(boolop=enums.BoolExprType.AND_EXPR, args=conditions)
        found.fromClause = (*found.fromClause, *select.fromClause)
        return found

    return find


def list_aliases(select: Any) -> list[str]:
    ranges = [each for each in select.fromClause or () if isinstance(each, ast.RangeVar)]
    return [each.alias.aliasname if each.alias else each.relname for each in ranges]


def find_branch(number: int) -> Callable[[Any], Any]:
    """Return what finds one of the selects of a union, without its groups."""

    def find(select: Any) -> Any:
        found = copy(_list_branches(select)[number])
        found.groupClause = found.havingClause = None
        return found

    return find


def _list_branches(select: Any) -> list[Any]:
    if select.op == enums.SetOperation.SETOP_NONE:
        return [select]
    return [*_list_branches(select.larg), *_list_branches(select.rarg)]


def _knows_on_side(row: Sight) -> Any:
    return z3.And(policy.of_a_known_case(row), policy.is_on_bodies_side(row.find_case()))


def _knows_off_side(row: Sight) -> Any:
    return z3.And(policy.of_a_known_case(row), z3.Not(policy.is_on_bodies_side(row.find_case())))


def _is_gone(row: Sight) -> Any:
    return z3.And(policy.is_told_of_end(row), z3.Not(policy.of_a_known_case(row)))


def _list_feed(session: Any, caller: Caller) -> Any:
    return exports.list_changes(session, caller.principal, after=exports.FeedPosition(-1), limit=9)


def _list_export(session: Any, caller: Caller) -> Any:
    return exports.list_lines(session, caller.principal, filters={}, after=SOME, limit=9)


def _select_listed(_session: Any, caller: Caller) -> Any:
    return sa.select(Case.id).where(*list_conditions(Question(caller.readers, {}).get_shape()))


FILTERS = (
    Filter("one case", "cases", lambda s, c: store.read_snapshot(s, SOME, readers=c.readers, now=utcnow())),
    Filter("expanded cases", "cases", lambda s, c: store.read_snapshots(s, [SOME], readers=c.readers, now=utcnow())),
    Filter("a case to be changed", "cases", lambda s, c: store.lock(s, SOME, readers=c.readers)),
    Filter("the status of a case", "cases", lambda s, c: store.find_status(s, SOME, readers=c.readers)),
    Filter("a case that has ended", "cases", lambda s, c: store.find_ended(s, SOME, readers=c.readers)),
    Filter("the case of a barrier", "cases", lambda s, c: require_case(s, SOME, readers=c.readers), find_exists),
    Filter("the list of cases, and its counts", "cases", _select_listed),
    Filter("an export", "cases", _list_export),
    Filter("the case before, in an export", "cases", _list_export, find_inner("earlier"), "earlier"),
    Filter("the reference in an export", "case_references", _list_export, join_inner("case_references")),
    Filter("the feed, on the bodies' side", "case_changes", _list_feed, find_branch(0), "n", 1, _knows_on_side),
    Filter("the feed, on other sides", "case_changes", _list_feed, find_branch(1), "n", 1, _knows_off_side),
    Filter("the feed, of what is gone", "case_sight_ends", _list_feed, find_branch(2), "e", 1, _is_gone),
    Filter("search", "search_entries", lambda _s, _c: sa.select(ENTRY.case_id).where(is_ones_own(ENTRY))),
    Filter("deadlines", "case_deadlines", lambda s, c: list_deadlines(s, readers=c.readers, limit=9, filters={})),
    Filter("the worklist", "case_deadlines", lambda s, c: list_work(
        s, _ANY_WORK, readers=c.readers, limit=9, filters={})),
    Filter("warnings", "disposal_warnings", lambda s, c: list_warnings(s, readers=c.readers, limit=9)),
    Filter("barriers", "barriers", lambda s, c: list_barriers(s, readers=c.readers, today=TODAY, limit=9)),
    Filter("a barrier", "barriers", lambda s, c: get_barrier(s, SOME, readers=c.readers, today=TODAY)),
    Filter("a barrier to be changed", "barriers", lambda s, c: find_case_of(s, SOME, readers=c.readers)),
    Filter("a barrier's changes", "barrier_changes", lambda s, c: get_barrier(s, SOME, readers=c.readers, today=TODAY),
           passed=1, before=lambda row: policy.reads_barrier(row.follow("barriers", "barrier_id"))),
    Filter("references", "case_references", lambda s, c: list_references(
        s, organisation=ORGANISATION, readers=c.readers, client=CLIENT, limit=9)),
    Filter("imports", "case_imports", lambda s, _: list_imports(s, client=CLIENT, limit=9, after=None)),
    Filter("an import", "case_imports", lambda s, _: get_import(s, SOME, client=CLIENT)),
    Filter("erasures", "personal_erasures", lambda s, c: list_erasures(s, readers=c.readers, limit=9)),
    Filter("an erasure", "personal_erasures", lambda s, c: get_erasure(s, SOME, readers=c.readers)),
    Filter("complaints", "privacy_complaints", lambda s, c: list_complaints(
        s, readers=c.readers, today=TODAY, limit=9)),
    Filter("a complaint", "privacy_complaints", lambda s, c: get_complaint(s, SOME, readers=c.readers)),
)  # fmt: skip
"""Every filter of a query that goes by who reads. Histories and documents go by rules in Python: `test_rules`."""
