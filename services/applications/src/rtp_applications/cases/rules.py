"""Rules of the case itself that belong to no stage. Pure.

A client's organisation is known here only while the client calls. So nothing is asked about the clients that are let
into a draft: a body that is named by then sees nothing through its own (`sight`), and none is named or left out while
they are in.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from pydantic.alias_generators import to_camel

from rtp_applications.cases.errors import WouldDisclose
from rtp_applications.sides import get_group_reader
from rtp_applications.workflow.snapshot import Facts
from rtp_shared.identities import organisation_identity
from rtp_shared.problems import FieldError

BODY_FIELDS = {
    "employer": ("employer_id", "/employer"),
    "commissioner": ("commissioner_id", "/commissioner"),
    "decision_body": ("decision_body_id", "/decisionBody"),
    "duty_holder": ("duty_holder_id", "/dutyHolder"),
}
"""Column and JSON pointer of each body that a case names."""
FURTHER_EMPLOYERS = ("further_employer_ids", "/furtherEmployers")
_UNSHOWN = frozenset({"/opened_by", "/readers", "/disposed_at"})
"""What the audit follows and no answer about a case has."""


def name_fields(pointers: Iterable[str]) -> list[str]:
    """Return what the audit's pointers into a case are in its answers: /service_name is /serviceName there."""
    named = {f"/{column}": pointer for column, pointer in (*BODY_FIELDS.values(), FURTHER_EMPLOYERS)}
    return [named.get(each) or _name_field(each) for each in pointers if each not in _UNSHOWN]


def _name_field(pointer: str) -> str:
    """Return the pointer to a column or, as it is, the one to a row of a table."""
    return pointer if "/" in pointer[1:] else f"/{to_camel(pointer[1:])}"


def require_may_be_let_in(case: Facts, holder: str) -> None:
    """Refuse whoever vouches for a person in a draft where a body that it names, or will name, could learn of it."""
    if case.submitted_at is not None:
        return
    if holder in map(organisation_identity, case.bodies):
        raise WouldDisclose(errors=[FieldError("/holder/organisation", "is a body that the draft names")])
    if case.employer_id is None and _is_outside_client(case, holder):
        reason = "name the employing body first, which then sees nothing of the draft through any client of its own"
        raise WouldDisclose(errors=[FieldError("/holder/client", reason)])


def require_may_be_named(before: Facts, after: Facts) -> None:
    """Refuse to name another body in a draft that one of its clients, or the body itself, may have been let into; and
    to leave one out, whose clients would see the draft from then on.
    """
    if before.submitted_at is not None:
        return
    outside = any(_is_outside_client(before, each) for each in before.readers)
    errors = []
    for pointer, old, new in _list_named(before, after):
        named, left_out = set(new) - set(before.bodies), set(old) - set(after.bodies)
        if any(organisation_identity(each) in before.readers for each in named):
            errors.append(FieldError(pointer, "vouches for somebody in this draft; end that party first"))
        elif outside and (named or left_out):
            reason = "clients were let into this draft, which could be its own; end their parties and appoint them anew"
            errors.append(FieldError(pointer, reason))
    if errors:
        raise WouldDisclose(errors=errors)


def _list_named(before: Facts, after: Facts) -> Iterator[tuple[str, Sequence[UUID], Sequence[UUID]]]:
    """Yield for each field of bodies those that it named before and those that it names now."""
    for column, pointer in BODY_FIELDS.values():
        old, new = getattr(before, column), getattr(after, column)
        yield pointer, [old] if old else [], [new] if new else []
    yield FURTHER_EMPLOYERS[1], before.further_employer_ids, after.further_employer_ids


def _is_outside_client(case: Facts, reader: str) -> bool:
    return reader.startswith("client:") and reader != get_group_reader(case)
