"""What somebody may know of a case, in SQL: whether there is one, and how many steps it took. `sides` has it in Python.

Row-level security asks the condition again behind every query that has it.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Table, Text, TextClause, and_, any_, bindparam, case, func, literal, not_, text
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_applications.cases.models import Case

_case = cast("Table", Case.__table__).c
READERS: BindParameter[Any] = bindparam("readers", type_=ARRAY(Text))
"""The identities to be given when the statement runs."""
KNOWN = """
    cases.readers && :readers AND (
        cases.submitted_at IS NOT NULL OR 'client:' || cases.opened_by = ANY (:readers) OR 'system' = ANY (:readers)
        OR NOT cases.body_readers && :readers)
"""
"""The condition of `is_known_to`, for statements that are written in SQL."""

_IS_ON_BODIES_SIDE = and_(
    _case.body_readers.op("&&", is_comparison=True)(READERS),
    not_(literal("client:").concat(_case.opened_by) == any_(READERS)),
)
_KNEW_DRAFT = _case.draft_readers.op("&&", is_comparison=True)(READERS)
OWN_VERSION = (
    _case.version
    - case((_IS_ON_BODIES_SIDE, 0), else_=_case.confidential_steps)
    - case((_KNEW_DRAFT, 0), else_=_case.draft_steps)
)
"""`sides.count_version`."""
OWN_CHANGE_TIME = case(
    (_IS_ON_BODIES_SIDE, _case.changed_at), else_=func.coalesce(_case.changed_for_all_at, _case.changed_at)
)
"""`sides.find_change_time`."""


def is_known_to(readers: Sequence[str] | BindParameter[Any]) -> TextClause:
    """Return the condition that these are among the case's readers and, while it is a draft, of no body that it names:
    such a body learns nothing of it by whom it lets its clients be. The client that opened it knows it all the same.
    """
    wanted = readers if isinstance(readers, BindParameter) else bindparam("readers", list(readers), type_=ARRAY(Text))
    return text(KNOWN).bindparams(wanted)
