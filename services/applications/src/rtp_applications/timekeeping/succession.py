"""A case whose body has ended goes on with the body that followed it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from rtp_applications.clocks.days import civil_date
from rtp_applications.workflow.casefile import CaseFile, Party, Signature
from rtp_applications.workflow.engine import Outcome
from rtp_applications.workflow.keeping import TIMEKEEPER
from rtp_applications.workflow.words import OPEN, Role, Status
from rtp_shared.contracts.applications import CaseTransferred
from rtp_shared.identities import organisation_identity

TRANSFER = "transfer"
REFERENCES = ("employer_id", "commissioner_id", "decision_body_id", "duty_holder_id")
TRANSFERABLE = OPEN - {Status.DRAFT}


def transferred(file: CaseFile, successors: Mapping[UUID, UUID], now: datetime) -> Outcome | None:
    """The case with the successors in the places of the bodies that ended; None where nothing changes.

    Who followed comes to see the case, and vouches for the people of the body that ended; that body's clients may go
    on reading what they could read.
    """
    case = file.case
    changed = {name: successors[body] for name in REFERENCES if (body := getattr(case, name)) in successors}
    if not changed or case.status not in TRANSFERABLE or case.submitted_at is None:
        return None
    readers = [*case.readers, *(organisation_identity(body) for body in changed.values())]
    after = file.with_case(
        **changed, readers=list(dict.fromkeys(readers)), version=case.version + 1, changed_at=now
    ).with_party(*_of_the_successor(file, successors, now))
    return Outcome(
        before=file,
        after=after,
        action=TRANSFER,
        signature=Signature(Role.SYSTEM, TIMEKEEPER.person, TIMEKEEPER.holder, now),
        events=(_told(file, now),),
        reason="a body that the case names has ended, and another followed it",
    )


def _of_the_successor(file: CaseFile, successors: Mapping[UUID, UUID], now: datetime) -> list[Party]:
    holders = {organisation_identity(old): organisation_identity(new) for old, new in successors.items()}
    today = civil_date(now)
    return [
        replace(party, holder=holders[party.holder])
        for party in file.parties.values()
        if party.holder in holders and party.holds(today)
    ]


def _told(file: CaseFile, now: datetime) -> CaseTransferred:
    case = file.case
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
