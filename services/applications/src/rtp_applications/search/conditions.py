"""What a list of cases can be narrowed by, as conditions in SQL. Everything is of what the reader may know."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from rtp_applications.bodies.models import Body
from rtp_applications.cases.models import Case, CaseDeadline, CaseParty, CaseRecord
from rtp_applications.cases.queries import IS_LIVING
from rtp_applications.cases.sight import OWN_CHANGE_TIME, READERS
from rtp_applications.deadlines.rules.deadline import OPEN
from rtp_applications.documents.rules import OUTSIDE
from rtp_applications.intake.models import CaseReference
from rtp_applications.search.models import SearchEntry
from rtp_applications.workflow.stages.reorganisation.payloads import SuccessorChoice

_case, _deadline, _party = Case.__table__.c, CaseDeadline.__table__.c, CaseParty.__table__.c
_body, _record, _reference = Body.__table__.c, CaseRecord.__table__.c, CaseReference.__table__.c
ENTRY = SearchEntry.__table__.c
_INSTANT = DateTime(timezone=True)
_CHOSEN = (
    exists()
    .where(_record.case_id == _case.id, _record.kind == SuccessorChoice.KIND, _record.key == _body.id.cast(Text))
    .correlate(Case.__table__, Body.__table__)
)
_AWAITS_SUCCESSOR = and_(
    IS_LIVING,
    exists().where(
        or_(
            _body.id.in_([_case.employer_id, _case.commissioner_id, _case.decision_body_id, _case.duty_holder_id]),
            _body.id == any_(_case.further_employer_ids),
        ),
        func.cardinality(_body.shared_among) > 1,
        ~_CHOSEN,
    ),
)
"""A body that the case names is followed by several, and which of them takes it is not chosen yet."""
_HAS_DUE = (
    exists()
    .where(
        _deadline.case_id == _case.id,
        _deadline.state.in_([state.value for state in OPEN]),
        _deadline.due_on < bindparam("due_before", type_=Date),
    )
    .correlate(Case.__table__)
)
_HAS_REFERENCE = (
    exists()
    .where(
        _reference.case_id == _case.id,
        _reference.organisation == any_(bindparam("organisations", type_=ARRAY(Uuid))),
        _reference.reference == bindparam("reference", type_=Text),
        not_(literal("client:").concat(_case.opened_by) == any_(READERS)),
    )
    .correlate(Case.__table__)
)
"""The asker's own system calls the case so; whoever speaks for the staff group sees no reference of the employer's."""


def _is_set(name: str) -> Any:
    return _case[name].is_not(None) == bindparam(name, type_=Boolean)


def _since(column: ColumnElement[Any], name: str) -> Any:
    return column >= bindparam(name, type_=_INSTANT)


def _before(column: ColumnElement[Any], name: str) -> Any:
    return column < bindparam(name, type_=_INSTANT)


CONDITIONS = {
    "status": _case.status == any_(bindparam("status", type_=ARRAY(Text))),
    "route": _case.route == bindparam("route"),
    "sector": _case.sector == bindparam("sector"),
    "region": _case.region == bindparam("region"),
    "employer": _case.employer_id == any_(bindparam("employer", type_=ARRAY(Uuid))),
    "number": _case.number == bindparam("number"),
    "reference": _HAS_REFERENCE,
    "suspended_for": _case.suspended == bindparam("suspended_for"),
    "suspended": _is_set("suspended"),
    "escalated_at": _is_set("escalated_at"),
    "final_at": _is_set("final_at"),
    "opened_since": _since(_case.opened_at, "opened_since"),
    "opened_before": _before(_case.opened_at, "opened_before"),
    "submitted_since": _since(_case.submitted_at, "submitted_since"),
    "submitted_before": _before(_case.submitted_at, "submitted_before"),
    "escalated_since": _since(_case.escalated_at, "escalated_since"),
    "escalated_before": _before(_case.escalated_at, "escalated_before"),
    "final_since": _since(_case.final_at, "final_since"),
    "final_before": _before(_case.final_at, "final_before"),
    "changed_since": _since(OWN_CHANGE_TIME, "changed_since"),
    "changed_before": _before(OWN_CHANGE_TIME, "changed_before"),
    "due_before": _HAS_DUE,
    "awaits_successor": and_(_AWAITS_SUCCESSOR, bindparam("awaits_successor", type_=Boolean)),
}
"""By name of the filter. What is typed as `q` is another matter: it goes by the entries."""

Q, PERSON, TODAY = bindparam("q", type_=Text), bindparam("person", type_=Text), bindparam("today", type_=Date)
# As sub-selects, which PostgreSQL answers once: a function of parameters it may ask anew for every row.
SOUGHT = select(func.seek_words(Q, READERS, False, type_=TSQUERY)).scalar_subquery()
"""The words that are sought, among all that these readers find."""
SOUGHT_BY_ALL = select(func.seek_words(Q, READERS, True, type_=TSQUERY)).scalar_subquery()
"""The same, among what everybody finds who knows the case."""


def is_ones_own(entry: Any) -> ColumnElement[bool]:
    """Return the condition that readers find by an entry, as row-level security has it too."""
    barred = or_(entry.group_reader == any_(READERS), entry.barred.op("&&", is_comparison=True)(READERS))
    return and_(entry.reader == any_(READERS), or_(entry.of_group, not_(barred)))


def is_outside(entry: Any) -> ColumnElement[bool]:
    """Return the condition that the person has a part in the case, and only such as show no more than everybody sees:
    whoever vouches for an adviser, `documents.rules.find_sight` shows no confidential document.
    """
    held = (
        _party.case_id == entry.case_id,
        _party.person == PERSON,
        or_(_party.holder == entry.group_reader, and_(not_(entry.group_reader == any_(READERS)), _HELD_BY_READERS)),
        _party.valid_from <= TODAY,
        or_(_party.valid_to.is_(None), _party.valid_to >= TODAY),
    )
    outside = [str(role) for role in sorted(OUTSIDE)]
    return and_(exists().where(*held), not_(exists().where(*held, _party.role.not_in(outside))))


_HELD_BY_READERS = _party.holder == any_(READERS)
