"""The condition that somebody may know of a case. Row-level security asks the same behind every query that has it."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Table, Text, any_, bindparam, literal, not_, or_
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_applications.cases.models import Case
from rtp_shared.identities import SYSTEM

_case = cast("Table", Case.__table__).c
READERS: BindParameter[Any] = bindparam("readers", type_=ARRAY(Text))
"""The identities to be given when the statement runs."""
KNOWN = """
    cases.readers && :readers AND (
        cases.submitted_at IS NOT NULL OR 'client:' || cases.opened_by = ANY (:readers) OR 'system' = ANY (:readers)
        OR NOT cases.body_readers && :readers)
"""
"""`is_known_to(READERS)` for statements that are written in SQL."""


def is_known_to(readers: Sequence[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that these are among the case's readers and, while it is a draft, of no body that it names:
    such a body learns nothing of it by whom it lets its clients be. The client that opened it knows it all the same.
    """
    wanted = readers if isinstance(readers, BindParameter) else literal(list(readers), ARRAY(Text))
    opened = literal("client:").concat(_case.opened_by) == any_(wanted)
    unnamed = not_(_case.body_readers.op("&&", is_comparison=True)(wanted))
    kept = or_(_case.submitted_at.is_not(None), opened, literal(SYSTEM[0]) == any_(wanted), unnamed)
    return _case.readers.op("&&", is_comparison=True)(wanted) & kept
