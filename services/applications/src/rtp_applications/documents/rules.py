"""Rules of who may see and who may write which documents of a case, and when. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from rtp_applications.documents.errors import ExemptionNotRight, NotWrittenNow, NotYoursToWrite
from rtp_applications.sides import is_group_client, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import find_roles
from rtp_applications.workflow.enums import APPLICANTS, Audience, Confidentiality, Role, Status
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.problems import FieldError

OF_BODIES = frozenset(
    {
        Role.CASE_OFFICER,
        Role.PANEL_MEMBER,
        Role.DECISION_MAKER,
        Role.SCRUTINY_CHAIR,
        Role.COMMISSIONER,
        Role.MUTUALS_TEAM,
        Role.ESCALATION_REVIEWER,
    }
)
OUTSIDE = frozenset({Role.STAFF_REP, Role.ADVISER, Role.MENTOR, Role.FUNDER})
"""Roles of people who see the case, but neither apply nor decide."""
GROUP_WRITES_IN = frozenset(
    {
        Status.DRAFT,
        Status.EOI_SUBMITTED,
        Status.EOI_SCREENING,
        Status.INFORMATION_REQUESTED,
        Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
        Status.EOI_ACCEPTED,
        Status.FEASIBILITY,
        Status.BUSINESS_CASE,
        Status.DEFERRED,
        Status.APPROVED_CONDITIONAL,
    }
)

_FOR_ALL = frozenset({Confidentiality.PUBLIC, Confidentiality.INTERNAL})


@dataclass(frozen=True, slots=True)
class Sight:
    """The documents of a case that somebody sees. Row-level security asks the same of clients."""

    audiences: frozenset[Audience]
    confidentialities: frozenset[Confidentiality]
    drafts: bool
    """Also what the group replaced or withdrew before it submitted the case."""


def find_sight(snapshot: CaseSnapshot, caller: Caller, now: datetime) -> Sight:
    """Return what the caller sees: with outside roles alone no more than those show, whoever vouches for the person."""
    case, held = snapshot.case, find_roles(snapshot, caller, now)
    drafting = case.submitted_at is None
    if held and held.keys() <= OUTSIDE:
        return Sight(frozenset({Audience.EVERYBODY}), _FOR_ALL, drafting)
    if is_group_client(case, caller):
        return Sight(frozenset({Audience.EVERYBODY}), frozenset(Confidentiality), drafts=True)
    if not is_on_bodies_side(case, caller):
        return Sight(frozenset({Audience.EVERYBODY}), _FOR_ALL, drafting)
    return Sight(frozenset(Audience), frozenset(Confidentiality), drafting or "system" in caller.identities)


def require_adding(snapshot: CaseSnapshot, audience: Audience, caller: Caller, now: datetime) -> Signature:
    """Return in which capacity the caller adds a document, or refuse; what is for bodies only, only theirs add."""
    sides = (OF_BODIES,) if audience is Audience.BODIES else (APPLICANTS, OF_BODIES)
    for side in sides:
        if signature := _find_signature(snapshot, caller, now, side):
            return _require_in_time(snapshot, signature)
    raise NotYoursToWrite(explain_lead(snapshot, caller, now))


def require_changing(snapshot: CaseSnapshot, creator: Signature, caller: Caller, now: datetime) -> Signature:
    """Return in which capacity the caller changes a document, or refuse: the group's its applicants do, a body's its
    own people.
    """
    side = APPLICANTS if creator.role in APPLICANTS else OF_BODIES
    signature = _find_signature(snapshot, caller, now, side)
    if signature is None or (side is OF_BODIES and signature.holder != creator.holder):
        raise NotYoursToWrite(explain_lead(snapshot, caller, now) if side is APPLICANTS else "")
    return _require_in_time(snapshot, signature)


def require_exemption(*, foi_exempt: bool, exemption: str | None) -> None:
    if foi_exempt and exemption is None:
        raise ExemptionNotRight(
            errors=[FieldError("/exemption", "name the exemption (Freedom of Information Act 2000)")]
        )
    if exemption is not None and not foi_exempt:
        raise ExemptionNotRight(errors=[FieldError("/exemption", "only what is exempt has one")])


def _find_signature(snapshot: CaseSnapshot, caller: Caller, now: datetime, side: AbstractSet[Role]) -> Signature | None:
    held = find_roles(snapshot, caller, now)
    role = min(held.keys() & side, default=None)
    return Signature(role, caller.person, held[role], now) if role else None


def _require_in_time(snapshot: CaseSnapshot, signature: Signature) -> Signature:
    """Refuse a signature out of time: a body writes from the submission on, until the case is over; of a launched
    mutual, as long as it is watched.
    """
    case = snapshot.case
    if signature.role in APPLICANTS:
        may = case.status in GROUP_WRITES_IN
    else:
        may = case.submitted_at is not None and (case.final_at is None or case.status is Status.LAUNCHED)
    if not may:
        raise NotWrittenNow(f"{case.number} is {case.status}")
    return signature
