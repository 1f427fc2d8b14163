"""Succession: a case whose body has ended goes on with the body that followed it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.due import SCHEDULER
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import OPEN, Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature
from rtp_shared.contracts.applications import CaseTransferred
from rtp_shared.identities import organisation_identity

TRANSFER = "transfer"
REFERENCES = ("employer_id", "commissioner_id", "decision_body_id", "duty_holder_id")
TRANSFERABLE = OPEN - {Status.DRAFT}


def transfer(snapshot: CaseSnapshot, successors: Mapping[UUID, UUID], now: datetime) -> CaseChange | None:
    """Put the successors in the places of the bodies that ended; return None if nothing changes.

    The body that followed comes to see the case, and vouches for the people of the body that ended; the clients of that
    body may go on reading what they could read.
    """
    case = snapshot.case
    changed = {name: successors[body] for name in REFERENCES if (body := getattr(case, name)) in successors}
    if not changed or case.status not in TRANSFERABLE or case.submitted_at is None:
        return None
    readers = [*case.readers, *(organisation_identity(body) for body in changed.values())]
    after = snapshot.with_case(
        **changed, readers=list(dict.fromkeys(readers)), version=case.version + 1, changed_at=now
    ).with_party(*_move_parties(snapshot, successors, now))
    return CaseChange(
        before=snapshot,
        after=after,
        action=TRANSFER,
        signature=Signature(Role.SYSTEM, SCHEDULER.person, SCHEDULER.vouching_client, now),
        events=(_make_case_transferred(snapshot, now),),
        reason="a body that the case names has ended, and another followed it",
    )


def _move_parties(snapshot: CaseSnapshot, successors: Mapping[UUID, UUID], now: datetime) -> list[Party]:
    holders = {organisation_identity(old): organisation_identity(new) for old, new in successors.items()}
    today = civil_date(now)
    return [
        replace(party, holder=holders[party.holder])
        for party in snapshot.parties.values()
        if party.holder in holders and party.holds(today)
    ]


def _make_case_transferred(snapshot: CaseSnapshot, now: datetime) -> CaseTransferred:
    case = snapshot.case
    return CaseTransferred(
        case_id=case.id,
        number=case.number,
        route=case.route,
        action=TRANSFER,
        status_before=case.status,
        status=case.status,
        role=Role.SYSTEM,
        at=now,
    )
